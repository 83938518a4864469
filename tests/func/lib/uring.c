// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>

#include "tls.h"

int t_uring_results(struct io_uring *ring, int *res, int n)
{
	struct __kernel_timespec patience = { .tv_sec = T_PATIENCE_MS / 1000 };
	struct io_uring_cqe *cqe;
	int i;

	for (i = 0; i < n; i++) {
		if (io_uring_wait_cqe_timeout(ring, &cqe, &patience))
			return -ETIME;
		if (cqe->user_data >= 1 && cqe->user_data <= (unsigned int)n)
			res[cqe->user_data - 1] = cqe->res;
		io_uring_cqe_seen(ring, cqe);
	}
	return 0;
}

int t_uring_result(struct io_uring *ring, unsigned int *flags)
{
	struct __kernel_timespec patience = { .tv_sec = T_PATIENCE_MS / 1000 };
	struct io_uring_cqe *cqe;
	int res;

	if (io_uring_wait_cqe_timeout(ring, &cqe, &patience))
		return -ETIME;
	res = cqe->res;
	if (flags)
		*flags = cqe->flags;
	io_uring_cqe_seen(ring, cqe);
	return res;
}

bool t_uring_is_silent(struct io_uring *ring)
{
	struct __kernel_timespec silence = { .tv_nsec = T_SILENCE_MS * 1000000L };
	struct io_uring_cqe *cqe;

	return io_uring_wait_cqe_timeout(ring, &cqe, &silence) == -ETIME;
}
