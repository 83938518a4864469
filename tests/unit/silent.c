// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers that connect to a server and say nothing: they take no worker's time
 * and nobody's place, and have a deadline like all.
 */
#include "lib/broker_fixture.h"

#include <errno.h>
#include <sys/socket.h>

/* A server's request and what its peer has said: the peer's end. */
static int take_server(struct _test_data_broker *self, const char *says)
{
	int pair[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
	    send(pair[1], says, strlen(says), 0) < 0)
		return -1;
	self->request.id = (uint32_t)++self->n;
	self->request.fd = pair[0];
	self->request.role = TLSOCK_ROLE_SERVER;
	td_dispatch_take(&self->broker, &self->request);
	self->request.role = TLSOCK_ROLE_CLIENT;
	return pair[1];
}

static bool is_silent(struct _test_data_broker *self)
{
	return self->broker.requests.n == self->broker.requests.n_silent;
}

static bool two_are_over(struct _test_data_broker *self)
{
	return self->broker.requests.n == 18;
}

TEST_F(broker, silent_peers_take_no_room)
{
	int peers[20];

	start(self, T_MODE_GOOD);
	for (int i = 0; i < 20; i++)
		peers[i] = take_server(self, "");
	EXPECT_EQ(20, self->broker.requests.n_silent);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker, NULL));
	take(self, 30);
	ASSERT_TRUE(run_until(self, is_silent));
	EXPECT_EQ(30, t_stand_in_count(0));
	/* One speaks, one hangs up, and the worker is told of both. */
	ASSERT_EQ(1, write(peers[3], "x", 1));
	close(peers[7]);
	ASSERT_TRUE(run_until(self, two_are_over));
	EXPECT_EQ(1, t_kernel.answers[4]);
	EXPECT_EQ(1, t_kernel.answers[8]);
	EXPECT_EQ(32, t_stand_in_count(0));
	/* The kernel gives one up; the others end with the broker. */
	td_dispatch_cancel(&self->broker, 1);
	EXPECT_EQ(17, self->broker.requests.n_silent);
	EXPECT_EQ(0, t_kernel.answers[1]);
	for (int i = 0; i < 20; i++)
		if (i != 7)
			close(peers[i]);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_EQ(49, t_stand_in_count(0));
}

TEST_F(broker, silent_peers_have_a_deadline)
{
	int peers[4];

	self->request.timeout_ms = 200;
	start(self, T_MODE_GOOD);
	t_kernel.lack_memory = 2;
	for (int i = 0; i < 4; i++)
		peers[i] = take_server(self, "");
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(4));
	EXPECT_EQ(4, t_stand_in_count(ETIMEDOUT));
	/* What they say afterwards is for nobody. */
	EXPECT_EQ(-1, send(peers[0], "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(EPIPE, errno);
	for (int i = 0; i < 4; i++)
		close(peers[i]);
}

TEST_F(broker, who_has_spoken_is_not_silent)
{
	int peer;

	start(self, T_MODE_SLOW);
	peer = take_server(self, "hello");
	EXPECT_EQ(0, self->broker.requests.n_silent);
	EXPECT_EQ(15, td_dispatch_capacity(&self->broker, NULL));
	close(peer);
	/* A client speaks first itself. */
	take(self, 1);
	EXPECT_EQ(0, self->broker.requests.n_silent);
	td_supervise_stop(&self->broker);
	ASSERT_TRUE(run_until(self, is_idle));
}

TEST_HARNESS_MAIN
