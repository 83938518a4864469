/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs of tests/bench print, for tests/bench/report.py. */
#ifndef TESTS_BENCH_RESULT_H
#define TESTS_BENCH_RESULT_H

#include <stddef.h>
#include <time.h>

/**
 * b_result - one figure of one round, on a line of its own
 * @measure: what was measured, as "handshake/ecdsa/client"
 * @contestant: of what
 * @parameter: what the measure was taken at, 1 if there is nothing to vary
 * @unit: "ns", "bytes", ...
 * @value: the figure; a lower one is better
 */
void b_result(const char *measure, const char *contestant, long parameter, const char *unit,
	      double value);

/** b_now - nanoseconds of @clock, which are instructions where the machine counts them */
long long b_now(clockid_t clock);

/** b_middle - sorts @values; the mean without the tenth at either end, which a timer hit */
double b_middle(long long *values, size_t n);

/** b_percentile - sorts @values; the one that @percent of the @n do not exceed */
long long b_percentile(long long *values, size_t n, int percent);

#endif
