// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Distributions: bounds that grow, what is counted where, and percentiles that
 * are close to the truth.
 */
#include "lib/latency.h"

#include "kselftest_harness.h"

TEST(bounds_grow)
{
	EXPECT_EQ(128, tl_latency_bound(0));
	EXPECT_EQ(160, tl_latency_bound(1));
	EXPECT_EQ(256, tl_latency_bound(4));
	EXPECT_EQ(320, tl_latency_bound(5));
	EXPECT_EQ(128ULL << 19, tl_latency_bound(TL_LATENCY_BUCKETS - 2));
	EXPECT_EQ(UINT64_MAX, tl_latency_bound(TL_LATENCY_BUCKETS - 1));
	EXPECT_EQ(UINT64_MAX, tl_latency_bound(TL_LATENCY_BUCKETS));
	for (unsigned int i = 1; i < TL_LATENCY_BUCKETS; i++)
		EXPECT_GT(tl_latency_bound(i), tl_latency_bound(i - 1));
}

TEST(counts)
{
	struct tl_latency latency = { .sum_us = 0 };

	EXPECT_EQ(0, tl_latency_quantile(&latency, 500));
	tl_latency_add(&latency, 0);
	tl_latency_add(&latency, 128);
	tl_latency_add(&latency, 129);
	tl_latency_add(&latency, 1ULL << 40);
	EXPECT_EQ(2, latency.buckets[0]);
	EXPECT_EQ(1, latency.buckets[1]);
	EXPECT_EQ(1, latency.buckets[TL_LATENCY_BUCKETS - 1]);
	EXPECT_EQ(4, tl_latency_count(&latency));
	EXPECT_EQ((1ULL << 40) + 257, latency.sum_us);
	/* Of the last nothing is known but that it is large. */
	EXPECT_EQ(128ULL << 19, tl_latency_quantile(&latency, 1000));
}

TEST(quantiles)
{
	struct tl_latency latency = { .sum_us = 0 };

	for (uint64_t us = 1; us <= 100000; us++)
		tl_latency_add(&latency, us);
	for (unsigned int permille = 10; permille <= 1000; permille += 10) {
		uint64_t truth = (uint64_t)permille * 100;
		uint64_t seen = tl_latency_quantile(&latency, permille);

		EXPECT_LE(truth * 4 / 5, seen) TH_LOG("%u", permille);
		EXPECT_GE(truth * 5 / 4 + 1, seen) TH_LOG("%u", permille);
	}
}

TEST_HARNESS_MAIN
