// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a connection to its profile: the order of rules, what programs may
 * choose themselves, who may use a profile, and how low they may go.
 */
#include "lib/choose.h"

#include <errno.h>

#include "lib/config.h"
#include "lib/rule.h"
#include "lib/ruleset_fixture.h"

TEST_F(rules, without_rules)
{
	ASSERT_EQ(0, load(self, "[profile a]\n[profile b]\n"));
	EXPECT_STREQ("default", choose(self));
	EXPECT_EQ(NULL, self->set.choice.rule);
	EXPECT_EQ(NULL, self->set.choice.server_name);
	self->subject->profile = "b";
	EXPECT_STREQ("b", choose(self));
	self->subject->profile = "x";
	EXPECT_STREQ("!no profile is called x", choose(self));
	EXPECT_EQ(EACCES, self->set.choice.error);
}

TEST_F(rules, the_first_match_wins)
{
	ASSERT_EQ(0, load(self, "[profile a]\n[profile b]\n"
				"[rule no]\nuser = 1\nprofile = a\n"
				"[rule first]\nuser = 1000\nprofile = b\n"
				"[rule second]\nrole = client\nprofile = a\n"
				"[rule last]\naccess = deny\n"));
	EXPECT_STREQ("b", choose(self));
	EXPECT_STREQ("first", self->set.choice.rule->name);
	EXPECT_EQ(6, self->set.choice.rule->line);
	self->subject->uid = 1001;
	EXPECT_STREQ("a", choose(self));
	self->subject->role = TLSOCK_ROLE_SERVER;
	EXPECT_STREQ("!rule last denies it", choose(self));
	/* What the program asks for makes no difference to a denial. */
	self->subject->profile = "b";
	EXPECT_STREQ("!rule last denies it", choose(self));
}

TEST_F(rules, programs_that_name_a_profile)
{
	ASSERT_EQ(0, load(self, "[profile a]\n[profile b]\n[rule r]\nprofile = a\n"));
	self->subject->profile = "b";
	EXPECT_STREQ("b", choose(self));
	ASSERT_EQ(0, load(self, "[profile a]\n[profile b]\n[rule r]\nprofile = a\n"
				"named-profile = replace\n"));
	EXPECT_STREQ("a", choose(self));
	ASSERT_EQ(0, load(self, "[profile a]\n[profile b]\n[rule r]\nprofile = a\n"
				"named-profile = refuse\n"));
	EXPECT_STREQ("!rule r allows no other profile than a", choose(self));
	self->subject->profile = "a";
	EXPECT_STREQ("a", choose(self));
	ASSERT_EQ(0, load(self, "[profile b]\n[rule r]\nnamed-profile = refuse\n"));
	self->subject->profile = "";
	EXPECT_STREQ("default", choose(self));
	self->subject->profile = "b";
	EXPECT_STREQ("!rule r allows no other profile than default", choose(self));
}

TEST_F(rules, who_may_use_a_profile)
{
	ASSERT_EQ(0, load(self, "[profile a]\nallow-user = 1000\n"
				"[profile b]\nallow-user = 0-10\nallow-group = 100\n"
				"[profile c]\nallow-group = 0\n"
				"[rule r]\ndestination-port = 1\nprofile = c\n"));
	self->subject->profile = "a";
	EXPECT_STREQ("a", choose(self));
	self->subject->profile = "b";
	EXPECT_STREQ("b", choose(self));
	self->subject->profile = "c";
	EXPECT_STREQ("!profile c is not for user 1000", choose(self));
	self->subject->gid = 0;
	EXPECT_STREQ("c", choose(self));
	self->subject->gid = 1;
	self->subject->profile = "b";
	EXPECT_STREQ("!profile b is not for user 1000", choose(self));
	/* A rule opens a profile to nobody. */
	self->subject->profile = "";
	t_ruleset_address(&self->subject->remote, "192.0.2.1", 1);
	EXPECT_STREQ("!profile c is not for user 1000", choose(self));
}

TEST_F(rules, floors)
{
	ASSERT_EQ(0, load(self, "[profile a]\nmin-version = 1.3\n[profile b]\n"
				"[profile open]\nverify = none\n"
				"[profile closed]\nmin-verify = optional\n"
				"client-certificate = require\nmin-client-certificate = request\n"
				"[rule r]\nuser = 0-999\nprofile = a\nmin-version = 1.3\n"
				"[rule s]\nrole = client\nmin-verify = required\nuser = 1001\n"
				"[rule t]\nrole = server\nmin-client-certificate = require\n"
				"profile = closed\n"));
	self->subject->verify = TLSOCK_VERIFY_NONE;
	EXPECT_STREQ("default", choose(self));
	self->subject->profile = "closed";
	EXPECT_STREQ("!TLSOCK_VERIFY is below min-verify of profile closed", choose(self));
	self->subject->verify = TLSOCK_VERIFY_OPTIONAL;
	EXPECT_STREQ("closed", choose(self));
	self->subject->uid = 1001;
	EXPECT_STREQ("!verify is below min-verify of rule s", choose(self));
	self->subject->verify = -1;
	EXPECT_STREQ("closed", choose(self));
	self->subject->profile = "open";
	EXPECT_STREQ("!verify is below min-verify of rule s", choose(self));
	self->subject->own_ca = true;
	self->subject->profile = "default";
	EXPECT_STREQ("!TLSOCK_CA would get around min-verify of rule s", choose(self));
	self->subject->profile = "closed";
	EXPECT_STREQ("!TLSOCK_CA would get around min-verify of profile closed", choose(self));
	self->subject->uid = 1000;
	self->subject->profile = "open";
	EXPECT_STREQ("open", choose(self));
	self->subject->own_ca = false;
	self->subject->uid = 1;
	self->subject->profile = "b";
	EXPECT_STREQ("!profile b allows TLS 1.2, rule r does not", choose(self));
	self->subject->profile = "a";
	EXPECT_STREQ("a", choose(self));

	self->subject->role = TLSOCK_ROLE_SERVER;
	self->subject->uid = 1000;
	self->subject->profile = "";
	EXPECT_STREQ("closed", choose(self));
	self->subject->own_ca = true;
	EXPECT_STREQ("!TLSOCK_CA would get around the least of profile closed", choose(self));
	self->subject->own_ca = false;
	self->subject->client_cert = TLSOCK_CLIENT_CERT_REQUEST;
	EXPECT_STREQ("!client-certificate is below the least of rule t", choose(self));
	self->subject->client_cert = TLSOCK_CLIENT_CERT_NONE;
	EXPECT_STREQ("!TLSOCK_CLIENT_CERT is below the least of profile closed", choose(self));
	/* The other role's floor is nobody's business. */
	self->subject->client_cert = TLSOCK_CLIENT_CERT_REQUIRE;
	self->subject->verify = TLSOCK_VERIFY_NONE;
	EXPECT_STREQ("closed", choose(self));
}

TEST_F(rules, server_names)
{
	ASSERT_EQ(0, load(self, "[profile a]\nserver-name = of.profile\n[profile b]\n"
				"[rule r]\nuser = 1000\nprofile = a\nserver-name = of.rule\n"
				"[rule s]\nuser = 1001\nprofile = a\n"));
	EXPECT_STREQ("a", choose(self));
	EXPECT_STREQ("of.rule", self->set.choice.server_name);
	self->subject->server_name = "own";
	EXPECT_STREQ("a", choose(self));
	EXPECT_EQ(NULL, self->set.choice.server_name);
	self->subject->server_name = "";
	self->subject->uid = 1001;
	EXPECT_STREQ("a", choose(self));
	EXPECT_STREQ("of.profile", self->set.choice.server_name);
	self->subject->profile = "b";
	EXPECT_STREQ("b", choose(self));
	EXPECT_EQ(NULL, self->set.choice.server_name);
	self->subject->uid = 1000;
	EXPECT_STREQ("b", choose(self));
	EXPECT_STREQ("of.rule", self->set.choice.server_name);
	self->subject->role = TLSOCK_ROLE_SERVER;
	EXPECT_STREQ("b", choose(self));
	EXPECT_EQ(NULL, self->set.choice.server_name);
}

TEST_F(rules, questions_that_rules_ask)
{
	ASSERT_EQ(0, load(self, "[rule a]\nuser = 1\ncgroup = id:5\n"));
	EXPECT_FALSE(tl_choose_asks_program(self->set.config, NULL));
	EXPECT_FALSE(tl_choose_asks_cgroup(self->set.config));
	ASSERT_EQ(0, load(self, "[rule a]\nprogram = /bin/*\ncgroup = id:5 /x\n"));
	EXPECT_TRUE(tl_choose_asks_program(self->set.config, NULL));
	EXPECT_TRUE(tl_choose_asks_program(self->set.config, "/bin/x"));
	EXPECT_FALSE(tl_choose_asks_program(self->set.config, "/sbin/x"));
	EXPECT_TRUE(tl_choose_asks_cgroup(self->set.config));
}

TEST_HARNESS_MAIN
