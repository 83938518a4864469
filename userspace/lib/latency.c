// SPDX-License-Identifier: GPL-2.0-or-later
/* Distributions in buckets. */
#include "latency.h"

#define LAST (TL_LATENCY_BUCKETS - 1)

uint64_t tl_latency_bound(unsigned int bucket)
{
	unsigned int doubling, step;

	if (!bucket)
		return TL_LATENCY_FIRST;
	if (bucket >= LAST)
		return UINT64_MAX;
	doubling = (bucket - 1) / TL_LATENCY_STEPS;
	step = (bucket - 1) % TL_LATENCY_STEPS + 1;
	return ((uint64_t)TL_LATENCY_FIRST << doubling) / TL_LATENCY_STEPS *
	       (TL_LATENCY_STEPS + step);
}

void tl_latency_add(struct tl_latency *latency, uint64_t us)
{
	unsigned int bucket = 0;

	while (us > tl_latency_bound(bucket))
		bucket++;
	latency->buckets[bucket]++;
	latency->sum_us += us;
}

uint64_t tl_latency_count(const struct tl_latency *latency)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < TL_LATENCY_BUCKETS; i++)
		count += latency->buckets[i];
	return count;
}

uint64_t tl_latency_quantile(const struct tl_latency *latency, unsigned int permille)
{
	uint64_t rank = (tl_latency_count(latency) * permille + 999) / 1000;
	uint64_t below = 0, low = 0, high;

	if (!rank)
		return 0;
	for (unsigned int i = 0; i < LAST; i++) {
		high = tl_latency_bound(i);
		if (below + latency->buckets[i] >= rank)
			return low + (high - low) * (rank - below) / latency->buckets[i];
		below += latency->buckets[i];
		low = high;
	}
	return low;	/* of those that took longer nothing more is known */
}
