// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The requests of one turn are linked: send what is queued, take the bytes
 * that were eaten out of the receive queue, look at what comes next. Nothing
 * is ever taken that was only looked at, so data of the program behind the
 * handshake stays where kernel TLS will find it. The turn ends when all of its
 * requests have completed, and only then is anything decided. Sockets that do
 * not block are waited for with a poll request in front.
 */
#include "handshake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/log.h"
#include "engine.h"
#include "keys.h"
#include "ktls.h"
#include "outcome.h"
#include "own.h"
#include "psk.h"
#include "resume.h"
#include "ring.h"

#define CHAIN_MAX	6	/* requests of one turn, and one to call them back */

enum tag {
	TAG_POLL,
	TAG_SEND,
	TAG_DROP,
	TAG_PEEK,
	TAG_CANCEL,
};

static void set_state(struct td_handshake *handshake, enum td_handshake_state state)
{
	static const char *const names[] = {
		"talking", "flushing", "alerting", "stopping", "over",
	};

	tl_log(LOG_DEBUG, "request %u: %s -> %s", handshake->message.id, names[handshake->state],
	       names[state]);
	handshake->state = state;
}

struct td_handshake *td_handshake_new(const struct td_job *job, uint32_t id, int fd, uint64_t now)
{
	struct td_handshake *handshake = malloc(sizeof(*handshake));

	if (!handshake) {
		close(fd);
		return NULL;
	}
	memset(handshake, 0, offsetof(struct td_handshake, buffer));
	handshake->fd = fd;
	handshake->start = now;
	handshake->timeout_ms = job->timeout_ms;
	handshake->deadline = now + (uint64_t)job->timeout_ms * 1000000;
	handshake->message.type = TD_MESSAGE_RESULT;
	handshake->message.id = id;
	td_outcome_clear(&handshake->message.result);
	return handshake;
}

static size_t queued(const struct td_handshake *handshake)
{
	return handshake->engine ? handshake->engine->out_length - handshake->sent : 0;
}

static struct io_uring_sqe *request(struct td_handshake *handshake, struct io_uring *ring,
				    enum tag tag, struct io_uring_sqe **last)
{
	struct io_uring_sqe *sqe = td_ring_get(ring, handshake, tag);

	if (*last)
		(*last)->flags |= IOSQE_IO_LINK;
	*last = sqe;
	handshake->requests++;
	return sqe;
}

static void request_poll(struct td_handshake *handshake, struct io_uring *ring, bool *wait,
			 unsigned int events, struct io_uring_sqe **last)
{
	if (*wait)
		io_uring_prep_poll_add(request(handshake, ring, TAG_POLL, last), handshake->fd,
				       events);
	*wait = false;
}

/* ORDER: our flight first, it is what the peer waits for. */
static void take_turn(struct td_handshake *handshake, struct io_uring *ring)
{
	struct io_uring_sqe *last = NULL;
	struct io_uring_sqe *sqe;

	if (td_ring_reserve(ring, CHAIN_MAX)) {
		handshake->receive_error = EIO;
		return;
	}
	if (queued(handshake)) {
		request_poll(handshake, ring, &handshake->wait_out, POLLOUT, &last);
		sqe = request(handshake, ring, TAG_SEND, &last);
		io_uring_prep_send(sqe, handshake->fd, handshake->engine->out + handshake->sent,
				   queued(handshake), MSG_NOSIGNAL | MSG_WAITALL);
	}
	if (handshake->drop) {
		sqe = request(handshake, ring, TAG_DROP, &last);
		io_uring_prep_recv(sqe, handshake->fd, NULL, handshake->drop, MSG_TRUNC);
	}
	if (handshake->want) {
		request_poll(handshake, ring, &handshake->wait_in, POLLIN, &last);
		sqe = request(handshake, ring, TAG_PEEK, &last);
		io_uring_prep_recv(sqe, handshake->fd, handshake->buffer,
				   sizeof(handshake->buffer), MSG_PEEK);
	}
}

static void take_chain(struct td_handshake *handshake)
{
	struct td_verify *verify = &handshake->engine->verify;

	handshake->chain = verify->chain;
	handshake->chain_size = verify->chain_length;
	handshake->message.result.chain_length = (uint32_t)verify->chain_length;
	verify->chain = NULL;
}

static bool finish(struct td_handshake *handshake)
{
	if (handshake->engine)
		td_outcome_names(handshake->engine);
	if (handshake->engine && !handshake->message.result.error)
		take_chain(handshake);
	td_engine_free(handshake->engine);
	handshake->engine = NULL;
	close(handshake->fd);
	handshake->fd = -1;
	set_state(handshake, TD_HANDSHAKE_OVER);
	return false;
}

static bool fail(struct td_handshake *handshake, int error, const char *text)
{
	td_outcome_set(&handshake->message.result, error, TLSOCK_STAGE_HANDSHAKE, "%s", text);
	return finish(handshake);
}

static bool fail_socket(struct td_handshake *handshake)
{
	int error = handshake->receive_error ? handshake->receive_error : handshake->send_error;

	if (error == EPIPE || error == ECONNRESET || error == ENOTCONN)
		return fail(handshake, ECONNRESET,
			    "peer reset the connection during the handshake");
	td_outcome_set(&handshake->message.result, error, TLSOCK_STAGE_HANDSHAKE,
		       "the connection broke during the handshake (%s)", strerror(error));
	return finish(handshake);
}

static bool install_keys(struct td_handshake *handshake)
{
	if (!td_ktls_install(handshake->fd, handshake->engine, &handshake->message.result)) {
		td_keys_secrets(handshake->engine);
		td_resume_get(handshake->engine);
	}
	return finish(handshake);
}

static void feed(struct td_handshake *handshake)
{
	size_t eaten;

	switch (td_engine_feed(handshake->engine, handshake->buffer, handshake->flight, &eaten)) {
	case TD_ENGINE_RUNNING:
		handshake->want = true;
		break;
	case TD_ENGINE_DONE:
		set_state(handshake, TD_HANDSHAKE_FLUSHING);
		break;
	case TD_ENGINE_FAILED:
		set_state(handshake, TD_HANDSHAKE_ALERTING);
		break;
	}
	/* Closing with unread bytes is a reset, which can overtake the alert. */
	handshake->drop = handshake->state == TD_HANDSHAKE_ALERTING ? handshake->flight : eaten;
	handshake->flight = 0;
	handshake->peeked = false;
}

/* The peer may have said why in an alert before it hung up on our flight. */
static bool look_for_alert(struct td_handshake *handshake)
{
	if (handshake->receive_error || handshake->peeked)
		return false;
	handshake->sent = handshake->engine->out_length;
	handshake->want = true;
	return true;
}

/* All requests of the turn have completed: what now? */
static bool decide(struct td_handshake *handshake, struct io_uring *ring)
{
	if (handshake->state == TD_HANDSHAKE_STOPPING)
		return finish(handshake);
	if (handshake->state == TD_HANDSHAKE_ALERTING &&
	    (handshake->send_error || handshake->receive_error ||
	     (!queued(handshake) && !handshake->drop)))
		return finish(handshake);
	if (handshake->send_error && !handshake->want && !handshake->peeked)
		return fail_socket(handshake);
	if (handshake->send_error && queued(handshake) && !look_for_alert(handshake))
		return fail_socket(handshake);
	if (handshake->receive_error)
		return fail_socket(handshake);
	if (handshake->peeked && handshake->flight == 0 && handshake->send_error)
		return fail_socket(handshake);
	if (handshake->peeked && handshake->flight == 0)
		return fail(handshake, ECONNRESET, handshake->heard ?
			    "peer closed the connection during the handshake" :
			    "peer closed the connection before it sent anything");
	if (handshake->peeked) {
		feed(handshake);
		if (handshake->send_error)
			return fail_socket(handshake);
	}
	if (handshake->state == TD_HANDSHAKE_FLUSHING && !queued(handshake) && !handshake->drop)
		return install_keys(handshake);
	take_turn(handshake, ring);
	return handshake->requests ? true : fail_socket(handshake);
}

bool td_handshake_start(struct td_handshake *handshake, const struct td_job_message *message,
			const struct td_profile *profile, struct io_uring *ring)
{
	const struct td_job *job = &message->job;
	size_t eaten;

	if (td_engine_new(profile, job, &handshake->message.result, &handshake->engine))
		return finish(handshake);
	if (!td_psk_comes(job)) {
		td_resume_set(handshake->engine, &message->resume);
	} else if (td_psk_set(handshake->engine, message->psks, job->n_psks)) {
		td_outcome_set(&handshake->message.result, ENOMEM, TLSOCK_STAGE_CONFIG,
			       "out of memory");
		return finish(handshake);
	}
	handshake->want = true;
	if (job->role == TLSOCK_ROLE_CLIENT &&
	    td_engine_feed(handshake->engine, NULL, 0, &eaten) == TD_ENGINE_FAILED)
		return finish(handshake);
	return decide(handshake, ring);
}

static void note_send(struct td_handshake *handshake, int ret)
{
	if (ret >= 0)
		handshake->sent += (size_t)ret;
	else if (ret == -EAGAIN)
		handshake->wait_out = true;
	else if (ret != -ECANCELED && ret != -EINTR)
		handshake->send_error = -ret;
	/* The flight is gone: the queue starts anew. */
	if (queued(handshake) == 0)
		handshake->engine->out_length = handshake->sent = 0;
}

static void note_peek(struct td_handshake *handshake, int ret)
{
	if (ret >= 0) {
		handshake->flight = (size_t)ret;
		handshake->peeked = true;
		handshake->want = false;
		handshake->heard |= ret > 0;
	} else if (ret == -EAGAIN) {
		handshake->wait_in = true;
	} else if (ret != -ECANCELED && ret != -EINTR) {
		handshake->receive_error = -ret;
	}
}

bool td_handshake_complete(struct td_handshake *handshake, struct io_uring *ring,
			   const struct io_uring_cqe *cqe)
{
	handshake->requests--;
	switch ((enum tag)td_ring_tag(cqe)) {
	case TAG_SEND:
		note_send(handshake, cqe->res);
		break;
	case TAG_DROP:
		if (cqe->res > 0)
			handshake->drop -= (size_t)cqe->res;
		else if (cqe->res != -ECANCELED && cqe->res != -EINTR)
			handshake->receive_error = cqe->res ? -cqe->res : ECONNRESET;
		break;
	case TAG_PEEK:
		note_peek(handshake, cqe->res);
		break;
	case TAG_POLL:
	case TAG_CANCEL:
		break;
	}
	return handshake->requests ? true : decide(handshake, ring);
}

bool td_handshake_stop(struct td_handshake *handshake, struct io_uring *ring, int error)
{
	struct td_result *result = &handshake->message.result;

	if (handshake->state == TD_HANDSHAKE_STOPPING)
		return true;
	if (error == ECANCELED)
		td_outcome_set(result, error, TLSOCK_STAGE_HANDSHAKE, "canceled");
	else
		td_outcome_set(result, error, TLSOCK_STAGE_HANDSHAKE, "%s within %u ms",
			       handshake->heard ? "peer did not finish the handshake" :
						  "peer sent nothing", handshake->timeout_ms);
	if (!handshake->requests)
		return finish(handshake);
	set_state(handshake, TD_HANDSHAKE_STOPPING);
	/* Without room the ring is broken, which ends the worker. */
	if (td_ring_reserve(ring, 1))
		return true;
	io_uring_prep_cancel_fd(td_ring_get(ring, handshake, TAG_CANCEL), handshake->fd,
				IORING_ASYNC_CANCEL_ALL);
	handshake->requests++;
	return true;
}

/* In one piece: the ring may send nothing else. */
const void *td_handshake_report(struct td_handshake *handshake)
{
	size_t head = offsetof(struct td_result_message, chain);
	uint32_t *length = &handshake->message.result.chain_length;
	uint8_t *whole;

	if (!*length)
		return &handshake->message;
	whole = realloc(handshake->chain, head + *length);
	if (!whole) {
		*length = 0;
		return &handshake->message;
	}
	memmove(whole + head, whole, *length);
	memcpy(whole, &handshake->message, head);
	handshake->chain = whole;
	handshake->chain_size = head + *length;
	return whole;
}

void td_handshake_free(struct td_handshake *handshake)
{
	if (!handshake)
		return;
	td_own_put(handshake->own);
	/* A report has the secrets of the message. */
	if (handshake->chain)
		explicit_bzero(handshake->chain, handshake->chain_size);
	free(handshake->chain);
	explicit_bzero(&handshake->message, sizeof(handshake->message));
	free(handshake);
}
