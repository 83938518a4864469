// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conditions of rules: each with what meets it and what does not, why, and
 * the mistakes that a rule can have.
 */
#include "lib/rule.h"

#include <errno.h>
#include <string.h>

#include "lib/config.h"
#include "lib/ruleset_fixture.h"

/* One rule with one condition */
static const char *with(struct _test_data_rules *self, const char *condition)
{
	char text[1024];

	snprintf(text, sizeof(text), "[profile a]\n[rule r]\n%s\nprofile = a\n", condition);
	if (load(self, text))
		return self->set.text;
	return choose(self);
}

/* Conditions that the client of the fixture meets, and that it does not */
static const struct {
	const char	*condition;
	bool		holds;
} clients[] = {
	{ "role = client", true },
	{ "role = server", false },
	{ "user = 1000", true },
	{ "user = 1, 2 , 1000", true },
	{ "user = 999-1001", true },
	{ "user = 1000-1000", true },
	{ "user = root", false },
	{ "user = 0-999 1001-4294967294", false },
	{ "group = 100", true },
	{ "group = 0-99", false },
	{ "group = root", false },
	{ "program = /usr/bin/curl", true },
	{ "program = /usr/bin/c*", true },
	{ "program = /usr/*/curl", true },
	{ "program = /usr/*", false },
	{ "program = /usr/bin/cur", false },
	{ "program = /usr/bin/wget /usr/bin/cur?", true },
	{ "cgroup = /user.slice", true },
	{ "cgroup = /user.slice/user-1000.slice/app", true },
	{ "cgroup = /user.slice/user-*.slice", true },
	{ "cgroup = /user.slic", false },
	{ "cgroup = /user.slice/user-1.slice", false },
	{ "cgroup = /", true },
	{ "cgroup = id:77", true },
	{ "cgroup = id:78", false },
	{ "cgroup = id:78 /user.slice", true },
	{ "destination = 192.0.2.7", true },
	{ "destination = 192.0.2.0/24", true },
	{ "destination = 192.0.2.6/31", true },
	{ "destination = 192.0.2.8/31", false },
	{ "destination = 192.0.2.7/32", true },
	{ "destination = 0.0.0.0/0", true },
	{ "destination = ::/0", false },
	{ "destination = 2001:db8::/32, 192.0.0.0/16", true },
	{ "destination-port = 443", true },
	{ "destination-port = 80 400-500", true },
	{ "destination-port = 80 444-500", false },
	{ "name = example.net", false },	/* it set none */
	{ "listener = 0.0.0.0/0", false },
	{ "listener-port = 0-65535", false },
	{ "source = 0.0.0.0/0", false },
	{ "user = 1000\ngroup = 100\ndestination-port = 443", true },
	{ "user = 1000\ngroup = 100\ndestination-port = 442", false },
};

TEST_F(rules, conditions_of_clients)
{
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		EXPECT_STREQ(clients[i].holds ? "a" : "default", with(self, clients[i].condition))
			TH_LOG("%s", clients[i].condition);
	}
}

TEST_F(rules, conditions_of_servers)
{
	self->subject->role = TLSOCK_ROLE_SERVER;
	EXPECT_STREQ("a", with(self, "role = server"));
	EXPECT_STREQ("default", with(self, "role = client"));
	EXPECT_STREQ("a", with(self, "listener = 198.51.100.0/24"));
	EXPECT_STREQ("default", with(self, "listener = 192.0.2.0/24"));
	EXPECT_STREQ("a", with(self, "listener-port = 50000"));
	EXPECT_STREQ("default", with(self, "listener-port = 443"));
	EXPECT_STREQ("a", with(self, "source = 192.0.2.0/24"));
	EXPECT_STREQ("default", with(self, "destination = 192.0.2.0/24"));
	EXPECT_STREQ("default", with(self, "destination-port = 443"));
	self->subject->server_name = "example.net";
	EXPECT_STREQ("default", with(self, "name = example.net"));
}

TEST_F(rules, addresses_of_both_families)
{
	t_ruleset_address(&self->subject->remote, "::ffff:192.0.2.7", 443);
	EXPECT_STREQ("a", with(self, "destination = 192.0.2.0/24"));
	EXPECT_STREQ("default", with(self, "destination = ::/0"));
	t_ruleset_address(&self->subject->remote, "2001:db8:0:1::1", 443);
	EXPECT_STREQ("a", with(self, "destination = 2001:db8::/47"));
	EXPECT_STREQ("default", with(self, "destination = 2001:db8::/64"));
	EXPECT_STREQ("a", with(self, "destination = ::/0"));
	EXPECT_STREQ("default", with(self, "destination = 0.0.0.0/0"));
	memset(&self->subject->remote, 0, sizeof(self->subject->remote));
	EXPECT_STREQ("default", with(self, "destination = 0.0.0.0/0 ::/0"));
	EXPECT_STREQ("default", with(self, "destination-port = 0-65535"));
}

TEST_F(rules, names)
{
	self->subject->server_name = "WWW.Example.net";
	EXPECT_STREQ("a", with(self, "name = www.example.net"));
	EXPECT_STREQ("a", with(self, "name = www.example.net."));
	EXPECT_STREQ("a", with(self, "name = *.example.net"));
	EXPECT_STREQ("a", with(self, "name = *.NET"));
	EXPECT_STREQ("default", with(self, "name = example.net"));
	EXPECT_STREQ("default", with(self, "name = *.www.example.net"));
	EXPECT_STREQ("default", with(self, "name = *.ample.net"));
	self->subject->server_name = "www.example.net.";
	EXPECT_STREQ("a", with(self, "name = *.example.net"));
	EXPECT_STREQ("a", with(self, "name = www.example.net"));
	self->subject->server_name = "example.net";
	EXPECT_STREQ("default", with(self, "name = *.example.net"));
	self->subject->server_name = ".example.net";
	EXPECT_STREQ("default", with(self, "name = *.example.net"));
}

/* A program that is not known is not the one; a cgroup that is not known may be. */
TEST_F(rules, what_is_not_known)
{
	self->subject->program = NULL;
	EXPECT_STREQ("default", with(self, "program = /usr/bin/curl"));
	self->subject->cgroup_path = NULL;
	EXPECT_STREQ("!rule r asks for the cgroup, which is not known",
		     with(self, "cgroup = /user.slice"));
	EXPECT_STREQ("default", with(self, "cgroup = /user.slice\nuser = 1"));
	EXPECT_STREQ("default", with(self, "cgroup = id:1"));
	EXPECT_STREQ("a", with(self, "cgroup = /user.slice id:77"));
	self->subject->cgroup = 0;
	EXPECT_STREQ("!rule r asks for the cgroup, which is not known",
		     with(self, "cgroup = id:1"));
}

TEST_F(rules, why_one_does_not_match)
{
	char why[TL_RULE_MAX_TEXT + 1];

	ASSERT_EQ(0, load(self, "[rule a]\nuser = 0 33\n[rule b]\nrole = server\n"
				"[rule c]\ndestination = 10.0.0.0/8\n"
				"[rule d]\nname = *.example.net\n"
				"[rule e]\ncgroup = /system.slice\n[rule f]\ngroup = 100\n"));
	EXPECT_EQ(TL_MATCH_NO, tl_rule_match(&self->set.config->rules[0], self->subject, why));
	EXPECT_STREQ("user is 1000, not 0 33", why);
	EXPECT_EQ(TL_MATCH_NO, tl_rule_match(&self->set.config->rules[1], self->subject, why));
	EXPECT_STREQ("the role is client, not server", why);
	EXPECT_EQ(TL_MATCH_NO, tl_rule_match(&self->set.config->rules[2], self->subject, why));
	EXPECT_STREQ("destination is 192.0.2.7, not 10.0.0.0/8", why);
	EXPECT_EQ(TL_MATCH_NO, tl_rule_match(&self->set.config->rules[3], self->subject, why));
	EXPECT_STREQ("name is none, not *.example.net", why);
	EXPECT_EQ(TL_MATCH_NO, tl_rule_match(&self->set.config->rules[4], self->subject, why));
	EXPECT_STREQ("cgroup is /user.slice/user-1000.slice/app, not /system.slice", why);
	self->subject->cgroup_path = NULL;
	EXPECT_EQ(TL_MATCH_UNKNOWN, tl_rule_match(&self->set.config->rules[4], self->subject, why));
	EXPECT_STREQ("cgroup is id:77, not /system.slice", why);
	EXPECT_EQ(TL_MATCH_YES, tl_rule_match(&self->set.config->rules[5], self->subject, why));
	EXPECT_STREQ("", why);
}

/* One mistake each; the sentence has to contain the words. */
static const struct {
	const char	*text;
	int		line;
	const char	*words;
} mistakes[] = {
	{ "[rule]", 1, "a rule's name must be one word" },
	{ "[rule a b]", 1, "a rule's name must be one word" },
	{ "[rule a]\n[rule a]", 2, "already defined in" },
	{ "[rule a]\ncolor = red", 2, "there is no key \"color\"" },
	{ "[rule a]\nrole = both", 2, "client or server, not \"both\"" },
	{ "[rule a]\nuser =", 2, "user must be names or numbers of users" },
	{ "[rule a]\nuser = ,", 2, "user must be" },
	{ "[rule a]\nuser = no-such-user", 2, "there is no user \"no-such-user\"" },
	{ "[rule a]\nuser = 5-1", 2, "not \"5-1\"" },
	{ "[rule a]\nuser = 1-", 2, "not \"1-\"" },
	{ "[rule a]\nuser = 4294967295", 2, "not \"4294967295\"" },
	{ "[rule a]\nuser = -1", 2, "there is no user" },
	{ "[rule a]\ngroup = no-such-group", 2, "there is no group" },
	{ "[rule a]\nprogram = curl", 2, "\"curl\" does not begin with '/'" },
	{ "[rule a]\nprogram = /*/*/*/*", 2, "more than three '*'" },
	{ "[rule a]\ncgroup = system.slice", 2, "does not begin with '/'" },
	{ "[rule a]\ncgroup = id:", 2, "no number behind" },
	{ "[rule a]\ncgroup = id:1x", 2, "no number behind" },
	{ "[rule a]\ndestination = example.net", 2, "\"example.net\" is no address" },
	{ "[rule a]\ndestination = 10.0.0.0/33", 2, "wrong prefix length" },
	{ "[rule a]\ndestination = 10.0.0.0/", 2, "wrong prefix length" },
	{ "[rule a]\ndestination = 10.0.0.1/24", 2, "bits behind its prefix" },
	{ "[rule a]\ndestination = ::1/127", 2, "bits behind its prefix" },
	{ "[rule a]\ndestination-port = 65536", 2, "from 0 to 65535, not \"65536\"" },
	{ "[rule a]\ndestination-port = http", 2, "not \"http\"" },
	{ "[rule a]\nname = *", 2, "not a whole first label" },
	{ "[rule a]\nname = w*.example.net", 2, "not a whole first label" },
	{ "[rule a]\nname = a..b", 2, "empty label" },
	{ "[rule a]\nname = *.", 2, "is no name" },
	{ "[rule a]\naccess = no", 2, "allow or deny" },
	{ "[rule a]\nnamed-profile = no", 2, "keep, replace or refuse" },
	{ "[rule a]\nmin-version = 1.1", 2, "1.2 or 1.3" },
	{ "[rule a]\nuser = 1\nprofile = x", 1, "rule \"a\": there is no profile \"x\"" },
	{ "[rule a]\naccess = deny\nprofile = default", 1, "gets no profile" },
	{ "[rule a]\naccess = deny\nmin-version = 1.2", 1, "gets no profile" },
	{ "[rule a]\nrole = server\ndestination = ::1", 1,
	  "never match: role is for the role server, destination for the role client" },
	{ "[rule a]\nname = a\nlistener-port = 1", 1,
	  "name is for the role client, listener-port" },
	{ "[rule a]\nsource = ::1\nserver-name = a", 1, "server-name is for clients" },
	{ "[rule a]\n[rule b]\nuser = 1", 2, "rule \"a\" before it has no condition" },
	{ "[rule a]\nconsumer = nfs\nrole = server", 1,
	  "never match: nfs is for the role client" },
	{ "[rule a]\nconsumer = nfsd\nname = a", 1,
	  "never match: consumer is for the role server, name for the role client" },
	{ "[rule a]\nmin-version = 1.3", 1, "\"default\" has a lower min-version" },
	{ "[profile p]\nverify = none\n[rule a]\nprofile = p\nmin-verify = optional", 3,
	  "lower verify" },
	{ "[rule a]\nlistener-port = 1\nmin-client-certificate = request", 1,
	  "lower client-certificate" },
	{ "[profile p]\nallow-user = no-such-user", 2, "no user" },
	{ "[profile p]\nallow-group = no-such-group", 2, "no group" },
	{ "[profile p]\nverify = none\nmin-verify = required", 1, "verify is below min-verify" },
	{ "[profile p]\nmin-client-certificate = require", 1, "is below min-client-certificate" },
};

TEST_F(rules, each_mistake_with_its_line)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		EXPECT_EQ(-EINVAL, load(self, mistakes[i].text)) TH_LOG("%s", mistakes[i].text);
		EXPECT_EQ(1, self->set.reports) TH_LOG("%s", mistakes[i].text);
		EXPECT_EQ(mistakes[i].line, self->set.line) TH_LOG("%s", mistakes[i].text);
		EXPECT_NE(NULL, strstr(self->set.text, mistakes[i].words))
			TH_LOG("%s: %s", mistakes[i].text, self->set.text);
	}
}

/* The floor of the role that a rule is not for does not count. */
TEST_F(rules, floors_of_the_other_role)
{
	EXPECT_EQ(0, load(self, "[rule a]\ndestination-port = 1\nmin-client-certificate = require\n"
				"[profile p]\nverify = none\n"
				"[rule b]\nlistener-port = 1\nmin-verify = required\n"
				"profile = p\n"))
		TH_LOG("%s", self->set.text);
}

TEST_F(rules, users_and_groups_by_name)
{
	self->subject->uid = 0;
	self->subject->gid = 0;
	EXPECT_STREQ("a", with(self, "user = root"));
	EXPECT_STREQ("a", with(self, "group = root"));
	EXPECT_STREQ("default", with(self, "user = daemon"));
}

TEST_HARNESS_MAIN
