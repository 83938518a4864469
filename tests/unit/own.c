// SPDX-License-Identifier: GPL-2.0-or-later
/* What programs bring is read once, kept for a while, and never in another's hands. */
#include "tlsockd/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/pair.h"

#define MANY	(2 * TD_OWN_KEPT)

FIXTURE(own) {
	struct td_contexts	*contexts;
	const struct td_profile	*base;
	struct td_owns		owns;
	struct td_result	result;
	struct td_job		job;
	int			file;
};

FIXTURE_SETUP(own)
{
	static struct tl_profile profiles[3];
	struct t_pair pair;

	profiles[0] = t_profile("default", "");
	profiles[1] = t_profile("other", "");
	profiles[2] = t_profile("server", "untrusted");
	self->contexts = t_contexts(profiles, 3);
	self->base = td_profile_find(self->contexts, "");
	t_pair_init(&pair);
	self->job = pair.client.job;
	self->file = memfd_create("own", MFD_CLOEXEC);
	ASSERT_LE(0, self->file);
	memset(&self->owns, 0, sizeof(self->owns));
	memset(&self->result, 0, sizeof(self->result));
}

FIXTURE_TEARDOWN(own)
{
	close(self->file);
	td_own_free(&self->owns);
	td_context_free(self->contexts);
}

/* Appends a file of tests/pki. Its bytes. */
static uint32_t put(int to, const char *file)
{
	char text[8192], *path = t_pki(file);
	int from = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(from, text, sizeof(text));

	if (n <= 0 || write(to, text, n) != n)
		abort();
	close(from);
	free(path);
	return (uint32_t)n;
}

/* The job brings these, of another number than ever before. */
static void bring(FIXTURE_DATA(own) *self, const char *cert, const char *key, const char *ca)
{
	struct tl_own *own = &self->job.own;

	if (ftruncate(self->file, 0) || lseek(self->file, 0, SEEK_SET))
		abort();
	own->id++;
	own->cert = cert ? put(self->file, cert) : 0;
	own->key = key ? put(self->file, key) : 0;
	own->ca = ca ? put(self->file, ca) : 0;
	lseek(self->file, 0, SEEK_SET);
}

static struct td_own *get(FIXTURE_DATA(own) *self)
{
	memset(&self->result, 0, sizeof(self->result));
	return td_own_get(&self->owns, self->base, &self->job, self->file, &self->result);
}

static unsigned int kept(const struct td_owns *owns)
{
	unsigned int n = 0;

	for (const struct td_own *own = owns->first; own; own = own->next)
		n++;
	return n;
}

TEST_F(own, the_same_number_is_not_read_again)
{
	struct td_own *first, *second;

	bring(self, "client.pem", "client.key", NULL);
	first = get(self);
	ASSERT_NE(NULL, first) TH_LOG("%s", self->result.text);
	EXPECT_NE(0, lseek(self->file, 0, SEEK_CUR));
	lseek(self->file, 0, SEEK_SET);
	second = get(self);
	EXPECT_EQ(first, second);
	EXPECT_EQ(0, lseek(self->file, 0, SEEK_CUR));
	EXPECT_EQ(2, first->users);
	td_own_put(first);
	td_own_put(second);
}

TEST_F(own, the_same_contents_are_not_made_again)
{
	struct td_own *first, *second;

	bring(self, "client.pem", "client.key", NULL);
	first = get(self);
	ASSERT_NE(NULL, first);
	bring(self, "client.pem", "client.key", NULL);
	second = get(self);
	EXPECT_EQ(first, second);
	td_own_put(first);
	td_own_put(second);
}

TEST_F(own, other_contents_profile_or_role_are_others)
{
	struct td_own *own[5];

	bring(self, "client.pem", "client.key", NULL);
	own[0] = get(self);
	bring(self, "client.pem", "client.key", "ca.pem");
	own[1] = get(self);
	bring(self, "client.pem", "client.key", "other-ca.pem");
	own[2] = get(self);
	lseek(self->file, 0, SEEK_SET);
	self->job.role = TLSOCK_ROLE_SERVER;
	own[3] = get(self);
	lseek(self->file, 0, SEEK_SET);
	self->base = td_profile_find(self->contexts, "other");
	own[4] = get(self);
	for (int i = 0; i < 5; i++) {
		ASSERT_NE(NULL, own[i]) TH_LOG("%d: %s", i, self->result.text);
		for (int j = 0; j < i; j++)
			EXPECT_NE(own[i], own[j]);
		td_own_put(own[i]);
	}
	/* One's tickets are of no use to another. */
	EXPECT_STRNE(own[0]->tickets, own[1]->tickets);
	EXPECT_STRNE(own[1]->tickets, own[2]->tickets);
	EXPECT_STRNE(own[3]->tickets, own[4]->tickets);
}

/* Those that nobody uses go, the oldest first; those in use stay. */
TEST_F(own, some_are_kept)
{
	struct td_own *used[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		bring(self, NULL, NULL, "ca.pem");
		/* Blank lines behind it make another one of it. */
		lseek(self->file, 0, SEEK_END);
		for (int line = 0; line < i; line++, self->job.own.ca++)
			ASSERT_EQ(1, write(self->file, "\n", 1));
		lseek(self->file, 0, SEEK_SET);
		used[i] = get(self);
		ASSERT_NE(NULL, used[i]) TH_LOG("%s", self->result.text);
	}
	EXPECT_EQ(MANY, kept(&self->owns));
	for (i = 0; i < MANY; i++)
		td_own_put(used[i]);
	bring(self, "client.pem", "client.key", NULL);
	used[0] = get(self);
	EXPECT_EQ(TD_OWN_KEPT + 1, kept(&self->owns));
	EXPECT_EQ(used[MANY - 1], self->owns.first->next);
	td_own_put(used[0]);
}

TEST_F(own, what_is_of_no_use)
{
	static const struct {
		const char *cert, *key, *ca, *text;
	} rows[] = {
		{ "client.pem", NULL, NULL, "certificate and its private key belong together" },
		{ NULL, "client.key", "ca.pem", "certificate and its private key belong together" },
		{ "client.pem", "server.key", NULL, "does not belong to certificate TLSOCK_CERT" },
		{ "client.key", "client.key", NULL, "TLSOCK_CERT holds no certificate chain" },
		{ "client.pem", "client.pem", NULL, "TLSOCK_KEY holds no private key" },
		{ NULL, NULL, "client.key", "TLSOCK_CA holds no certificate" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bring(self, rows[i].cert, rows[i].key, rows[i].ca);
		EXPECT_EQ(NULL, get(self));
		EXPECT_EQ(EINVAL, self->result.error);
		EXPECT_EQ(TLSOCK_STAGE_CONFIG, self->result.stage);
		EXPECT_NE(NULL, strstr(self->result.text, rows[i].text)) {
			TH_LOG("%s", self->result.text);
		}
	}
	EXPECT_EQ(0, kept(&self->owns));
}

/* A handshake with the server "server" whose client has this profile; its errno */
static int talk(FIXTURE_DATA(own) *self, const struct td_profile *profile)
{
	struct t_pair pair;
	size_t eaten;
	int error;

	t_pair_init(&pair);
	if (td_engine_new(profile, &pair.client.job, &pair.client.result, &pair.client.engine) ||
	    t_side_start(&pair.server, self->contexts))
		abort();
	td_engine_feed(pair.client.engine, NULL, 0, &eaten);
	for (int round = 0; round < 4; round++) {
		t_pass(&pair.client, &pair.server);
		t_pass(&pair.server, &pair.client);
	}
	error = pair.client.result.error;
	if (!error && pair.client.engine->state != TD_ENGINE_DONE)
		error = EAGAIN;
	t_pair_free(&pair);
	return error;
}

TEST_F(own, trust_anchors_count_in_a_handshake)
{
	struct td_own *own;

	EXPECT_EQ(EKEYREJECTED, talk(self, self->base));
	bring(self, NULL, NULL, "other-ca.pem");
	own = get(self);
	ASSERT_NE(NULL, own);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(0, talk(self, &own->profile));
	td_own_put(own);
	EXPECT_EQ(EKEYREJECTED, talk(self, self->base));
	bring(self, "client.pem", "client.key", NULL);
	own = get(self);
	ASSERT_NE(NULL, own);
	EXPECT_EQ(EKEYREJECTED, talk(self, &own->profile));
	td_own_put(own);
	bring(self, "client.pem", "client.key", "other-ca.pem");
	own = get(self);
	ASSERT_NE(NULL, own);
	EXPECT_EQ(0, talk(self, &own->profile));
	td_own_put(own);
}

/* What keyrings hold has no number, and may change. */
TEST_F(own, keyrings_are_read_each_time)
{
	struct td_own *first, *second;

	self->job.consumer = TL_CONSUMER_NFS;
	bring(self, "client.pem", "client.key", NULL);
	self->job.own.id = 0;
	first = get(self);
	ASSERT_NE(NULL, first);
	bring(self, "client-untrusted.pem", "client-untrusted.key", NULL);
	self->job.own.id = 0;
	second = get(self);
	ASSERT_NE(NULL, second);
	EXPECT_NE(first, second);
	td_own_put(first);
	td_own_put(second);
	bring(self, "client.key", "client.key", NULL);
	self->job.own.id = 0;
	EXPECT_EQ(NULL, get(self));
	EXPECT_NE(NULL, strstr(self->result.text, "(cert_serial) holds no certificate chain"));
}

TEST_F(own, a_file_that_is_cut)
{
	bring(self, "client.pem", "client.key", NULL);
	ASSERT_EQ(0, ftruncate(self->file, 100));
	EXPECT_EQ(NULL, get(self));
	EXPECT_EQ(EIO, self->result.error);
}

TEST_HARNESS_MAIN
