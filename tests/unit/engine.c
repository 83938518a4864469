// SPDX-License-Identifier: GPL-2.0-or-later
/* Handshakes that succeed: suites, groups, versions, names, and not a byte too many. */
#include "tlsockd/engine.h"

#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "lib/suite.h"
#include "tlsockd/wolf.h"

/* One handshake with the same list of suites and groups on both sides. */
static void one(struct __test_metadata *_metadata, const struct tl_suite *suite,
		const char *group, const char *certificate)
{
	struct tl_profile profiles[] = {
		t_profile("default", ""), t_profile("server", certificate),
	};
	struct td_contexts *contexts;
	struct t_pair pair;
	size_t i;

	for (i = 0; i < 2; i++) {
		profiles[i].ciphers = (char *)suite->name;
		profiles[i].legacy = suite->legacy | tl_group_by_name(group, strlen(group))->legacy;
		profiles[i].groups = (char *)group;
	}
	contexts = t_contexts(profiles, 2);
	t_pair_init(&pair);
	t_pair_run(&pair, contexts);
	ASSERT_EQ(TD_ENGINE_DONE, pair.client.engine->state) TH_LOG("%s", pair.client.result.text);
	ASSERT_EQ(TD_ENGINE_DONE, pair.server.engine->state) TH_LOG("%s", pair.server.result.text);
	EXPECT_EQ(suite->number, pair.client.result.cipher);
	EXPECT_EQ(suite->number, pair.server.result.cipher);
	EXPECT_EQ(suite->version, pair.client.result.version);
	/* Neither has one that is told in TLS 1.2. */
	if (suite->legacy & (TL_LEGACY_DHE | TL_LEGACY_STATIC_RSA)) {
		EXPECT_EQ(0, pair.client.result.group);
	} else {
		EXPECT_EQ(tl_group_by_name(group, strlen(group))->number,
			  pair.client.result.group);
	}
	EXPECT_EQ(pair.client.result.group, pair.server.result.group);
	EXPECT_EQ(1, pair.client.result.verified);
	EXPECT_EQ(0, pair.client.result.resumed);
	t_pair_free(&pair);
	td_context_free(contexts);
}

TEST(every_suite)
{
	size_t i;

	for (i = 0; i < tl_suites_count; i++)
		if (!(tl_suites[i].legacy & ~TD_WOLF_LEGACY))
			one(_metadata, &tl_suites[i], "x25519",
			    strstr(tl_suites[i].name, "_RSA_") ? "server-rsa" : "server");
}

TEST(every_group)
{
	size_t i;

	for (i = 0; i < tl_groups_count; i++)
		if (TD_WOLF_HYBRID || !tl_groups[i].hybrid)
			one(_metadata, &tl_suites[0], tl_groups[i].name, "server-p384");
}

TEST(every_group_of_tls_12)
{
	size_t i;

	for (i = 0; i < tl_groups_count; i++)
		if (!tl_groups[i].hybrid && !tl_groups[i].legacy)
			one(_metadata, tl_suite_by_number(0xc02b), tl_groups[i].name, "server");
}

FIXTURE(pair)
{
	struct td_contexts *contexts;
	struct t_pair pair;
};

FIXTURE_SETUP(pair)
{
	static struct tl_profile profiles[5];

	profiles[0] = t_profile("default", "");
	profiles[1] = t_profile("server", "server");
	profiles[2] = t_profile("chain", "chain");
	profiles[3] = t_profile("client", "client");
	profiles[4] = t_profile("tls12", "");
	profiles[4].max_version = TL_VERSION_1_2;
	self->contexts = t_contexts(profiles, 5);
	t_pair_init(&self->pair);
}

FIXTURE_TEARDOWN(pair)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
}

#define EXPECT_BOTH_DONE(pair)								\
	do {										\
		ASSERT_EQ(TD_ENGINE_DONE, (pair).client.engine->state);			\
		ASSERT_EQ(TD_ENGINE_DONE, (pair).server.engine->state);			\
	} while (0)

TEST_F(pair, server_name)
{
	strcpy(self->pair.client.job.server_name, "WEB.test.");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_STREQ("WEB.test", self->pair.server.result.server_name);
}

TEST_F(pair, address)
{
	strcpy(self->pair.client.job.server_name, "[::1]");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_STREQ("", self->pair.server.result.server_name);
	EXPECT_EQ(1, self->pair.client.result.verified);
}

/* Nobody named the server: its address has to stand in the certificate. */
TEST_F(pair, no_name)
{
	self->pair.client.job.server_name[0] = '\0';
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_EQ(1, self->pair.client.result.verified);
}

TEST_F(pair, chain)
{
	strcpy(self->pair.server.job.profile, "chain");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_EQ(1, self->pair.client.result.verified);
}

TEST_F(pair, protocols)
{
	strcpy(self->pair.client.job.alpn, "h2,http/1.1");
	strcpy(self->pair.server.job.alpn, "http/1.1,ftp");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_STREQ("http/1.1", self->pair.client.result.alpn);
	EXPECT_STREQ("http/1.1", self->pair.server.result.alpn);
}

TEST_F(pair, protocols_of_one_side)
{
	strcpy(self->pair.client.job.alpn, "h2");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_STREQ("", self->pair.client.result.alpn);
	t_pair_free(&self->pair);
	self->pair.client.job.alpn[0] = '\0';
	strcpy(self->pair.server.job.alpn, "h2");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_STREQ("", self->pair.server.result.alpn);
}

TEST_F(pair, client_certificate)
{
	int mode;

	strcpy(self->pair.client.job.profile, "client");
	for (mode = TLSOCK_CLIENT_CERT_REQUEST; mode <= TLSOCK_CLIENT_CERT_REQUIRE; mode++) {
		self->pair.server.job.client_cert = mode;
		t_pair_run(&self->pair, self->contexts);
		EXPECT_BOTH_DONE(self->pair);
		EXPECT_EQ(1, self->pair.server.result.verified);
		EXPECT_STREQ("/CN=tlsock test client",
			     td_peer_subject(&self->pair.server.result.peer));
		t_pair_free(&self->pair);
	}
}

TEST_F(pair, client_certificate_requested_in_vain)
{
	static const char *const profiles[] = { "default", "tls12" };
	size_t i;

	for (i = 0; i < 2; i++) {
		strcpy(self->pair.client.job.profile, profiles[i]);
		self->pair.server.job.client_cert = TLSOCK_CLIENT_CERT_REQUEST;
		t_pair_run(&self->pair, self->contexts);
		EXPECT_BOTH_DONE(self->pair);
		EXPECT_EQ(0, self->pair.server.result.verified);
		t_pair_free(&self->pair);
	}
}

/* Whatever follows the handshake in the same bytes stays where it is. */
TEST_F(pair, bytes_behind_the_handshake)
{
	static const char *const profiles[] = { "default", "tls12" };
	static const char more[] = "program's data";
	struct td_engine *client, *server;
	size_t eaten, length, i;
	uint8_t *bytes;

	for (i = 0; i < 2; i++) {
		strcpy(self->pair.client.job.profile, profiles[i]);
		ASSERT_EQ(0, t_side_start(&self->pair.client, self->contexts));
		ASSERT_EQ(0, t_side_start(&self->pair.server, self->contexts));
		client = self->pair.client.engine;
		server = self->pair.server.engine;
		td_engine_feed(client, NULL, 0, &eaten);
		while (client->state == TD_ENGINE_RUNNING || server->state == TD_ENGINE_RUNNING) {
			struct td_engine *from = client->out_length ? client : server;
			struct td_engine *to = from == client ? server : client;
			bool last;

			ASSERT_NE(0, from->out_length);
			length = from->out_length;
			bytes = malloc(length + sizeof(more));
			ASSERT_NE(NULL, bytes);
			memcpy(bytes, from->out, length);
			memcpy(bytes + length, more, sizeof(more));
			from->out_length = 0;
			/* Only what ends a side's handshake may have bytes behind it. */
			last = from->state == TD_ENGINE_DONE || i == 0;
			td_engine_feed(to, bytes, last && from->state == TD_ENGINE_DONE ?
				       length + sizeof(more) : length, &eaten);
			EXPECT_EQ(length, eaten);
			free(bytes);
		}
		EXPECT_EQ(TD_ENGINE_DONE, client->state);
		EXPECT_EQ(TD_ENGINE_DONE, server->state);
		t_pair_free(&self->pair);
	}
}

/* The peer's bytes may come one by one. */
TEST_F(pair, byte_by_byte)
{
	struct t_pair *pair = &self->pair;
	size_t eaten, length, i;
	int round;

	ASSERT_EQ(0, t_side_start(&pair->client, self->contexts));
	ASSERT_EQ(0, t_side_start(&pair->server, self->contexts));
	td_engine_feed(pair->client.engine, NULL, 0, &eaten);
	for (round = 0; round < 4; round++) {
		struct td_engine *from = round % 2 ? pair->server.engine : pair->client.engine;
		struct td_engine *to = round % 2 ? pair->client.engine : pair->server.engine;

		length = from->out_length;
		for (i = 0; i < length; i++) {
			td_engine_feed(to, from->out + i, 1, &eaten);
			EXPECT_EQ(1, eaten);
		}
		from->out_length = 0;
	}
	EXPECT_BOTH_DONE(*pair);
}

TEST_F(pair, optional_and_none)
{
	int mode;

	for (mode = TLSOCK_VERIFY_NONE; mode <= TLSOCK_VERIFY_OPTIONAL; mode++) {
		strcpy(self->pair.client.job.server_name, "wrong.test");
		self->pair.client.job.verify = mode;
		t_pair_run(&self->pair, self->contexts);
		EXPECT_BOTH_DONE(self->pair);
		EXPECT_EQ(0, self->pair.client.result.verified);
		EXPECT_EQ(mode == TLSOCK_VERIFY_OPTIONAL ? 62 : 0,
			  self->pair.client.result.verify_code);
		t_pair_free(&self->pair);
	}
	strcpy(self->pair.client.job.server_name, "web.test");
	self->pair.client.job.verify = TLSOCK_VERIFY_OPTIONAL;
	t_pair_run(&self->pair, self->contexts);
	EXPECT_BOTH_DONE(self->pair);
	EXPECT_EQ(1, self->pair.client.result.verified);
}

TEST_HARNESS_MAIN
