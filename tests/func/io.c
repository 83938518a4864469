// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data on an established connection, in every way that programs move it.
 */
#include "lib/harness.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <linux/sockios.h>

FIXTURE(io) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_VARIANT(io) {
	uint16_t version;
};

FIXTURE_VARIANT_ADD(io, tls13) { .version = 0x0304 };
FIXTURE_VARIANT_ADD(io, tls12) { .version = 0x0303 };

FIXTURE_SETUP(io)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
}

FIXTURE_TEARDOWN(io)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

TEST_F(io, read_write)
{
	char buffer[16] = { 0 };

	EXPECT_EQ(5, write(self->pair.client, "hello", 5));
	EXPECT_EQ(5, read(self->pair.server, buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
	EXPECT_EQ(3, send(self->pair.server, "you", 3, 0));
	EXPECT_EQ(1, recv(self->pair.client, buffer, 1, 0));
	EXPECT_EQ(2, recv(self->pair.client, buffer + 1, 15, 0));
	EXPECT_EQ(0, strncmp("youlo", buffer, 5));
	EXPECT_EQ(0, send(self->pair.client, "", 0, 0));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.server, buffer, 1, MSG_DONTWAIT)));
}

TEST_F(io, vectors)
{
	char one[3] = { 0 }, two[16] = { 0 };
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cdef", 4 } };
	struct iovec in[2] = { { one, 3 }, { two, sizeof(two) } };

	EXPECT_EQ(6, writev(self->pair.client, out, 3));
	EXPECT_EQ(6, readv(self->pair.server, in, 2));
	EXPECT_EQ(0, memcmp(one, "abc", 3));
	EXPECT_STREQ("def", two);
}

TEST_F(io, messages)
{
	struct sockaddr_in name;
	char buffer[16] = { 0 }, control[64];
	struct iovec out = { "hello", 5 }, in = { buffer, sizeof(buffer) };
	struct msghdr msg = { .msg_iov = &out, .msg_iovlen = 1 };

	EXPECT_EQ(5, sendmsg(self->pair.client, &msg, 0));
	memset(control, 0x77, sizeof(control));
	msg = (struct msghdr) {
		.msg_iov = &in, .msg_iovlen = 1, .msg_name = &name, .msg_namelen = sizeof(name),
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	EXPECT_EQ(5, recvmsg(self->pair.server, &msg, 0));
	EXPECT_STREQ("hello", buffer);
	/* None of kernel TLS's own marks: io_uring would break its chains. */
	EXPECT_EQ(0, msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC | MSG_EOR));
	EXPECT_EQ(0, msg.msg_controllen);
	EXPECT_EQ(0, msg.msg_namelen);
}

TEST_F(io, sendmsg_cannot_forge_records)
{
	char control[CMSG_SPACE(1)] __attribute__((aligned(8))) = { 0 };
	struct iovec out = { "hello", 5 };
	struct msghdr msg = {
		.msg_iov = &out, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = 282; /* SOL_TLS */
	cmsg->cmsg_type = 1; /* TLS_SET_RECORD_TYPE */
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = T_RECORD_ALERT;
	EXPECT_NE(0, T_ERRNO(sendmsg(self->pair.client, &msg, 0)));
	EXPECT_EQ(5, write(self->pair.client, "after", 5));
	EXPECT_EQ(5, read(self->pair.server, control, 5));
}

TEST_F(io, peek)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(5, write(self->pair.client, "hello", 5));
	EXPECT_EQ(2, recv(self->pair.server, buffer, 2, MSG_PEEK));
	EXPECT_EQ(5, recv(self->pair.server, buffer, sizeof(buffer), MSG_PEEK));
	EXPECT_STREQ("hello", buffer);
	EXPECT_EQ(5, recv(self->pair.server, buffer, sizeof(buffer), 0));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.server, buffer, 1, MSG_PEEK | MSG_DONTWAIT)));
}

static void *write_in_pieces(void *arg)
{
	int fd = *(int *)arg;
	long i;

	for (i = 0; i < 10; i++)
		if (write(fd, "0123456789", 10) != 10)
			return (void *)1;
	return NULL;
}

TEST_F(io, waitall)
{
	char buffer[100] = { 0 };
	pthread_t thread;
	void *bad;

	ASSERT_EQ(0, pthread_create(&thread, NULL, write_in_pieces, &self->pair.client));
	EXPECT_EQ(100, recv(self->pair.server, buffer, 100, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(buffer + 90, "0123456789", 10));
	ASSERT_EQ(0, pthread_join(thread, &bad));
	EXPECT_EQ(NULL, bad);
}

TEST_F(io, waitall_ends_with_the_stream)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(4, write(self->pair.client, "last", 4));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(4, recv(self->pair.server, buffer, sizeof(buffer), MSG_WAITALL));
	EXPECT_EQ(0, recv(self->pair.server, buffer, sizeof(buffer), MSG_WAITALL));
}

TEST_F(io, more_is_one_record_in_the_end)
{
	char buffer[16] = { 0 };

	EXPECT_EQ(3, send(self->pair.client, "abc", 3, MSG_MORE));
	EXPECT_EQ(3, send(self->pair.client, "def", 3, 0));
	EXPECT_EQ(0, t_read_all(self->pair.server, buffer, 6));
	EXPECT_STREQ("abcdef", buffer);
}

TEST_F(io, would_block)
{
	static char block[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	t_nonblock(self->pair.client, true);
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, block, 1, 0)));
	while ((n = send(self->pair.client, block, sizeof(block), 0)) > 0)
		sent += n;
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LT(0, sent);
	EXPECT_EQ(0, t_poll(self->pair.client, POLLOUT, 0));
	t_nonblock(self->pair.server, true);
	while (got < sent) {
		ASSERT_TRUE(t_poll(self->pair.server, POLLIN, T_PATIENCE_MS) & POLLIN);
		n = recv(self->pair.server, block, sizeof(block), 0);
		ASSERT_TRUE(n > 0 || errno == EAGAIN);
		got += n > 0 ? n : 0;
	}
	EXPECT_EQ(sent, got);
	EXPECT_EQ(POLLOUT, t_poll(self->pair.client, POLLOUT, T_PATIENCE_MS));
}

TEST_F(io, timeouts)
{
	struct timeval tv = { .tv_usec = 100000 };
	static char block[65536];
	char byte;

	ASSERT_EQ(0, setsockopt(self->pair.client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	ASSERT_EQ(0, setsockopt(self->pair.client, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, &byte, 1, 0)));
	while (send(self->pair.client, block, sizeof(block), 0) > 0)
		;
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(io, interrupted_read_and_write)
{
	static char block[65536];
	size_t sent = 0, got = 0;
	ssize_t n;
	char byte;

	t_alarm(100);
	EXPECT_EQ(EINTR, T_ERRNO(recv(self->pair.client, &byte, 1, 0)));
	while ((n = send(self->pair.client, block, sizeof(block), 0)) > 0)
		sent += n;
	EXPECT_EQ(EINTR, errno);
	t_alarm(0);
	/* The connection is whole: every byte said to be sent arrives. */
	EXPECT_EQ(0, t_so_error(self->pair.client));
	while (got < sent) {
		n = recv(self->pair.server, block, sizeof(block), 0);
		ASSERT_LT(0, n);
		got += n;
	}
	EXPECT_EQ(sent, got);
	EXPECT_EQ(1, send(self->pair.client, "x", 1, 0));
	EXPECT_EQ(1, recv(self->pair.server, &byte, 1, 0));
	EXPECT_EQ('x', byte);
}

TEST_F(io, refused_flags)
{
	char byte;
	int err;

	err = T_ERRNO(send(self->pair.client, "x", 1, MSG_OOB));
	EXPECT_EQ(EOPNOTSUPP, err);
	err = T_ERRNO(send(self->pair.client, "x", 1, MSG_ZEROCOPY));
	EXPECT_TRUE(err == EOPNOTSUPP || err == 0);
	err = T_ERRNO(recv(self->pair.server, &byte, 1, MSG_OOB | MSG_DONTWAIT));
	EXPECT_TRUE(err == EOPNOTSUPP || err == EINVAL);
}

TEST_F(io, harmless_flags)
{
	char buffer[8];

	EXPECT_EQ(1, send(self->pair.client, "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
	EXPECT_EQ(1, send(self->pair.client, "b", 1, MSG_CONFIRM));
	EXPECT_EQ(1, send(self->pair.client, "c", 1, MSG_DONTROUTE));
	EXPECT_EQ(1, send(self->pair.client, "d", 1, MSG_EOR));
	EXPECT_EQ(0, t_read_all(self->pair.server, buffer, 4));
	EXPECT_EQ(0, memcmp(buffer, "abcd", 4));
}

TEST_F(io, bad_memory)
{
	char byte;

	EXPECT_EQ(EFAULT, T_ERRNO(send(self->pair.client, (void *)8, 4, 0)));
	EXPECT_EQ(1, send(self->pair.client, "x", 1, 0));
	EXPECT_EQ(EFAULT, T_ERRNO(recv(self->pair.server, (void *)8, 4, 0)));
	/* Nothing is lost or torn by it. */
	EXPECT_EQ(1, send(self->pair.client, "y", 1, 0));
	EXPECT_LE(0, recv(self->pair.server, &byte, 1, MSG_DONTWAIT));
}

TEST_F(io, inq_and_outq)
{
	int value = -1;

	char buffer[8];

	ASSERT_EQ(0, ioctl(self->pair.server, FIONREAD, &value));
	EXPECT_EQ(0, value);
	ASSERT_EQ(5, write(self->pair.client, "hello", 5));
	ASSERT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
	ASSERT_EQ(0, ioctl(self->pair.server, FIONREAD, &value));
	EXPECT_EQ(5, value);
	/* The rest of a record that was read in part, and the one behind it. */
	ASSERT_EQ(2, read(self->pair.server, buffer, 2));
	ASSERT_EQ(0, ioctl(self->pair.server, FIONREAD, &value));
	EXPECT_EQ(3, value);
	ASSERT_EQ(7, write(self->pair.client, "welcome", 7));
	ASSERT_EQ(0, ioctl(self->pair.server, FIONREAD, &value));
	EXPECT_EQ(10, value);
	ASSERT_EQ(0, t_read_all(self->pair.server, buffer, 3));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	ASSERT_EQ(0, t_read_all(self->pair.server, buffer, 7));
	ASSERT_EQ(0, read(self->pair.server, buffer, 1));
	ASSERT_EQ(0, ioctl(self->pair.server, FIONREAD, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(0, ioctl(self->pair.client, SIOCOUTQ, &value));
	EXPECT_LE(0, value);
}

TEST_F(io, no_reader)
{
	int err = 0, i;

	close(self->pair.server);
	self->pair.server = -1;
	/* The first may still go out; soon it is EPIPE, after a reset ECONNRESET once. */
	for (i = 0; i < 1000 && err != EPIPE; i++)
		err = T_ERRNO(send(self->pair.client, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(EPIPE, err);
}

TEST_F(io, sigpipe)
{
	pid_t pid;
	int status, i;

	close(self->pair.server);
	self->pair.server = -1;
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		for (i = 0; i < 1000; i++)
			if (write(self->pair.client, "x", 1) < 0 && errno == EPIPE)
				break;
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGPIPE, WTERMSIG(status));
}

TEST_HARNESS_MAIN
