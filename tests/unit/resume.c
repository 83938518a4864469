// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Resumption by a client: a ticket that the server sealed is used in the next
 * handshake, and one that cannot be used costs nothing but that handshake's
 * being a full one. The ticket comes as it does in life: out of a record that
 * wolfSSL has not seen, opened with the keys that kernel TLS was given.
 */
#include "tlsockd/resume.h"

#include <linux/tls.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "tlsockd/keys.h"
#include "tlsockd/seal.h"
#include "tlsockd/ticket_keys.h"
#include "tlsockd/wolf.h"

#include <wolfssl/wolfcrypt/aes.h>

#define HEADER	5	/* of a record, and of a handshake message and its length 4 */
#define TAG	16

FIXTURE(resume)
{
	struct td_contexts	*contexts;
	struct t_pair		pair;
	struct td_resume	resume;
};

FIXTURE_SETUP(resume)
{
	static struct tl_profile profiles[3];

	profiles[0] = t_profile("default", "");
	profiles[1] = t_profile("server", "server");
	profiles[2] = t_profile("other", "server");
	for (size_t i = 0; i < 3; i++)
		profiles[i].resumption = 1;
	self->contexts = t_contexts(profiles, 3);
	t_pair_init(&self->pair);
}

FIXTURE_TEARDOWN(resume)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Opens the only record that is left in the server's queue, AES-128-GCM. */
static size_t open_ticket(struct t_pair *pair, uint8_t *out)
{
	const uint8_t *record = pair->server.engine->out;
	size_t length = pair->server.engine->out_length;
	const struct tls12_crypto_info_aes_gcm_128 *info;
	union tl_ktls_info keys;
	uint8_t nonce[12];
	Aes aes;
	int ret;

	if (length < HEADER + TAG || td_keys_get(pair->client.engine, TLS_RX, &keys) < 0)
		return 0;
	info = &keys.aes_gcm_128;
	memcpy(nonce, info->salt, 4);
	memcpy(nonce + 4, info->iv, 8);
	wc_AesInit(&aes, NULL, INVALID_DEVID);
	wc_AesGcmSetKey(&aes, info->key, sizeof(info->key));
	length -= HEADER + TAG;
	ret = wc_AesGcmDecrypt(&aes, out, record + HEADER, (word32)length, nonce, sizeof(nonce),
			       record + HEADER + length, TAG, record, HEADER);
	wc_AesFree(&aes);
	return ret ? 0 : length - 1;	/* behind it stands its type */
}

/* A handshake; the session and the ticket of it are kept if there are any. */
static void connect_once(struct __test_metadata *_metadata, FIXTURE_DATA(resume) *self)
{
	struct t_pair *pair = &self->pair;
	uint8_t message[2048];
	size_t length;

	ASSERT_EQ(0, t_side_start(&pair->client, self->contexts));
	ASSERT_EQ(0, t_side_start(&pair->server, self->contexts));
	td_resume_set(pair->client.engine, &self->resume);
	memset(&self->resume, 0, sizeof(self->resume));
	for (int round = 0; round < 4; round++) {
		if (round == 0) {
			size_t eaten;

			td_engine_feed(pair->client.engine, NULL, 0, &eaten);
		}
		t_pass(&pair->client, &pair->server);
		if (pair->client.engine->state == TD_ENGINE_DONE)
			break;
		t_pass(&pair->server, &pair->client);
	}
	ASSERT_EQ(TD_ENGINE_DONE, pair->client.engine->state)
		TH_LOG("%s", pair->client.result.text);
	ASSERT_EQ(TD_ENGINE_DONE, pair->server.engine->state)
		TH_LOG("%s", pair->server.result.text);
	td_keys_secrets(pair->client.engine);
	td_resume_get(pair->client.engine);
	length = open_ticket(pair, message);
	if (length > 4) {
		self->resume.session = pair->client.result.session;
		self->resume.peer = pair->client.result.peer;
		self->resume.received = now_ms();
		self->resume.length = (uint32_t)length - 4;
		memcpy(self->resume.ticket, message + 4, length - 4);
	}
	td_engine_free(pair->client.engine);
	td_engine_free(pair->server.engine);
	pair->client.engine = pair->server.engine = NULL;
}

static void expect_resumed(struct __test_metadata *_metadata, FIXTURE_DATA(resume) *self, int yes)
{
	connect_once(_metadata, self);
	EXPECT_EQ(yes, self->pair.client.result.resumed);
	EXPECT_EQ(yes, self->pair.server.result.resumed);
	EXPECT_EQ(1, self->pair.client.result.verified);
	EXPECT_STREQ("/CN=localhost", td_peer_subject(&self->pair.client.result.peer));
}

TEST_F(resume, one_after_the_other)
{
	struct td_peer first;

	expect_resumed(_metadata, self, 0);
	first = self->pair.client.result.peer;
	EXPECT_LT(0, first.head.not_after);
	for (int i = 0; i < 5; i++) {
		ASSERT_LT(0, self->resume.length);
		expect_resumed(_metadata, self, 1);
		EXPECT_EQ(0x1301, self->pair.client.result.cipher);
		EXPECT_EQ(0, memcmp(&first, &self->pair.client.result.peer, sizeof(first)));
	}
}

/* wolfSSL's own count of tickets in a chain ends at 255. */
TEST_F_TIMEOUT(resume, three_hundred, 200)
{
	expect_resumed(_metadata, self, 0);
	for (int i = 0; i < 300 && !_metadata->exit_code; i++)
		expect_resumed(_metadata, self, 1);
}

TEST_F(resume, not_wanted)
{
	connect_once(_metadata, self);
	self->pair.client.job.resume = 0;
	expect_resumed(_metadata, self, 0);
	EXPECT_EQ(0, self->pair.client.result.session.secret_length);
}

TEST_F(resume, by_another_profile)
{
	connect_once(_metadata, self);
	strcpy(self->pair.server.job.profile, "other");
	expect_resumed(_metadata, self, 0);
}

/* Whoever asks for a certificate is not satisfied by a ticket. */
TEST_F(resume, server_asks_for_a_certificate)
{
	connect_once(_metadata, self);
	self->pair.server.job.client_cert = TLSOCK_CLIENT_CERT_REQUEST;
	expect_resumed(_metadata, self, 0);
	EXPECT_EQ(0, self->resume.length);
}

TEST_F(resume, too_old)
{
	connect_once(_metadata, self);
	self->resume.received -= 8LL * 24 * 3600 * 1000;
	expect_resumed(_metadata, self, 0);
	self->resume.received += 3600LL * 1000;	/* from the future */
	expect_resumed(_metadata, self, 0);
	self->resume.peer.head.not_after = time(NULL) - 1;
	expect_resumed(_metadata, self, 0);
}

/* Two helpers of a fleet, one after the other in this process */
TEST_F(resume, keys_of_a_fleet)
{
	struct td_ticket_keys keys = { .n = 1, .key[0].name = "one" };
	struct td_ticket_keys both = { .n = 2, .key[0].name = "two", .key[1].name = "one" };

	memset(keys.key[0].key, 1, sizeof(keys.key[0].key));
	memset(both.key[0].key, 2, sizeof(both.key[0].key));
	memset(both.key[1].key, 1, sizeof(both.key[1].key));
	ASSERT_EQ(0, td_seal_use(&keys));
	expect_resumed(_metadata, self, 0);
	expect_resumed(_metadata, self, 1);
	td_seal_exit();
	ASSERT_EQ(0, td_seal_init());
	ASSERT_EQ(0, td_seal_use(&both));
	EXPECT_LT(0, td_seal_tick(1));
	expect_resumed(_metadata, self, 1);
	EXPECT_LT(0, td_seal_tick(INT64_MAX / 2));
	expect_resumed(_metadata, self, 1);
	/* The first has not heard of the second's key. */
	ASSERT_EQ(0, td_seal_use(&keys));
	expect_resumed(_metadata, self, 0);
	ASSERT_EQ(0, td_seal_use(NULL));
	expect_resumed(_metadata, self, 0);
	ASSERT_EQ(0, td_seal_use(NULL));
	expect_resumed(_metadata, self, 1);
}

TEST_F(resume, of_an_unverified_server)
{
	connect_once(_metadata, self);
	self->resume.session.verified = 0;
	expect_resumed(_metadata, self, 0);
}

/* Whatever a server sends as a ticket. */
TEST_F(resume, cut_and_changed)
{
	struct td_resume good;

	connect_once(_metadata, self);
	good = self->resume;
	for (uint32_t length = 0; length < good.length; length += 1 + length / 8) {
		self->resume = good;
		self->resume.length = length;
		expect_resumed(_metadata, self, 0);
	}
	for (uint32_t i = 0; i < good.length; i += 13) {
		self->resume = good;
		self->resume.ticket[i] ^= 0xff;
		ASSERT_EQ(0, t_side_start(&self->pair.client, self->contexts));
		td_resume_set(self->pair.client.engine, &self->resume);
		td_engine_free(self->pair.client.engine);
		self->pair.client.engine = NULL;
	}
}

TEST_HARNESS_MAIN
