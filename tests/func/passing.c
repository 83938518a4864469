// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection in other hands: dup(), fork(), exec() and SCM_RIGHTS, and
 * several threads on one socket.
 */
#include "lib/harness.h"
#include "lib/passing.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

FIXTURE(passing) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_SETUP(passing)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
}

FIXTURE_TEARDOWN(passing)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

TEST_F(passing, dup)
{
	int fd = dup(self->pair.client);
	char byte;

	close(self->pair.client);
	self->pair.client = fd;
	ASSERT_EQ(1, write(fd, "x", 1));
	EXPECT_EQ(1, read(self->pair.server, &byte, 1));
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, 0));
}

TEST_F(passing, fork)
{
	char buffer[2];
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(write(self->pair.client, "a", 1) == 1 ? 0 : 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	/* The child's exit closed nothing. */
	ASSERT_EQ(1, write(self->pair.client, "b", 1));
	EXPECT_EQ(0, t_read_all(self->pair.server, buffer, 2));
	EXPECT_EQ(0, memcmp(buffer, "ab", 2));
}

TEST_F(passing, exec)
{
	char command[64], buffer[3];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fcntl(self->pair.client, F_SETFD, 0);
		snprintf(command, sizeof(command), "printf abc >&%d", self->pair.client);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(1);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, t_read_all(self->pair.server, buffer, 3));
	EXPECT_EQ(0, memcmp(buffer, "abc", 3));
}

TEST_F(passing, scm_rights)
{
	int unix_pair[2];
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, unix_pair));
	ASSERT_EQ(0, t_send_fd(unix_pair[0], self->pair.client));
	close(self->pair.client);
	self->pair.client = t_receive_fd(unix_pair[1]);
	ASSERT_LE(0, self->pair.client);
	ASSERT_EQ(1, write(self->pair.client, "y", 1));
	EXPECT_EQ(1, read(self->pair.server, &byte, 1));
	EXPECT_EQ('y', byte);
	close(unix_pair[0]);
	close(unix_pair[1]);
}

#define WRITES 500

static void *write_words(void *arg)
{
	int fd = *(int *)arg, i;

	for (i = 0; i < WRITES; i++)
		if (write(fd, "word", 4) != 4)
			return (void *)1;
	return NULL;
}

static void *read_words(void *arg)
{
	int fd = *(int *)arg, i;
	char word[4];

	for (i = 0; i < 2 * WRITES; i++)
		if (t_read_all(fd, word, 4) || memcmp(word, "word", 4))
			return (void *)1;
	return NULL;
}

TEST_F(passing, threads_write_whole_records)
{
	pthread_t writers[2], reader;
	void *bad;
	int i;

	ASSERT_EQ(0, pthread_create(&reader, NULL, read_words, &self->pair.server));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&writers[i], NULL, write_words, &self->pair.client));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(writers[i], &bad));
		EXPECT_EQ(NULL, bad);
	}
	ASSERT_EQ(0, pthread_join(reader, &bad));
	EXPECT_EQ(NULL, bad);
}

static void *read_one(void *arg)
{
	char byte;

	return (void *)(long)read(*(int *)arg, &byte, 1);
}

TEST_F(passing, shutdown_wakes_a_reader_in_another_thread)
{
	pthread_t reader;
	void *got;

	ASSERT_EQ(0, pthread_create(&reader, NULL, read_one, &self->pair.client));
	EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, T_SILENCE_MS));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_RDWR));
	ASSERT_EQ(0, pthread_join(reader, &got));
	EXPECT_EQ(0, (long)got);
}

TEST_HARNESS_MAIN
