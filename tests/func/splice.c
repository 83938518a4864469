// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * splice(), vmsplice() and tee() between pipes and sockets.
 */
#include "lib/stream.h"
#include "lib/task.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

/* A pipe of that many pages. */
static int pipe_open(int ends[2], int pages)
{
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	return fcntl(ends[1], F_SETPIPE_SZ, pages * sysconf(_SC_PAGESIZE)) < 0 ? -errno : 0;
}

static void pipe_close(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* Everything, or -errno */
static int splice_all(int from, int to, size_t size)
{
	ssize_t n;

	for (; size; size -= n) {
		n = splice(from, NULL, to, NULL, size, 0);
		if (n <= 0)
			return n ? -errno : -ENODATA;
	}
	return 0;
}

/* A call of splice() that blocks. */
struct splicing {
	int	from;
	int	to;
	size_t	count;
};

static long splice_once(void *arg)
{
	const struct splicing *splicing = arg;
	ssize_t n = splice(splicing->from, NULL, splicing->to, NULL, splicing->count, 0);

	return n < 0 ? -errno : n;
}

TEST_F(stream, file_to_file)
{
	size_t size = 300000, step = 30000, at;
	int from = t_bytes_file(size), to = t_bytes_file(0);
	int out[2], in[2];
	char *got;

	ASSERT_EQ(0, pipe_open(out, 16));
	ASSERT_EQ(0, pipe_open(in, 16));
	for (at = 0; at < size; at += step) {
		ASSERT_EQ(0, splice_all(from, out[1], step));
		ASSERT_EQ(0, splice_all(out[0], self->pair.client, step));
		ASSERT_EQ(0, splice_all(self->pair.server, in[1], step));
		ASSERT_EQ(0, splice_all(in[0], to, step));
	}
	got = mmap(NULL, size, PROT_READ, MAP_SHARED, to, 0);
	ASSERT_NE(MAP_FAILED, got);
	EXPECT_EQ(0, t_bytes_check(got, size, 0));
	pipe_close(out);
	pipe_close(in);
}

TEST_F(stream, vmsplice)
{
	static char data[50000] __attribute__((aligned(4096)));
	struct iovec iov[2] = { { data, 20001 }, { data + 20001, sizeof(data) - 20001 } };
	int ends[2];

	t_bytes_fill(data, sizeof(data), 0);
	ASSERT_EQ(0, pipe_open(ends, 32));
	ASSERT_EQ(sizeof(data), vmsplice(ends[1], iov, 2, 0));
	ASSERT_EQ(0, splice_all(ends[0], self->pair.client, sizeof(data)));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 0, sizeof(data)));
	pipe_close(ends);
}

/*
 * No copy is made on the way in: what MSG_MORE holds back are the program's
 * pages, so what is written to them then is what is sent. (Who is too slow
 * finds that they were sent already.)
 */
TEST_F(stream, pages_go_by_reference)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec iov = { page, 4 };
	static const char old[4] = "old!", new[4] = "new!";
	char buffer[8] = { 0 };
	int tries, ends[2];

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, pipe_open(ends, 1));
	for (tries = 0; tries < 5 && strcmp(buffer, "new!."); tries++) {
		memcpy(page, old, sizeof(old));
		ASSERT_EQ(4, vmsplice(ends[1], &iov, 1, 0));
		ASSERT_EQ(4, splice(ends[0], NULL, self->pair.client, NULL, 4, SPLICE_F_MORE));
		memcpy(page, new, sizeof(new));
		ASSERT_EQ(1, write(self->pair.client, ".", 1));
		ASSERT_EQ(0, t_read_all(self->pair.server, buffer, 5));
	}
	EXPECT_STREQ("new!.", buffer);
	pipe_close(ends);
}

TEST_F(stream, tee_of_what_was_received)
{
	char one[10000], other[10000];
	int in[2], copy[2];

	ASSERT_EQ(0, pipe_open(in, 16));
	ASSERT_EQ(0, pipe_open(copy, 16));
	t_bytes_fill(one, sizeof(one), 0);
	ASSERT_EQ(0, t_write_all(self->pair.client, one, sizeof(one)));
	ASSERT_EQ(0, splice_all(self->pair.server, in[1], sizeof(one)));
	ASSERT_EQ(sizeof(one), tee(in[0], copy[1], sizeof(one), 0));
	EXPECT_EQ(sizeof(one), read(in[0], one, sizeof(one)));
	EXPECT_EQ(sizeof(other), read(copy[0], other, sizeof(other)));
	EXPECT_EQ(0, t_bytes_check(one, sizeof(one), 0));
	EXPECT_EQ(0, t_bytes_check(other, sizeof(other), 0));
	pipe_close(in);
	pipe_close(copy);
}

/* No byte is taken from the socket that finds no room in the pipe. */
TEST_F(stream, pipe_with_little_room)
{
	static char data[60000], got[60000 + 100];
	size_t at = 0;
	int ends[2];
	ssize_t n;

	t_bytes_fill(data, sizeof(data), 100);
	ASSERT_EQ(0, pipe_open(ends, 2));
	t_bytes_fill(got, 100, 0);
	/* One of two pages is in use, if only in part. */
	ASSERT_EQ(100, write(ends[1], got, 100));
	ASSERT_EQ(0, t_write_all(self->pair.client, data, sizeof(data)));
	memset(got, 0, sizeof(got));
	while (at < sizeof(got)) {
		if (at < 60000) {
			n = splice(self->pair.server, NULL, ends[1], NULL, sizeof(data),
				   SPLICE_F_NONBLOCK);
			ASSERT_TRUE(n > 0 || errno == EAGAIN);
			ASSERT_GE(2 * 4096, n);
		}
		/* In steps of odd size, which leave pages in part. */
		n = read(ends[0], got + at, sizeof(got) - at < 3001 ? sizeof(got) - at : 3001);
		ASSERT_LT(0, n);
		at += n;
	}
	EXPECT_EQ(0, t_bytes_check(got, sizeof(got), 0));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	pipe_close(ends);
}

TEST_F(stream, full_pipe)
{
	struct splicing splicing = { self->pair.server, -1, 4096 };
	char page[4096] = { 0 };
	struct t_task task;
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 1));
	splicing.to = ends[1];
	ASSERT_EQ(4096, write(ends[1], page, 4096));
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(self->pair.server, NULL, ends[1], NULL, 3,
					 SPLICE_F_NONBLOCK)));
	t_nonblock(ends[1], true);
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(self->pair.server, NULL, ends[1], NULL, 3, 0)));
	t_nonblock(ends[1], false);
	/* It waits for the pipe, not for the socket. */
	ASSERT_EQ(0, t_task_start(&task, splice_once, &splicing));
	ASSERT_TRUE(t_task_sleeps(&task));
	EXPECT_EQ(4096, read(ends[0], page, 4096));
	EXPECT_EQ(3, t_task_end(&task));
	EXPECT_EQ(3, read(ends[0], page, 4096));
	EXPECT_EQ(0, memcmp(page, "abc", 3));
	pipe_close(ends);
}

TEST_F(stream, socket_without_data)
{
	struct splicing splicing = { self->pair.server, -1, 4096 };
	struct timeval tv = { .tv_usec = 100000 };
	struct t_task task;
	char buffer[8];
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 16));
	splicing.to = ends[1];
	t_nonblock(self->pair.server, true);
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(self->pair.server, NULL, ends[1], NULL, 10, 0)));
	t_nonblock(self->pair.server, false);
	ASSERT_EQ(0, t_task_start(&task, splice_once, &splicing));
	ASSERT_TRUE(t_task_sleeps(&task));
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	EXPECT_EQ(3, t_task_end(&task));
	ASSERT_EQ(0, t_task_start(&task, splice_once, &splicing));
	ASSERT_TRUE(t_task_sleeps(&task));
	t_task_signal(&task);
	EXPECT_EQ(-EINTR, t_task_end(&task));
	ASSERT_EQ(0, setsockopt(self->pair.server, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	EXPECT_EQ(-EAGAIN, splice_once(&splicing));
	/* SPLICE_F_NONBLOCK is about the pipe: the socket's own timeout ends it. */
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(self->pair.server, NULL, ends[1], NULL, 10,
					 SPLICE_F_NONBLOCK)));
	EXPECT_EQ(3, read(ends[0], buffer, sizeof(buffer)));
	pipe_close(ends);
}

TEST_F(stream, data_that_was_peeked_at)
{
	char buffer[16] = { 0 };
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 16));
	ASSERT_EQ(5, write(self->pair.client, "hello", 5));
	ASSERT_EQ(3, recv(self->pair.server, buffer, 3, MSG_PEEK));
	EXPECT_EQ(2, splice(self->pair.server, NULL, ends[1], NULL, 2, 0));
	ASSERT_EQ(2, recv(self->pair.server, buffer, 2, MSG_PEEK));
	EXPECT_EQ(3, splice(self->pair.server, NULL, ends[1], NULL, 10, 0));
	EXPECT_EQ(5, read(ends[0], buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
	pipe_close(ends);
}

TEST_F(stream, end_of_stream)
{
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 16));
	ASSERT_EQ(5, write(self->pair.client, "hello", 5));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(5, splice(self->pair.server, NULL, ends[1], NULL, 4096, 0));
	EXPECT_EQ(0, splice(self->pair.server, NULL, ends[1], NULL, 4096, 0));
	EXPECT_EQ(0, splice(self->pair.server, NULL, ends[1], NULL, 4096, 0));
	pipe_close(ends);
}

TEST_F(stream, empty_pipe)
{
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 1));
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(ends[0], NULL, self->pair.client, NULL, 10,
					 SPLICE_F_NONBLOCK)));
	t_nonblock(ends[0], true);
	EXPECT_EQ(EAGAIN, T_ERRNO(splice(ends[0], NULL, self->pair.client, NULL, 10, 0)));
	close(ends[1]);
	EXPECT_EQ(0, splice(ends[0], NULL, self->pair.client, NULL, 10, 0));
	close(ends[0]);
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
}

/* The pipe keeps what the socket did not take. */
TEST_F(stream, no_room_in_the_socket)
{
	struct splicing splicing = { -1, self->pair.client, 30000 };
	size_t sent = t_bytes_fit(self->pair.client);
	static char data[30000];
	struct t_task task;
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 16));
	splicing.from = ends[0];
	t_bytes_fill(data, sizeof(data), sent);
	ASSERT_EQ(sizeof(data), write(ends[1], data, sizeof(data)));
	t_nonblock(self->pair.client, true);
	EXPECT_EQ(-EAGAIN, splice_once(&splicing));
	t_nonblock(self->pair.client, false);
	ASSERT_EQ(0, t_task_start(&task, splice_once, &splicing));
	ASSERT_TRUE(t_task_sleeps(&task));
	t_task_signal(&task);
	EXPECT_EQ(-EINTR, t_task_end(&task));
	ASSERT_EQ(0, t_task_start(&task, splice_once, &splicing));
	EXPECT_EQ(0, t_bytes_arrive(self->pair.server, 0, sent + sizeof(data)));
	EXPECT_EQ(sizeof(data), t_task_end(&task));
	EXPECT_EQ(0, t_bytes_last(self->pair.client, self->pair.server));
	pipe_close(ends);
}

TEST_F(stream, proxy)
{
	size_t step = 30000, at;
	struct t_pair next;
	char data[30000];
	int ends[2];

	ASSERT_EQ(0, t_stream_open(&next, variant->version));
	ASSERT_EQ(0, pipe_open(ends, 16));
	for (at = 0; at < 10 * step; at += step) {
		t_bytes_fill(data, step, at);
		ASSERT_EQ(0, t_write_all(self->pair.client, data, step));
		ASSERT_EQ(0, splice_all(self->pair.server, ends[1], step));
		ASSERT_EQ(0, splice_all(ends[0], next.client, step));
		ASSERT_EQ(0, t_bytes_arrive(next.server, at, at + step));
	}
	pipe_close(ends);
	t_pair_close(&next);
}

TEST_F(stream, many_sizes)
{
	size_t at = 0, size;
	char data[40000];
	int ends[2];

	ASSERT_EQ(0, pipe_open(ends, 16));
	for (size = 1; size <= sizeof(data); size = size * 3 + 1) {
		t_bytes_fill(data, size, at);
		ASSERT_EQ((ssize_t)size, write(ends[1], data, size));
		ASSERT_EQ(0, splice_all(ends[0], self->pair.client, size));
		ASSERT_EQ(0, splice_all(self->pair.server, ends[1], size));
		ASSERT_EQ((ssize_t)size, read(ends[0], data, size));
		ASSERT_EQ(0, t_bytes_check(data, size, at));
		at += size;
	}
	pipe_close(ends);
}

TEST_HARNESS_MAIN
