// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handshakes that fail between two profiles, with the real helper: each has
 * its errno, stage, verify code or alert, and a sentence.
 */
#include "lib/harness.h"
#include "lib/real.h"

FIXTURE(fails) {
	struct t_real real;
};

FIXTURE_VARIANT(fails) {
	const char *server;	/* profiles */
	const char *client;
	const char *name;
	int error;
	uint32_t stage;
	int verify;		/* X509_V_ERR_*, 0: none */
	int sent;		/* alerts + 1, 0: not looked at */
	int received;
	const char *text;	/* part of the sentence */
};

#define CASE(what, ...) FIXTURE_VARIANT_ADD(fails, what) { __VA_ARGS__ }
#define VERIFY TLSOCK_STAGE_VERIFY
#define HANDSHAKE TLSOCK_STAGE_HANDSHAKE

CASE(expired, .server = "expired", .name = "web.test", .error = EKEYEXPIRED, .stage = VERIFY,
     .verify = 10, .text = "expired on");
CASE(not_yet_valid, .server = "notyet", .name = "web.test", .error = EKEYEXPIRED,
     .stage = VERIFY, .verify = 9, .text = "not valid before");
CASE(untrusted, .server = "untrusted", .name = "web.test", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 20, .text = "authority that is not trusted");
CASE(self_signed, .server = "selfsigned", .name = "web.test", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 18, .text = "self-signed");
CASE(wrong_name, .server = "wrong", .name = "web.test", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 62, .text = "other.test");
CASE(right_certificate_wrong_name, .server = "web", .name = "wrong.test",
     .error = EKEYREJECTED, .stage = VERIFY, .verify = 62, .text = "not wrong.test");
CASE(name_that_begins_alike, .server = "web", .name = "web.tes", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 62);
CASE(subdomain, .server = "web", .name = "www.web.test", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 62);
CASE(wrong_address, .server = "wrong", .error = EKEYREJECTED, .stage = VERIFY, .verify = 64);
CASE(name_in_the_subject_only, .server = "cn-only", .name = "localhost",
     .error = EKEYREJECTED, .stage = VERIFY, .verify = 62);
CASE(purpose, .server = "client", .name = "client.test", .error = EKEYREJECTED,
     .stage = VERIFY, .verify = 26, .text = "not meant for servers");
CASE(tls12_expired, .server = "expired", .client = "tls12", .name = "web.test",
     .error = EKEYEXPIRED, .stage = VERIFY, .verify = 10);
CASE(tls12_wrong_name, .server = "wrong", .client = "tls12", .name = "web.test",
     .error = EKEYREJECTED, .stage = VERIFY, .verify = 62);
CASE(version, .server = "tls12", .client = "tls13", .name = "web.test", .error = EPROTO,
     .stage = HANDSHAKE);
CASE(version_other_way, .server = "tls13", .client = "tls12", .name = "web.test",
     .error = EPROTO, .stage = HANDSHAKE, .received = 70 + 1, .text = "TLS 1.2");
CASE(suite, .server = "tls13-aes128", .client = "tls13-chacha", .name = "web.test",
     .error = EPROTO, .stage = HANDSHAKE, .received = 40 + 1);
CASE(suite_tls12, .server = "tls12-aes256", .client = "tls12-chacha", .name = "web.test",
     .error = EPROTO, .stage = HANDSHAKE, .received = 40 + 1);
CASE(group, .server = "x25519", .client = "p256", .name = "web.test", .error = EPROTO,
     .stage = HANDSHAKE);
CASE(server_without_certificate, .server = "nocert", .name = "web.test",
     .error = ECONNRESET, .stage = HANDSHAKE);
CASE(unknown_profile, .server = "web", .client = "no-such-profile", .name = "web.test",
     .error = EACCES, .stage = TLSOCK_STAGE_CONFIG, .text = "no-such-profile");
CASE(client_certificate_missing_tls12, .server = "mtls", .client = "tls12-nocert",
     .name = "web.test", .error = ENOKEY, .stage = HANDSHAKE, .text = "requires a certificate");

FIXTURE_SETUP(fails)
{
	signal(SIGPIPE, SIG_IGN);
	self->real = (struct t_real) {
		.server_profile = variant->server, .client_profile = variant->client,
		.name = variant->name, .client = -1, .server = -1,
	};
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(fails)
{
	t_real_close(&self->real);
}

TEST_F(fails, with_a_reason)
{
	struct tlsock_error error;
	int err;

	err = t_real_connect(&self->real);
	ASSERT_EQ(0, t_error(self->real.client, &error));
	EXPECT_EQ(variant->error, -err) {
		TH_LOG("%s: %s", strerror(-err), error.text);
	}
	EXPECT_EQ(-1, self->real.server);
	EXPECT_EQ(variant->error, error.error);
	EXPECT_EQ(variant->stage, error.stage);
	if (variant->verify)
		EXPECT_EQ(variant->verify, error.verify_code);
	if (variant->sent)
		EXPECT_EQ(variant->sent - 1, error.alert_sent);
	if (variant->received)
		EXPECT_EQ(variant->received - 1, error.alert_received);
	EXPECT_STRNE("", error.text);
	if (variant->text)
		EXPECT_NE(NULL, strstr(error.text, variant->text)) {
			TH_LOG("%s", error.text);
		}
	EXPECT_EQ(TLSOCK_STATE_FAILED, t_state(self->real.client));
	EXPECT_TRUE(send(self->real.client, "x", 1, 0) < 0);
}

FIXTURE(late) {
	struct t_real real;
};

FIXTURE_VARIANT(late) {
	const char *client;
	int alert;
	int error;
};

/* TLS 1.3: the client is done before the server saw its certificate. */
FIXTURE_VARIANT_ADD(late, none) { .client = "tls13-nocert", .alert = 116, .error = ENOKEY };
FIXTURE_VARIANT_ADD(late, untrusted) { .client = "client-untrusted", .alert = 48 };
FIXTURE_VARIANT_ADD(late, expired) { .client = "client-expired", .alert = 45 };

FIXTURE_SETUP(late)
{
	signal(SIGPIPE, SIG_IGN);
	self->real = (struct t_real) {
		.server_profile = "mtls", .client_profile = variant->client,
		.name = "web.test", .client = -1, .server = -1,
	};
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(late)
{
	t_real_close(&self->real);
}

TEST_F(late, refusal_of_the_clients_certificate)
{
	struct tlsock_error error;
	char byte;
	int err;

	err = t_real_connect(&self->real);
	EXPECT_EQ(-1, self->real.server);
	if (!err)
		err = -T_ERRNO(read(self->real.client, &byte, 1));
	EXPECT_NE(0, err);
	ASSERT_EQ(0, t_error(self->real.client, &error));
	EXPECT_EQ(-err, error.error);
	EXPECT_EQ(variant->alert, error.alert_received) {
		TH_LOG("%s: %s", strerror(-err), error.text);
	}
	EXPECT_STRNE("", error.text);
}

TEST_HARNESS_MAIN
