// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Environments of children: what they are told survives whatever the program
 * made of its environment.
 */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/environment.h"

#define LIBRARY "/lib/tlsock/preload.so"

static const struct tl_environment want = { .preload = LIBRARY, .profile = "web" };

/* The caller frees the result */
static char **build(const struct tl_environment *environment, char *const *envp)
{
	void *space = malloc(tl_environment_size(environment, envp));

	return space ? tl_environment_build(environment, envp, space) : NULL;
}

static int count(char *const *envp)
{
	int n = 0;

	while (envp[n])
		n++;
	return n;
}

TEST(nothing_at_all)
{
	char *empty[] = { NULL };
	char *const *starts[] = { empty, NULL };

	for (int i = 0; i < 2; i++) {
		char **out = build(&want, starts[i]);

		ASSERT_NE(NULL, out);
		EXPECT_EQ(2, count(out));
		EXPECT_STREQ("LD_PRELOAD=" LIBRARY, out[0]);
		EXPECT_STREQ("TLSOCK_PROFILE=web", out[1]);
		free(out);
	}
}

TEST(other_libraries_stay)
{
	char *envp[] = { "A=1", "LD_PRELOAD=/lib/x.so /lib/y.so", "B=2", NULL };
	char **out = build(&want, envp);

	ASSERT_NE(NULL, out);
	EXPECT_EQ(4, count(out));
	EXPECT_STREQ("LD_PRELOAD=" LIBRARY ":/lib/x.so /lib/y.so", out[0]);
	EXPECT_STREQ("A=1", out[2]);
	EXPECT_STREQ("B=2", out[3]);
	free(out);
}

TEST(what_is_there_stays)
{
	char *envp[] = { "LD_PRELOAD=/lib/x.so:" LIBRARY, "TLSOCK_PROFILE=db",
			 "TLSOCK_ALLOW_UNCOVERED=1", NULL };
	struct tl_environment all = want;
	char **out;

	all.uncovered = true;
	out = build(&all, envp);
	ASSERT_NE(NULL, out);
	EXPECT_EQ(3, count(out));
	EXPECT_STREQ(envp[0], out[0]);
	EXPECT_STREQ("db", tl_environment_get(out, "TLSOCK_PROFILE"));
	free(out);
}

/* The dynamic loader takes the last of several */
TEST(second_preload_does_not_win)
{
	char *envp[] = { "LD_PRELOAD=" LIBRARY, "LD_PRELOAD=", "C=3", NULL };
	char **out = build(&want, envp);

	ASSERT_NE(NULL, out);
	EXPECT_EQ(3, count(out));
	EXPECT_STREQ("LD_PRELOAD=" LIBRARY, out[0]);
	EXPECT_STREQ("C=3", out[2]);
	free(out);
}

TEST(empty_preload_and_uncovered)
{
	char *envp[] = { "LD_PRELOAD=", NULL };
	struct tl_environment bare = { .preload = LIBRARY, .uncovered = true };
	char **out = build(&bare, envp);

	ASSERT_NE(NULL, out);
	EXPECT_EQ(2, count(out));
	EXPECT_STREQ("LD_PRELOAD=" LIBRARY, out[0]);
	EXPECT_STREQ("TLSOCK_ALLOW_UNCOVERED=1", out[1]);
	free(out);
}

TEST(listed)
{
	EXPECT_TRUE(tl_environment_listed(LIBRARY, LIBRARY));
	EXPECT_TRUE(tl_environment_listed("/a.so " LIBRARY ":/b.so", LIBRARY));
	EXPECT_FALSE(tl_environment_listed(LIBRARY ".1", LIBRARY));
	EXPECT_FALSE(tl_environment_listed("/x" LIBRARY, LIBRARY));
	EXPECT_FALSE(tl_environment_listed("", LIBRARY));
	EXPECT_FALSE(tl_environment_listed(NULL, LIBRARY));
}

TEST(get_takes_whole_names)
{
	char *envp[] = { "NAMES=no", "NAME=yes", NULL };

	EXPECT_STREQ("yes", tl_environment_get(envp, "NAME"));
	EXPECT_EQ(NULL, tl_environment_get(envp, "N"));
}

TEST_HARNESS_MAIN
