// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parsing of STATUS answers: one that a kernel gave, cut off at every length,
 * and with wrong sizes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/status.h"
#include "kselftest_harness.h"

/* helper; pending 1, accepted 2, established 3; started 10, truncated 4; ok 8, untrusted 1 */
static const unsigned char recorded[] = {
	0x04, 0x00, 0x01, 0x00,
	0x08, 0x00, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x04, 0x00, 0x03, 0x00, 0x00, 0x00,
	0x0c, 0x00, 0x05, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x0c, 0x00, 0x06, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
#define FIXED_SIZE 52
	0x18, 0x00, 0x07, 0x80,
	0x08, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x0c, 0x00, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
#define ONE_OUTCOME_SIZE (FIXED_SIZE + 24)
	0x18, 0x00, 0x07, 0x80,
	0x08, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00,
	0x0c, 0x00, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* Parses a copy whose end is the end of an allocation, for the sanitizer */
static int parse(const void *bytes, size_t size, struct tc_status *status)
{
	void *copy = malloc(size ? size : 1);
	int err;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, size);
	err = tc_status_parse(copy, size, status);
	free(copy);
	return err;
}

TEST(recorded_answer)
{
	struct tc_status status;

	ASSERT_EQ(0, parse(recorded, sizeof(recorded), &status));
	EXPECT_TRUE(status.helper);
	EXPECT_EQ(1, status.pending);
	EXPECT_EQ(2, status.accepted);
	EXPECT_EQ(3, status.established);
	EXPECT_EQ(10, status.started);
	EXPECT_EQ(4, status.truncated);
	for (unsigned int i = 0; i < TC_OUTCOMES; i++)
		EXPECT_EQ(i == TLSOCK_OUTCOME_OK ? 8 : i == TLSOCK_OUTCOME_UNTRUSTED,
			  status.outcomes[i]);
}

TEST(truncation_at_each_length)
{
	struct tc_status status;

	for (size_t size = 0; size < sizeof(recorded); size++) {
		bool whole = size == FIXED_SIZE || size == ONE_OUTCOME_SIZE;

		EXPECT_EQ(whole ? 0 : -EBADMSG, parse(recorded, size, &status))
			TH_LOG("%zu bytes", size);
	}
}

TEST(each_length_field_wrong)
{
	static const size_t fields[] = { 0, 4, 12, 20, 28, 40, 52, 56, 64 };
	unsigned char bytes[sizeof(recorded)];
	struct tc_status status;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (int length = 0; length < 256; length++) {
			memcpy(bytes, recorded, sizeof(bytes));
			bytes[fields[i]] = length;
			parse(bytes, sizeof(bytes), &status);
		}
		bytes[fields[i]] = 3;
		EXPECT_EQ(-EBADMSG, parse(bytes, sizeof(bytes), &status));
	}
}

TEST(no_helper)
{
	struct tc_status status;

	ASSERT_EQ(0, parse(recorded + 4, FIXED_SIZE - 4, &status));
	EXPECT_FALSE(status.helper);
}

TEST(unknown_attributes_and_outcomes)
{
	static const unsigned char extra[] = {
		0x05, 0x00, 0x63, 0x00, 0xff, 0x00, 0x00, 0x00,
		0x18, 0x00, 0x07, 0x80,
		0x08, 0x00, 0x01, 0x00, 0xe7, 0x03, 0x00, 0x00,
		0x0c, 0x00, 0x02, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	unsigned char bytes[FIXED_SIZE + sizeof(extra)];
	struct tc_status status;

	memcpy(bytes, recorded, FIXED_SIZE);
	memcpy(bytes + FIXED_SIZE, extra, sizeof(extra));
	ASSERT_EQ(0, parse(bytes, sizeof(bytes), &status));
	EXPECT_EQ(5, status.outcomes[TLSOCK_OUTCOME_OTHER]);
}

TEST(outcome_names)
{
	for (unsigned int i = 0; i < TC_OUTCOMES; i++)
		for (unsigned int j = 0; j < i; j++)
			EXPECT_STRNE(tc_status_outcome(i), tc_status_outcome(j));
	EXPECT_STREQ("other", tc_status_outcome(TC_OUTCOMES));
}

TEST_HARNESS_MAIN
