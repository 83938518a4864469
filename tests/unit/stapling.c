// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OCSP responses that come with a server's certificate: the table of
 * tests/chains/responses.py, and what a server makes of the files it has.
 */
#include "tlsockd/staple.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/log.h"
#include "lib/pair.h"
#include "tlsockd/leaf.h"
#include "tlsockd/profile.h"
#include "tlsockd/wolf.h"

#define ROWS_MIN		40
#define ALERT_CERTIFICATE	42	/* bad_certificate */
#define ALERT_STATUS		113	/* bad_certificate_status_response */

enum { CLIENT, STRICT, CARELESS, OPTIONAL, SERVER, PROFILES };

FIXTURE(stapling) {
	struct tl_profile	profiles[PROFILES];
	struct td_contexts	*contexts;
	struct t_pair		pair;
	char			certificate[32];
	char			key[32];
};

FIXTURE_SETUP(stapling)
{
	struct tl_profile *p = self->profiles;
	const char *folder = t_chains();

	p[CLIENT] = t_profile("default", "");
	p[STRICT] = t_profile("strict", "");
	p[STRICT].ocsp_check = TL_OCSP_REQUIRED;
	p[CARELESS] = t_profile("careless", "");
	p[CARELESS].ocsp_check = TL_OCSP_NO;
	p[OPTIONAL] = t_profile("optional", "");
	p[OPTIONAL].verify = TLSOCK_VERIFY_OPTIONAL;
	p[SERVER] = t_profile("server", "server");
	p[SERVER].certificate = self->certificate;
	p[SERVER].key = self->key;
	ASSERT_EQ(0, chdir(folder));
	for (int i = 0; i < PROFILES; i++)
		p[i].ca = (char *)"anchors.pem";
	tl_log_open("stapling", LOG_EMERG);
	t_pair_init(&self->pair);
	if (!TD_WOLF_OCSP)
		SKIP(return, "this wolfSSL is not trusted with OCSP responses");
}

static void drop(FIXTURE_DATA(stapling) *self)
{
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
	self->contexts = NULL;
	t_pair_init(&self->pair);
}

FIXTURE_TEARDOWN(stapling)
{
	drop(self);
}

static void serve(FIXTURE_DATA(stapling) *self, int number, const char *key, uint16_t version)
{
	for (int i = 0; i < PROFILES; i++)
		self->profiles[i].max_version = version;
	snprintf(self->certificate, sizeof(self->certificate), "response-%d.pem", number);
	snprintf(self->key, sizeof(self->key), "%s", key);
	self->contexts = t_contexts(self->profiles, PROFILES);
}

/* It is sent as it is, whatever it says; without a file there is none. */
static void staple(const FIXTURE_DATA(stapling) *self, int number)
{
	const struct td_profile *profile = td_profile_find(self->contexts, "server");
	struct td_leaf *leaf = (struct td_leaf *)&profile->leaves[0];
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "response-%d.der", number);
	file = fopen(path, "r");
	if (!file)
		return;
	leaf->staple.data = malloc(65536);
	if (!leaf->staple.data)
		abort();
	leaf->staple.length = fread(leaf->staple.data, 1, 65536, file);
	leaf->staple_end = -1;
	fclose(file);
	if (!td_staple_prepare(profile))
		abort();
}

static void run(FIXTURE_DATA(stapling) *self, const char *client)
{
	strcpy(self->pair.client.job.profile, client);
	t_pair_run(&self->pair, self->contexts);
}

/* With TLS 1.3 wolfSSL has the alert of a bad certificate for most. */
static bool told(int alert, int version)
{
	return alert == ALERT_STATUS || (version == TL_VERSION_1_3 && alert == ALERT_CERTIFICATE);
}

TEST_F_TIMEOUT(stapling, table, 300)
{
	int rows = 0, number, alert;
	char line[256], expect[8], key[16], title[100], got[16];
	FILE *file = fopen("responses", "r");

	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file)) {
		ASSERT_EQ(4, sscanf(line, "%d\t%7[^\t]\t%15[^\t]\t%99[^\n]", &number, expect, key,
				    title));
		for (int version = TL_VERSION_1_2; version <= TL_VERSION_1_3; version++) {
			const struct td_result *result = &self->pair.client.result;

			serve(self, number, key, (uint16_t)version);
			staple(self, number);
			run(self, "default");
			alert = self->pair.server.result.alert_received;
			snprintf(got, sizeof(got), "%u", result->verify_code);
			if (self->pair.client.engine->state == TD_ENGINE_DONE)
				snprintf(got, sizeof(got), "ok");
			EXPECT_STREQ(expect, got) {
				TH_LOG("%s, %#x: %s", title, version, result->text);
			}
			if (strcmp(expect, "ok") && strcmp(expect, "100"))
				EXPECT_TRUE(told(alert, version)) {
					TH_LOG("%s, %#x: alert %d", title, version, alert);
				}
			drop(self);
		}
		rows++;
	}
	fclose(file);
	EXPECT_LE(ROWS_MIN, rows);
}

/* What clients of a profile make of the response of a row, "" if they connect */
static const char *seen_by(FIXTURE_DATA(stapling) *self, const char *client, int number)
{
	static char text[TLSOCK_MAX_TEXT + 1];

	serve(self, number, "ec.key", TL_VERSION_1_3);
	staple(self, number);
	run(self, client);
	snprintf(text, sizeof(text), "%s", self->pair.client.result.text);
	if (!*text != (self->pair.client.engine->state == TD_ENGINE_DONE))
		return "text and state do not fit together";
	return text;
}

/* Number of the row with that title */
static int row(const char *title)
{
	FILE *file = fopen("responses", "r");
	char line[256], *tab;
	int number = 0;

	while (file && !number && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		tab = strrchr(line, '\t');
		if (tab && !strcmp(tab + 1, title))
			number = atoi(line);
	}
	if (!number)
		abort();
	fclose(file);
	return number;
}

TEST_F(stapling, policies)
{
	EXPECT_STREQ("certificate came without the OCSP response that it has to have",
		     seen_by(self, "strict", row("none")));
	EXPECT_EQ(EKEYREJECTED, self->pair.client.result.error);
	drop(self);
	EXPECT_STREQ("", seen_by(self, "strict", row("signed by the authority")));
	drop(self);
	EXPECT_STREQ("", seen_by(self, "careless", row("revoked")));
	EXPECT_EQ(1, self->pair.client.result.verified);
	drop(self);
	EXPECT_STREQ("", seen_by(self, "careless",
				 row("none, where the certificate asks for one")));
}

TEST_F(stapling, optional)
{
	EXPECT_STREQ("", seen_by(self, "optional", row("revoked")));
	EXPECT_EQ(0, self->pair.client.result.verified);
	EXPECT_EQ(23, self->pair.client.result.verify_code);
	drop(self);
	EXPECT_STREQ("", seen_by(self, "optional",
				 row("none, where the certificate asks for one")));
	EXPECT_EQ(0, self->pair.client.result.verified);
	EXPECT_EQ(100, self->pair.client.result.verify_code);
}

TEST_F(stapling, errno_and_sentence)
{
	EXPECT_STREQ("certificate was revoked", seen_by(self, "default", row("revoked")));
	EXPECT_EQ(EKEYREVOKED, self->pair.client.result.error);
	EXPECT_EQ(TLSOCK_STAGE_VERIFY, self->pair.client.result.stage);
	drop(self);
	EXPECT_STREQ("certificate came with an OCSP response that is malformed, out of date or "
		     "not about it", seen_by(self, "default", row("expired")));
	EXPECT_EQ(EKEYREJECTED, self->pair.client.result.error);
}

static int mistakes_seen;

static void count(void *arg, const char *file, int line, const char *text)
{
	(void)arg;
	(void)file;
	(void)line;
	fprintf(stderr, "# %s\n", text);
	mistakes_seen++;
}

/* Does a server that finds the response of a row beside the certificate of another take it? */
static bool taken(FIXTURE_DATA(stapling) *self, int certificate, int response)
{
	struct tl_config config = { .profiles = &self->profiles[SERVER], .n_profiles = 1 };
	char path[64], command[160];
	bool has = false;

	snprintf(self->certificate, sizeof(self->certificate), "response-%d.pem", certificate);
	snprintf(self->key, sizeof(self->key), "ec.key");
	snprintf(path, sizeof(path), "%s" TD_STAPLE_SUFFIX, self->certificate);
	snprintf(command, sizeof(command), "cp response-%d.der %s", response, path);
	if (system(command))	/* NOLINT: a constant command but for the numbers */
		abort();
	mistakes_seen = 0;
	if (td_context_init())
		abort();
	if (!td_context_build(&config, &self->contexts, count, NULL)) {
		has = td_profile_find(self->contexts, "server")->leaves[0].staple.length;
		td_context_free(self->contexts);
		self->contexts = NULL;
	}
	unlink(path);
	return has;
}

TEST_F(stapling, files)
{
	int good = row("signed by the authority");

	EXPECT_TRUE(taken(self, good, good));
	EXPECT_TRUE(taken(self, good, row("of several certificates")));
	EXPECT_FALSE(taken(self, good, row("revoked")));
	EXPECT_FALSE(taken(self, good, row("unknown")));
	EXPECT_FALSE(taken(self, good, row("expired")));
	EXPECT_FALSE(taken(self, good, row("not valid yet")));
	EXPECT_FALSE(taken(self, good, row("of another certificate")));
	EXPECT_FALSE(taken(self, good, row("no answer of the responder")));
	EXPECT_EQ(0, mistakes_seen);
	EXPECT_FALSE(taken(self, good, row("no DER")));
	EXPECT_EQ(1, mistakes_seen);
	EXPECT_FALSE(taken(self, good, row("nothing in it")));
	EXPECT_EQ(1, mistakes_seen);
}

TEST_HARNESS_MAIN
