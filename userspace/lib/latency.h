/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long something takes: counts in buckets whose bounds grow by a fifth or
 * so, from which percentiles are read. Pure.
 */
#ifndef TLSOCK_LIB_LATENCY_H
#define TLSOCK_LIB_LATENCY_H

#include <stdint.h>

/* One up to 128 us, four for each doubling up to 67 s, one for the rest */
#define TL_LATENCY_FIRST	128
#define TL_LATENCY_STEPS	4
#define TL_LATENCY_DOUBLINGS	19
#define TL_LATENCY_BUCKETS	(TL_LATENCY_STEPS * TL_LATENCY_DOUBLINGS + 2)

/**
 * struct tl_latency - a distribution; zero it before use
 * @buckets: how many took at most tl_latency_bound(), and more than the one before
 * @sum_us: of all, microseconds
 */
struct tl_latency {
	uint64_t	buckets[TL_LATENCY_BUCKETS];
	uint64_t	sum_us;
};

/** tl_latency_add - count one that took so many microseconds */
void tl_latency_add(struct tl_latency *latency, uint64_t us);

/** tl_latency_bound - most microseconds of a bucket, UINT64_MAX of the last */
uint64_t tl_latency_bound(unsigned int bucket);

/** tl_latency_count - how many were counted */
uint64_t tl_latency_count(const struct tl_latency *latency);

/**
 * tl_latency_quantile - how long most of them take at most
 * @latency: the distribution
 * @permille: how many of a thousand are meant
 *
 * Return: microseconds, between the bounds of the bucket that they end in; 0 if
 * nothing was counted
 */
uint64_t tl_latency_quantile(const struct tl_latency *latency, unsigned int permille);

#endif
