/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of a client's session to resume it (RFC 8446 section
 * 4.6.1), on its way from the worker through broker and kernel and back.
 */
#ifndef TLSOCKD_SESSION_H
#define TLSOCKD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "peer.h"

#define TD_SESSION_FORMAT	2
#define TD_SESSION_NAME		32

/**
 * struct td_session - what is remembered of a client's session, to resume it
 *	(RFC 8446 section 4.6.1). The kernel keeps it until a ticket comes
 * @format: TD_SESSION_FORMAT
 * @cipher: cipher suite, IANA number
 * @group: key exchange group, IANA number
 * @verified: the server proved its identity
 * @secret_length: bytes of @secret, 0 if the session cannot be resumed
 * @name: that of all sessions which are as good as this one; the broker's
 * @secret: resumption secret
 */
struct td_session {
	uint32_t	format;
	uint16_t	cipher;
	uint16_t	group;
	uint8_t		verified;
	uint8_t		secret_length;
	uint8_t		name[TD_SESSION_NAME];
	uint8_t		secret[TLSOCK_MAX_SECRET];
};

/**
 * struct td_resume - a ticket, and the session that it belongs to
 * @session: the session
 * @peer: the server, as it proved to be when the session began
 * @received: when the ticket came, milliseconds since 1970
 * @length: bytes of @ticket, 0 if there is none
 * @ticket: body of the NewSessionTicket, as the server sent it
 */
struct td_resume {
	struct td_session	session;
	struct td_peer		peer;
	int64_t			received;
	uint32_t		length;
	uint8_t			ticket[TLSOCK_MAX_TICKET];
};

/** td_session_check - can this session, which comes from the kernel, be resumed? */
bool td_session_check(const struct td_session *session);

#endif
