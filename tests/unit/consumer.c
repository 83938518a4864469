// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replies of the family "handshake" to ACCEPT: who asks and how, each single
 * mistake, replies cut at every length and with every byte changed.
 */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/accept.h"

#define ROOM	256

FIXTURE(reply)
{
	unsigned char		bytes[ROOM];
	size_t			size;
	struct tl_request	request;
};

FIXTURE_SETUP(reply)
{
}

FIXTURE_TEARDOWN(reply)
{
}

static void put(struct _test_data_reply *self, uint16_t type, const void *data, uint16_t length)
{
	uint16_t head[2] = { (uint16_t)(length + 4), type };

	memcpy(self->bytes + self->size, head, 4);
	memcpy(self->bytes + self->size + 4, data, length);
	self->size += 4 + (length + 3u) / 4 * 4;
}

static void put_u32(struct _test_data_reply *self, uint16_t type, uint32_t value)
{
	put(self, type, &value, 4);
}

/* Parses a copy whose end is the end of an allocation, for the sanitizer. */
static const struct tl_request *parse(struct _test_data_reply *self, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, self->bytes, size);
	tl_consumer_parse(copy, size, &self->request);
	free(copy);
	return &self->request;
}

static void put_start(struct _test_data_reply *self, uint32_t type, uint32_t auth)
{
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_SOCKFD, 9);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE, type);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_AUTH_MODE, auth);
}

TEST_F(reply, who)
{
	static const struct {
		uint32_t type, auth, consumer, role;
	} cases[] = {
		{ 1, TL_AUTH_NONE, TL_CONSUMER_NFS, TLSOCK_ROLE_CLIENT },
		{ 1, TL_AUTH_X509, TL_CONSUMER_NFS, TLSOCK_ROLE_CLIENT },
		{ 2, TL_AUTH_X509, TL_CONSUMER_NFSD, TLSOCK_ROLE_SERVER },
		{ 1, TL_AUTH_PSK, TL_CONSUMER_NVME_HOST, TLSOCK_ROLE_CLIENT },
		{ 2, TL_AUTH_PSK, TL_CONSUMER_NVME_TARGET, TLSOCK_ROLE_SERVER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		self->size = 0;
		put_start(self, cases[i].type, cases[i].auth);
		ASSERT_EQ(NULL, parse(self, self->size)->mistake);
		EXPECT_EQ(cases[i].consumer, self->request.kernel.consumer);
		EXPECT_EQ(cases[i].auth, self->request.kernel.auth);
		EXPECT_EQ(cases[i].role, self->request.role);
		EXPECT_EQ(9, self->request.fd);
		EXPECT_LT(0, self->request.timeout_ms);
		EXPECT_EQ(1, self->request.no_resume);
	}
}

TEST_F(reply, everything)
{
	const uint32_t nest[] = { 0x00010008, 77, 0x00020008, 78 };

	put_start(self, 1, TL_AUTH_PSK);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_TIMEOUT, 10000);
	for (uint32_t i = 0; i < 7; i++)
		put_u32(self, TL_HANDSHAKE_A_ACCEPT_PEER_IDENTITY, i);
	put(self, TL_HANDSHAKE_A_ACCEPT_CERTIFICATE, nest, sizeof(nest));
	put(self, TL_HANDSHAKE_A_ACCEPT_PEERNAME, "nfs.test", 9);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_KEYRING, 0x7fffffff);
	put_u32(self, 40, 1);	/* of a later kernel */
	ASSERT_EQ(NULL, parse(self, self->size)->mistake);
	EXPECT_EQ(10000, self->request.timeout_ms);
	EXPECT_EQ(TL_CONSUMER_MAX_KEYS, self->request.kernel.n_psks);
	EXPECT_EQ(1, self->request.kernel.psks[0]);
	EXPECT_EQ(5, self->request.kernel.psks[4]);
	EXPECT_EQ(77, self->request.kernel.certificate);
	EXPECT_EQ(78, self->request.kernel.private_key);
	EXPECT_STREQ("nfs.test", self->request.server_name);
	EXPECT_EQ(0x7fffffff, self->request.kernel.keyring);
}

/* Whatever is wrong, what there is of a descriptor is known. */
TEST_F(reply, mistakes)
{
	static const struct {
		uint16_t	type, length;
		uint32_t	value[2];
	} cases[] = {
		{ TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE, 4, { 3 } },
		{ TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE, 8, { 1 } },
		{ TL_HANDSHAKE_A_ACCEPT_AUTH_MODE, 4, { 0 } },
		{ TL_HANDSHAKE_A_ACCEPT_AUTH_MODE, 4, { 4 } },
		{ TL_HANDSHAKE_A_ACCEPT_TIMEOUT, 2, { 1 } },
		{ TL_HANDSHAKE_A_ACCEPT_PEER_IDENTITY, 8, { 1 } },
		{ TL_HANDSHAKE_A_ACCEPT_CERTIFICATE, 8, { 0x0001000c, 1 } },
		{ TL_HANDSHAKE_A_ACCEPT_CERTIFICATE, 4, { 0x00010004 } },
		{ TL_HANDSHAKE_A_ACCEPT_PEERNAME, 4, { 0x00410041 } },
		{ TL_HANDSHAKE_A_ACCEPT_KEYRING, 0, { 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		self->size = 0;
		put_start(self, 1, TL_AUTH_X509);
		put(self, cases[i].type, cases[i].value, cases[i].length);
		ASSERT_NE(NULL, parse(self, self->size)->mistake) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(9, self->request.fd);
		EXPECT_EQ(1, self->request.has_id);
		EXPECT_NE(TL_CONSUMER_PROGRAM, self->request.kernel.consumer);
	}
	self->size = 0;
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE, 1);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_AUTH_MODE, 1);
	EXPECT_NE(NULL, parse(self, self->size)->mistake);
	EXPECT_EQ(0, self->request.has_id);
}

TEST_F(reply, cut_and_changed)
{
	put_start(self, 2, TL_AUTH_X509);
	put(self, TL_HANDSHAKE_A_ACCEPT_PEERNAME, "nfs.test", 9);
	put_u32(self, TL_HANDSHAKE_A_ACCEPT_KEYRING, 5);
	for (size_t i = 0; i < self->size; i++) {
		/* The attributes that make a request are the first three. */
		if (i < 24)
			EXPECT_NE(NULL, parse(self, i)->mistake);
		for (int bit = 0; bit < 8; bit++) {
			self->bytes[i] ^= (unsigned char)(1 << bit);
			parse(self, self->size);
			self->bytes[i] ^= (unsigned char)(1 << bit);
		}
	}
}

TEST_HARNESS_MAIN
