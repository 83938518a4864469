// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The preload library's table of learnt names. The library exports nothing of
 * it, so its source is included.
 */
#include "preload/names.c"

#include <arpa/inet.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

static void address(struct sockaddr_storage *out, const char *text, int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	if (strchr(text, ':')) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, text, &in6->sin6_addr);
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		inet_pton(AF_INET, text, &in->sin_addr);
	}
}

static void learn(const char *text, int port, const char *name)
{
	struct sockaddr_storage to;

	address(&to, text, port);
	tp_names_learn((struct sockaddr *)&to, name);
}

/* Valid until the next call */
static const char *lookup(const char *text, int port)
{
	static char name[TLSOCK_MAX_NAME + 1];
	struct sockaddr_storage to;

	address(&to, text, port);
	return tp_names_find((struct sockaddr *)&to, name) ? name : "";
}

TEST(learn_and_find)
{
	learn("192.0.2.1", 0, "a.test");
	learn("2001:db8::1", 0, "b.test.");
	EXPECT_STREQ("a.test", lookup("192.0.2.1", 443));
	EXPECT_STREQ("b.test", lookup("2001:db8::1", 443));
	EXPECT_STREQ("", lookup("192.0.2.2", 443));
	EXPECT_TRUE(tp_names_known("b.test"));
	EXPECT_FALSE(tp_names_known("c.test"));
}

TEST(mapped_address_is_the_same)
{
	learn("192.0.2.1", 0, "a.test");
	EXPECT_STREQ("a.test", lookup("::ffff:192.0.2.1", 443));
	learn("::ffff:192.0.2.9", 0, "b.test");
	EXPECT_STREQ("b.test", lookup("192.0.2.9", 443));
}

TEST(port_goes_first_then_the_latest)
{
	learn("192.0.2.1", 443, "web.test");
	learn("192.0.2.1", 0, "any.test");
	learn("192.0.2.1", 5432, "db.test");
	EXPECT_STREQ("web.test", lookup("192.0.2.1", 443));
	EXPECT_STREQ("db.test", lookup("192.0.2.1", 5432));
	EXPECT_STREQ("any.test", lookup("192.0.2.1", 25));
	learn("192.0.2.1", 443, "new.test");
	EXPECT_STREQ("new.test", lookup("192.0.2.1", 443));
	learn("192.0.2.7", 80, "other-port.test");
	EXPECT_STREQ("other-port.test", lookup("192.0.2.7", 443));
}

static void *learn_in_thread(void *name)
{
	learn("192.0.2.1", 443, name);
	return NULL;
}

static void in_thread(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, function, arg))
		pthread_join(thread, NULL);
}

TEST(own_thread_goes_first)
{
	in_thread(learn_in_thread, "one.test");
	EXPECT_STREQ("one.test", lookup("192.0.2.1", 443));
	in_thread(learn_in_thread, "two.test");
	EXPECT_STREQ("two.test", lookup("192.0.2.1", 443));
	learn("192.0.2.1", 443, "own.test");
	in_thread(learn_in_thread, "three.test");
	EXPECT_STREQ("own.test", lookup("192.0.2.1", 443));
}

TEST(least_recently_used_goes_first)
{
	char text[32];

	for (int i = 0; i < TP_NAMES_MAX; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i / 256, i % 256);
		learn(text, 0, "many.test");
	}
	EXPECT_STREQ("many.test", lookup("10.0.0.0", 1));
	learn("192.0.2.1", 0, "new.test");
	EXPECT_STREQ("new.test", lookup("192.0.2.1", 1));
	EXPECT_STREQ("many.test", lookup("10.0.0.0", 1));
	EXPECT_STREQ("", lookup("10.0.0.1", 1));
	EXPECT_STREQ("many.test", lookup("10.0.0.2", 1));
}

TEST(names_that_are_none)
{
	char name[TLSOCK_MAX_NAME + 2];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	learn("192.0.2.1", 0, name);
	learn("192.0.2.1", 0, "");
	learn("192.0.2.1", 0, ".");
	learn("192.0.2.1", 0, "a b");
	learn("192.0.2.1", 0, "b\xc3\xbc" "cher.test");
	EXPECT_STREQ("", lookup("192.0.2.1", 443));
	name[TLSOCK_MAX_NAME] = '\0';
	learn("192.0.2.1", 0, name);
	EXPECT_STREQ(name, lookup("192.0.2.1", 443));
}

TEST(other_families)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	char name[TLSOCK_MAX_NAME + 1];

	tp_names_learn(&local, "a.test");
	EXPECT_FALSE(tp_names_find(&local, name));
}

/* A child forked while another thread holds the lock must not wait for ever */
static void *learn_without_end(void *stop)
{
	while (!*(volatile int *)stop)
		learn("192.0.2.1", 0, "a.test");
	return NULL;
}

TEST(fork_while_others_learn)
{
	pthread_t thread;
	int stop = 0, status;

	learn("192.0.2.1", 0, "a.test");
	ASSERT_EQ(0, pthread_create(&thread, NULL, learn_without_end, &stop));
	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();

		ASSERT_LE(0, pid);
		if (!pid)
			_exit(strcmp(lookup("192.0.2.1", 1), "a.test") ? 1 : 0);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
	stop = 1;
	pthread_join(thread, NULL);
}

TEST_HARNESS_MAIN
