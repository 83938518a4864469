// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A listener that found no place for a handshake: it is woken when there is
 * one, whoever had it, and is no trouble if it is gone by then.
 */
#include "lib/harness.h"
#include "lib/limits.h"

#include <pthread.h>
#include <sys/epoll.h>

/* A listener without room, watched by epoll on the edge, and one that has it all. */
struct waiting {
	int	holder;
	int	listener;
	int	epoll;
	int	fds[2];
};

static int waiting_start(struct waiting *waiting, struct t_helper *helper)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct t_addr addr;

	waiting->holder = t_listen(AF_INET, IPPROTO_TLS, &addr);
	waiting->fds[0] = t_tcp_client(&addr);
	if (t_poll(waiting->holder, POLLIN, 0) || t_helper_wait(helper, 1))
		return -1;
	/* What is held stays held, what comes is done. */
	t_helper_mode(helper, T_HELPER_KEYS_NEW);
	waiting->listener = t_listen(AF_INET, IPPROTO_TLS, &addr);
	waiting->fds[1] = t_tcp_client(&addr);
	waiting->epoll = epoll_create1(EPOLL_CLOEXEC);
	t_nonblock(waiting->listener, true);
	if (epoll_ctl(waiting->epoll, EPOLL_CTL_ADD, waiting->listener, &event))
		return -1;
	return epoll_wait(waiting->epoll, &event, 1, T_SILENCE_MS);
}

static bool waiting_accepts(struct waiting *waiting)
{
	struct epoll_event event;
	int fd = -1;

	if (epoll_wait(waiting->epoll, &event, 1, T_PATIENCE_MS) == 1)
		fd = accept(waiting->listener, NULL, NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void waiting_end(struct waiting *waiting)
{
	close(waiting->epoll);
	close(waiting->listener);
	close(waiting->holder);
	t_close_all(waiting->fds, 2);
}

FIXTURE(waiting) {
	struct t_helper *helper;
	struct waiting waiting;
};

FIXTURE_VARIANT(waiting) {
	const char *name;
};

FIXTURE_VARIANT_ADD(waiting, user) { .name = T_MAX_USER };
FIXTURE_VARIANT_ADD(waiting, namespace) { .name = T_MAX_ALL };

FIXTURE_SETUP(waiting)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_HOLD);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_sysctl_set(variant->name, "1"));
	ASSERT_EQ(0, waiting_start(&self->waiting, self->helper));
}

FIXTURE_TEARDOWN(waiting)
{
	waiting_end(&self->waiting);
	t_helper_stop(self->helper);
}

TEST_F(waiting, for_a_handshake_of_another_listener)
{
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_TRUE(waiting_accepts(&self->waiting));
}

TEST_F(waiting, for_another_listener_to_close)
{
	close(self->waiting.holder);
	self->waiting.holder = -1;
	EXPECT_TRUE(waiting_accepts(&self->waiting));
}

TEST_F(waiting, for_a_higher_limit)
{
	ASSERT_EQ(0, t_sysctl_set(variant->name, "2"));
	EXPECT_TRUE(waiting_accepts(&self->waiting));
}

TEST_F(waiting, in_vain)
{
	/* What ends later wakes nobody who is gone. */
	close(self->waiting.epoll);
	close(self->waiting.listener);
	self->waiting.epoll = -1;
	self->waiting.listener = -1;
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(1, t_accept_all(self->waiting.holder, 1));
}

TEST_F(waiting, shut_down)
{
	ASSERT_EQ(0, shutdown(self->waiting.listener, SHUT_RDWR));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(1, t_accept_all(self->waiting.holder, 1));
	EXPECT_EQ(0, t_outcome(TLSOCK_OUTCOME_BUSY));
}

static void *accept_blocking(void *arg)
{
	int fd = accept(*(int *)arg, NULL, NULL);

	if (fd >= 0)
		close(fd);
	return (void *)(long)(fd < 0);
}

TEST_F(waiting, in_accept)
{
	pthread_t thread;
	void *failed;

	t_nonblock(self->waiting.listener, false);
	ASSERT_EQ(0, pthread_create(&thread, NULL, accept_blocking, &self->waiting.listener));
	EXPECT_EQ(0, t_poll(self->waiting.holder, POLLIN, T_SILENCE_MS));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, pthread_join(thread, &failed));
	EXPECT_EQ(NULL, failed);
}

TEST_HARNESS_MAIN
