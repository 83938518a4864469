// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connect() that fails: TCP, deadline, no helper, a handshake that fails, and
 * what can be done with the socket after that.
 */
#include "lib/harness.h"

#include <time.h>

FIXTURE(failing) {
	struct t_helper *helper;
	struct t_addr addr;
	int listener;
	int fd;
};

FIXTURE_SETUP(failing)
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

FIXTURE_TEARDOWN(failing)
{
	close(self->fd);
	close(self->listener);
	t_helper_stop(self->helper);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

TEST_F(failing, refused)
{
	struct tlsock_error error;

	close(self->listener);
	self->listener = -1;
	EXPECT_EQ(-ECONNREFUSED, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(ECONNREFUSED, error.error);
	EXPECT_EQ(TLSOCK_STAGE_TCP, error.stage);
	EXPECT_EQ(0, self->helper->accepted);
}

TEST_F(failing, refused_nonblocking)
{
	int err;

	close(self->listener);
	self->listener = -1;
	t_nonblock(self->fd, true);
	err = t_connect(self->fd, &self->addr);
	if (err == -EINPROGRESS) {
		EXPECT_TRUE(t_poll(self->fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
		err = -t_so_error(self->fd);
	}
	EXPECT_EQ(-ECONNREFUSED, err);
	EXPECT_EQ(0, t_so_error(self->fd));
}

TEST_F(failing, unreachable_and_wrong_addresses)
{
	struct t_addr v6;
	struct sockaddr_in far = {
		.sin_family = AF_INET, .sin_port = htons(443), .sin_addr.s_addr = htonl(0xcb007101),
	};

	EXPECT_EQ(ENETUNREACH, T_ERRNO(connect(self->fd, (void *)&far, sizeof(far))));
	EXPECT_EQ(EINVAL, T_ERRNO(connect(self->fd, (void *)&far, 3)));
	t_loopback(&v6, AF_INET6, t_port(&self->addr));
	EXPECT_EQ(-EAFNOSUPPORT, t_connect(self->fd, &v6));
	EXPECT_EQ(0, t_connect(self->fd, &self->addr));
}

TEST_F(failing, deadline)
{
	struct tlsock_error error;
	long long start = now_ms();

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_set_int(self->fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 300));
	EXPECT_EQ(-ETIMEDOUT, t_connect(self->fd, &self->addr));
	EXPECT_LE(290, now_ms() - start);
	EXPECT_GT(5000, now_ms() - start);
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(ETIMEDOUT, error.error);
	EXPECT_EQ(TLSOCK_STAGE_HANDSHAKE, error.stage);
	EXPECT_STRNE("", error.text);
	EXPECT_EQ(TLSOCK_STATE_FAILED, t_state(self->fd));
}

TEST_F(failing, deadline_in_the_queue)
{
	struct tlsock_error error;

	t_helper_mode(self->helper, T_HELPER_IGNORE);
	ASSERT_EQ(0, t_set_int(self->fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 300));
	EXPECT_EQ(-ETIMEDOUT, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(TLSOCK_STAGE_QUEUE, error.stage);
}

TEST_F(failing, deadline_ends_poll)
{
	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_set_int(self->fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 300));
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	EXPECT_TRUE(t_poll(self->fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(ETIMEDOUT, t_so_error(self->fd));
}

TEST_F(failing, no_helper)
{
	struct tlsock_error error;

	t_helper_stop(self->helper);
	self->helper = NULL;
	EXPECT_EQ(-EUNATCH, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(EUNATCH, error.error);
	EXPECT_EQ(TLSOCK_STAGE_QUEUE, error.stage);
	EXPECT_STRNE("", error.text);
	EXPECT_EQ(TLSOCK_STATE_FAILED, t_state(self->fd));
}

TEST_F(failing, no_helper_nonblocking)
{
	int err;

	t_helper_stop(self->helper);
	self->helper = NULL;
	t_nonblock(self->fd, true);
	err = t_connect(self->fd, &self->addr);
	if (err == -EINPROGRESS) {
		EXPECT_TRUE(t_poll(self->fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
		err = -t_so_error(self->fd);
	}
	EXPECT_EQ(-EUNATCH, err);
}

TEST_F(failing, failure_has_a_reason)
{
	struct t_done done = {
		.error = EKEYREJECTED, .stage = TLSOCK_STAGE_VERIFY, .alert_sent = 48 + 1,
		.verify_code = 20, .verify_depth = 1, .text = "the issuer is not trusted",
	};
	struct tlsock_error error;

	self->helper->done = done;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_EQ(-EKEYREJECTED, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(EKEYREJECTED, error.error);
	EXPECT_EQ(TLSOCK_STAGE_VERIFY, error.stage);
	EXPECT_EQ(48, error.alert_sent);
	EXPECT_EQ(-1, error.alert_received);
	EXPECT_EQ(20, error.verify_code);
	EXPECT_EQ(1, error.verify_depth);
	EXPECT_STREQ("the issuer is not trusted", error.text);
	/* Reading it does not use it up, nor does SO_ERROR. */
	ASSERT_EQ(0, t_so_error(self->fd));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(EKEYREJECTED, error.error);
}

TEST_F(failing, failure_nonblocking)
{
	struct t_done done = { .error = EPROTO, .stage = TLSOCK_STAGE_HANDSHAKE };
	char byte;

	self->helper->done = done;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	t_nonblock(self->fd, true);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	EXPECT_TRUE(t_poll(self->fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(EPROTO, t_so_error(self->fd));
	EXPECT_EQ(0, t_so_error(self->fd));
	EXPECT_NE(0, T_ERRNO(send(self->fd, "x", 1, 0)));
	EXPECT_TRUE(recv(self->fd, &byte, 1, 0) <= 0);
}

TEST_F(failing, again_after_a_failed_handshake)
{
	struct t_done done = { .error = EPROTO };
	struct tlsock_error error;

	self->helper->done = done;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_EQ(-EPROTO, t_connect(self->fd, &self->addr));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	/* Its TCP connection is spent; the reason stays readable. */
	EXPECT_EQ(-ECONNABORTED, t_connect(self->fd, &self->addr));
	EXPECT_NE(0, T_ERRNO(send(self->fd, "x", 1, 0)));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(EPROTO, error.error);
}

TEST_F(failing, again_after_refused)
{
	struct t_addr closed;
	int fd = t_listen(AF_INET, IPPROTO_TCP, &closed);

	close(fd);
	EXPECT_EQ(-ECONNREFUSED, t_connect(self->fd, &closed));
	EXPECT_EQ(0, t_connect(self->fd, &self->addr));
}

TEST_F(failing, peer_gone_in_the_handshake)
{
	int peer;

	t_nonblock(self->fd, true);
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, peer);
	/* A reset: whatever the helper finds, the program gets an error. */
	t_close_abort(peer);
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_TRUE(t_poll(self->fd, POLLOUT, T_PATIENCE_MS) & (POLLERR | POLLHUP));
}

TEST_HARNESS_MAIN
