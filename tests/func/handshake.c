// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handshakes that succeed, with the real helper on both ends: every protocol
 * version, suite, group, kind of certificate and way to name the server.
 */
#include "lib/harness.h"
#include "lib/real.h"

FIXTURE(handshake) {
	struct t_real real;
};

FIXTURE_VARIANT(handshake) {
	const char *server;	/* profiles */
	const char *client;
	const char *name;
	int family;
	uint16_t version;	/* 0: whatever */
	uint16_t cipher;
	uint16_t group;
};

/* Profiles that are there where wolfSSL has ML-KEM */
#define HYBRID	"/etc/tlsock/profiles.d/hybrid.conf"

#define CASE(what, ...) FIXTURE_VARIANT_ADD(handshake, what) { __VA_ARGS__ }

CASE(plain, .server = "web", .name = "web.test", .version = 0x0304);
CASE(localhost, .server = "web", .name = "localhost");
CASE(name_in_capitals, .server = "web", .name = "Web.TEST");
CASE(no_name_ipv4, .server = "web");
CASE(no_name_ipv6, .server = "web", .family = AF_INET6);
CASE(address_as_name, .server = "web", .name = "127.0.0.1");
CASE(address6_as_name, .server = "web", .name = "::1", .family = AF_INET6);
CASE(name_of_the_profile, .server = "web", .client = "named");
CASE(rsa, .server = "rsa", .name = "web.test");
CASE(p384_certificate, .server = "p384", .name = "web.test");
CASE(intermediate, .server = "chain", .name = "web.test");
CASE(tls12, .server = "tls12", .name = "web.test", .version = 0x0303);
CASE(tls12_client, .server = "web", .client = "tls12", .name = "web.test", .version = 0x0303);
CASE(tls13, .server = "tls13", .name = "web.test", .version = 0x0304);
CASE(tls13_aes128, .server = "tls13-aes128", .name = "web.test", .cipher = 0x1301);
CASE(tls13_aes256, .server = "tls13-aes256", .name = "web.test", .cipher = 0x1302);
CASE(tls13_chacha, .server = "tls13-chacha", .name = "web.test", .cipher = 0x1303);
CASE(tls12_aes128, .server = "tls12-aes128", .name = "web.test", .cipher = 0xc02b);
CASE(tls12_aes256, .server = "tls12-aes256", .name = "web.test", .cipher = 0xc02c);
CASE(tls12_chacha, .server = "tls12-chacha", .name = "web.test", .cipher = 0xcca9);
CASE(tls12_rsa_aes128, .server = "tls12-rsa-aes128", .name = "web.test", .cipher = 0xc02f);
CASE(tls12_rsa_aes256, .server = "tls12-rsa-aes256", .name = "web.test", .cipher = 0xc030);
CASE(tls12_rsa_chacha, .server = "tls12-rsa-chacha", .name = "web.test", .cipher = 0xcca8);
CASE(x25519, .server = "x25519", .name = "web.test", .group = 29);
CASE(p256, .server = "p256", .name = "web.test", .group = 23);
CASE(p384, .server = "web", .client = "p384-group", .name = "web.test", .group = 24);
CASE(hybrid, .server = "hybrid", .name = "web.test", .group = 4588);
CASE(mtls, .server = "mtls", .client = "client", .name = "web.test");
CASE(mtls_request_with, .server = "mtls-request", .client = "client", .name = "web.test");
CASE(mtls_request_without, .server = "mtls-request", .name = "web.test");

FIXTURE_SETUP(handshake)
{
	signal(SIGPIPE, SIG_IGN);
	self->real = (struct t_real) {
		.server_profile = variant->server, .client_profile = variant->client,
		.name = variant->name, .family = variant->family, .client = -1, .server = -1,
	};
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
	if (!strcmp(variant->server, "hybrid") && access(HYBRID, F_OK))
		SKIP(return, "this wolfSSL has no hybrid key exchange");
}

FIXTURE_TEARDOWN(handshake)
{
	t_real_close(&self->real);
}

TEST_F(handshake, works_and_carries_data)
{
	struct tlsock_info client, server;
	struct tlsock_error error;
	char buffer[8] = { 0 };
	int err;

	err = t_real_connect(&self->real);
	t_error(self->real.client, &error);
	ASSERT_EQ(0, err) {
		TH_LOG("%s (%s)", error.text, strerror(-err));
	}
	ASSERT_LE(0, self->real.server);
	ASSERT_EQ(0, t_info(self->real.client, &client));
	ASSERT_EQ(0, t_info(self->real.server, &server));
	EXPECT_TRUE(client.flags & TLSOCK_INFO_VERIFIED);
	EXPECT_EQ(client.version, server.version);
	EXPECT_EQ(client.cipher, server.cipher);
	EXPECT_NE(0, client.cipher);
	if (variant->version)
		EXPECT_EQ(variant->version, client.version);
	if (variant->cipher)
		EXPECT_EQ(variant->cipher, client.cipher);
	if (variant->group) {
		EXPECT_EQ(variant->group, client.group);
		EXPECT_EQ(variant->group, server.group);
	}

	ASSERT_EQ(5, write(self->real.client, "hello", 5));
	ASSERT_EQ(5, read(self->real.server, buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
	ASSERT_EQ(3, write(self->real.server, "you", 3));
	ASSERT_EQ(3, read(self->real.client, buffer, sizeof(buffer)));
	EXPECT_EQ(0, strncmp("you", buffer, 3));
	ASSERT_EQ(0, shutdown(self->real.client, SHUT_WR));
	EXPECT_EQ(0, read(self->real.server, buffer, sizeof(buffer)));
}

FIXTURE(result) {
	struct t_real real;
};

FIXTURE_SETUP(result)
{
	self->real = (struct t_real) {
		.server_profile = "web", .name = "web.test", .client = -1, .server = -1,
	};
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(result)
{
	t_real_close(&self->real);
}

static const char *text_get(int fd, int option)
{
	static char text[TLSOCK_MAX_NAME + 1];
	socklen_t len = sizeof(text);

	memset(text, 0, sizeof(text));
	return getsockopt(fd, SOL_TLSOCK, option, text, &len) ? "?" : text;
}

TEST_F(result, the_server_learns_the_name)
{
	ASSERT_EQ(0, t_real_connect(&self->real));
	EXPECT_STREQ("web.test", text_get(self->real.server, TLSOCK_SERVER_NAME));
}

TEST_F(result, alpn_is_agreed_on)
{
	self->real.server_profile = "alpn";
	self->real.client_profile = "alpn";
	ASSERT_EQ(0, t_real_connect(&self->real));
	EXPECT_STREQ("h2", text_get(self->real.client, TLSOCK_ALPN));
	EXPECT_STREQ("h2", text_get(self->real.server, TLSOCK_ALPN));
}

TEST_F(result, mtls_verifies_the_client)
{
	struct tlsock_info info;

	self->real.server_profile = "mtls";
	self->real.client_profile = "client";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_EQ(0, t_info(self->real.server, &info));
	EXPECT_TRUE(info.flags & TLSOCK_INFO_VERIFIED);
}

TEST_F(result, no_client_certificate_is_not_verified)
{
	struct tlsock_info info;

	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_EQ(0, t_info(self->real.server, &info));
	EXPECT_FALSE(info.flags & TLSOCK_INFO_VERIFIED);
}

TEST_F(result, verify_none_takes_anything_and_says_so)
{
	struct tlsock_info info;

	self->real.server_profile = "selfsigned";
	self->real.client_profile = "verify-none";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_EQ(0, t_info(self->real.client, &info));
	EXPECT_FALSE(info.flags & TLSOCK_INFO_VERIFIED);
}

TEST_F(result, verify_optional_tells)
{
	struct tlsock_info info;

	self->real.client_profile = "verify-optional";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_EQ(0, t_info(self->real.client, &info));
	EXPECT_TRUE(info.flags & TLSOCK_INFO_VERIFIED);
	t_real_close(&self->real);
	self->real.server_profile = "untrusted";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_EQ(0, t_info(self->real.client, &info));
	EXPECT_FALSE(info.flags & TLSOCK_INFO_VERIFIED);
}

TEST_HARNESS_MAIN
