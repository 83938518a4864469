// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of data without data, which are allowed (RFC 8446 section 5.4) and no
 * end. Kernel TLS does not send them, so they are here as they go over the wire.
 */
#include "lib/harness.h"

#include <fcntl.h>
#include <sys/time.h>

/* With the server's key of lib/keys.c; the number is the record's. */
static const uint8_t nothing_0[] = {
	0x17, 0x03, 0x03, 0x00, 0x11, 0xf6, 0xbe, 0xe0, 0xab, 0xb7, 0x78, 0x97,
	0x6f, 0xb3, 0xec, 0xe1, 0x1f, 0xfe, 0x62, 0xa5, 0xe3, 0x42,
};

static const uint8_t nothing_1[] = {
	0x17, 0x03, 0x03, 0x00, 0x11, 0xb7, 0x7f, 0xd8, 0x3e, 0xf2, 0x25, 0xa4,
	0x6e, 0xa9, 0xc6, 0xcc, 0x89, 0x55, 0x88, 0x5f, 0xcf, 0x4a,
};

static const uint8_t nothing_2[] = {
	0x17, 0x03, 0x03, 0x00, 0x11, 0x92, 0x29, 0xd1, 0xd8, 0xa4, 0x18, 0x97,
	0x84, 0xdd, 0x5e, 0x50, 0x27, 0x08, 0x3d, 0x32, 0x37, 0x6e,
};

static const uint8_t abc_1[] = {
	0x17, 0x03, 0x03, 0x00, 0x14, 0xc1, 0x2f, 0xe8, 0x3d, 0x04, 0xf6, 0xb2,
	0x6a, 0x91, 0x74, 0xab, 0x37, 0x41, 0xa4, 0xe0, 0x18, 0xb9, 0x9a, 0xcb,
	0xdb,
};

static const uint8_t goodbye_1[] = {
	0x17, 0x03, 0x03, 0x00, 0x13, 0xa1, 0x4d, 0x9e, 0xfa, 0x0a, 0x8f, 0xd8,
	0xb7, 0xba, 0x0d, 0x4b, 0x45, 0xcb, 0x5e, 0xe4, 0xa8, 0x51, 0x7c, 0x08,
};

static const uint8_t goodbye_2[] = {
	0x17, 0x03, 0x03, 0x00, 0x13, 0x84, 0xce, 0x58, 0x64, 0xef, 0x78, 0xf7,
	0xd9, 0x6e, 0x88, 0x07, 0x2a, 0xdc, 0xd7, 0xb3, 0xef, 0x4b, 0x49, 0xbe,
};

static const uint8_t goodbye_3[] = {
	0x17, 0x03, 0x03, 0x00, 0x13, 0x33, 0x2c, 0x1f, 0x8a, 0xd1, 0xac, 0x8a,
	0xf7, 0x1d, 0xb0, 0xce, 0xc7, 0x26, 0xd7, 0x1c, 0xd9, 0x4d, 0x40, 0xc0,
};

#define SEND(record) ASSERT_EQ((ssize_t)sizeof(record), \
			       write(self->pair.server, record, sizeof(record)))

/* The server is a TCP socket. */
FIXTURE(empty) {
	struct t_helper *helper;
	struct t_pair pair;
	int ends[2];
};

FIXTURE_SETUP(empty)
{
	struct timeval patience = { .tv_sec = T_PATIENCE_MS / 1000 };

	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_half(&self->pair));
	ASSERT_EQ(0, setsockopt(self->pair.client, SOL_SOCKET, SO_RCVTIMEO, &patience,
				sizeof(patience)));
	ASSERT_EQ(0, pipe2(self->ends, O_CLOEXEC));
}

FIXTURE_TEARDOWN(empty)
{
	close(self->ends[0]);
	close(self->ends[1]);
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

/* Bytes that recv() or, without @buffer, splice() gets, or -errno */
static ssize_t get(FIXTURE_DATA(empty) *self, char *buffer, int flags)
{
	ssize_t n = buffer ? recv(self->pair.client, buffer, 8, flags) :
			     splice(self->pair.client, NULL, self->ends[1], NULL, 8, 0);

	return n < 0 ? -errno : n;
}

FIXTURE_VARIANT(empty) {
	bool spliced;
};

FIXTURE_VARIANT_ADD(empty, recv) { .spliced = false };
FIXTURE_VARIANT_ADD(empty, splice) { .spliced = true };

#define GET() get(self, variant->spliced ? NULL : buffer, 0)

/* Nothing is there yet; then data; then the end, of which all has come. */
TEST_F(empty, alone_before_data_and_before_the_end)
{
	char buffer[8] = { 0 };

	t_nonblock(self->pair.client, true);
	SEND(nothing_0);
	EXPECT_EQ(-EAGAIN, GET());
	t_nonblock(self->pair.client, false);
	SEND(abc_1);
	EXPECT_EQ(3, GET());
	if (variant->spliced)
		EXPECT_EQ(3, read(self->ends[0], buffer, sizeof(buffer)));
	EXPECT_STREQ("abc", buffer);
	SEND(nothing_2);
	SEND(goodbye_3);
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.client, POLLRDHUP, T_PATIENCE_MS) & POLLRDHUP);
	EXPECT_EQ(0, GET());
	EXPECT_EQ(0, t_so_error(self->pair.client));
}

static int send_two(FIXTURE_DATA(empty) *self)
{
	uint8_t both[sizeof(nothing_0) + sizeof(goodbye_1)];

	memcpy(both, nothing_0, sizeof(nothing_0));
	memcpy(both + sizeof(nothing_0), goodbye_1, sizeof(goodbye_1));
	return write(self->pair.server, both, sizeof(both)) == sizeof(both) ? 0 : -errno;
}

TEST_F(empty, before_the_goodbye)
{
	char buffer[8];

	ASSERT_EQ(0, send_two(self));
	EXPECT_EQ(0, GET());
	EXPECT_EQ(0, t_so_error(self->pair.client));
	EXPECT_EQ(0, GET());
}

TEST_F(empty, two_before_the_goodbye)
{
	char buffer[8];

	SEND(nothing_0);
	SEND(nothing_1);
	SEND(goodbye_2);
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.client, POLLRDHUP, T_PATIENCE_MS) & POLLRDHUP);
	EXPECT_EQ(0, GET());
	EXPECT_EQ(0, t_so_error(self->pair.client));
}

TEST_F(empty, peeked_at)
{
	char buffer[8];

	if (variant->spliced)
		SKIP(return, "splice() does not peek");
	ASSERT_EQ(0, send_two(self));
	EXPECT_EQ(0, get(self, buffer, MSG_PEEK));
	EXPECT_EQ(0, get(self, buffer, 0));
	EXPECT_EQ(0, t_so_error(self->pair.client));
}

/* It is the end that is missing, not the data. */
TEST_F(empty, before_a_truncation)
{
	char buffer[8];

	SEND(nothing_0);
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_EQ(-ECONNRESET, GET());
	EXPECT_EQ(0, GET());
}

TEST_HARNESS_MAIN
