/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixture of the programs that use io_uring on TLS sockets, and short ways
 * to queue a request and to get its result.
 */
#ifndef T_URING_H
#define T_URING_H

#include <liburing.h>

#include "harness.h"

FIXTURE(uring) {
	struct t_helper *helper;
	struct io_uring ring;
	struct t_pair pair;
	struct t_addr addr;
	int listener;
};

FIXTURE_SETUP(uring)
{
	signal(SIGPIPE, SIG_IGN);
	self->pair = (struct t_pair) { .client = -1, .server = -1 };
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->listener = t_listen(AF_INET, IPPROTO_TLS, &self->addr);
	ASSERT_EQ(0, io_uring_queue_init(64, &self->ring, 0));
}

FIXTURE_TEARDOWN(uring)
{
	io_uring_queue_exit(&self->ring);
	t_pair_close(&self->pair);
	close(self->listener);
	t_helper_stop(self->helper);
}

/* Queue a request under a number; @how: IOSQE_* */
#define T_QUEUE(number, how, prepare, ...) \
	do { \
		struct io_uring_sqe *sqe_ = io_uring_get_sqe(&self->ring); \
		prepare(sqe_, ##__VA_ARGS__); \
		sqe_->user_data = number; \
		sqe_->flags |= how; \
	} while (0)

/* Run one request; its result */
#define T_RUN(prepare, ...) \
	({ \
		T_QUEUE(1, 0, prepare, ##__VA_ARGS__); \
		io_uring_submit(&self->ring); \
		t_uring_result(&self->ring, NULL); \
	})

static inline void t_prepare_connect(struct io_uring_sqe *sqe, int fd, const struct t_addr *addr)
{
	io_uring_prep_connect(sqe, fd, (const struct sockaddr *)&addr->storage, addr->len);
}

static inline void t_prepare_accept(struct io_uring_sqe *sqe, int fd)
{
	io_uring_prep_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC);
}

/**
 * t_uring_results - wait for as many completions as there are results wanted
 * @ring: the ring
 * @res: results of the requests number 1 to @n
 * @n: their number
 *
 * Return: 0 or -ETIME
 */
int t_uring_results(struct io_uring *ring, int *res, int n);

/** t_uring_result - the next completion's result; @flags: NULL, or IORING_CQE_F_* */
int t_uring_result(struct io_uring *ring, unsigned int *flags);

/** t_uring_is_silent - does nothing complete for a while? */
bool t_uring_is_silent(struct io_uring *ring);

#endif
