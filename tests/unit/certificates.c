// SPDX-License-Identifier: GPL-2.0-or-later
/* Several certificates of one server: by name, and by what the client can verify. */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "lib/scheme.h"
#include "tlsockd/profile.h"

enum { SERVER, RSA_FIRST, SINGLE, CLIENT, CLIENT_1_2, CLIENT_RSA_1_2, PROFILES };

FIXTURE(certificates)
{
	struct tl_profile	profiles[PROFILES];
	struct td_contexts	*contexts;
	struct t_pair		pair;
};

static void add(struct tl_profile *profile, const char *certificate)
{
	struct tl_profile other = t_profile("", certificate);

	profile->more_certificates.path[profile->more_certificates.n++] = other.certificate;
	profile->more_keys.path[profile->more_keys.n++] = other.key;
}

FIXTURE_SETUP(certificates)
{
	struct tl_profile *p = self->profiles;

	p[SERVER] = t_profile("server", "server");
	add(&p[SERVER], "server-rsa");
	add(&p[SERVER], "wrong");
	p[RSA_FIRST] = t_profile("rsa-first", "server-rsa");
	add(&p[RSA_FIRST], "server-p384");
	p[SINGLE] = t_profile("single", "wrong");
	p[CLIENT] = t_profile("default", "");
	p[CLIENT_1_2] = t_profile("old", "");
	p[CLIENT_1_2].max_version = TL_VERSION_1_2;
	p[CLIENT_RSA_1_2] = t_profile("old-rsa", "");
	p[CLIENT_RSA_1_2].max_version = TL_VERSION_1_2;
	p[CLIENT_RSA_1_2].ciphers = (char *)"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
	self->contexts = t_contexts(p, PROFILES);
	t_pair_init(&self->pair);
}

FIXTURE_TEARDOWN(certificates)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
	td_context_exit();
}

/* Which of the server's certificates a client gets; -1 if the handshake fails */
static int shown(FIXTURE_DATA(certificates) *self, const char *client, const char *server,
		 const char *name)
{
	const struct td_profile *profile = td_profile_find(self->contexts, server);
	struct t_pair *pair = &self->pair;
	int which = -1;

	strcpy(pair->client.job.profile, client);
	strcpy(pair->server.job.profile, server);
	strcpy(pair->client.job.server_name, name);
	pair->client.job.verify = *name ? -1 : TLSOCK_VERIFY_NONE;
	t_pair_run(pair, self->contexts);
	for (unsigned int i = 0; i < profile->n_leaves; i++)
		if (pair->client.engine->state == TD_ENGINE_DONE &&
		    pair->server.engine->state == TD_ENGINE_DONE &&
		    pair->server.engine->ctx == profile->leaves[i].ctx)
			which = (int)i;
	t_pair_free(pair);
	t_pair_init(pair);
	return which;
}

TEST_F(certificates, by_name)
{
	EXPECT_EQ(0, shown(self, "default", "server", "web.test"));
	EXPECT_EQ(2, shown(self, "default", "server", "other.test"));
	EXPECT_EQ(2, shown(self, "old", "server", "OTHER.test"));
	EXPECT_EQ(0, shown(self, "old", "server", "localhost"));
	/* The client refuses that, but it is the first that it could have verified. */
	EXPECT_EQ(-1, shown(self, "default", "server", "unknown.test"));
	EXPECT_EQ(0, shown(self, "default", "server", ""));
	EXPECT_EQ(-1, shown(self, "default", "single", "web.test"));
	EXPECT_EQ(0, shown(self, "default", "single", "other.test"));
}

TEST_F(certificates, by_key)
{
	EXPECT_EQ(1, shown(self, "old-rsa", "server", "web.test"));
	EXPECT_EQ(1, shown(self, "old-rsa", "server", ""));
	/* It has no RSA certificate for that name. */
	EXPECT_EQ(-1, shown(self, "old-rsa", "server", "other.test"));
	EXPECT_EQ(0, shown(self, "default", "rsa-first", "web.test"));
	EXPECT_EQ(0, shown(self, "old", "rsa-first", "web.test"));
}

static bool offers(const struct td_leaf *leaf, uint16_t scheme)
{
	const uint8_t schemes[] = { 0, 0, (uint8_t)(scheme >> 8), (uint8_t)scheme };

	return tl_scheme_offered(&leaf->cert, schemes, sizeof(schemes));
}

TEST_F(certificates, schemes)
{
	const struct td_profile *server = td_profile_find(self->contexts, "server");
	const struct td_profile *rsa = td_profile_find(self->contexts, "rsa-first");
	const uint8_t suites[] = { 0x13, 0x01, 0xc0, 0x2f, 0xff };

	EXPECT_TRUE(offers(&server->leaves[0], 0x0403));
	EXPECT_FALSE(offers(&server->leaves[0], 0x0503));
	EXPECT_FALSE(offers(&server->leaves[0], 0x0804));
	EXPECT_TRUE(offers(&rsa->leaves[1], 0x0503));
	EXPECT_FALSE(offers(&rsa->leaves[1], 0x0403));
	EXPECT_TRUE(offers(&rsa->leaves[0], 0x0804));
	EXPECT_TRUE(offers(&rsa->leaves[0], 0x0601));
	EXPECT_FALSE(offers(&rsa->leaves[0], 0x0201));
	EXPECT_FALSE(tl_scheme_offered(&rsa->leaves[0].cert, suites, 0));
	EXPECT_FALSE(tl_scheme_offered(&rsa->leaves[0].cert, suites, 1));
	EXPECT_TRUE(tl_scheme_suite_offered(&rsa->leaves[0].cert, suites, sizeof(suites), 0));
	EXPECT_FALSE(tl_scheme_suite_offered(&rsa->leaves[1].cert, suites, sizeof(suites), 0));
	EXPECT_FALSE(tl_scheme_suite_offered(&rsa->leaves[0].cert, suites, 2, 0));
}

TEST_HARNESS_MAIN
