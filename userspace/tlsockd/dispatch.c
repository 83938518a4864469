// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests between kernel and workers. The states of a request:
 *
 *	WAITING --- a worker has room --> RUNNING --- result, or its worker died ---> gone
 *	   |                                 |
 *	   +-- deadline, canceled --> gone   +-- netlink lacks memory --> ANSWERED --> gone
 */
#include "dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/accept.h"
#include "../lib/log.h"
#include "broker.h"
#include "channel.h"
#include "family_tlsock.h"

/* How often deadlines are looked at, milliseconds */
#define TICK		500

/* A worker that is so late behind twice the deadline hangs, milliseconds. */
#define GRACE		1000

static void forget(struct td_broker *broker, struct td_request *r)
{
	if (r->child)
		r->child->load--;
	td_request_remove(&broker->requests, r);
}

/* The one place where an accepted request ends. */
static void finish(struct td_broker *broker, struct td_request *r, const struct td_result *result)
{
	int err = 0;

	if (!r->canceled)
		err = td_family_tlsock_done(broker->family, r->id, result);
	if (err == -EAGAIN) {
		if (r->child)
			r->child->load--;
		r->child = NULL;
		if (result != &r->result)
			r->result = *result;
		if (r->state != TD_REQUEST_ANSWERED)
			td_request_set_state(&broker->requests, r, TD_REQUEST_ANSWERED);
		return;
	}
	if (err)
		tl_log(LOG_ERR, "cannot answer request %u: %s", r->id, strerror(-err));
	td_report_handshake(&broker->report, r, result, td_loop_now());
	forget(broker, r);
}

static void fail(struct td_broker *broker, struct td_request *r, int error, uint32_t stage,
		 const char *text)
{
	struct td_result result = {
		.error = error,
		.stage = stage,
		.alert_sent = -1,
		.alert_received = -1,
	};

	snprintf(result.text, sizeof(result.text), "%s", text);
	finish(broker, r, &result);
}

unsigned int td_dispatch_capacity(const struct td_broker *broker)
{
	unsigned int room = 0;

	for (const struct td_child *c = broker->supervise.first; c; c = c->next)
		if (c->source.fd >= 0 && !c->draining && c->load < c->limit)
			room += c->limit - c->load;
	return room > broker->requests.n_waiting ? room - broker->requests.n_waiting : 0;
}

static struct td_child *least_loaded(const struct td_broker *broker)
{
	struct td_child *best = NULL;

	for (struct td_child *c = broker->supervise.first; c; c = c->next)
		if (c->source.fd >= 0 && !c->draining && !c->full && c->load < c->limit &&
		    (!best || c->load < best->load))
			best = c;
	return best;
}

/* Returns whether a worker has it now. */
static bool give(struct td_broker *broker, struct td_request *r, int64_t now)
{
	struct td_message message = { .type = TD_MESSAGE_JOB, .id = r->number };
	struct td_child *child;
	int64_t late = now - r->accepted;
	int err;

	message.job = r->job;
	message.job.timeout_ms = late < r->job.timeout_ms ? r->job.timeout_ms - (uint32_t)late : 0;
	while ((child = least_loaded(broker))) {
		err = td_channel_send(child->source.fd, &message, r->fd);
		if (!err)
			break;
		if (err == -EAGAIN) {
			child->full = true;
			td_loop_want_write(broker->loop, &child->source, true);
		} else {
			td_supervise_kill(child, "its socket failed");
		}
	}
	if (!child)
		return false;
	close(r->fd);
	r->fd = -1;
	r->child = child;
	child->load++;
	child->jobs++;
	td_request_set_state(&broker->requests, r, TD_REQUEST_RUNNING);
	return true;
}

void td_dispatch_take(struct td_broker *broker, const struct tl_request *request)
{
	int64_t now = td_loop_now();
	struct td_request *r;

	if (!request->has_id) {
		tl_log(LOG_ERR, "cannot answer a request: %s", request->mistake);
		if (request->fd >= 0)
			close(request->fd);
		return;
	}
	r = td_request_add(&broker->requests, request, now);
	if (!r) {
		const struct td_result result = {
			.error = ENOMEM,
			.stage = TLSOCK_STAGE_QUEUE,
			.alert_sent = -1,
			.alert_received = -1,
			.text = "the helper has no memory",
		};

		td_family_tlsock_done(broker->family, request->id, &result);
		if (request->fd >= 0)
			close(request->fd);
		return;
	}
	if (request->mistake)
		fail(broker, r, EPROTO, TLSOCK_STAGE_QUEUE, request->mistake);
	else if (broker->requests.n_waiting == 1)
		give(broker, r, now);
}

void td_dispatch_run(struct td_broker *broker)
{
	int64_t now = td_loop_now();
	struct td_request *next;

	if (!broker->requests.n_waiting)
		return;
	for (struct td_request *r = broker->requests.first; r; r = next) {
		next = r->next;
		if (r->state == TD_REQUEST_WAITING && !give(broker, r, now))
			return;
	}
}

void td_dispatch_cancel(struct td_broker *broker, uint32_t id)
{
	struct td_message message = { .type = TD_MESSAGE_CANCEL };
	struct td_request *r = td_request_find_id(&broker->requests, id);

	if (!r)
		return;
	r->canceled = true;
	if (r->state == TD_REQUEST_WAITING) {
		fail(broker, r, ECANCELED, TLSOCK_STAGE_QUEUE, "the program gave up");
		return;
	}
	if (r->state != TD_REQUEST_RUNNING)	/* the next tick forgets it */
		return;
	/* Should it not get through, the worker only works in vain. */
	message.id = r->number;
	td_channel_send(r->child->source.fd, &message, -1);
}

void td_dispatch_result(struct td_broker *broker, struct td_child *child,
			const struct td_message *message)
{
	struct td_request *r = td_request_find(&broker->requests, message->id);

	if (!r || r->child != child) {
		td_supervise_kill(child, "it answered a request that it does not have");
		return;
	}
	finish(broker, r, &message->result);
}

void td_dispatch_lost(struct td_broker *broker, struct td_child *child)
{
	struct td_request *next;

	for (struct td_request *r = broker->requests.first; r && child->load; r = next) {
		next = r->next;
		if (r->child == child)
			fail(broker, r, EIO, TLSOCK_STAGE_HANDSHAKE, "the worker process died");
	}
}

void td_dispatch_fail_all(struct td_broker *broker)
{
	struct td_request *next;

	for (struct td_request *r = broker->requests.first; r; r = next) {
		next = r->next;
		fail(broker, r, EIO, TLSOCK_STAGE_HANDSHAKE, "the helper stops");
	}
}

static void check_deadline(struct td_broker *broker, struct td_request *r, int64_t now)
{
	int64_t late = now - r->accepted - r->job.timeout_ms;
	struct td_child *child = r->child;

	if (late < 0)
		return;
	if (r->state == TD_REQUEST_WAITING) {
		fail(broker, r, ETIMEDOUT, TLSOCK_STAGE_QUEUE, "no worker had room in time");
	} else if (r->state == TD_REQUEST_RUNNING && late > (int64_t)r->job.timeout_ms + GRACE) {
		fail(broker, r, ETIMEDOUT, TLSOCK_STAGE_HANDSHAKE, "the worker process hung");
		td_supervise_kill(child, "it did not keep a deadline");
	}
}

int64_t td_dispatch_tick(struct td_broker *broker, int64_t now)
{
	struct td_request *next;

	if (!broker->requests.n)
		return -1;
	if (now < broker->tick_at)
		return broker->tick_at - now;
	broker->tick_at = now + TICK;
	for (struct td_request *r = broker->requests.first; r; r = next) {
		next = r->next;
		if (r->state == TD_REQUEST_ANSWERED)
			finish(broker, r, &r->result);
		else
			check_deadline(broker, r, now);
	}
	return TICK;
}
