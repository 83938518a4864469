/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a request: from the kernel to a worker and back. Each one that
 * was accepted gets exactly one answer, unless the kernel canceled it.
 */
#ifndef TLSOCKD_DISPATCH_H
#define TLSOCKD_DISPATCH_H

#include <stdint.h>

struct td_broker;
struct td_child;
struct td_request;
struct td_result_message;
struct tl_request;

/**
 * td_dispatch_capacity - requests that could be given to workers now
 * @broker: the broker
 * @clients: receives how many of them may be clients; NULL if not wanted
 *
 * Return: their number
 */
unsigned int td_dispatch_capacity(const struct td_broker *broker, unsigned int *clients);

/** td_dispatch_take - a request came; owns its descriptor from here on */
void td_dispatch_take(struct td_broker *broker, const struct tl_request *request);

/** td_dispatch_run - give requests that wait to workers that have room */
void td_dispatch_run(struct td_broker *broker);

/** td_dispatch_cancel - the kernel wants no answer to @id any more */
void td_dispatch_cancel(struct td_broker *broker, uint32_t id);

/** td_dispatch_result - @child sent a result, already checked for its form */
void td_dispatch_result(struct td_broker *broker, struct td_child *child,
			struct td_result_message *message);

/** td_dispatch_lost - @child is gone: fail what it had */
void td_dispatch_lost(struct td_broker *broker, struct td_child *child);

/**
 * td_dispatch_fail - end a request that was accepted
 * @broker: the broker
 * @request: answered and gone, or it is answered as soon as netlink has memory
 * @error: positive errno
 * @stage: TLSOCK_STAGE_*
 * @text: one sentence
 */
void td_dispatch_fail(struct td_broker *broker, struct td_request *request, int error,
		      uint32_t stage, const char *text);

/** td_dispatch_fail_all - fail everything; the broker ends */
void td_dispatch_fail_all(struct td_broker *broker);

/**
 * td_dispatch_tick - enforce deadlines, send answers again that failed to go
 * @broker: the broker
 * @now: td_loop_now(), milliseconds
 *
 * Return: milliseconds until there is something to do, -1 if there is not
 */
int64_t td_dispatch_tick(struct td_broker *broker, int64_t now);

#endif
