// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read from outside of a handshake, whole and in pieces of any size. */
#include "lib/wire.h"

#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#define RANDOM	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31

/* TLS 1.3 ServerHello: supported_versions 0x0304, key_share x25519 (cut short) */
static const uint8_t hello_13[] = {
	22, 3, 3, 0, 56, 2, 0, 0, 52, 3, 3, RANDOM, 0, 0x13, 0x01, 0, 0, 12,
	0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29,
	20, 3, 3, 0, 1, 1,				/* middlebox compatibility */
	22, 3, 3, 0, 4, 14, 0, 0, 0,
};

/* TLS 1.2: ServerHello with EMS and ServerKeyExchange in one record, CCS, Finished */
static const uint8_t hello_12[] = {
	22, 3, 3, 0, 60, 2, 0, 0, 44, 3, 3, RANDOM, 0, 0xc0, 0x2b, 0, 0, 4, 0, 23, 0, 0,
	12, 0, 0, 4, 3, 0, 23, 0,
	13, 0, 0, 0,
	20, 3, 3, 0, 1, 1,
	22, 3, 3, 0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
};

static const uint8_t client_11[] = {
	22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2, RANDOM, 0, 0, 2, 0xc0, 0x09, 1, 0,
};

/* Feeds the bytes in pieces of one length, each in its own allocation. */
static struct tl_wire *feed(enum tl_wire_direction direction, const uint8_t *data, size_t length,
			    size_t piece)
{
	struct tl_wire *wire = calloc(1, sizeof(*wire));
	uint8_t *copy;
	size_t some;

	for (; wire && length; data += some, length -= some) {
		some = piece < length ? piece : length;
		copy = malloc(some);
		if (!copy)
			abort();
		memcpy(copy, data, some);
		tl_wire_feed(wire, direction, copy, some);
		free(copy);
	}
	return wire;
}

TEST(tls_13)
{
	size_t piece;
	struct tl_wire *wire;

	for (piece = 1; piece <= sizeof(hello_13); piece++) {
		wire = feed(TL_WIRE_IN, hello_13, sizeof(hello_13), piece);
		ASSERT_NE(NULL, wire);
		EXPECT_EQ(0x0304, wire->facts.version);
		EXPECT_EQ(29, wire->facts.group);
		EXPECT_FALSE(wire->facts.extended_master_secret);
		EXPECT_FALSE(wire->flow[TL_WIRE_IN].protected);
		EXPECT_FALSE(wire->flow[TL_WIRE_IN].garbage);
		free(wire);
	}
}

TEST(tls_12)
{
	const uint8_t nonce[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	size_t piece;
	struct tl_wire *wire;

	for (piece = 1; piece <= sizeof(hello_12); piece++) {
		wire = feed(TL_WIRE_OUT, hello_12, sizeof(hello_12), piece);
		ASSERT_NE(NULL, wire);
		EXPECT_EQ(0x0303, wire->facts.version);
		EXPECT_EQ(23, wire->facts.group);
		EXPECT_TRUE(wire->facts.extended_master_secret);
		EXPECT_TRUE(wire->facts.certificate_requested);
		EXPECT_EQ(8, wire->flow[TL_WIRE_OUT].nonce_length);
		EXPECT_EQ(0, memcmp(nonce, wire->flow[TL_WIRE_OUT].nonce, 8));
		free(wire);
	}
}

TEST(old_client)
{
	struct tl_wire *wire = feed(TL_WIRE_IN, client_11, sizeof(client_11), 7);

	ASSERT_NE(NULL, wire);
	EXPECT_EQ(0x0302, wire->facts.client_version);
	EXPECT_FALSE(wire->flow[TL_WIRE_IN].garbage);
	free(wire);
}

TEST(empty_certificate)
{
	const uint8_t empty[] = { 22, 3, 3, 0, 7, 11, 0, 0, 3, 0, 0, 0 };
	struct tl_wire *wire = feed(TL_WIRE_IN, hello_12, sizeof(hello_12), 9);

	ASSERT_NE(NULL, wire);
	tl_wire_feed(wire, TL_WIRE_OUT, empty, sizeof(empty));
	EXPECT_TRUE(wire->facts.empty_certificate);
	free(wire);
}

TEST(garbage)
{
	const char get[] = "GET / HTTP/1.1\r\n\r\n";
	struct tl_wire *wire = feed(TL_WIRE_IN, (const uint8_t *)get, strlen(get), 3);
	char text[64], small[4];

	ASSERT_NE(NULL, wire);
	EXPECT_TRUE(wire->flow[TL_WIRE_IN].garbage);
	tl_wire_first(&wire->flow[TL_WIRE_IN], text, sizeof(text));
	EXPECT_STREQ("47 45 54 20 2f 20 48 54 'GET / HT'", text);
	tl_wire_first(&wire->flow[TL_WIRE_IN], small, sizeof(small));
	EXPECT_EQ('\0', small[3]);
	free(wire);
}

/* Messages longer than what is kept, and lengths that promise too much. */
TEST(long_and_lying)
{
	uint8_t record[5 + 4 + 3000] = { 22, 3, 3, 0x0b, 0xbc, 1, 0, 0x0b, 0xb8, 3, 3 };
	struct tl_wire *wire;
	size_t i;

	wire = feed(TL_WIRE_IN, record, sizeof(record), 100);
	ASSERT_NE(NULL, wire);
	EXPECT_EQ(0x0303, wire->facts.client_version);
	free(wire);
	for (i = 9; i < 200; i++) {
		memset(record + 9, 0xff, i - 9);
		free(feed(TL_WIRE_IN, record, sizeof(record), 50));
	}
}

/* Any one byte may be any other. */
TEST(damaged)
{
	uint8_t copy[sizeof(hello_12)];
	size_t i;

	for (i = 0; i < sizeof(copy) * 256; i++) {
		memcpy(copy, hello_12, sizeof(copy));
		copy[i / 256] = (uint8_t)i;
		free(feed(TL_WIRE_IN, copy, sizeof(copy), sizeof(copy)));
	}
}

TEST_HARNESS_MAIN
