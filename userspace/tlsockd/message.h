/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between the broker and its workers, over a SOCK_SEQPACKET
 * socketpair: one struct td_message a datagram, of exactly the length that
 * its type has. Nothing the peer of a TLS connection sends stands in one
 * without a bound.
 */
#ifndef TLSOCKD_MESSAGE_H
#define TLSOCKD_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "job.h"

enum td_message_type {
	TD_MESSAGE_JOB,		/* broker to worker, with its fds by SCM_RIGHTS */
	TD_MESSAGE_CANCEL,	/* broker to worker: stop working on id */
	TD_MESSAGE_DRAIN,	/* broker to worker: no more jobs come, finish and exit 0 */
	TD_MESSAGE_RESULT,	/* worker to broker: exactly one for each JOB, CANCELed ones too */
};

/**
 * struct td_result - how it ended; on success the keys are in kernel TLS.
 *	Holds secrets, wipe it
 * @error: 0 or a positive errno as the program is to see it
 * @stage: TLSOCK_STAGE_*
 * @alert_sent: alert description, -1 if none
 * @alert_received: alert description, -1 if none
 * @verify_code: X509_V_ERR_*, 0 if none
 * @verify_depth: depth of the certificate at fault
 * @version: 0x0303 or 0x0304
 * @cipher: IANA number
 * @group: IANA number, 0 if not known
 * @verified: the peer proved its identity
 * @resumed: session resumption
 * @psk: serial number of the kernel's key that both ends have, 0 if there is none
 * @secret_length: bytes of each secret, 0 if there are none
 * @tx_secret: TLS 1.3, traffic secret for sending (RFC 8446 section 7.1)
 * @rx_secret: likewise for receiving
 * @truncation_eof: a FIN without close_notify is end of file
 * @session: to resume it later, @session.secret_length is 0 if it cannot be
 * @usec: microseconds from JOB to RESULT
 * @cpu_nsec: processor time that the worker spent on it, nanoseconds
 * @chain_length: bytes of the peer's certificates that follow in the message
 * @text: one sentence, "" on success
 * @alpn: protocol chosen, "" if none
 * @server_name: name asked for by the client, "" if none
 * @peer: whom the peer's certificate is for
 */
struct td_result {
	int32_t		error;
	uint32_t	stage;
	int16_t		alert_sent;
	int16_t		alert_received;
	int32_t		verify_code;
	uint32_t	verify_depth;
	uint16_t	version;
	uint16_t	cipher;
	uint16_t	group;
	uint8_t		verified;
	uint8_t		resumed;
	int32_t		psk;
	uint8_t		secret_length;
	uint8_t		tx_secret[TLSOCK_MAX_SECRET];
	uint8_t		rx_secret[TLSOCK_MAX_SECRET];
	uint8_t		truncation_eof;
	struct td_session session;
	uint32_t	usec;
	uint64_t	cpu_nsec;
	uint32_t	chain_length;
	char		text[TLSOCK_MAX_TEXT + 1];
	char		alpn[TLSOCK_MAX_NAME + 1];
	char		server_name[TLSOCK_MAX_NAME + 1];
	struct td_peer	peer;
};

struct td_message {
	uint32_t		type;	/* enum td_message_type */
	uint32_t		id;	/* the kernel's request id */
	union {
		struct td_job		job;
		struct td_result	result;
	};
};

/* A RESULT is as long as its certificates, each with its length before it. */
struct td_result_message {
	uint32_t		type;
	uint32_t		id;
	struct td_result	result;
	uint8_t			chain[TLSOCK_MAX_CHAIN];
};

/**
 * td_message_length - length of a message
 * @message: its type is set; of a JOB, which is a struct td_job_message, the
 *	length of its ticket or the number of its keys too; of a RESULT that of its
 *	certificates
 *
 * Return: bytes, or 0 for an unknown type
 */
size_t td_message_length(const struct td_message *message);

/**
 * td_message_check - is what was received well formed?
 * @message: the bytes received, in room for a struct td_job_message, from a worker
 *	for a struct td_result_message
 * @length: their number
 *
 * Checks type, exact length, enum ranges and that every string is terminated.
 *
 * Return: 0 or -EBADMSG
 */
int td_message_check(const struct td_message *message, size_t length);

#endif
