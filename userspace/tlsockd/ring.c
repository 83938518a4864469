// SPDX-License-Identifier: GPL-2.0-or-later
/* Set-up of the ring, from the newest flags to those of older kernels. */
#include "ring.h"

#include <errno.h>
#include <string.h>

#include "../lib/log.h"

#define COMPLETIONS	8	/* completion entries for each submission entry */

static const uint8_t operations[] = {
	IORING_OP_NOP,
	IORING_OP_RECV,
	IORING_OP_SEND,
	IORING_OP_RECVMSG,
	IORING_OP_POLL_ADD,
	IORING_OP_ASYNC_CANCEL,
};

static const unsigned int flags[] = {
	IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,	/* 6.1 */
	IORING_SETUP_COOP_TASKRUN,					/* 5.19 */
	0,
};

static int restrict_ring(struct io_uring *ring)
{
	struct io_uring_restriction rules[sizeof(operations) + 1];
	unsigned int count = 0;
	size_t i;

	memset(rules, 0, sizeof(rules));
	for (i = 0; i < sizeof(operations); i++, count++) {
		rules[count].opcode = IORING_RESTRICTION_SQE_OP;
		rules[count].sqe_op = operations[i];
	}
	rules[count].opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED;
	rules[count++].sqe_flags = IOSQE_IO_LINK | IOSQE_ASYNC;
	/* liburing 2.3 declares functions for this and does not export them */
	return io_uring_register(ring->ring_fd, IORING_REGISTER_RESTRICTIONS, rules, count);
}

int td_ring_create(struct io_uring *ring, unsigned int entries)
{
	struct io_uring_params params;
	int ret = -EINVAL;
	size_t i;

	for (i = 0; ret == -EINVAL && i < sizeof(flags) / sizeof(flags[0]); i++) {
		memset(&params, 0, sizeof(params));
		params.flags = flags[i] | IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE |
			IORING_SETUP_CLAMP;
		params.cq_entries = entries * COMPLETIONS;
		ret = io_uring_queue_init_params(entries, ring, &params);
	}
	if (ret == -EPERM || ret == -ENOSYS)
		tl_log(LOG_ERR, "io_uring is forbidden here (%s): tlsockd needs it, "
		       "see kernel.io_uring_disabled in sysctl(8)", strerror(-ret));
	else if (ret)
		tl_log(LOG_ERR, "cannot set up io_uring: %s", strerror(-ret));
	if (ret)
		return ret;
	ret = restrict_ring(ring);
	if (ret) {
		tl_log(LOG_ERR, "cannot restrict io_uring: %s", strerror(-ret));
		io_uring_queue_exit(ring);
	}
	return ret;
}

int td_ring_enable(struct io_uring *ring)
{
	int ret = io_uring_register(ring->ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);

	if (ret)
		tl_log(LOG_ERR, "cannot start io_uring: %s", strerror(-ret));
	return ret;
}

int td_ring_reserve(struct io_uring *ring, unsigned int entries)
{
	int ret;

	if (io_uring_sq_space_left(ring) >= entries)
		return 0;
	ret = io_uring_submit(ring);
	return ret < 0 ? ret : 0;
}

struct io_uring_sqe *td_ring_get(struct io_uring *ring, void *owner, unsigned int tag)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (sqe)
		sqe->user_data = (uintptr_t)owner | tag;
	return sqe;
}
