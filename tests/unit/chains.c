// SPDX-License-Identifier: GPL-2.0-or-later
/* Chains of certificates: what one peer sends must not count for the next peer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/pair.h"

#define NO_ISSUER	20	/* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY */

/* The text of a PEM file. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 16384);

	if (!file || !text || fread(text, 1, 16383, file) == 0)
		abort();
	fclose(file);
	return text;
}

static char *write_file(const char *text)
{
	char *path = strdup("/tmp/tlsock-chain-XXXXXX");
	int fd = path ? mkstemp(path) : -1;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

/* A profile with the leaf of chain.pem and, if @forged, an intermediate with a wrong signature. */
static struct tl_profile leaf_profile(const char *name, bool forged)
{
	static const char end[] = "-----END CERTIFICATE-----";
	struct tl_profile profile = t_profile(name, "chain");
	char *text = read_file(profile.certificate), *p;

	p = strstr(text, end) + strlen(end);
	if (forged) {
		p = strstr(p, end) - 12;
		*p = *p == 'A' ? 'B' : 'A';
	} else {
		strcpy(p, "\n");
	}
	profile.certificate = write_file(text);
	free(text);
	return profile;
}

static void connect_to(struct t_pair *pair, const struct td_contexts *contexts, const char *server,
		       int verify)
{
	t_pair_free(pair);
	strcpy(pair->server.job.profile, server);
	strcpy(pair->client.job.server_name, "localhost");
	pair->client.job.verify = verify;
	t_pair_run(pair, contexts);
}

TEST(chains_are_forgotten)
{
	struct tl_profile profiles[] = {
		t_profile("default", ""), t_profile("chain", "chain"),
		leaf_profile("leaf", false), leaf_profile("forged", true),
	};
	struct td_contexts *contexts = t_contexts(profiles, 4);
	struct t_pair pair;
	int i;

	t_pair_init(&pair);
	for (i = 0; i < 2; i++) {
		connect_to(&pair, contexts, "chain", TLSOCK_VERIFY_REQUIRED);
		EXPECT_EQ(0, pair.client.result.error) TH_LOG("%s", pair.client.result.text);
		EXPECT_TRUE(pair.client.result.verified);
		connect_to(&pair, contexts, "leaf", TLSOCK_VERIFY_REQUIRED);
		EXPECT_EQ(EKEYREJECTED, pair.client.result.error);
		EXPECT_EQ(NO_ISSUER, pair.client.result.verify_code);
		connect_to(&pair, contexts, "forged", TLSOCK_VERIFY_REQUIRED);
		EXPECT_EQ(EKEYREJECTED, pair.client.result.error);
		connect_to(&pair, contexts, "forged", TLSOCK_VERIFY_OPTIONAL);
		EXPECT_EQ(0, pair.client.result.error);
		EXPECT_FALSE(pair.client.result.verified);
		connect_to(&pair, contexts, "leaf", TLSOCK_VERIFY_OPTIONAL);
		EXPECT_EQ(0, pair.client.result.error);
		EXPECT_FALSE(pair.client.result.verified);
	}
	t_pair_free(&pair);
	td_context_free(contexts);
	unlink(profiles[2].certificate);
	unlink(profiles[3].certificate);
}

TEST_HARNESS_MAIN
