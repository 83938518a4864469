// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many connections at once through the real helper: 200 clients connect to
 * one listener, all from one thread with epoll.
 */
#include "lib/harness.h"
#include "lib/real.h"
#include "lib/request.h"

#include <sys/epoll.h>

#define CONNECTIONS	200

enum { LISTENER = 2 * CONNECTIONS };

FIXTURE(parallel) {
	struct t_addr addr;
	int epoll;
	int listener;
	int clients[CONNECTIONS];
	bool said[CONNECTIONS];
	int servers[CONNECTIONS];
	int n_servers;
};

/* Many at once take as long as the machine takes; a lost one still fails the test. */
static int listen_patiently(struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	if (t_set_text(fd, TLSOCK_PROFILE, "web") ||
	    t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 60000) || t_bind(fd, AF_INET, addr) ||
	    listen(fd, SOMAXCONN)) {
		close(fd);
		return -1;
	}
	return fd;
}

FIXTURE_SETUP(parallel)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = LISTENER };

	signal(SIGPIPE, SIG_IGN);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	self->listener = listen_patiently(&self->addr);
	ASSERT_LE(0, self->listener);
	t_nonblock(self->listener, true);
	ASSERT_EQ(0, epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->listener, &event));
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(parallel)
{
	close(self->listener);
	close(self->epoll);
}

static int client_start(FIXTURE_DATA(parallel) *self, int index)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.u32 = index };
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	int err;

	self->clients[index] = fd;
	t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 60000);
	err = t_set_text(fd, TLSOCK_SERVER_NAME, "web.test");
	if (!err)
		err = t_connect(fd, &self->addr);
	if (err != -EINPROGRESS)
		return err;
	return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* A connected client says its number and waits for the echo. */
static int client_event(FIXTURE_DATA(parallel) *self, uint32_t index, int *done)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = index };
	int fd = self->clients[index];
	uint32_t number = index;

	if (self->said[index]) {
		ssize_t n = recv(fd, &number, sizeof(number), 0);

		/* A ticket may look like something to read. */
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n != sizeof(number) || number != ~index)
			return n < 0 ? -errno : -EBADMSG;
		(*done)++;
		close(fd);
		return 0;
	}
	if (t_so_error(fd) || send(fd, &number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	self->said[index] = true;
	return epoll_ctl(self->epoll, EPOLL_CTL_MOD, fd, &event) ? -errno : 0;
}

static int accept_all(FIXTURE_DATA(parallel) *self)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd;

	while ((fd = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		event.data.u32 = CONNECTIONS + self->n_servers;
		self->servers[self->n_servers++] = fd;
		if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event))
			return -errno;
	}
	return errno == EAGAIN ? 0 : -errno;
}

static int server_event(int fd)
{
	uint32_t number;
	ssize_t n = recv(fd, &number, sizeof(number), 0);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n == 0) {
		close(fd);
		return 0;
	}
	number = ~number;
	if (n != sizeof(number) || send(fd, &number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	return 0;
}

TEST_F_TIMEOUT(parallel, two_hundred, 380)
{
	struct epoll_event events[64];
	int i, n, err, done = 0;

	for (i = 0; i < CONNECTIONS; i++)
		ASSERT_EQ(0, client_start(self, i));
	while (done < CONNECTIONS) {
		n = epoll_wait(self->epoll, events, 64, 60000);
		ASSERT_LT(0, n);
		for (i = 0; i < n; i++) {
			uint32_t which = events[i].data.u32;

			if (which == LISTENER)
				err = accept_all(self);
			else if (which >= CONNECTIONS)
				err = server_event(self->servers[which - CONNECTIONS]);
			else
				err = client_event(self, which, &done);
			ASSERT_EQ(0, err) {
				TH_LOG("event of %u, %d done", which, done);
			}
		}
	}
	EXPECT_EQ(CONNECTIONS, self->n_servers);
}

TEST_F_TIMEOUT(parallel, one_after_the_other, 60)
{
	struct t_real real = { .server_profile = "web", .name = "web.test" };
	int i;

	/* Nothing is left behind by a connection that the next one could trip over. */
	for (i = 0; i < 30; i++) {
		ASSERT_EQ(0, t_real_connect(&real));
		t_real_close(&real);
	}
}

/*
 * The helper reports failures while the listener goes through its children:
 * each round closes it after one failure more.
 */
TEST_F_TIMEOUT(parallel, close_while_handshakes_fail, 380)
{
	/* The square of it; a debug kernel manages five in a second. */
	const unsigned int n_failing = t_kernel_is_debug() ? 12 : 48;
	struct t_status before, now;
	struct t_genl genl;
	unsigned int i, round;

	ASSERT_EQ(0, t_genl_open(&genl));
	for (round = 0; round < n_failing; round++) {
		struct t_addr addr;
		int listener = t_listen_profile(AF_INET, "web", &addr);

		ASSERT_LE(0, listener);
		for (i = 0; i < n_failing; i++) {
			self->clients[i] = t_socket(AF_INET, IPPROTO_TCP, 0);
			ASSERT_EQ(0, t_connect(self->clients[i], &addr));
		}
		ASSERT_EQ(0, t_status(&genl, &before));
		/* This starts all handshakes; none can succeed. */
		EXPECT_EQ(0, t_poll(listener, POLLIN, 0));
		for (i = 0; i < n_failing; i++)
			close(self->clients[i]);
		ASSERT_EQ(0, t_status_wait(&genl, TLSOCK_OUTCOME_RESET,
					   before.outcome[TLSOCK_OUTCOME_RESET] + round));
		close(listener);
		/* Each child ends, in one way or the other. */
		do {
			ASSERT_EQ(0, t_status(&genl, &now));
		} while (now.pending || now.accepted);
		EXPECT_EQ(before.started + n_failing, now.started);
		EXPECT_EQ(n_failing, now.outcome[TLSOCK_OUTCOME_RESET] -
				   before.outcome[TLSOCK_OUTCOME_RESET] +
				   now.outcome[TLSOCK_OUTCOME_CANCELED] -
				   before.outcome[TLSOCK_OUTCOME_CANCELED]);
	}
	t_genl_close(&genl);
}

TEST_HARNESS_MAIN
