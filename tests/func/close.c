// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * close() in every situation: all that was sent arrives and then the end, as
 * with TCP, and nobody waits for it who need not.
 */
#include "lib/stream.h"
#include "lib/task.h"

#include <linux/tcp.h>
#include <sys/wait.h>

static void client_close(struct t_pair *pair)
{
	close(pair->client);
	pair->client = -1;
}

/* The rest, from place @at up to @end, and then the end of the stream; or -errno */
static int arrives_and_ends(int fd, size_t at, size_t end)
{
	int err = t_bytes_arrive(fd, at, end);
	char byte;
	ssize_t n;

	if (err)
		return err;
	n = recv(fd, &byte, 1, 0);
	return n < 0 ? -errno : (int)n;
}

TEST_F(stream, one_of_several_descriptors)
{
	int other = dup(self->pair.client);

	client_close(&self->pair);
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, T_SILENCE_MS));
	ASSERT_EQ(0, t_pair_talk(other, self->pair.server));
	close(other);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, 0));
}

TEST_F(stream, half_closed_both_ways)
{
	char byte;

	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	ASSERT_EQ(1, read(self->pair.server, &byte, 1));
	ASSERT_EQ(0, read(self->pair.server, &byte, 1));
	ASSERT_EQ(1, write(self->pair.server, "y", 1));
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	ASSERT_EQ(1, read(self->pair.client, &byte, 1));
	ASSERT_EQ(0, read(self->pair.client, &byte, 1));
	client_close(&self->pair);
	EXPECT_EQ(0, read(self->pair.server, &byte, 1));
	EXPECT_EQ(0, t_so_error(self->pair.server));
}

TEST_F(stream, exit_of_the_process)
{
	static char data[100000];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(self->pair.server);
		t_bytes_fill(data, sizeof(data), 0);
		_exit(t_write_all(self->pair.client, data, sizeof(data)) ? 1 : 0);
	}
	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sizeof(data)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(stream, no_room)
{
	size_t sent = t_bytes_fit(self->pair.client);

	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
}

/* TCP takes little that is not sent yet: it must take the rest all the same. */
TEST_F(stream, no_room_for_unsent_data)
{
	size_t sent;

	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1));
	sent = t_bytes_fit(self->pair.client);
	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
}

TEST_F(stream, shutdown_without_room_for_unsent_data)
{
	size_t sent;

	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1));
	sent = t_bytes_fit(self->pair.client);
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
	EXPECT_EQ(1, t_get_int(self->pair.client, IPPROTO_TCP, TCP_NOTSENT_LOWAT));
	EXPECT_EQ(0, t_bytes_last(self->pair.server, self->pair.client));
}

TEST_F(stream, small_buffer)
{
	size_t sent;

	ASSERT_EQ(0, t_set_int(self->pair.client, SOL_SOCKET, SO_SNDBUF, 4096));
	sent = t_bytes_fit(self->pair.client);
	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
}

TEST_F(stream, what_more_holds_back)
{
	char data[5000];

	t_bytes_fill(data, sizeof(data), 0);
	ASSERT_EQ(sizeof(data), send(self->pair.client, data, sizeof(data), MSG_MORE));
	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sizeof(data)));
}

TEST_F(stream, corked)
{
	char data[5000];

	t_bytes_fill(data, sizeof(data), 0);
	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_CORK, 1));
	ASSERT_EQ(sizeof(data), write(self->pair.client, data, sizeof(data)));
	client_close(&self->pair);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sizeof(data)));
}

static int linger(int fd, int seconds)
{
	struct linger value = { .l_onoff = 1, .l_linger = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof(value)) ? -errno : 0;
}

static long call_close(void *arg)
{
	return close(*(int *)arg) ? -errno : 0;
}

TEST_F(stream, linger_is_over_when_the_data_is_read)
{
	size_t sent = t_bytes_fit(self->pair.client);
	struct t_task task;

	ASSERT_EQ(0, linger(self->pair.client, 60));
	ASSERT_EQ(0, t_task_start(&task, call_close, &self->pair.client));
	ASSERT_TRUE(t_task_sleeps(&task));
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
	EXPECT_EQ(0, t_task_end(&task));
	self->pair.client = -1;
}

/* Nor is anything lost when the time is over first. */
TEST_F(stream, linger_for_a_second)
{
	size_t sent = t_bytes_fit(self->pair.client);
	long start, ms;

	ASSERT_EQ(0, linger(self->pair.client, 1));
	start = t_now_ms();
	client_close(&self->pair);
	ms = t_now_ms() - start;
	EXPECT_LE(900, ms);
	EXPECT_GT(5000, ms);
	EXPECT_EQ(0, arrives_and_ends(self->pair.server, 0, sent));
}

TEST_F(stream, linger_does_not_keep_an_exit)
{
	long start = t_now_ms();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(self->pair.server);
		t_bytes_fit(self->pair.client);
		_exit(linger(self->pair.client, 60));
	}
	client_close(&self->pair);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_GT(10000, t_now_ms() - start);
}

TEST_F(stream, reset_by_linger)
{
	t_bytes_fit(self->pair.client);
	ASSERT_EQ(0, linger(self->pair.client, 0));
	client_close(&self->pair);
	while (recv(self->pair.server, (char[16384]){ 0 }, 16384, 0) > 0)
		;
	EXPECT_EQ(0, T_ERRNO(recv(self->pair.server, &(char){ 0 }, 1, 0)));
	EXPECT_EQ(EPIPE, T_ERRNO(write(self->pair.server, "x", 1)));
}

TEST_F(stream, after_a_reset)
{
	t_close_abort(self->pair.server);
	self->pair.server = -1;
	ASSERT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(self->pair.client, &(char){ 0 }, 1)));
	EXPECT_EQ(0, close(self->pair.client));
	self->pair.client = -1;
}

/* What was read in part is unread data as well. */
TEST_F(stream, unread_data_resets)
{
	char byte;

	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	ASSERT_EQ(3, write(self->pair.server, "def", 3));
	ASSERT_EQ(1, read(self->pair.server, &byte, 1));
	ASSERT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
	client_close(&self->pair);
	ASSERT_EQ(0, t_read_all(self->pair.server, (char[2]){ 0 }, 2));
	/* TLS says goodbye before. */
	EXPECT_EQ(variant->version ? 0 : ECONNRESET, T_ERRNO(recv(self->pair.server, &byte, 1, 0)));
	EXPECT_TRUE(T_ERRNO(write(self->pair.server, "x", 1)) > 0);
}

TEST_HARNESS_MAIN
