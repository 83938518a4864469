// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connect(): blocking, non-blocking, interrupted. The peer is a TCP listener; the
 * handshake is what the fake helper makes of it.
 */
#include "lib/harness.h"

#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>

FIXTURE(connect) {
	struct t_helper *helper;
	struct t_addr addr;
	int listener;
	int fd;
};

FIXTURE_SETUP(connect)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->listener = t_listen(AF_INET, IPPROTO_TCP, &self->addr);
	self->fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	ASSERT_LE(0, self->listener);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(connect)
{
	close(self->fd);
	close(self->listener);
	t_helper_stop(self->helper);
}

TEST_F(connect, blocking)
{
	struct t_addr peer = { .len = sizeof(peer.storage) };
	struct tlsock_error error;

	ASSERT_EQ(0, t_connect(self->fd, &self->addr));
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(self->fd));
	EXPECT_EQ(0, t_so_error(self->fd));
	EXPECT_EQ(POLLOUT, t_poll(self->fd, POLLIN | POLLOUT | POLLRDHUP, 0));
	ASSERT_EQ(0, getpeername(self->fd, (void *)&peer.storage, &peer.len));
	EXPECT_EQ(t_port(&self->addr), t_port(&peer));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(0, error.error);
	EXPECT_EQ(-EISCONN, t_connect(self->fd, &self->addr));
}

TEST_F(connect, nonblocking)
{
	int err;

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(self->fd));
	EXPECT_EQ(-EALREADY, t_connect(self->fd, &self->addr));
	/* Silent although TCP is connected, or io_uring would be misled. */
	EXPECT_EQ(0, t_poll(self->fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, T_SILENCE_MS));

	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLOUT, t_poll(self->fd, POLLIN | POLLOUT, T_PATIENCE_MS));
	EXPECT_EQ(0, t_so_error(self->fd));
	err = t_connect(self->fd, &self->addr);
	EXPECT_TRUE(err == 0 || err == -EISCONN);
	EXPECT_EQ(-EISCONN, t_connect(self->fd, &self->addr));
}

TEST_F(connect, nonblocking_epoll)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, T_SILENCE_MS));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
	EXPECT_EQ(EPOLLOUT, event.events);
	close(epoll);
}

TEST_F(connect, io_during_the_handshake)
{
	char byte;

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(EAGAIN, T_ERRNO(send(self->fd, "x", 1, 0)));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->fd, &byte, 1, 0)));
	t_nonblock(self->fd, false);
	EXPECT_EQ(EAGAIN, T_ERRNO(send(self->fd, "x", 1, MSG_DONTWAIT)));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->fd, &byte, 1, MSG_DONTWAIT)));
}

static void *send_one(void *arg)
{
	return (void *)(long)send(*(int *)arg, "hello", 5, 0);
}

TEST_F(connect, blocking_send_waits_and_never_in_clear_text)
{
	char clear[16] = { 0 };
	pthread_t thread;
	void *sent;
	int peer;

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	t_nonblock(self->fd, false);
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_one, &self->fd));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, peer);
	EXPECT_EQ(0, t_poll(peer, POLLIN, T_SILENCE_MS));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, pthread_join(thread, &sent));
	EXPECT_EQ(5, (long)sent);
	ASSERT_EQ(POLLIN, t_poll(peer, POLLIN, T_PATIENCE_MS));
	EXPECT_LT(5, recv(peer, clear, sizeof(clear), 0));
	EXPECT_EQ(T_RECORD_DATA, clear[0]);
	EXPECT_EQ(0x03, clear[1]);
	close(peer);
}

TEST_F(connect, interrupted_goes_on)
{
	int err;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	t_alarm(100);
	EXPECT_EQ(-EINTR, t_connect(self->fd, &self->addr));
	t_alarm(0);
	t_nonblock(self->fd, true);
	EXPECT_EQ(-EALREADY, t_connect(self->fd, &self->addr));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLOUT, t_poll(self->fd, POLLOUT, T_PATIENCE_MS));
	err = t_connect(self->fd, &self->addr);
	EXPECT_TRUE(err == 0 || err == -EISCONN);
}

TEST_F(connect, interrupted_then_waited_for_again)
{
	int err;

	t_helper_mode(self->helper, T_HELPER_IGNORE);
	t_alarm(100);
	EXPECT_EQ(-EINTR, t_connect(self->fd, &self->addr));
	t_alarm(0);
	t_helper_mode(self->helper, T_HELPER_KEYS);
	err = t_connect(self->fd, &self->addr);
	EXPECT_TRUE(err == 0 || err == -EISCONN);
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(self->fd));
}

TEST_F(connect, close_in_the_handshake)
{
	char byte;
	int peer;

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, peer);
	close(self->fd);
	self->fd = -1;
	/* The helper still has the descriptor, the peer must know at once. */
	ASSERT_TRUE(t_poll(peer, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_TRUE(recv(peer, &byte, 1, 0) <= 0);
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(0, t_helper_wait(self->helper, 1));
	close(peer);
}

TEST_F(connect, shutdown_in_the_handshake)
{
	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(0, shutdown(self->fd, SHUT_RDWR));
	EXPECT_TRUE(t_poll(self->fd, POLLIN | POLLOUT, T_PATIENCE_MS) & (POLLERR | POLLHUP));
}

TEST_F(connect, unspec_disconnects)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	int err;

	ASSERT_EQ(0, t_connect(self->fd, &self->addr));
	err = connect(self->fd, &unspec, sizeof(unspec)) ? -errno : 0;
	/* TCP disconnects; a TLS socket may refuse, but must not go on in clear text. */
	if (err == 0) {
		EXPECT_EQ(ENOTCONN, T_ERRNO(recv(self->fd, &err, 1, MSG_DONTWAIT)));
	} else {
		EXPECT_TRUE(err == -EISCONN || err == -EOPNOTSUPP || err == -EAFNOSUPPORT ||
			    err == -EINVAL);
	}
}

TEST_F(connect, sndtimeo)
{
	struct timeval tv = { .tv_usec = 200000 };

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	/* As TCP: EINPROGRESS, and it goes on. */
	EXPECT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLOUT, t_poll(self->fd, POLLOUT, T_PATIENCE_MS));
}

TEST_F(connect, bound_first)
{
	struct t_addr mine, name = { .len = sizeof(name.storage) };

	ASSERT_EQ(0, t_bind(self->fd, AF_INET, &mine));
	ASSERT_EQ(0, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, getsockname(self->fd, (void *)&name.storage, &name.len));
	EXPECT_EQ(t_port(&mine), t_port(&name));
}

TEST_HARNESS_MAIN
