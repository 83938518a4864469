// SPDX-License-Identifier: GPL-2.0-or-later
/* Handshakes that fail: errno, stage, alerts and the sentence of each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "tlsockd/outcome.h"

/* X509_V_ERR_* */
enum { EXPIRED = 10, NOT_YET = 9, SELF_SIGNED = 18, NO_ISSUER = 20, HOST = 62, ADDRESS = 64 };

FIXTURE(failures)
{
	struct td_contexts *contexts;
	struct t_pair pair;
};

FIXTURE_SETUP(failures)
{
	static const char *const certificates[] = {
		"server", "expired", "notyet", "selfsigned", "untrusted", "wrong", "cn-only",
		"client", "client-expired", "client-untrusted",
	};
	enum { COUNT = sizeof(certificates) / sizeof(certificates[0]) };
	static struct tl_profile profiles[COUNT + 4];
	size_t i;

	for (i = 0; i < COUNT; i++)
		profiles[i] = t_profile(certificates[i], certificates[i]);
	profiles[i++] = t_profile("default", "");
	profiles[i] = t_profile("tls12", "");
	profiles[i++].max_version = TL_VERSION_1_2;
	profiles[i] = t_profile("tls13", "server");
	profiles[i++].min_version = TL_VERSION_1_3;
	profiles[i] = t_profile("chacha", "");
	profiles[i].ciphers = (char *)"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
	profiles[i++].groups = (char *)"secp384r1";
	self->contexts = t_contexts(profiles, i);
	t_pair_init(&self->pair);
}

FIXTURE_TEARDOWN(failures)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
}

#define EXPECT_FAILED(side, errno_, stage_, text_)					\
	do {										\
		EXPECT_EQ(errno_, (side).result.error);					\
		EXPECT_EQ(TLSOCK_STAGE_##stage_, (side).result.stage);			\
		EXPECT_STREQ(text_, (side).result.text);				\
		EXPECT_FALSE((side).result.verified);					\
		if ((side).engine)							\
			EXPECT_EQ(TD_ENGINE_FAILED, (side).engine->state);		\
	} while (0)

struct certificate_case {
	const char	*profile;
	const char	*name;
	int		error;
	int		code;
	const char	*text;	/* its start */
};

static const struct certificate_case cases[] = {
	{ "expired", "localhost", EKEYEXPIRED, EXPIRED, "certificate expired on 20" },
	{ "notyet", "localhost", EKEYEXPIRED, NOT_YET, "certificate is not valid before 20" },
	{ "selfsigned", "localhost", EKEYREJECTED, SELF_SIGNED, "certificate is self-signed and " },
	{ "untrusted", "localhost", EKEYREJECTED, NO_ISSUER,
	  "certificate is signed by an authority that is not trusted" },
	{ "wrong", "localhost", EKEYREJECTED, HOST,
	  "certificate is for other.test, not localhost" },
	{ "server", "wrong.test", EKEYREJECTED, HOST,
	  "certificate is for localhost, web.test and 3 more, not wrong.test" },
	{ "server", "192.0.2.9", EKEYREJECTED, ADDRESS,
	  "certificate is for localhost, web.test and 3 more, not 192.0.2.9" },
	{ "wrong", "", EKEYREJECTED, ADDRESS, "certificate is for other.test, not 127.0.0.1" },
	{ "cn-only", "localhost", EKEYREJECTED, HOST,
	  "certificate has no subjectAltName, it should be for localhost" },
};

static void certificate(struct __test_metadata *_metadata, struct t_pair *pair,
			const struct td_contexts *contexts, const struct certificate_case *one)
{
	strcpy(pair->server.job.profile, one->profile);
	strcpy(pair->client.job.server_name, one->name);
	t_pair_run(pair, contexts);
	EXPECT_FAILED(pair->client, one->error, VERIFY, pair->client.result.text);
	EXPECT_EQ(0, strncmp(one->text, pair->client.result.text, strlen(one->text)))
		TH_LOG("%s", pair->client.result.text);
	EXPECT_EQ(one->code, pair->client.result.verify_code);
	EXPECT_EQ(0, pair->client.result.verify_depth);
	EXPECT_LE(42, pair->client.result.alert_sent);
	EXPECT_EQ(-1, pair->client.result.alert_received);
	EXPECT_EQ(pair->client.result.alert_sent, pair->server.result.alert_received);
	EXPECT_EQ(EPROTO, pair->server.result.error);
	t_pair_free(pair);
}

TEST_F(failures, server_certificates)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		certificate(_metadata, &self->pair, self->contexts, &cases[i]);
	strcpy(self->pair.client.job.profile, "tls12");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		certificate(_metadata, &self->pair, self->contexts, &cases[i]);
}

/* TLSOCK_VERIFY_OPTIONAL lets all of them pass and tells the truth. */
TEST_F(failures, optional)
{
	struct t_pair *pair = &self->pair;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pair->client.job.verify = TLSOCK_VERIFY_OPTIONAL;
		strcpy(pair->server.job.profile, cases[i].profile);
		strcpy(pair->client.job.server_name, cases[i].name);
		t_pair_run(pair, self->contexts);
		EXPECT_EQ(TD_ENGINE_DONE, pair->client.engine->state);
		EXPECT_EQ(0, pair->client.result.error);
		EXPECT_FALSE(pair->client.result.verified);
		EXPECT_EQ(cases[i].code, pair->client.result.verify_code);
		t_pair_free(pair);
	}
	/* Nothing of it is left in what connections share. */
	pair->client.job.verify = -1;
	certificate(_metadata, pair, self->contexts, &cases[3]);
}

TEST_F(failures, client_certificates)
{
	static const struct { const char *profile; int error; } clients[] = {
		{ "client-expired", EKEYEXPIRED }, { "client-untrusted", EKEYREJECTED },
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		strcpy(self->pair.client.job.profile, clients[i].profile);
		self->pair.server.job.client_cert = TLSOCK_CLIENT_CERT_REQUEST;
		t_pair_run(&self->pair, self->contexts);
		EXPECT_EQ(clients[i].error, self->pair.server.result.error);
		EXPECT_EQ(TLSOCK_STAGE_VERIFY, self->pair.server.result.stage);
		t_pair_free(&self->pair);
	}
}

TEST_F(failures, client_without_certificate)
{
	self->pair.server.job.client_cert = TLSOCK_CLIENT_CERT_REQUIRE;
	t_pair_run(&self->pair, self->contexts);
	EXPECT_FAILED(self->pair.server, EKEYREJECTED, VERIFY, "peer sent no certificate");
	t_pair_free(&self->pair);
	strcpy(self->pair.client.job.profile, "tls12");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_FAILED(self->pair.server, EKEYREJECTED, VERIFY, "peer sent no certificate");
	EXPECT_EQ(ENOKEY, self->pair.client.result.error);
	EXPECT_EQ(0, strncmp("peer requires a certificate, the profile has none",
			     self->pair.client.result.text, 49));
}

TEST_F(failures, protocols)
{
	strcpy(self->pair.client.job.alpn, "h2");
	strcpy(self->pair.server.job.alpn, "http/1.1");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_FAILED(self->pair.server, EPROTO, HANDSHAKE,
		      "peer and we have no application protocol in common (ours: http/1.1)");
	EXPECT_FAILED(self->pair.client, EPROTO, HANDSHAKE,
		      "peer accepts none of our protocols: h2 (alert no_application_protocol)");
	EXPECT_EQ(120, self->pair.server.result.alert_sent);
	EXPECT_EQ(120, self->pair.client.result.alert_received);
}

TEST_F(failures, versions)
{
	strcpy(self->pair.client.job.profile, "tls12");
	strcpy(self->pair.server.job.profile, "tls13");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_FAILED(self->pair.server, EPROTO, HANDSHAKE,
		      "peer speaks TLS 1.2, at least TLS 1.3 is required");
	EXPECT_EQ(EPROTO, self->pair.client.result.error);
	EXPECT_EQ(TLSOCK_STAGE_HANDSHAKE, self->pair.client.result.stage);
}

TEST_F(failures, suites)
{
	strcpy(self->pair.client.job.profile, "chacha");
	t_pair_run(&self->pair, self->contexts);
	EXPECT_EQ(EPROTO, self->pair.client.result.error);
	EXPECT_FAILED(self->pair.server, EPROTO, HANDSHAKE,
		      "peer and we have no cipher suite or group in common");
}

TEST_F(failures, configuration)
{
	struct t_pair *pair = &self->pair;

	strcpy(pair->client.job.profile, "nowhere");
	EXPECT_EQ(-EACCES, t_side_start(&pair->client, self->contexts));
	EXPECT_FAILED(pair->client, EACCES, CONFIG, "no profile is called nowhere");
	strcpy(pair->server.job.profile, "default");
	EXPECT_EQ(-ENOKEY, t_side_start(&pair->server, self->contexts));
	EXPECT_FAILED(pair->server, ENOKEY, CONFIG,
		      "profile default has no certificate for servers");
	strcpy(pair->client.job.profile, "");
	strcpy(pair->client.job.server_name, "not a name");
	EXPECT_EQ(-EINVAL, t_side_start(&pair->client, self->contexts));
	EXPECT_FAILED(pair->client, EINVAL, CONFIG,
		      "server name is neither a host name nor an IP address");
}

struct words {
	uint32_t	role;
	const uint8_t	*bytes;
	size_t		length;
	int		error;
	const char	*text;
};

#define RANDOM	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31

static const uint8_t http[] = "GET / HTTP/1.1\r\n\r\n";
static const uint8_t alert_40[] = { 21, 3, 3, 0, 2, 2, 40 };
static const uint8_t alert_70[] = { 21, 3, 3, 0, 2, 2, 70 };
static const uint8_t alert_116[] = { 21, 3, 3, 0, 2, 2, 116 };
static const uint8_t close_notify[] = { 21, 3, 3, 0, 2, 1, 0 };
static const uint8_t hello_11[] = {
	22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2,
	RANDOM,
	0, 0xc0, 0x09, 0,
};
static const uint8_t client_hello_11[] = {
	22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2,
	RANDOM,
	0, 0, 2, 0xc0, 0x09, 1, 0,
};
static const uint8_t client_hello_ssl3[] = {
	22, 3, 0, 0, 45, 1, 0, 0, 41, 3, 0,
	RANDOM,
	0, 0, 2, 0, 0x2f, 1, 0,
};

#define WORDS(role, bytes, error, text) { TLSOCK_ROLE_##role, bytes, sizeof(bytes), error, text }

/* What a peer may say instead of the first message of a handshake. */
TEST_F(failures, words_of_the_peer)
{
	static const struct words all[] = {
		WORDS(CLIENT, http, EPROTO, "peer sent no TLS (first bytes: 47 45 54 20 2f"),
		WORDS(SERVER, http, EPROTO, "peer sent no TLS (first bytes: 47 45 54 20 2f"),
		WORDS(CLIENT, alert_40, EPROTO, "peer has no cipher suite, group or signature"),
		WORDS(CLIENT, alert_70, EPROTO, "peer speaks no version from TLS 1.2 to TLS 1.3"),
		WORDS(CLIENT, alert_116, ENOKEY, "peer requires a certificate"),
		WORDS(CLIENT, close_notify, ECONNRESET, "peer ended the handshake"),
		WORDS(SERVER, close_notify, ECONNRESET, "peer ended the handshake"),
		WORDS(CLIENT, hello_11, EPROTO,
		      "peer speaks TLS 1.1, at least TLS 1.2 is required"),
		WORDS(SERVER, client_hello_11, EPROTO,
		      "peer speaks TLS 1.1, at least TLS 1.2 is required"),
		WORDS(SERVER, client_hello_ssl3, EPROTO,
		      "peer speaks SSL 3, at least TLS 1.2 is required"),
	};
	struct t_side *side;
	size_t eaten, i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		side = all[i].role == TLSOCK_ROLE_CLIENT ? &self->pair.client : &self->pair.server;
		ASSERT_EQ(0, t_side_start(side, self->contexts));
		if (all[i].role == TLSOCK_ROLE_CLIENT)
			td_engine_feed(side->engine, NULL, 0, &eaten);
		td_engine_feed(side->engine, all[i].bytes, all[i].length, &eaten);
		EXPECT_FAILED(*side, all[i].error, HANDSHAKE, side->result.text);
		EXPECT_EQ(0, strncmp(all[i].text, side->result.text, strlen(all[i].text)))
			TH_LOG("%zu: %s", i, side->result.text);
		t_pair_free(&self->pair);
	}
}

/* A flight with any one byte changed fails or runs on, and never succeeds twice as much. */
TEST_F(failures, damaged_flight)
{
	struct t_pair *pair = &self->pair;
	size_t eaten, length, i;
	uint8_t *flight;

	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, t_side_start(&pair->client, self->contexts));
		ASSERT_EQ(0, t_side_start(&pair->server, self->contexts));
		td_engine_feed(pair->client.engine, NULL, 0, &eaten);
		t_pass(&pair->client, &pair->server);
		length = pair->server.engine->out_length;
		flight = malloc(length);
		ASSERT_NE(NULL, flight);
		memcpy(flight, pair->server.engine->out, length);
		flight[i * (length - 1) / 63] ^= 0x41;
		td_engine_feed(pair->client.engine, flight, length, &eaten);
		EXPECT_NE(TD_ENGINE_DONE, pair->client.engine->state);
		free(flight);
		t_pair_free(pair);
	}
}

TEST(first_failure_stays)
{
	struct td_result result;

	td_outcome_clear(&result);
	EXPECT_EQ(-1, result.alert_sent);
	EXPECT_EQ(-1, result.alert_received);
	td_outcome_set(&result, EPROTO, TLSOCK_STAGE_HANDSHAKE, "%d", 1);
	td_outcome_set(&result, EIO, TLSOCK_STAGE_KEYS, "%d", 2);
	EXPECT_EQ(EPROTO, result.error);
	EXPECT_STREQ("1", result.text);
}

TEST_HARNESS_MAIN
