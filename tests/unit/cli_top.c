// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock top`: tallies and rates.
 */
#include "cli/top.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

TEST(tally)
{
	struct tc_tally tally = { .n = 0 };
	char key[200];

	tc_tally_sum(&tally);
	EXPECT_EQ(0, tally.n);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "%d", i % 7 ? i % 3 : 9);
		ASSERT_EQ(0, tc_tally_add(&tally, key));
	}
	tc_tally_sum(&tally);
	ASSERT_EQ(4, tally.n);
	EXPECT_STREQ("0", tally.counts[0].key);
	EXPECT_STREQ("9", tally.counts[3].key);
	EXPECT_EQ(143, tally.counts[3].n);
	EXPECT_EQ(1000, tally.counts[0].n + tally.counts[1].n + tally.counts[2].n + 143);
	tc_tally_free(&tally);
	memset(key, 'x', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	ASSERT_EQ(0, tc_tally_add(&tally, key));
	EXPECT_EQ(TC_TALLY_KEY - 1, strlen(tally.counts[0].key));
	tc_tally_free(&tally);
}

FIXTURE(top)
{
	struct tc_look before, now;
	char *text;
};

FIXTURE_SETUP(top)
{
	self->before.at_ms = 1000;
	self->now.at_ms = 3000;
	self->before.status.outcomes[TLSOCK_OUTCOME_OK] = 10;
	self->now.status.outcomes[TLSOCK_OUTCOME_OK] = 25;
	self->before.status.outcomes[TLSOCK_OUTCOME_RESET] = 10;
	self->now.status.outcomes[TLSOCK_OUTCOME_RESET] = 5;	/* the module was reloaded */
	self->now.status.established = 4;
	self->now.status.helper = true;
}

FIXTURE_TEARDOWN(top)
{
	tc_tally_free(&self->now.profiles);
	tc_tally_free(&self->now.peers);
	free(self->text);
}

static void print(FIXTURE_DATA(top) *self, size_t rows, bool json)
{
	FILE *out;
	size_t size;

	free(self->text);
	self->text = NULL;
	out = open_memstream(&self->text, &size);
	if (json)
		tc_top_json(out, &self->before, &self->now, rows);
	else
		tc_top_print(out, &self->before, &self->now, rows);
	fclose(out);
}

TEST_F(top, rates)
{
	print(self, 10, false);
	EXPECT_NE(NULL, strstr(self->text, "     7.5            25  ok\n"));
	EXPECT_NE(NULL, strstr(self->text, "     0.0             5  reset\n"));
	EXPECT_NE(NULL, strstr(self->text, "helper       running\nestablished  4,"));
	EXPECT_NE(NULL, strstr(self->text, "Sessions are for root"));
	EXPECT_EQ(NULL, strstr(self->text, "timeout"));
	/* No time has passed. */
	self->now.at_ms = self->before.at_ms;
	print(self, 10, false);
	EXPECT_NE(NULL, strstr(self->text, "     0.0            25  ok\n"));
}

TEST_F(top, tallies)
{
	self->now.has_sessions = true;
	tc_tally_add(&self->now.profiles, "web");
	tc_tally_add(&self->now.profiles, "web");
	tc_tally_add(&self->now.profiles, "mail");
	tc_tally_sum(&self->now.profiles);
	print(self, 10, false);
	EXPECT_NE(NULL, strstr(self->text, "       2  web\n       1  mail\n"));
	print(self, 1, false);
	EXPECT_NE(NULL, strstr(self->text, "       2  web\n          and 1 more\n"));
	print(self, 10, true);
	EXPECT_NE(NULL, strstr(self->text, "\"profiles\":{\"web\":2,\"mail\":1},\"peers\":{}"));
	EXPECT_NE(NULL, strstr(self->text, "\"ok\":7.5"));
}

TEST_HARNESS_MAIN
