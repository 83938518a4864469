// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests between kernel and workers. The states of a request:
 *
 *	SILENT --- the peer speaks
 *	   |             |
 *	   |             v
 *	   |          WAITING --- a worker has room --> RUNNING --- result, worker died --> gone
 *	   |             |                                 |
 *	   +-------------+-- deadline, canceled --> gone   +-- netlink lacks memory
 *	                                                              |
 *	                                                              v
 *	                                                           ANSWERED --> gone
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
#include "done.h"
#include "family_handshake.h"
#include "family_tlsock.h"
#include "generation.h"
#include "job.h"
#include "keyring.h"

/* How often deadlines are looked at, milliseconds */
#define TICK		500

/* Requests that are ended at a time, so that others need not wait for that */
#define TICK_BATCH	64

/*
 * A worker hangs that is so late behind twice a deadline, milliseconds, and has
 * said nothing for so many ticks. One that is slow, or the broker was, does not.
 */
#define GRACE		1000
#define QUIET_TICKS	10

static bool is_client(const struct td_request *r)
{
	return r->job.role == TLSOCK_ROLE_CLIENT;
}

static void take_from_child(struct td_request *r)
{
	if (!r->child)
		return;
	r->child->load--;
	r->child->clients -= is_client(r);
	r->child = NULL;
}

/* Another request may still want the keyring that came with this one. */
static void forget_keyring(const struct td_broker *broker, const struct td_request *r)
{
	for (const struct td_request *other = broker->requests.first; other; other = other->next)
		if (other != r && other->kernel.keyring == r->kernel.keyring)
			return;
	td_keyring_forget(&r->kernel);
}

static void forget(struct td_broker *broker, struct td_request *r)
{
	take_from_child(r);
	if (r->kernel.keyring)
		forget_keyring(broker, r);
	if (r->state == TD_REQUEST_SILENT)
		td_silent_forget(broker, r);
	td_request_remove(&broker->requests, r);
}

static int answer(struct td_broker *broker, const struct td_request *r,
		  const struct td_result *result)
{
	const struct td_done done = {
		.result = result,
		.profile = td_policy_news(r),
		.chain = r->certificates,
	};

	if (td_request_is_kernels(r))
		return td_family_handshake_done(broker->consumers.family, r, result);
	if (r->canceled)
		return 0;
	return td_family_tlsock_done(broker->family, r->id, &done);
}

/* The one place where an accepted request ends. */
static void finish(struct td_broker *broker, struct td_request *r, const struct td_result *result)
{
	int err = answer(broker, r, result);

	if (err == -EAGAIN) {
		if (r->state == TD_REQUEST_SILENT)
			td_silent_forget(broker, r);
		take_from_child(r);
		if (result != &r->result)
			r->result = *result;
		if (r->state != TD_REQUEST_ANSWERED)
			td_request_set_state(&broker->requests, r, TD_REQUEST_ANSWERED);
		return;
	}
	if (err)
		tl_log(LOG_ERR, "cannot answer request %u: %s", r->id, strerror(-err));
	td_report_handshake(&broker->report, r, result, td_loop_now_us());
	forget(broker, r);
}

void td_dispatch_fail(struct td_broker *broker, struct td_request *r, int error, uint32_t stage,
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

/*
 * Room for a request of either side. A quarter of each worker is kept for
 * servers: were all of it clients' whose servers are here too, and wait behind
 * other clients, nobody would get on.
 */
static unsigned int room_of(const struct td_child *c, bool client)
{
	unsigned int most = client ? c->limit - c->limit / 4 : c->limit;
	unsigned int has = client ? c->clients : c->load;
	unsigned int room = c->limit > c->load ? c->limit - c->load : 0;

	if (c->source.fd < 0 || c->draining || has >= most)
		return 0;
	return room < most - has ? room : most - has;
}

unsigned int td_dispatch_capacity(const struct td_broker *broker, unsigned int *clients)
{
	const struct td_requests *requests = &broker->requests;
	unsigned int room = 0, client_room = 0;

	for (const struct td_child *c = broker->supervise.first; c; c = c->next) {
		room += room_of(c, false);
		client_room += room_of(c, true);
	}
	room = room > requests->n_waiting ? room - requests->n_waiting : 0;
	client_room = client_room > requests->n_waiting_clients ?
			      client_room - requests->n_waiting_clients : 0;
	if (clients)
		*clients = client_room < room ? client_room : room;
	return room;
}

static struct td_child *least_loaded(const struct td_broker *broker, bool client)
{
	struct td_child *best = NULL;

	for (struct td_child *c = broker->supervise.first; c; c = c->next)
		if (!c->full && room_of(c, client) && (!best || c->load < best->load))
			best = c;
	return best;
}

/* Applies the rules, anew after a reload. Returns whether they allow the request. */
static bool judge(struct td_broker *broker, struct td_request *r)
{
	char why[TLSOCK_MAX_TEXT + 1];
	int err;

	if (r->policy.generation == broker->generation->number)
		return true;
	err = td_policy_apply(broker->generation, r, why);
	if (err)
		td_dispatch_fail(broker, r, -err, TLSOCK_STAGE_CONFIG, why);
	return !err;
}

/* Returns the worker that has the job now, NULL if none has room. */
static struct td_child *send_job(struct td_broker *broker, struct td_request *r,
				 const struct td_job_message *message)
{
	struct td_child *child;
	int err;

	while ((child = least_loaded(broker, is_client(r)))) {
		err = td_channel_send(child->source.fd, (const struct td_message *)message, r->fd,
				      r->own_fd);
		if (!err)
			break;
		if (err == -EAGAIN) {
			child->full = true;
			td_loop_want_write(broker->loop, &child->source, true);
		} else {
			td_supervise_kill(child, "its socket failed");
		}
	}
	return child;
}

/* Returns whether it waits no longer: a worker has it, or it was refused. */
static bool give(struct td_broker *broker, struct td_request *r, int64_t now)
{
	struct td_job_message message;
	struct td_child *child;
	const char *why;

	/* ORDER: workers that have room are of the generation that judges. */
	if (!least_loaded(broker, is_client(r)))
		return false;
	if (!judge(broker, r))
		return true;
	if (td_job_fill(broker, r, now, &message, &why)) {
		td_dispatch_fail(broker, r, ENOKEY, TLSOCK_STAGE_CONFIG, why);
		return true;
	}
	child = send_job(broker, r, &message);
	td_job_wipe(&message);
	if (!child)
		return false;
	if (!td_request_is_kernels(r))
		td_request_close(r);
	r->child = child;
	if (!child->load)
		child->heard = broker->ticks;
	child->load++;
	child->clients += is_client(r);
	child->jobs++;
	td_request_set_state(&broker->requests, r, TD_REQUEST_RUNNING);
	return true;
}

/* Without memory to remember it */
static void refuse(struct td_broker *broker, const struct tl_request *request)
{
	const struct td_request r = { .kernel = request->kernel, .id = request->id,
				      .fd = request->fd };
	const struct td_result result = {
		.error = ENOMEM,
		.stage = TLSOCK_STAGE_QUEUE,
		.alert_sent = -1,
		.alert_received = -1,
		.text = "the helper has no memory",
	};

	answer(broker, &r, &result);
	td_request_drop(request);
}

void td_dispatch_take(struct td_broker *broker, const struct tl_request *request)
{
	int64_t now_us = td_loop_now_us();
	struct td_request *r;

	if (!request->has_id) {
		tl_log(LOG_ERR, "cannot answer a request: %s", request->mistake);
		td_request_drop(request);
		return;
	}
	r = td_request_add(&broker->requests, request, now_us);
	if (!r) {
		refuse(broker, request);
		return;
	}
	if (request->mistake)
		td_dispatch_fail(broker, r, EPROTO, TLSOCK_STAGE_QUEUE, request->mistake);
	else if (judge(broker, r) && !td_silent_watch(broker, r) &&
		 broker->requests.n_waiting == 1)
		give(broker, r, now_us / 1000);
}

void td_dispatch_run(struct td_broker *broker)
{
	const struct td_requests *all = &broker->requests;
	int64_t now = td_loop_now();
	struct td_request *next;
	bool clients_wait = false;

	for (struct td_request *r = all->first; r && all->n_waiting; r = next) {
		next = r->next;
		if (r->state != TD_REQUEST_WAITING || (is_client(r) && clients_wait))
			continue;
		if (give(broker, r, now))
			continue;
		if (!is_client(r))
			return;
		clients_wait = true;
	}
}

void td_dispatch_cancel(struct td_broker *broker, uint32_t id)
{
	struct td_message message = { .type = TD_MESSAGE_CANCEL };
	struct td_request *r = td_request_find_id(&broker->requests, id);

	if (!r)
		return;
	r->canceled = true;
	if (r->state == TD_REQUEST_WAITING || r->state == TD_REQUEST_SILENT) {
		td_dispatch_fail(broker, r, ECANCELED, TLSOCK_STAGE_QUEUE, "the program gave up");
		return;
	}
	if (r->state != TD_REQUEST_RUNNING)	/* the next tick forgets it */
		return;
	/* Should it not get through, the worker only works in vain. */
	message.id = r->number;
	td_channel_send(r->child->source.fd, &message, -1, -1);
}

void td_dispatch_result(struct td_broker *broker, struct td_child *child,
			struct td_result_message *message)
{
	struct td_request *r = td_request_find(&broker->requests, message->id);

	child->heard = broker->ticks;
	if (!r || r->child != child) {
		td_supervise_kill(child, "it answered a request that it does not have");
		return;
	}
	td_job_name_session(r, &message->result.session);
	r->certificates = td_done_copy_chain(message);
	finish(broker, r, &message->result);
}

void td_dispatch_lost(struct td_broker *broker, struct td_child *child)
{
	struct td_request *next;

	for (struct td_request *r = broker->requests.first; r && child->load; r = next) {
		next = r->next;
		if (r->child == child)
			td_dispatch_fail(broker, r, EIO, TLSOCK_STAGE_HANDSHAKE,
					 "the worker process died");
	}
}

void td_dispatch_fail_all(struct td_broker *broker)
{
	struct td_request *next;

	for (struct td_request *r = broker->requests.first; r; r = next) {
		next = r->next;
		td_dispatch_fail(broker, r, EIO, TLSOCK_STAGE_HANDSHAKE, "the helper stops");
	}
}

static void check_deadline(struct td_broker *broker, struct td_request *r, int64_t now)
{
	int64_t late = td_request_age(r, now) - r->job.timeout_ms;
	struct td_child *child = r->child;

	if (late < 0)
		return;
	if (r->state == TD_REQUEST_SILENT) {
		td_dispatch_fail(broker, r, ETIMEDOUT, TLSOCK_STAGE_HANDSHAKE,
				 "the client said nothing in time");
	} else if (r->state == TD_REQUEST_WAITING) {
		td_dispatch_fail(broker, r, ETIMEDOUT, TLSOCK_STAGE_QUEUE,
				 "no worker had room in time");
	} else if (r->state == TD_REQUEST_RUNNING && late > (int64_t)r->job.timeout_ms + GRACE &&
		   broker->ticks - child->heard >= QUIET_TICKS) {
		td_dispatch_fail(broker, r, ETIMEDOUT, TLSOCK_STAGE_HANDSHAKE,
				 "the worker process hung");
		td_supervise_kill(child, "it did not keep a deadline");
	}
}

int64_t td_dispatch_tick(struct td_broker *broker, int64_t now)
{
	unsigned int n = broker->requests.n;
	struct td_request *r, *next;

	if (!broker->requests.n)
		return -1;
	if (now < broker->tick_at)
		return broker->tick_at - now;
	for (r = broker->requests.first; r && n - broker->requests.n < TICK_BATCH; r = next) {
		next = r->next;
		if (r->state == TD_REQUEST_ANSWERED)
			finish(broker, r, &r->result);
		else
			check_deadline(broker, r, now);
	}
	if (r)
		return 0;
	broker->tick_at = now + TICK;
	broker->ticks++;
	return TICK;
}
