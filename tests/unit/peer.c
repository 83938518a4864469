// SPDX-License-Identifier: GPL-2.0-or-later
/* Whom a certificate is for: which names are told, which are not, and how many. */
#include "tlsockd/peer.h"

#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/cert.h"
#include "tlsockd/wolf.h"

#include <wolfssl/wolfcrypt/sha256.h>

/* A certificate's names and serial number */
struct made {
	struct tl_cert	cert;
	uint8_t		names[4096];
	size_t		used;
};

static void add(struct made *made, uint8_t tag, const void *name, size_t length)
{
	made->names[made->used++] = tag;
	if (length > 127)
		made->names[made->used++] = 0x81;
	made->names[made->used++] = (uint8_t)length;
	memcpy(made->names + made->used, name, length);
	made->used += length;
	made->cert.names = (struct tl_span){ made->names, made->used };
}

static void add_text(struct made *made, uint8_t tag, const char *name)
{
	add(made, tag, name, strlen(name));
}

static struct made make(void)
{
	static const uint8_t der[] = "abc", serial[] = { 0x00, 0x80, 0x01 };
	struct made made = { .used = 0 };

	made.cert.der = (struct tl_span){ der, 3 };
	made.cert.serial = (struct tl_span){ serial, sizeof(serial) };
	made.cert.not_after = (struct tl_span){ (const uint8_t *)"491231000000Z", 13 };
	made.cert.not_after_tag = TL_DER_UTC_TIME;
	return made;
}

TEST(all_kinds)
{
	static const char wanted[] = "/CN=a?\0DNS:*.web.test\0IP:192.0.2.1\0IP:2001:db8::1\0"
				     "URI:spiffe://test/web\0EMAIL:a@web.test";
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	/* SHA-256 of "abc" (FIPS 180-2 appendix B.1) */
	static const uint8_t hash[] = { 0xba, 0x78, 0x16, 0xbf };
	struct made made = make();
	struct td_peer peer;

	add_text(&made, TL_NAME_DNS, "*.web.test");
	add(&made, TL_NAME_ADDRESS, "\xc0\x00\x02\x01", 4);
	add(&made, TL_NAME_ADDRESS, v6, sizeof(v6));
	add_text(&made, TL_NAME_URI, "spiffe://test/web");
	add_text(&made, TL_NAME_EMAIL, "a@web.test");
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, "/CN=a\x07"));
	EXPECT_EQ(sizeof(peer.head), peer.head.size);
	EXPECT_EQ(0, peer.head.flags);
	EXPECT_EQ(2524521600, peer.head.not_after);
	EXPECT_EQ(0, memcmp(hash, peer.head.sha256, sizeof(hash)));
	ASSERT_EQ(2, peer.head.serial_length);
	EXPECT_EQ(0, memcmp("\x80\x01", peer.head.serial, 2));
	ASSERT_EQ(sizeof(wanted), peer.head.names_length);
	EXPECT_EQ(0, memcmp(wanted, peer.names, sizeof(wanted)));
	EXPECT_TRUE(td_peer_check(&peer));
}

/* The hash is of the whole name, with each form of its length. */
TEST(issuers)
{
	static const struct {
		size_t		length;
		uint8_t		head[4];
		size_t		head_length;
	} rows[] = {
		{ 0, { 0x30, 0 }, 2 }, { 127, { 0x30, 127 }, 2 }, { 128, { 0x30, 0x81, 128 }, 3 },
		{ 255, { 0x30, 0x81, 255 }, 3 }, { 256, { 0x30, 0x82, 1, 0 }, 4 },
		{ 1000, { 0x30, 0x82, 0x03, 0xe8 }, 4 },
	};
	static uint8_t whole[4 + 65536];
	uint8_t hash[TD_PEER_HASH], wanted[TD_PEER_HASH];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl_span name = { whole + rows[i].head_length, rows[i].length };

		memcpy(whole, rows[i].head, rows[i].head_length);
		memset(whole + rows[i].head_length, 'x', rows[i].length);
		ASSERT_EQ(0, wc_Sha256Hash(whole, (word32)(rows[i].head_length + name.length),
					   wanted));
		ASSERT_EQ(0, td_peer_hash_issuer(name, hash));
		EXPECT_EQ(0, memcmp(wanted, hash, sizeof(hash)));
	}
	EXPECT_NE(0, td_peer_hash_issuer((struct tl_span){ whole, 65536 }, hash));
}

/* None of these may look like a name that somebody else has. */
TEST(names_that_are_no_text)
{
	struct made made = make();
	struct td_peer peer;

	add(&made, TL_NAME_DNS, "web.test\0.evil.test", 19);
	add_text(&made, TL_NAME_DNS, "web .test");
	add_text(&made, TL_NAME_DNS, "w\xc3\xa9" "b.test");
	add_text(&made, TL_NAME_DNS, "");
	add(&made, TL_NAME_ADDRESS, "\x7f\x00\x01", 3);
	add_text(&made, TL_NAME_DIRECTORY, "x");
	add_text(&made, TL_NAME_DNS, "good.test");
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, ""));
	EXPECT_EQ(TLSOCK_PEER_MORE, peer.head.flags);
	ASSERT_EQ(1 + sizeof("DNS:good.test"), peer.head.names_length);
	EXPECT_EQ(0, memcmp("\0DNS:good.test", peer.names, peer.head.names_length));
	EXPECT_STREQ("", td_peer_subject(&peer));
}

TEST(more_than_fit)
{
	struct made made = make();
	char subject[400], name[201];
	struct td_peer peer;

	memset(name, 'a', sizeof(name));
	name[200] = '\0';
	memset(subject, 's', sizeof(subject));
	subject[399] = '\0';
	add_text(&made, TL_NAME_DNS, name);
	add_text(&made, TL_NAME_DNS, name);
	add_text(&made, TL_NAME_DNS, "b");
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, subject));
	EXPECT_EQ(TLSOCK_PEER_MORE, peer.head.flags);
	EXPECT_EQ(TD_PEER_SUBJECT, strlen(td_peer_subject(&peer)));
	EXPECT_EQ(TD_PEER_SUBJECT + 1 + sizeof("DNS:") + 200 + sizeof("DNS:b"),
		  peer.head.names_length);
	EXPECT_STREQ("DNS:b", peer.names + TD_PEER_SUBJECT + 1 + sizeof("DNS:") + 200);
	EXPECT_TRUE(td_peer_check(&peer));
}

TEST(serial_numbers)
{
	static const uint8_t longest[22] = { 0x00, 0xff, [21] = 1 };
	struct made made = make();
	struct td_peer peer;

	made.cert.serial = (struct tl_span){ longest, 21 };
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, ""));
	EXPECT_EQ(20, peer.head.serial_length);
	made.cert.serial.length = 22;
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, ""));
	EXPECT_EQ(0, peer.head.serial_length);
	made.cert.serial.length = 1;
	ASSERT_EQ(0, td_peer_set(&peer, &made.cert, ""));
	EXPECT_EQ(1, peer.head.serial_length);
}

TEST_HARNESS_MAIN
