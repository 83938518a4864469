/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The io_uring of a worker. It is restricted before first use: a worker that
 * a peer has taken over can receive, send, wait and cancel with it, but not
 * open files, connect or pass descriptors.
 */
#ifndef TLSOCKD_RING_H
#define TLSOCKD_RING_H

#include <stdint.h>

#include <liburing.h>

/**
 * td_ring_create - make a disabled ring
 * @ring: filled on success
 * @entries: submission entries
 *
 * Return: 0 or -errno; a kernel that forbids io_uring is logged
 */
int td_ring_create(struct io_uring *ring, unsigned int entries);

/**
 * td_ring_enable - put the restrictions in force and start
 * @ring: a disabled one
 *
 * Context: the thread that will submit, with its final credentials.
 * Return: 0 or -errno
 */
int td_ring_enable(struct io_uring *ring);

/**
 * td_ring_reserve - make room for a chain of requests
 * @ring: the ring
 * @entries: how many td_ring_get() follow
 *
 * Return: 0 or -errno of submitting what was queued
 */
int td_ring_reserve(struct io_uring *ring, unsigned int entries);

/** td_ring_get - next free entry, after td_ring_reserve() */
struct io_uring_sqe *td_ring_get(struct io_uring *ring, void *owner, unsigned int tag);

/* The owner is at least 8 byte aligned, a tag is less than 8. */
static inline void *td_ring_owner(const struct io_uring_cqe *cqe)
{
	return (void *)(uintptr_t)(cqe->user_data & ~7ULL);
}

static inline unsigned int td_ring_tag(const struct io_uring_cqe *cqe)
{
	return (unsigned int)(cqe->user_data & 7);
}

#endif
