// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests of io_uring on TLS sockets that are canceled or run out of time, in
 * every state of the socket: they end at once and leave it usable.
 */
#include "lib/bytes.h"
#include "lib/uring.h"

static void prepare_cancel(struct io_uring_sqe *sqe)
{
	io_uring_prep_cancel64(sqe, 1, 0);
}

/* Request 1 waits; it is canceled. */
#define EXPECT_CANCELED() \
	do { \
		int res_[2] = { 0 }; \
		EXPECT_TRUE(t_uring_is_silent(&self->ring)); \
		T_QUEUE(2, 0, prepare_cancel); \
		io_uring_submit(&self->ring); \
		ASSERT_EQ(0, t_uring_results(&self->ring, res_, 2)); \
		EXPECT_EQ(-ECANCELED, res_[0]); \
		EXPECT_EQ(0, res_[1]); \
	} while (0)

static const struct __kernel_timespec soon = { .tv_nsec = 50000000 };

/* Request 1 waits; its time is over. */
#define EXPECT_TIMEOUT(prepare, ...) \
	do { \
		int res_[2] = { 0 }; \
		T_QUEUE(1, IOSQE_IO_LINK, prepare, __VA_ARGS__); \
		T_QUEUE(2, 0, io_uring_prep_link_timeout, (struct __kernel_timespec *)&soon, 0); \
		ASSERT_EQ(2, io_uring_submit(&self->ring)); \
		ASSERT_EQ(0, t_uring_results(&self->ring, res_, 2)); \
		EXPECT_EQ(-ECANCELED, res_[0]); \
		EXPECT_EQ(-ETIME, res_[1]); \
	} while (0)

/* Nothing is waited for while a request is submitted. */
TEST_F(uring, connect_during_the_handshake)
{
	t_helper_mode(self->helper, T_HELPER_HOLD);
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	T_QUEUE(1, 0, t_prepare_connect, self->pair.client, &self->addr);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(self->pair.client));
	EXPECT_CANCELED();
	/* The handshake goes on, as after a connect() that a signal ended. */
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLOUT, t_poll(self->pair.client, POLLOUT, T_PATIENCE_MS));
	EXPECT_EQ(0, t_so_error(self->pair.client));
}

TEST_F(uring, connect_out_of_time)
{
	t_helper_mode(self->helper, T_HELPER_HOLD);
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	EXPECT_TIMEOUT(t_prepare_connect, self->pair.client, &self->addr);
}

TEST_F(uring, send_during_the_handshake)
{
	t_helper_mode(self->helper, T_HELPER_HOLD);
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->pair.client, &self->addr));
	t_nonblock(self->pair.client, false);
	EXPECT_TIMEOUT(io_uring_prep_send, self->pair.client, "x", 1, 0);
	T_QUEUE(1, 0, io_uring_prep_send, self->pair.client, "x", 1, 0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_TRUE(t_uring_is_silent(&self->ring));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(1, t_uring_result(&self->ring, NULL));
}

TEST_F(uring, accept)
{
	T_QUEUE(1, 0, t_prepare_accept, self->listener);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
	T_QUEUE(1, 0, io_uring_prep_multishot_accept, self->listener, NULL, NULL, 0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
	EXPECT_TIMEOUT(t_prepare_accept, self->listener);
	/* Nobody took a connection that this one should get. */
	self->pair.client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->pair.client, &self->addr));
	self->pair.server = accept(self->listener, NULL, NULL);
	EXPECT_LE(0, self->pair.server);
}

TEST_F(uring, receive)
{
	char buffer[8];

	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	T_QUEUE(1, 0, io_uring_prep_recv, self->pair.server, buffer, 8, 0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
	EXPECT_TIMEOUT(io_uring_prep_recv, self->pair.server, buffer, 8, 0);
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

TEST_F(uring, send_without_room)
{
	static char data[65536];

	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	t_bytes_fit(self->pair.client);
	T_QUEUE(1, 0, io_uring_prep_send, self->pair.client, data, sizeof(data), 0);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
	EXPECT_TIMEOUT(io_uring_prep_send, self->pair.client, data, sizeof(data), 0);
}

TEST_F(uring, poll)
{
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	T_QUEUE(1, 0, io_uring_prep_poll_add, self->pair.server, POLLIN);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
	T_QUEUE(1, 0, io_uring_prep_poll_multishot, self->pair.server, POLLIN);
	ASSERT_EQ(1, io_uring_submit(&self->ring));
	EXPECT_CANCELED();
}

/* shutdown() and close() in another thread end what waits here. */
TEST_F(uring, shutdown_ends_all)
{
	char one[8], two[8];
	int res[2];

	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	T_QUEUE(1, 0, io_uring_prep_recv, self->pair.server, one, 8, 0);
	T_QUEUE(2, 0, io_uring_prep_recv, self->pair.client, two, 8, 0);
	ASSERT_EQ(2, io_uring_submit(&self->ring));
	EXPECT_TRUE(t_uring_is_silent(&self->ring));
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_RDWR));
	ASSERT_EQ(0, t_uring_results(&self->ring, res, 2));
	EXPECT_EQ(0, res[0]);
	EXPECT_EQ(0, res[1]);
}

/* A ring that goes away with requests in every state takes nothing with it. */
TEST_F(uring, exit_with_all_pending)
{
	char buffer[8];
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	T_QUEUE(1, 0, t_prepare_connect, fd, &self->addr);
	T_QUEUE(2, 0, t_prepare_accept, self->listener);
	T_QUEUE(3, 0, io_uring_prep_recv, self->pair.server, buffer, 8, 0);
	T_QUEUE(4, 0, io_uring_prep_poll_add, self->pair.client, POLLIN);
	ASSERT_EQ(4, io_uring_submit(&self->ring));
	EXPECT_TRUE(t_uring_is_silent(&self->ring));
	io_uring_queue_exit(&self->ring);
	close(fd);
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	ASSERT_EQ(0, io_uring_queue_init(4, &self->ring, 0));
}

TEST_HARNESS_MAIN
