// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_uring on TLS sockets: every operation of a connection's life, alone and
 * in linked chains, with direct descriptors and provided buffers.
 */
#include "lib/uring.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Both ends of a connection, by the ring. */
#define CONNECTED() \
	do { \
		int res_[2]; \
		self->pair.client = T_RUN(io_uring_prep_socket, AF_INET, SOCK_STREAM, \
					  IPPROTO_TLS, 0); \
		ASSERT_LE(0, self->pair.client); \
		T_QUEUE(1, 0, t_prepare_connect, self->pair.client, &self->addr); \
		T_QUEUE(2, 0, t_prepare_accept, self->listener); \
		ASSERT_EQ(2, io_uring_submit(&self->ring)); \
		ASSERT_EQ(0, t_uring_results(&self->ring, res_, 2)); \
		ASSERT_EQ(0, res_[0]); \
		ASSERT_LE(0, res_[1]); \
		self->pair.server = res_[1]; \
	} while (0)

TEST_F(uring, whole_life)
{
	char buffer[16] = { 0 };
	int res[2];

	CONNECTED();
	T_QUEUE(1, 0, io_uring_prep_recv, self->pair.server, buffer, 5, MSG_WAITALL);
	T_QUEUE(2, 0, io_uring_prep_send, self->pair.client, "hello", 5, 0);
	ASSERT_EQ(2, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 2));
	EXPECT_EQ(5, res[0]);
	EXPECT_EQ(5, res[1]);
	EXPECT_STREQ("hello", buffer);

	T_QUEUE(1, 0, io_uring_prep_recv, self->pair.server, buffer, 5, 0);
	T_QUEUE(2, 0, io_uring_prep_shutdown, self->pair.client, SHUT_WR);
	ASSERT_EQ(2, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 2));
	EXPECT_EQ(0, res[0]);
	EXPECT_EQ(0, res[1]);

	EXPECT_EQ(0, T_RUN(io_uring_prep_close, self->pair.server));
	self->pair.server = -1;
	EXPECT_EQ(0, read(self->pair.client, buffer, 1));
}

TEST_F(uring, bind_and_listen)
{
	struct t_addr addr = { .len = sizeof(addr.storage) };
	int fd = T_RUN(io_uring_prep_socket, AF_INET, SOCK_STREAM, IPPROTO_TLS, 0);

	t_loopback(&addr, AF_INET, 0);
	EXPECT_EQ(0, T_RUN(io_uring_prep_bind, fd, (struct sockaddr *)&addr.storage, addr.len));
	EXPECT_EQ(0, T_RUN(io_uring_prep_listen, fd, 5));
	EXPECT_EQ(TLSOCK_STATE_LISTEN, t_state(fd));
	close(fd);
}

TEST_F(uring, linked_chain)
{
	char buffer[16] = { 0 }, echo[8];
	int res[4] = { 1, 1, 1, 1 }, i;

	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	T_QUEUE(1, IOSQE_IO_LINK, t_prepare_connect, self->pair.client, &self->addr);
	T_QUEUE(2, IOSQE_IO_LINK, io_uring_prep_send, self->pair.client, "hello", 5, MSG_WAITALL);
	T_QUEUE(3, IOSQE_IO_LINK, io_uring_prep_recv, self->pair.client, buffer, 5, MSG_WAITALL);
	T_QUEUE(4, 0, io_uring_prep_nop);
	ASSERT_EQ(4, io_uring_submit(&self->ring));
	self->pair.server = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, self->pair.server);
	ASSERT_EQ(0, t_read_all(self->pair.server, echo, 5));
	/* The answer comes in two records, of which one is not enough. */
	ASSERT_EQ(2, write(self->pair.server, echo, 2));
	EXPECT_EQ(0, t_uring_result(&self->ring, NULL));
	EXPECT_EQ(5, t_uring_result(&self->ring, NULL));
	EXPECT_TRUE(t_uring_is_silent(&self->ring));
	ASSERT_EQ(3, write(self->pair.server, echo + 2, 3));
	for (i = 2; i < 4; i++)
		res[i] = t_uring_result(&self->ring, NULL);
	EXPECT_EQ(5, res[2]);
	EXPECT_EQ(0, res[3]);
	EXPECT_STREQ("hello", buffer);
}

TEST_F(uring, failed_handshake_breaks_the_chain)
{
	int res[2];

	self->helper->done = (struct t_done) { .error = EKEYREJECTED };
	t_helper_mode(self->helper, T_HELPER_FAIL);
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	T_QUEUE(1, IOSQE_IO_LINK, t_prepare_connect, self->pair.client, &self->addr);
	T_QUEUE(2, 0, io_uring_prep_send, self->pair.client, "hello", 5, 0);
	ASSERT_EQ(2, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 2));
	EXPECT_EQ(-EKEYREJECTED, res[0]);
	EXPECT_EQ(-ECANCELED, res[1]);
}

TEST_F(uring, multishot_accept)
{
	unsigned int flags;
	int fds[5], i, fd;

	T_QUEUE(1, 0, io_uring_prep_multishot_accept, self->listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	for (i = 0; i < 5; i++) {
		fds[i] = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
		ASSERT_EQ(-EINPROGRESS, t_connect(fds[i], &self->addr));
	}
	for (i = 0; i < 5; i++) {
		fd = t_uring_result(&self->ring, &flags);
		ASSERT_LE(0, fd);
		EXPECT_TRUE(flags & IORING_CQE_F_MORE);
		EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(fd));
		close(fd);
	}
	for (i = 0; i < 5; i++)
		close(fds[i]);
}

TEST_F(uring, messages)
{
	char one[3] = { 0 }, two[8] = { 0 };
	struct iovec out[] = { { (void *)"ab", 2 }, { (void *)"cdef", 4 } };
	struct iovec in[] = { { one, 2 }, { two, 8 } };
	struct msghdr sent = { .msg_iov = out, .msg_iovlen = 2 };
	struct msghdr received = { .msg_iov = in, .msg_iovlen = 2 };

	CONNECTED();
	EXPECT_EQ(6, T_RUN(io_uring_prep_sendmsg, self->pair.client, &sent, 0));
	EXPECT_EQ(6, T_RUN(io_uring_prep_recvmsg, self->pair.server, &received, 0));
	EXPECT_STREQ("ab", one);
	EXPECT_STREQ("cdef", two);
	EXPECT_EQ(6, T_RUN(io_uring_prep_writev, self->pair.server, out, 2, 0));
	EXPECT_EQ(6, T_RUN(io_uring_prep_readv, self->pair.client, in, 2, 0));
	EXPECT_EQ(2, T_RUN(io_uring_prep_write, self->pair.server, "xy", 2, 0));
	EXPECT_EQ(2, T_RUN(io_uring_prep_read, self->pair.client, two, 8, 0));
	EXPECT_EQ(0, memcmp("xy", two, 2));
}

/* Buffers of @size bytes that the kernel chooses from. */
#define BUFFERS		8
#define GROUP		7

static struct io_uring_buf_ring *provide(struct io_uring *ring, char *memory, unsigned int size)
{
	struct io_uring_buf_ring *buffers;
	int err, i;

	buffers = io_uring_setup_buf_ring(ring, BUFFERS, GROUP, 0, &err);
	for (i = 0; buffers && i < BUFFERS; i++)
		io_uring_buf_ring_add(buffers, memory + (size_t)i * size, size, i,
				      io_uring_buf_ring_mask(BUFFERS), i);
	if (buffers)
		io_uring_buf_ring_advance(buffers, BUFFERS);
	return buffers;
}

static void queue_multishot(struct io_uring *ring, int fd, unsigned int how)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	sqe->ioprio |= how;
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	sqe->user_data = 1;
	io_uring_submit(ring);
}

TEST_F(uring, multishot_receive)
{
	static char memory[BUFFERS * 1000], data[4000];
	struct io_uring_buf_ring *buffers = provide(&self->ring, memory, 1000);
	unsigned int flags, id;
	int i, got = 0, res = 0;

	ASSERT_NE(NULL, buffers);
	CONNECTED();
	for (i = 0; i < (int)sizeof(data); i++)
		data[i] = rand();
	queue_multishot(&self->ring, self->pair.server, 0);
	ASSERT_EQ(0, t_write_all(self->pair.client, data, 10));
	ASSERT_EQ(10, t_uring_result(&self->ring, &flags));
	EXPECT_TRUE(flags & IORING_CQE_F_MORE);
	/* A record that fills several buffers, then the end. */
	ASSERT_EQ(0, t_write_all(self->pair.client, data, sizeof(data)));
	while (got < (int)sizeof(data)) {
		res = t_uring_result(&self->ring, &flags);
		ASSERT_LT(0, res);
		ASSERT_TRUE(flags & IORING_CQE_F_BUFFER);
		id = flags >> IORING_CQE_BUFFER_SHIFT;
		EXPECT_EQ(0, memcmp(memory + id * 1000, data + got, res));
		got += res;
	}
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(0, t_uring_result(&self->ring, &flags));
	EXPECT_FALSE(flags & IORING_CQE_F_MORE);
	io_uring_free_buf_ring(&self->ring, buffers, BUFFERS, GROUP);
}

#ifdef IORING_FEAT_RECVSEND_BUNDLE
TEST_F(uring, bundle)
{
	static char memory[BUFFERS * 1000], data[3500];
	struct io_uring_buf_ring *buffers;
	int i, res, got = 0;

	if (!(self->ring.features & IORING_FEAT_RECVSEND_BUNDLE))
		SKIP(return, "no bundles in this kernel");
	buffers = provide(&self->ring, memory, 1000);
	ASSERT_NE(NULL, buffers);
	CONNECTED();
	for (i = 0; i < (int)sizeof(data); i++)
		data[i] = rand();
	ASSERT_EQ(0, t_write_all(self->pair.client, data, sizeof(data)));
	ASSERT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
	queue_multishot(&self->ring, self->pair.server, IORING_RECVSEND_BUNDLE);
	while (got < (int)sizeof(data)) {
		res = t_uring_result(&self->ring, NULL);
		ASSERT_LT(0, res);
		got += res;
	}
	/* Nothing was taken before, so the buffers are in order. */
	EXPECT_EQ(0, memcmp(memory, data, sizeof(data)));
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_EQ(0, t_uring_result(&self->ring, NULL));
	io_uring_free_buf_ring(&self->ring, buffers, BUFFERS, GROUP);
}
#endif

TEST_F(uring, splice)
{
	char buffer[16] = { 0 };
	int ends[2];

	CONNECTED();
	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	ASSERT_EQ(5, write(ends[1], "hello", 5));
	EXPECT_EQ(5, T_RUN(io_uring_prep_splice, ends[0], -1, self->pair.client, -1, 5, 0));
	EXPECT_EQ(5, T_RUN(io_uring_prep_splice, self->pair.server, -1, ends[1], -1, 64, 0));
	EXPECT_EQ(5, read(ends[0], buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
	close(ends[0]);
	close(ends[1]);
}

TEST_F(uring, poll)
{
	unsigned int flags;
	char byte;
	int i;

	CONNECTED();
	EXPECT_EQ(POLLOUT, T_RUN(io_uring_prep_poll_add, self->pair.client, POLLIN | POLLOUT));
	T_QUEUE(1, 0, io_uring_prep_poll_multishot, self->pair.server, POLLIN);
	io_uring_submit(&self->ring);
	for (i = 0; i < 3; i++) {
		EXPECT_TRUE(t_uring_is_silent(&self->ring));
		ASSERT_EQ(1, write(self->pair.client, "x", 1));
		EXPECT_EQ(POLLIN, t_uring_result(&self->ring, &flags));
		EXPECT_TRUE(flags & IORING_CQE_F_MORE);
		ASSERT_EQ(1, read(self->pair.server, &byte, 1));
	}
}

/* IORING_OP_RECV_ZC, which older headers and kernels do not know */
static void prepare_recv_zc(struct io_uring_sqe *sqe, int fd)
{
	io_uring_prep_rw(58, sqe, fd, NULL, 0, 0);
	sqe->ioprio |= IORING_RECV_MULTISHOT;
}

TEST_F(uring, refused_and_none_the_worse)
{
	unsigned int flags;

	CONNECTED();
	T_QUEUE(1, 0, io_uring_prep_send_zc, self->pair.client, "hello", 5, 0, 0);
	io_uring_submit(&self->ring);
	EXPECT_EQ(-EOPNOTSUPP, t_uring_result(&self->ring, &flags));
	if (flags & IORING_CQE_F_MORE)	/* the notification */
		t_uring_result(&self->ring, NULL);
	EXPECT_GT(0, T_RUN(prepare_recv_zc, self->pair.client));
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

/* A socket that has no descriptor, only a place in the ring's table. */
TEST_F(uring, direct_descriptors)
{
	static char alpn[] = "h2";
	char buffer[8] = { 0 };
	int res[4], error = -1;

	ASSERT_EQ(0, io_uring_register_files_sparse(&self->ring, 4));
	ASSERT_EQ(0, T_RUN(io_uring_prep_socket_direct, AF_INET, SOCK_STREAM, IPPROTO_TLS, 1, 0));
	T_QUEUE(1, IOSQE_FIXED_FILE, io_uring_prep_cmd_sock, SOCKET_URING_OP_SETSOCKOPT, 1,
		SOL_TLSOCK, TLSOCK_ALPN, alpn, 2);
	io_uring_submit(&self->ring);
	ASSERT_EQ(0, t_uring_result(&self->ring, NULL));
	T_QUEUE(1, IOSQE_FIXED_FILE | IOSQE_IO_LINK, t_prepare_connect, 1, &self->addr);
	T_QUEUE(2, IOSQE_FIXED_FILE, io_uring_prep_send, 1, "hello", 5, 0);
	T_QUEUE(3, 0, io_uring_prep_accept_direct, self->listener, NULL, NULL, 0, 2);
	ASSERT_EQ(3, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 3));
	EXPECT_EQ(0, res[0]);
	EXPECT_EQ(5, res[1]);
	EXPECT_EQ(0, res[2]);
	EXPECT_STREQ("h2", self->helper->last.role == TLSOCK_ROLE_CLIENT ? self->helper->last.alpn :
								   "h2");
	T_QUEUE(1, IOSQE_FIXED_FILE | IOSQE_IO_LINK, io_uring_prep_recv, 2, buffer, 5, MSG_WAITALL);
	T_QUEUE(2, IOSQE_FIXED_FILE | IOSQE_IO_LINK, io_uring_prep_cmd_sock,
		SOCKET_URING_OP_GETSOCKOPT, 2, SOL_SOCKET, SO_ERROR, &error, sizeof(error));
	T_QUEUE(3, IOSQE_FIXED_FILE, io_uring_prep_shutdown, 2, SHUT_WR);
	ASSERT_EQ(3, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 3));
	EXPECT_EQ(5, res[0]);
	EXPECT_STREQ("hello", buffer);
	EXPECT_EQ((int)sizeof(error), res[1]);
	EXPECT_EQ(0, error);
	EXPECT_EQ(0, res[2]);
	EXPECT_EQ(0, T_RUN(io_uring_prep_close_direct, 1));
	EXPECT_EQ(0, T_RUN(io_uring_prep_close_direct, 2));
}

TEST_F(uring, queues_and_options)
{
	int keepalive = 1;

	CONNECTED();
	ASSERT_EQ(7, write(self->pair.client, "welcome", 7));
	ASSERT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
	EXPECT_EQ(7, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SIOCINQ, self->pair.server, 0, 0,
			   NULL, 0));
	EXPECT_LE(0, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SIOCOUTQ, self->pair.client, 0,
			   0, NULL, 0));
	EXPECT_EQ(0, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SETSOCKOPT, self->pair.client,
			   SOL_SOCKET, SO_KEEPALIVE, &keepalive, sizeof(keepalive)));
	EXPECT_EQ(1, t_get_int(self->pair.client, SOL_SOCKET, SO_KEEPALIVE));
}

/* The handshake of an upgrade runs while the ring goes on. */
TEST_F(uring, upgrade)
{
	struct t_pair tcp;
	int res[2], role = TLSOCK_ROLE_SERVER;

	ASSERT_EQ(0, t_pair_tcp(&tcp, AF_INET));
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	self->pair.server = t_socket(AF_INET, IPPROTO_TLS, 0);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	EXPECT_EQ(0, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SETSOCKOPT, self->pair.server,
			   SOL_TLSOCK, TLSOCK_ROLE, &role, sizeof(role)));
	EXPECT_EQ(0, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SETSOCKOPT, self->pair.server,
			   SOL_TLSOCK, TLSOCK_UPGRADE, &tcp.server, sizeof(tcp.server)));
	EXPECT_EQ(0, T_RUN(io_uring_prep_cmd_sock, SOCKET_URING_OP_SETSOCKOPT, self->pair.client,
			   SOL_TLSOCK, TLSOCK_UPGRADE, &tcp.client, sizeof(tcp.client)));
	T_QUEUE(1, 0, io_uring_prep_poll_add, self->pair.client, POLLOUT);
	T_QUEUE(2, 0, io_uring_prep_poll_add, self->pair.server, POLLOUT);
	io_uring_submit(&self->ring);
	EXPECT_TRUE(t_uring_is_silent(&self->ring));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 2));
	EXPECT_EQ(POLLOUT, res[0]);
	EXPECT_EQ(POLLOUT, res[1]);
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	t_pair_close(&tcp);
}

TEST_HARNESS_MAIN
