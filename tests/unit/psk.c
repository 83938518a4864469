// SPDX-License-Identifier: GPL-2.0-or-later
/* Handshakes by a pre-shared key alone: who has it gets through, and nobody else. */
#include "tlsockd/psk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "lib/psk.h"
#include "tlsockd/outcome.h"
#include "tlsockd/peer.h"
#include "tlsockd/profile.h"

#define ONE	"NVMe1R01 nqn.host nqn.one one="
#define TWO	"NVMe1R02 nqn.host nqn.two two="
#define OTHER	"a name of its own"

FIXTURE(psk)
{
	struct tl_profile	profiles[3];
	struct td_contexts	*contexts;
	struct t_pair		pair;
	struct tl_psk		one;
	struct tl_psk		two;
	struct tl_psk		other;
};

static struct tl_psk make(int32_t serial, const char *identity, int byte, uint8_t length)
{
	struct tl_psk psk = { .serial = serial, .length = length };

	memset(psk.key, byte, length);
	strcpy(psk.identity, identity);
	return psk;
}

FIXTURE_SETUP(psk)
{
	self->profiles[0] = t_profile("default", "");
	self->profiles[1] = t_profile("server", "server");
	self->profiles[2] = t_profile("old", "");
	self->profiles[2].max_version = TL_VERSION_1_2;
	self->contexts = t_contexts(self->profiles, 3);
	t_pair_init(&self->pair);
	self->pair.client.job.consumer = TL_CONSUMER_NVME_HOST;
	self->pair.server.job.consumer = TL_CONSUMER_NVME_TARGET;
	self->pair.client.job.auth = TL_AUTH_PSK;
	self->pair.server.job.auth = TL_AUTH_PSK;
	self->one = make(1, ONE, 1, 32);
	self->two = make(2, TWO, 2, 48);
	self->other = make(3, OTHER, 3, 32);
}

FIXTURE_TEARDOWN(psk)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
	td_context_exit();
}

/* One handshake; a side without keys does not speak of any. */
static void run(struct __test_metadata *_metadata, FIXTURE_DATA(psk) *self,
		const struct tl_psk *client, const struct tl_psk *server, uint32_t n)
{
	struct t_pair *pair = &self->pair;
	size_t eaten;

	td_engine_free(pair->client.engine);
	td_engine_free(pair->server.engine);
	ASSERT_EQ(0, t_side_start(&pair->client, self->contexts));
	ASSERT_EQ(0, t_side_start(&pair->server, self->contexts));
	if (client)
		ASSERT_EQ(0, td_psk_set(pair->client.engine, client, 1));
	if (server)
		ASSERT_EQ(0, td_psk_set(pair->server.engine, server, n));
	td_engine_feed(pair->client.engine, NULL, 0, &eaten);
	for (int i = 0; i < 4; i++) {
		t_pass(&pair->client, &pair->server);
		t_pass(&pair->server, &pair->client);
	}
}

#define EXPECT_PASSES(serial, suite) do { \
		EXPECT_EQ(TD_ENGINE_DONE, self->pair.client.engine->state); \
		EXPECT_EQ(TD_ENGINE_DONE, self->pair.server.engine->state) \
			TH_LOG("%s", self->pair.server.result.text); \
		EXPECT_EQ(serial, self->pair.client.result.psk); \
		EXPECT_EQ(serial, self->pair.server.result.psk); \
		EXPECT_EQ(suite, self->pair.client.result.cipher); \
		EXPECT_EQ(1, self->pair.client.result.verified); \
		EXPECT_EQ(1, self->pair.server.result.verified); \
		EXPECT_EQ(TL_VERSION_1_3, self->pair.server.result.version); \
		EXPECT_EQ(0, self->pair.server.engine->out_length); \
	} while (0)

#define EXPECT_FAILS(side_, error_, words) do { \
		EXPECT_EQ(TD_ENGINE_FAILED, self->pair.side_.engine->state); \
		EXPECT_EQ(error_, self->pair.side_.result.error); \
		EXPECT_NE(NULL, strstr(self->pair.side_.result.text, words)) \
			TH_LOG("%s", self->pair.side_.result.text); \
		EXPECT_EQ(0, self->pair.side_.result.verified); \
	} while (0)

TEST_F(psk, same_key)
{
	const struct tl_psk all[] = { self->other, self->one, self->two };

	run(_metadata, self, &self->one, &self->one, 1);
	EXPECT_PASSES(1, 0x1301);
	run(_metadata, self, &self->two, all, 3);
	EXPECT_PASSES(2, 0x1302);
	run(_metadata, self, &self->other, all, 3);
	EXPECT_PASSES(3, 0x1301);
	/* A certificate does not matter. */
	strcpy(self->pair.client.job.profile, "server");
	run(_metadata, self, &self->one, all, 3);
	EXPECT_PASSES(1, 0x1301);
	strcpy(self->pair.server.job.profile, "default");
	run(_metadata, self, &self->one, all, 3);
	EXPECT_PASSES(1, 0x1301);
}

TEST_F(psk, another_key)
{
	struct tl_psk wrong = make(9, ONE, 7, 32);

	run(_metadata, self, &wrong, &self->one, 1);
	EXPECT_FAILS(server, EKEYREJECTED, "is not the one of that name");
	EXPECT_FAILS(client, EKEYREJECTED, "peer refused our pre-shared key");
	run(_metadata, self, &self->two, &self->one, 1);
	EXPECT_FAILS(server, EKEYREJECTED, "names no pre-shared key that is here");
	EXPECT_FAILS(client, EKEYREJECTED, "peer refused our pre-shared key");
}

/* The other end wants certificates, and may even have a good one. */
TEST_F(psk, no_certificate_instead)
{
	self->pair.server.job.consumer = TL_CONSUMER_PROGRAM;
	run(_metadata, self, &self->one, NULL, 0);
	EXPECT_NE(TD_ENGINE_DONE, self->pair.client.engine->state);
	EXPECT_EQ(TD_ENGINE_FAILED, self->pair.server.engine->state)
		TH_LOG("%s", self->pair.server.result.text);

	self->pair.server.job.consumer = TL_CONSUMER_NVME_TARGET;
	self->pair.client.job.consumer = TL_CONSUMER_PROGRAM;
	run(_metadata, self, NULL, &self->one, 1);
	EXPECT_FAILS(server, EKEYREJECTED, "names no pre-shared key that is here");
	EXPECT_NE(TD_ENGINE_DONE, self->pair.client.engine->state);
}

TEST_F(psk, no_tls_1_3)
{
	strcpy(self->pair.client.job.profile, "old");
	EXPECT_EQ(-EOPNOTSUPP, t_side_start(&self->pair.client, self->contexts));
	EXPECT_NE(NULL, strstr(self->pair.client.result.text, "has no TLS 1.3"));
}

TEST(descriptions)
{
	struct tl_psk psk = { 0 };
	char text[400] = "psk;0;0;3f010000;";

	EXPECT_EQ(0, tl_psk_describe("psk;0;0;3f010000;" ONE, &psk));
	EXPECT_STREQ(ONE, psk.identity);
	EXPECT_EQ(0, tl_psk_describe("psk;1000;-1;3f010000;a;b", &psk));
	EXPECT_STREQ("a;b", psk.identity);
	EXPECT_EQ(-ENOKEY, tl_psk_describe("user;0;0;3f010000;a", &psk));
	EXPECT_EQ(-ENOKEY, tl_psk_describe("", &psk));
	EXPECT_EQ(-EINVAL, tl_psk_describe("psk;0;0;3f010000", &psk));
	EXPECT_EQ(-EINVAL, tl_psk_describe("psk;0;0;3f010000;", &psk));
	memset(text + strlen(text), 'x', TL_PSK_MAX_IDENTITY);
	EXPECT_EQ(0, tl_psk_describe(text, &psk));
	text[strlen(text)] = 'x';
	EXPECT_EQ(-EINVAL, tl_psk_describe(text, &psk));
	EXPECT_EQ(0, tl_psk_set(&psk, text, 32));
	EXPECT_EQ(0, tl_psk_set(&psk, text, 64));
	EXPECT_EQ(-EINVAL, tl_psk_set(&psk, text, 31));
	EXPECT_EQ(-EINVAL, tl_psk_set(&psk, text, 65));
}

/* A profile with keys of its own, and what programs are told of the peer */
TEST_F(psk, of_a_profile)
{
	struct td_mistakes mistakes = { .profile = &self->profiles[0] };
	char path[] = "/tmp/tlsock-psk-XXXXXX";
	struct t_pair *pair = &self->pair;
	static const char text[] =
		"# a comment\n"
		"  a:b c:00112233445566778899aabbccddeeff  \n\n"
		"client:000102030405060708090A0B0C0D0E0F"
		"101112131415161718191a1b1c1d1e1f2021222324252627"
		"28292a2b2c2d2e2f:sha384\n";
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(text) - 1, write(fd, text, sizeof(text) - 1));
	close(fd);
	td_context_free(self->contexts);
	td_context_exit();
	self->profiles[0].psk = path;
	self->contexts = t_contexts(self->profiles, 3);
	pair->client.job.consumer = TL_CONSUMER_PROGRAM;
	pair->server.job.consumer = TL_CONSUMER_PROGRAM;
	strcpy(pair->client.job.server_name, "web.test");
	strcpy(pair->server.job.profile, "default");
	run(_metadata, self, NULL, NULL, 0);
	EXPECT_PASSES(1, 0x1301);
	td_outcome_names(pair->server.engine);
	EXPECT_STREQ("web.test", pair->server.result.server_name);
	EXPECT_STREQ("", td_peer_subject(&pair->server.result.peer));
	EXPECT_STREQ("PSK:a:b c", pair->server.result.peer.names + 1);
	EXPECT_TRUE(td_peer_check(&pair->server.result.peer));

	/* One that wants certificates */
	strcpy(pair->server.job.profile, "server");
	run(_metadata, self, NULL, NULL, 0);
	EXPECT_NE(TD_ENGINE_DONE, pair->client.engine->state);
	EXPECT_NE(TD_ENGINE_DONE, pair->server.engine->state);
	unlink(path);
	EXPECT_EQ(-EINVAL, td_psk_file_read(path, &mistakes, &(struct td_psks) { 0 }));
	self->profiles[0].psk = NULL;
}

#define HEX16	"00112233445566778899aabbccddeeff"

TEST(lines)
{
	static const struct {
		const char	*line;
		const char	*identity;
		uint8_t		length;
		uint16_t	suite;
	} rows[] = {
		{ "a:" HEX16, "a", 16, 0x1301 },
		{ "a:" HEX16 ":sha256", "a", 16, 0x1301 },
		{ "a:" HEX16 HEX16 HEX16 ":sha384", "a", 48, 0x1302 },
		{ "a:" HEX16 HEX16 HEX16, "a", 48, 0x1301 },
		{ "NVMe1R02 nqn:x y:" HEX16, "NVMe1R02 nqn:x y", 16, 0x1301 },
		{ ":sha384:" HEX16, ":sha384", 16, 0x1301 },
		{ "a:" HEX16 HEX16 HEX16 HEX16, "a", 64, 0x1301 },
	};
	static const char *const refused[] = {
		"a:" HEX16 HEX16 HEX16 HEX16 "00", "a:" HEX16 "0", "a:0011", "a:" HEX16 "x0",
		"a:", "a", ":" HEX16, "", "a:sha256", "a:" HEX16 ":sha512", "\377:" HEX16,
		"a\tb:" HEX16,
	};
	struct tl_psk psk;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		EXPECT_NE(NULL, tl_psk_parse(refused[i], strlen(refused[i]), &psk))
			TH_LOG("%s", refused[i]);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_EQ(NULL, tl_psk_parse(rows[i].line, strlen(rows[i].line), &psk));
		EXPECT_STREQ(rows[i].identity, psk.identity);
		EXPECT_EQ(rows[i].length, psk.length);
		EXPECT_EQ(rows[i].suite, tl_psk_suite(&psk));
		EXPECT_EQ(0x11, psk.key[1]);
	}
}

TEST(hashes)
{
	static const struct {
		const char	*identity;
		uint8_t		length;
		uint16_t	suite;
	} rows[] = {
		{ "NVMe0R01 a b", 48, 0x1301 }, { "NVMe1R02 a b c", 32, 0x1302 },
		{ "NVMe2R02 a b", 32, 0x1301 }, { "NVMe0R03 a b", 48, 0x1302 },
		{ "NVMe0R01", 48, 0x1302 }, { "N", 32, 0x1301 }, { "x", 48, 0x1302 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl_psk psk = make(1, rows[i].identity, 0, rows[i].length);

		EXPECT_EQ(rows[i].suite, tl_psk_suite(&psk)) TH_LOG("%s", rows[i].identity);
	}
}

TEST_HARNESS_MAIN
