// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sendfile() to a socket, and what MSG_MORE and TCP_CORK hold back: nothing
 * stays behind, and nothing is sent twice.
 */
#include "lib/stream.h"
#include "lib/task.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

TEST_F(stream, sendfile_whole)
{
	size_t size = 300000;
	int file = t_bytes_file(size);
	off_t offset = 0;
	ssize_t n;

	while (offset < (off_t)size) {
		n = sendfile(self->pair.client, file, &offset, size - offset);
		ASSERT_LT(0, n);
		/* Read as it goes, so that the buffers suffice. */
		ASSERT_EQ(0, t_bytes_arrive(self->pair.server, offset - n, offset));
	}
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(file);
}

TEST_F(stream, sendfile_moves_the_offset_that_it_is_given)
{
	int file = t_bytes_file(10000);
	off_t offset = 3000;

	ASSERT_EQ(1000, lseek(file, 1000, SEEK_SET));
	EXPECT_EQ(5000, sendfile(self->pair.client, file, &offset, 5000));
	EXPECT_EQ(8000, offset);
	EXPECT_EQ(1000, lseek(file, 0, SEEK_CUR));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 3000, 8000));
	EXPECT_EQ(2000, sendfile(self->pair.client, file, NULL, 2000));
	EXPECT_EQ(3000, lseek(file, 0, SEEK_CUR));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 1000, 3000));
	EXPECT_EQ(EINVAL, T_ERRNO(sendfile(self->pair.client, file, &(off_t){ -1 }, 10)));
	close(file);
}

/* Only MSG_MORE goes with the pieces, for the file was said to be longer. */
TEST_F(stream, sendfile_of_a_file_shorter_than_said)
{
	int file = t_bytes_file(70001);
	off_t offset = 0;

	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_NODELAY, 1));
	EXPECT_EQ(70001, sendfile(self->pair.client, file, &offset, 1000000));
	EXPECT_TRUE(t_bytes_sent(self->pair.client, 70001));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 0, 70001));
	EXPECT_EQ(0, sendfile(self->pair.client, file, &offset, 1000000));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(file);
}

TEST_F(stream, sendfile_of_an_empty_file)
{
	int file = t_bytes_file(0);

	EXPECT_EQ(0, sendfile(self->pair.client, file, NULL, 4096));
	EXPECT_EQ(0, sendfile(self->pair.client, file, NULL, 0));
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, 0));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(file);
}

TEST_F(stream, sendfile_refused)
{
	int file = t_bytes_file(10), ends[2];

	ASSERT_EQ(0, pipe(ends));
	EXPECT_EQ(EINVAL, T_ERRNO(sendfile(self->pair.client, self->pair.server, NULL, 1)));
	EXPECT_EQ(EINVAL, T_ERRNO(sendfile(file, self->pair.server, NULL, 1)));
	EXPECT_EQ(EINVAL, T_ERRNO(copy_file_range(file, NULL, self->pair.client, NULL, 10, 0)));
	EXPECT_EQ(EINVAL, T_ERRNO(copy_file_range(self->pair.server, NULL, file, NULL, 10, 0)));
	EXPECT_EQ(EINVAL, T_ERRNO(splice(self->pair.server, &(loff_t){ 0 }, ends[1], NULL, 1, 0)));
	EXPECT_EQ(EINVAL, T_ERRNO(splice(ends[0], NULL, self->pair.client, &(loff_t){ 0 }, 1, 0)));
	EXPECT_EQ(EINVAL, T_ERRNO(splice(self->pair.server, NULL, self->pair.client, NULL, 1, 0)));
	EXPECT_EQ(EINVAL, T_ERRNO(tee(self->pair.server, ends[1], 1, 0)));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(ends[0]);
	close(ends[1]);
	close(file);
}

/* A sendfile() that blocks because nobody reads. */
struct sending {
	int	socket;
	int	file;
	size_t	count;
};

static long send_all(void *arg)
{
	const struct sending *sending = arg;
	ssize_t n = sendfile(sending->socket, sending->file, NULL, sending->count);

	return n < 0 ? -errno : n;
}

TEST_F(stream, sendfile_blocks_and_goes_on)
{
	struct sending sending = { self->pair.client, t_bytes_file(2000000), 2000000 };
	struct t_task task;

	ASSERT_EQ(0, t_task_start(&task, send_all, &sending));
	ASSERT_TRUE(t_task_sleeps(&task));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 0, 2000000));
	EXPECT_EQ(2000000, t_task_end(&task));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(sending.file);
}

TEST_F(stream, sendfile_of_a_file_that_shrinks_meanwhile)
{
	struct sending sending = { self->pair.client, t_bytes_file(2000000), 2000000 };
	static char block[65536];
	struct t_task task;
	long got = 0;
	ssize_t n;

	ASSERT_EQ(0, t_task_start(&task, send_all, &sending));
	ASSERT_TRUE(t_task_sleeps(&task));
	ASSERT_EQ(0, ftruncate(sending.file, 1000));
	while (!t_task_is_over(&task) || got < task.result) {
		if (!t_poll(self->pair.server, POLLIN, 10))
			continue;
		n = recv(self->pair.server, block, sizeof(block), 0);
		ASSERT_LT(0, n);
		got += n;
	}
	EXPECT_EQ(got, t_task_end(&task));
	EXPECT_LT(1000, got);
	EXPECT_GT(2000000, got);
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(sending.file);
}

TEST_F(stream, sendfile_interrupted)
{
	struct sending sending = { self->pair.client, t_bytes_file(2000000), 2000000 };
	struct t_task task;
	long n, sent;

	ASSERT_EQ(0, t_task_start(&task, send_all, &sending));
	ASSERT_TRUE(t_task_sleeps(&task));
	t_task_signal(&task);
	n = t_task_end(&task);
	ASSERT_LT(0, n);
	ASSERT_GT(2000000, n);
	EXPECT_EQ(n, lseek(sending.file, 0, SEEK_CUR));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 0, n));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	/* With nothing sent it is an error; the buffer may have got room meanwhile. */
	t_bytes_fit(self->pair.client);
	do {
		ASSERT_EQ(0, t_task_start(&task, send_all, &sending));
		ASSERT_TRUE(t_task_sleeps(&task));
		t_task_signal(&task);
		sent = t_task_end(&task);
		n += sent > 0 ? sent : 0;
		EXPECT_EQ(n, lseek(sending.file, 0, SEEK_CUR));
	} while (sent > 0);
	EXPECT_EQ(-EINTR, sent);
	close(sending.file);
}

TEST_F(stream, sendfile_without_waiting)
{
	size_t size = 2000000, got = 0;
	int file = t_bytes_file(size);
	off_t offset = 0;
	ssize_t n = 1;

	t_nonblock(self->pair.client, true);
	while (offset < (off_t)size) {
		n = sendfile(self->pair.client, file, &offset, size - offset);
		if (n > 0)
			continue;
		ASSERT_EQ(EAGAIN, errno);
		ASSERT_EQ(0, t_bytes_arrive(self->pair.server, got, offset));
		got = offset;
		ASSERT_EQ(POLLOUT, t_poll(self->pair.client, POLLOUT, T_PATIENCE_MS));
	}
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, got, size));
	t_nonblock(self->pair.client, false);
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(file);
}

/* The end of a short file sends what MSG_MORE held back, and must not wait for room. */
TEST_F(stream, sendfile_end_of_file_never_waits)
{
	size_t size, whole;
	ssize_t n;
	int file;

	t_nonblock(self->pair.client, true);
	for (size = 9000; size <= 15000; size += 1500) {
		file = t_bytes_file(size);
		for (whole = 0;; whole++) {
			n = sendfile(self->pair.client, file, &(off_t){ 0 }, 100000);
			if (n != (ssize_t)size)
				break;
		}
		for (; whole; whole--)
			ASSERT_EQ(0, t_bytes_arrive(self->pair.server, 0, size));
		if (n > 0)
			ASSERT_EQ(0, t_bytes_arrive(self->pair.server, 0, n));
		close(file);
	}
}

TEST_F(stream, sendfile_after_the_end)
{
	int file = t_bytes_file(10);

	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(EPIPE, T_ERRNO(sendfile(self->pair.client, file, NULL, 10)));
	EXPECT_EQ(0, lseek(file, 0, SEEK_CUR));
	close(file);
}

/* TCP holds it back for 200 ms at most. */
TEST_F(stream, more_is_not_kept_for_ever)
{
	char buffer[8] = { 0 };
	int ends[2];

	ASSERT_EQ(3, send(self->pair.client, "abc", 3, MSG_MORE));
	EXPECT_EQ(3, recv(self->pair.server, buffer, sizeof(buffer), 0));
	EXPECT_STREQ("abc", buffer);
	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(3, write(ends[1], "def", 3));
	ASSERT_EQ(3, splice(ends[0], NULL, self->pair.client, NULL, 3, SPLICE_F_MORE));
	EXPECT_EQ(3, recv(self->pair.server, buffer, sizeof(buffer), 0));
	EXPECT_STREQ("def", buffer);
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	close(ends[0]);
	close(ends[1]);
}

TEST_F(stream, more_then_shutdown)
{
	ASSERT_EQ(3, send(self->pair.client, "end", 3, MSG_MORE));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(3, recv(self->pair.server, (char[8]){ 0 }, 8, MSG_WAITALL));
}

TEST_F(stream, cork)
{
	long start = t_now_ms();
	bool sent;

	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_CORK, 1));
	EXPECT_EQ(3, write(self->pair.client, "abc", 3));
	EXPECT_EQ(3, write(self->pair.client, "def", 3));
	sent = t_bytes_sent(self->pair.client, 6);
	/* Unless it has lifted it by itself because we are slow. */
	EXPECT_TRUE(!sent || t_now_ms() - start >= 200);
	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_CORK, 0));
	EXPECT_TRUE(t_bytes_sent(self->pair.client, 6));
	EXPECT_EQ(6, recv(self->pair.server, (char[8]){ 0 }, 6, MSG_WAITALL));
	/* TCP lifts it by itself in the end, and for MSG_MORE too. */
	ASSERT_EQ(0, t_set_int(self->pair.client, IPPROTO_TCP, TCP_CORK, 1));
	EXPECT_EQ(3, write(self->pair.client, "abc", 3));
	EXPECT_EQ(3, recv(self->pair.server, (char[8]){ 0 }, 8, 0));
	EXPECT_EQ(3, send(self->pair.client, "abc", 3, MSG_MORE));
	EXPECT_EQ(3, recv(self->pair.server, (char[8]){ 0 }, 8, 0));
}

TEST_HARNESS_MAIN
