// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The random number generator of the tuned wolfSSL: nothing comes twice, not
 * in another thread and not in a forked child. Left out with WOLFSSL=system.
 */
#include "wolfssl/random.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wolfssl/options.h>

#include "kselftest_harness.h"

#define BLOCK	48

#ifndef CUSTOM_RAND_GENERATE_BLOCK
TEST(generator)
{
	SKIP(return, "this wolfSSL has a generator of its own");
}
#else

FIXTURE(random)
{
	unsigned char mine[BLOCK];
};

FIXTURE_SETUP(random)
{
	/* Something is read ahead now. */
	ASSERT_EQ(0, tlsock_random_block(self->mine, 1));
}

FIXTURE_TEARDOWN(random)
{
}

static int is_zero(const unsigned char *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i])
			return 0;
	return 1;
}

/* Below, at and above the size of the store, and nothing at all. */
TEST_F(random, sizes)
{
	static const unsigned int sizes[] = { 0, 16, 255, 256, 257, 5000 };
	unsigned char buffer[5001];
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(buffer, 0, sizeof(buffer));
		EXPECT_EQ(0, tlsock_random_block(buffer, sizes[i]));
		EXPECT_EQ(!sizes[i], is_zero(buffer, sizes[i]));
		EXPECT_EQ(0, buffer[sizes[i]]);
	}
}

TEST_F(random, never_twice)
{
	unsigned char blocks[100][BLOCK];
	int i, j;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, tlsock_random_block(blocks[i], BLOCK));
		for (j = 0; j < i; j++)
			EXPECT_NE(0, memcmp(blocks[i], blocks[j], BLOCK));
	}
}

TEST_F(random, forked_child_has_its_own)
{
	unsigned char theirs[BLOCK];
	int pipe_fd[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipe_fd));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		status = tlsock_random_block(theirs, BLOCK) ||
			 write(pipe_fd[1], theirs, BLOCK) != BLOCK;
		_exit(status);
	}
	EXPECT_EQ(0, tlsock_random_block(self->mine, BLOCK));
	EXPECT_EQ(BLOCK, read(pipe_fd[0], theirs, BLOCK));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_NE(0, memcmp(self->mine, theirs, BLOCK));
}

static void *in_thread(void *out)
{
	return tlsock_random_block(out, BLOCK) ? NULL : out;
}

TEST_F(random, threads_have_their_own)
{
	unsigned char theirs[BLOCK];
	pthread_t thread;
	void *result;

	ASSERT_EQ(0, pthread_create(&thread, NULL, in_thread, theirs));
	EXPECT_EQ(0, tlsock_random_block(self->mine, BLOCK));
	ASSERT_EQ(0, pthread_join(thread, &result));
	EXPECT_NE(NULL, result);
	EXPECT_NE(0, memcmp(self->mine, theirs, BLOCK));
}

#endif

TEST_HARNESS_MAIN
