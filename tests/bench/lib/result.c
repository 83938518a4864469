// SPDX-License-Identifier: GPL-2.0-or-later
#include "result.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

void b_result(const char *measure, const char *contestant, long parameter, const char *unit,
	      double value)
{
	printf("%s\t%s\t%ld\t%s\t%.1f\n", measure, contestant, parameter, unit, value);
	fflush(stdout);
}

long long b_now(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		err(1, "clock_gettime");
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long one = *(const long long *)a, two = *(const long long *)b;

	return (one > two) - (one < two);
}

double b_middle(long long *values, size_t n)
{
	double sum = 0;

	qsort(values, n, sizeof(values[0]), compare);
	for (size_t i = n / 10; i < n - n / 10; i++)
		sum += (double)values[i];
	return sum / (double)(n - 2 * (n / 10));
}

long long b_percentile(long long *values, size_t n, int percent)
{
	size_t at = (n * percent + 99) / 100;

	qsort(values, n, sizeof(values[0]), compare);
	return values[at ? at - 1 : 0];
}
