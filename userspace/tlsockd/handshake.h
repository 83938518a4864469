/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One handshake on one socket: carries bytes between the socket and the
 * engine through the ring, minds cancellation and deadline, and installs the
 * keys. worker.c owns the list of them.
 */
#ifndef TLSOCKD_HANDSHAKE_H
#define TLSOCKD_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define TD_HANDSHAKE_FLIGHT	8192	/* bytes of the peer looked at in one go */

struct io_uring;
struct io_uring_cqe;
struct td_engine;
struct td_own;
struct td_profile;

enum td_handshake_state {
	TD_HANDSHAKE_TALKING,	/* the engine runs */
	TD_HANDSHAKE_FLUSHING,	/* it is done; its last flight leaves */
	TD_HANDSHAKE_ALERTING,	/* it failed; its alert leaves */
	TD_HANDSHAKE_STOPPING,	/* canceled or late; requests are being called back */
	TD_HANDSHAKE_OVER,	/* the result is complete, the socket closed */
};

/**
 * struct td_handshake - one handshake
 * @next: list of the worker
 * @link: where @next of the one before, or the head, points here
 * @state: where it stands
 * @fd: the socket, owned; -1 once closed
 * @requests: entries in the ring that have not completed
 * @sent: bytes of the engine's queue that are with TCP
 * @drop: bytes that were eaten and still stand in the receive queue
 * @flight: bytes peeked, valid if @peeked
 * @want: bytes of the peer are needed
 * @peeked: the peek has completed
 * @wait_in: the socket does not block: wait before the next receive
 * @wait_out: the same for sending
 * @heard: the peer sent at least one byte
 * @send_error: errno of sending, 0 if none
 * @receive_error: the same of receiving
 * @start: nanoseconds of CLOCK_MONOTONIC
 * @deadline: the same
 * @timeout_ms: what the deadline was made of
 * @engine: the TLS part, NULL if it could not be made
 * @own: what its program brought, NULL for nothing; a reference
 * @chain: the peer's certificates, owned, then the whole report
 * @chain_size: its bytes
 * @message: the RESULT, filled while it goes on
 * @buffer: the bytes peeked
 */
struct td_handshake {
	struct td_handshake	*next;
	struct td_handshake	**link;
	enum td_handshake_state	state;
	int			fd;
	unsigned int		requests;
	size_t			sent;
	size_t			drop;
	size_t			flight;
	bool			want;
	bool			peeked;
	bool			wait_in;
	bool			wait_out;
	bool			heard;
	int			send_error;
	int			receive_error;
	uint64_t		start;
	uint64_t		deadline;
	uint32_t		timeout_ms;
	struct td_engine	*engine;
	struct td_own		*own;
	uint8_t			*chain;
	size_t			chain_size;
	struct td_message	message;
	uint8_t			buffer[TD_HANDSHAKE_FLIGHT];
};

/**
 * td_handshake_new - take over a socket
 * @job: the JOB message's
 * @id: its id
 * @fd: owned by the handshake on success and on failure alike
 * @now: nanoseconds of CLOCK_MONOTONIC
 *
 * Return: the handshake, or NULL without memory (@fd is closed)
 */
struct td_handshake *td_handshake_new(const struct td_job *job, uint32_t id, int fd, uint64_t now);

/**
 * td_handshake_start - begin
 * @handshake: a new one
 * @message: the JOB message
 * @profile: what td_profile_find() said
 * @ring: where requests go
 *
 * Return: true if it goes on, false if it is over
 */
bool td_handshake_start(struct td_handshake *handshake, const struct td_job_message *message,
			const struct td_profile *profile, struct io_uring *ring);

/**
 * td_handshake_complete - one of its requests has completed
 * @handshake: the owner of the request
 * @ring: where further requests go
 * @cqe: how it ended
 *
 * Return: true if it goes on, false if it is over
 */
bool td_handshake_complete(struct td_handshake *handshake, struct io_uring *ring,
			   const struct io_uring_cqe *cqe);

/**
 * td_handshake_stop - end it from outside
 * @handshake: any that is not over
 * @ring: where its requests are
 * @error: ECANCELED or ETIMEDOUT
 *
 * Return: true if requests have to complete first, false if it is over
 */
bool td_handshake_stop(struct td_handshake *handshake, struct io_uring *ring, int error);

/**
 * td_handshake_report - the RESULT with the peer's certificates, to be sent
 * @handshake: one that is over; called once
 *
 * Return: as many bytes as td_message_length() says of its message, owned by it
 */
const void *td_handshake_report(struct td_handshake *handshake);

/** td_handshake_free - drop one that is over */
void td_handshake_free(struct td_handshake *handshake);

#endif
