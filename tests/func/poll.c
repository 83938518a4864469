// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poll(), select() and epoll on an established connection and its end.
 */
#include "lib/harness.h"

#include <sys/epoll.h>
#include <sys/select.h>

FIXTURE(poll) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_SETUP(poll)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
}

FIXTURE_TEARDOWN(poll)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

#define ALL (POLLIN | POLLOUT | POLLRDHUP | POLLPRI)

TEST_F(poll, idle)
{
	EXPECT_EQ(POLLOUT, t_poll(self->pair.client, ALL, 0));
	EXPECT_EQ(POLLOUT, t_poll(self->pair.server, ALL, 0));
}

TEST_F(poll, readable)
{
	char buffer[8];

	ASSERT_EQ(2, write(self->pair.client, "ab", 2));
	ASSERT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
	EXPECT_EQ(1, read(self->pair.server, buffer, 1));
	EXPECT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, 0));
	EXPECT_EQ(1, read(self->pair.server, buffer, 1));
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, 0));
}

TEST_F(poll, writable_again)
{
	static char block[65536];
	size_t room = 0;

	t_nonblock(self->pair.client, true);
	t_nonblock(self->pair.server, true);
	while (send(self->pair.client, block, sizeof(block), 0) > 0)
		room++;
	EXPECT_LT(0, room);
	EXPECT_EQ(0, t_poll(self->pair.client, POLLOUT, 0));
	while (t_poll(self->pair.client, POLLOUT, 0) == 0) {
		ASSERT_TRUE(t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
		while (recv(self->pair.server, block, sizeof(block), 0) > 0)
			;
	}
	EXPECT_LT(0, send(self->pair.client, block, 100, 0));
}

TEST_F(poll, select)
{
	struct timeval tv = { .tv_sec = T_PATIENCE_MS / 1000 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(self->pair.server, &in);
	FD_SET(self->pair.server, &out);
	ASSERT_EQ(1, select(self->pair.server + 1, &in, &out, NULL, &tv));
	EXPECT_FALSE(FD_ISSET(self->pair.server, &in));
	EXPECT_TRUE(FD_ISSET(self->pair.server, &out));
	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	FD_SET(self->pair.server, &in);
	tv.tv_sec = T_PATIENCE_MS / 1000;
	ASSERT_EQ(1, select(self->pair.server + 1, &in, NULL, NULL, &tv));
	EXPECT_TRUE(FD_ISSET(self->pair.server, &in));
}

TEST_F(poll, epoll_edge)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	char buffer[64];
	int i;

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->pair.server, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(5, write(self->pair.client, "hello", 5));
		ASSERT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
		ASSERT_EQ(5, recv(self->pair.server, buffer, sizeof(buffer), MSG_DONTWAIT));
		ASSERT_EQ(EAGAIN, T_ERRNO(recv(self->pair.server, buffer, 1, MSG_DONTWAIT)));
	}
	close(epoll);
}

TEST_F(poll, epoll_level_and_oneshot)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->pair.server, &event));
	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	event.events = EPOLLIN;
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_MOD, self->pair.server, &event));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 0));
	close(epoll);
}

TEST_F(poll, half_closed)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.server, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(0, read(self->pair.server, &byte, 1));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP, t_poll(self->pair.server, ALL, 0));
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
	EXPECT_TRUE(t_poll(self->pair.server, ALL, T_PATIENCE_MS) & POLLHUP);
}

TEST_F(poll, rdhup_alone)
{
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.server, POLLRDHUP, T_PATIENCE_MS) & POLLRDHUP);
}

TEST_F(poll, reset)
{
	char byte;

	t_close_abort(self->pair.server);
	self->pair.server = -1;
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & (POLLERR | POLLHUP));
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(0, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(EPIPE, T_ERRNO(send(self->pair.client, "x", 1, 0)));
}

TEST_HARNESS_MAIN
