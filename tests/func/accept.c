// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listen() and accept(): handshakes in the background, finished connections
 * only. Clients are plain TCP sockets; the fake helper finishes a server's
 * handshake without a byte from them.
 */
#include "lib/harness.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

FIXTURE(accept) {
	struct t_helper *helper;
	struct t_addr addr;
	int listener;
};

FIXTURE_SETUP(accept)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->listener = t_listen(AF_INET, IPPROTO_TLS, &self->addr);
	ASSERT_LE(0, self->listener);
}

/* Options are for before listen(): begin anew. */
static int listener_reset(FIXTURE_DATA(accept) *self)
{
	close(self->listener);
	self->listener = t_socket(AF_INET, IPPROTO_TLS, 0);
	return t_bind(self->listener, AF_INET, &self->addr);
}

FIXTURE_TEARDOWN(accept)
{
	close(self->listener);
	t_helper_stop(self->helper);
}

/* A TCP client of the listener; the socket or -errno. */
static int client(const struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TCP, 0);
	int err = t_connect(fd, addr);

	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

TEST_F(accept, blocking)
{
	struct t_addr peer = { .len = sizeof(peer.storage) };
	struct t_addr name = { .len = sizeof(name.storage) };
	int fd = client(&self->addr);
	int child;

	ASSERT_LE(0, fd);
	child = accept4(self->listener, (void *)&peer.storage, &peer.len, SOCK_CLOEXEC);
	ASSERT_LE(0, child);
	ASSERT_EQ(0, getsockname(fd, (void *)&name.storage, &name.len));
	EXPECT_EQ(t_port(&name), t_port(&peer));
	EXPECT_EQ(sizeof(struct sockaddr_in), peer.len);
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(child));
	EXPECT_EQ(IPPROTO_TLS, t_get_int(child, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, self->helper->last.role);
	EXPECT_EQ(t_port(&self->addr), self->helper->last.local_port);
	EXPECT_TRUE(fcntl(child, F_GETFD) & FD_CLOEXEC);
	EXPECT_FALSE(fcntl(child, F_GETFL) & O_NONBLOCK);
	name.len = sizeof(name.storage);
	ASSERT_EQ(0, getsockname(child, (void *)&name.storage, &name.len));
	EXPECT_EQ(t_port(&self->addr), t_port(&name));
	close(child);
	close(fd);
}

TEST_F(accept, nonblocking)
{
	int fd, child;

	t_nonblock(self->listener, true);
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	fd = client(&self->addr);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(POLLIN, t_poll(self->listener, POLLIN | POLLOUT, T_PATIENCE_MS));
	child = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK);
	ASSERT_LE(0, child);
	EXPECT_TRUE(fcntl(child, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	close(child);
	close(fd);
}

TEST_F(accept, poll_is_silent_until_a_handshake_is_over)
{
	int fd;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	fd = client(&self->addr);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLIN, t_poll(self->listener, POLLIN, T_PATIENCE_MS));
	close(fd);
}

TEST_F(accept, epoll_edge)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int fds[20], child, i, got = 0;

	t_nonblock(self->listener, true);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->listener, &event));
	for (i = 0; i < 20; i++) {
		fds[i] = client(&self->addr);
		ASSERT_LE(0, fds[i]);
	}
	while (got < 20) {
		ASSERT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
		while ((child = accept(self->listener, NULL, NULL)) >= 0) {
			close(child);
			got++;
		}
		ASSERT_EQ(EAGAIN, errno);
	}
	for (i = 0; i < 20; i++)
		close(fds[i]);
	close(epoll);
}

TEST_F(accept, a_silent_client_delays_nobody)
{
	int silent[10], fd, child, i;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	for (i = 0; i < 10; i++) {
		silent[i] = client(&self->addr);
		ASSERT_LE(0, silent[i]);
	}
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 10));
	t_helper_mode(self->helper, T_HELPER_KEYS_NEW);
	fd = client(&self->addr);
	child = accept(self->listener, NULL, NULL);
	EXPECT_LE(0, child);
	close(child);
	close(fd);
	for (i = 0; i < 10; i++)
		close(silent[i]);
}

TEST_F(accept, failed_handshakes_never_surface)
{
	struct t_done done = { .error = EPROTO, .stage = TLSOCK_STAGE_HANDSHAKE };
	char byte;
	int fd;

	t_nonblock(self->listener, true);
	self->helper->done = done;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	fd = client(&self->addr);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	/* The client is hung up on. */
	ASSERT_TRUE(t_poll(fd, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_TRUE(recv(fd, &byte, 1, 0) <= 0);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	EXPECT_EQ(0, t_so_error(self->listener));
	close(fd);
}

TEST_F(accept, deadline_frees_the_place)
{
	char byte;
	int fd;

	ASSERT_EQ(0, listener_reset(self));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 300));
	ASSERT_EQ(0, listen(self->listener, 5));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	fd = client(&self->addr);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	ASSERT_TRUE(t_poll(fd, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_TRUE(recv(fd, &byte, 1, 0) <= 0);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, 0));
	close(fd);
}

TEST_F(accept, no_helper)
{
	char byte;
	int fd;

	t_helper_stop(self->helper);
	self->helper = NULL;
	fd = client(&self->addr);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	ASSERT_TRUE(t_poll(fd, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_TRUE(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
}

TEST_F(accept, backlog_bounds_the_handshakes)
{
	unsigned int accepted;
	int fds[12], i;

	ASSERT_EQ(0, listener_reset(self));
	ASSERT_EQ(0, listen(self->listener, 4));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	for (i = 0; i < 12; i++) {
		fds[i] = t_socket(AF_INET, IPPROTO_TCP, SOCK_NONBLOCK);
		t_connect(fds[i], &self->addr);
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, t_poll(self->listener, POLLIN, T_SILENCE_MS));
	accepted = __atomic_load_n(&self->helper->accepted, __ATOMIC_ACQUIRE);
	EXPECT_LE(1, accepted);
	EXPECT_GE(5, accepted);
	for (i = 0; i < 12; i++)
		close(fds[i]);
}

TEST_F(accept, options_are_inherited)
{
	char text[64] = { 0 };
	socklen_t len = sizeof(text);
	int fd, child;

	EXPECT_EQ(-EINVAL, t_set_text(self->listener, TLSOCK_PROFILE, "web"));
	ASSERT_EQ(0, listener_reset(self));
	ASSERT_EQ(0, t_set_text(self->listener, TLSOCK_PROFILE, "web"));
	ASSERT_EQ(0, t_set_text(self->listener, TLSOCK_ALPN, "h2"));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_TLSOCK, TLSOCK_CLIENT_CERT,
			       TLSOCK_CLIENT_CERT_REQUEST));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 4321));
	ASSERT_EQ(0, t_set_int(self->listener, IPPROTO_TCP, TCP_NODELAY, 1));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_SOCKET, SO_KEEPALIVE, 1));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_SOCKET, SO_RCVBUF, 70000));
	ASSERT_EQ(0, listen(self->listener, 5));
	fd = client(&self->addr);
	child = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, child);
	EXPECT_STREQ("web", self->helper->last.profile);
	EXPECT_STREQ("h2", self->helper->last.alpn);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_REQUEST, self->helper->last.client_cert);
	/* Rounded up to jiffies. */
	EXPECT_GE(4321 + 20, self->helper->last.timeout_ms);
	EXPECT_LT(2000, self->helper->last.timeout_ms);
	ASSERT_EQ(0, getsockopt(child, SOL_TLSOCK, TLSOCK_PROFILE, text, &len));
	EXPECT_STREQ("web", text);
	EXPECT_EQ(1, t_get_int(child, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(1, t_get_int(child, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(140000, t_get_int(child, SOL_SOCKET, SO_RCVBUF));
	EXPECT_EQ(-EISCONN, t_set_text(child, TLSOCK_PROFILE, "x"));
	close(child);
	close(fd);
}

TEST_F(accept, data_before_accept)
{
	int fd = client(&self->addr);
	char buffer[8] = { 0 };
	int child;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, t_raw_tls(fd, TLSOCK_ROLE_CLIENT, 0x0304));
	ASSERT_EQ(5, send(fd, "early", 5, 0));
	child = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, child);
	EXPECT_EQ(5, recv(child, buffer, sizeof(buffer), 0));
	EXPECT_STREQ("early", buffer);
	close(child);
	close(fd);
}

TEST_F(accept, listener_closed_with_children_pending)
{
	int fds[4], i;
	char byte;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	for (i = 0; i < 4; i++)
		fds[i] = client(&self->addr);
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 4));
	close(self->listener);
	self->listener = -1;
	for (i = 0; i < 4; i++) {
		ASSERT_TRUE(t_poll(fds[i], POLLIN, T_PATIENCE_MS) & POLLIN);
		EXPECT_TRUE(recv(fds[i], &byte, 1, 0) <= 0);
		close(fds[i]);
	}
	/* The helper comes too late, and that is no crash. */
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_helper_wait(self->helper, 4));
}

TEST_F(accept, listener_closed_with_children_ready)
{
	int fds[4], i;
	char byte;

	for (i = 0; i < 4; i++)
		fds[i] = client(&self->addr);
	ASSERT_EQ(POLLIN, t_poll(self->listener, POLLIN, T_PATIENCE_MS));
	ASSERT_EQ(0, t_helper_wait(self->helper, 4));
	close(self->listener);
	for (i = 0; i < 4; i++) {
		ASSERT_TRUE(t_poll(fds[i], POLLIN, T_PATIENCE_MS) & POLLIN);
		while (recv(fds[i], &byte, 1, 0) > 0)
			;
		close(fds[i]);
	}
	/* The port is free again. */
	self->listener = t_socket(AF_INET, IPPROTO_TLS, 0);
	EXPECT_EQ(0, t_set_int(self->listener, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(0, bind(self->listener, (void *)&self->addr.storage, self->addr.len));
}

TEST_F(accept, rcvtimeo)
{
	struct timeval tv = { .tv_usec = 100000 };

	ASSERT_EQ(0, setsockopt(self->listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
}

TEST_F(accept, interrupted)
{
	t_alarm(100);
	EXPECT_EQ(EINTR, T_ERRNO(accept(self->listener, NULL, NULL)));
	t_alarm(0);
}

TEST_F(accept, shutdown_wakes_it)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		t_poll(self->listener, POLLIN, T_SILENCE_MS);
		_exit(shutdown(self->listener, SHUT_RDWR) ? 1 : 0);
	}
	EXPECT_EQ(EINVAL, T_ERRNO(accept(self->listener, NULL, NULL)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
