// SPDX-License-Identifier: GPL-2.0-or-later
/* Refusals of the kernel: recorded bytes, and the same cut at every length. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "kselftest_harness.h"
#include "lib/refusal.h"

/* ENOENT for sequence 0x11 with a sentence; the message itself is left out. */
static const unsigned char refused[] = {
	0x3c, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x03,
	0x11, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0xfe, 0xff, 0xff, 0xff,
	0x40, 0x00, 0x00, 0x00, 0x20, 0x00, 0x01, 0x00,
	0x11, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x18, 0x00, 0x01, 0x00, 't', 'h', 'e', ' ', 'r', 'e', 'q', 'u', 'e', 's', 't', ' ',
	'i', 's', ' ', 'o', 'v', 'e', 'r', 0x00,
};

static int parse_refusal(const void *bytes, size_t size, struct tl_refusal *out)
{
	void *copy = malloc(size ? size : 1);
	int err;

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	err = tl_refusal_parse(copy, size, out);
	free(copy);
	return err;
}

TEST(refusal)
{
	unsigned char bytes[sizeof(refused)];
	struct tl_refusal out;

	ASSERT_EQ(0, parse_refusal(refused, sizeof(refused), &out));
	EXPECT_EQ(-ENOENT, out.error);
	EXPECT_EQ(0x11, out.sequence);
	EXPECT_STREQ("the request is over", out.text);
	for (size_t size = 0; size < sizeof(refused); size++)
		EXPECT_EQ(-EBADMSG, parse_refusal(refused, size, &out));
	for (unsigned int size = 0; size < sizeof(refused); size++) {
		memcpy(bytes, refused, sizeof(bytes));
		bytes[0] = (unsigned char)size;
		EXPECT_EQ(size == 36 ? 0 : -EBADMSG, parse_refusal(bytes, sizeof(bytes), &out));
	}
}

TEST(refusal_that_repeats_the_message)
{
	unsigned char bytes[sizeof(refused) + 48];
	struct tl_refusal out;

	/* 64 bytes of message: 48 more than its header */
	memcpy(bytes, refused, 36);
	memset(bytes + 36, 0xff, 48);
	memcpy(bytes + 36 + 48, refused + 36, sizeof(refused) - 36);
	bytes[0] = sizeof(bytes);
	bytes[7] = 2;
	ASSERT_EQ(0, parse_refusal(bytes, sizeof(bytes), &out));
	EXPECT_STREQ("the request is over", out.text);
	bytes[20] = 0xff;
	EXPECT_EQ(-EBADMSG, parse_refusal(bytes, sizeof(bytes), &out));
	bytes[20] = 8;
	EXPECT_EQ(-EBADMSG, parse_refusal(bytes, sizeof(bytes), &out));
}

TEST_HARNESS_MAIN
