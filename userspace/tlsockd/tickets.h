/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tickets of servers that clients were connected to (RFC 8446 section
 * 4.6.1). Each is used once (appendix C.4). Only data: the broker puts in what
 * the kernel passes on and takes out what the next handshake may use.
 */
#ifndef TLSOCKD_TICKETS_H
#define TLSOCKD_TICKETS_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define TD_TICKETS_BUCKETS	1024

/* Bytes that all tickets of a helper may take */
#define TD_TICKETS_BYTES	(4 << 20)

/* Tickets of the same name that are kept, the youngest ones */
#define TD_TICKETS_SAME		4

struct td_family_ticket;
struct td_ticket;

/**
 * struct td_tickets - all of them; zero it before use
 * @first: oldest
 * @last: youngest
 * @buckets: by name
 * @n: how many there are
 * @bytes: memory that they take
 */
struct td_tickets {
	struct td_ticket	*first;
	struct td_ticket	*last;
	struct td_ticket	*buckets[TD_TICKETS_BUCKETS];
	unsigned int		n;
	size_t			bytes;
};

/**
 * td_tickets_name - name the sessions that may take each other's place
 * @job: a client's handshake
 * @uid: user that made the socket; users do not share sessions
 * @generation: of the configuration
 * @name: receives the name
 *
 * Return: 0 or -EIO
 */
int td_tickets_name(const struct td_job *job, uint32_t uid, unsigned int generation,
		   uint8_t name[TD_SESSION_NAME]);

/**
 * td_tickets_add - keep a ticket that the kernel passed on
 * @tickets: all
 * @ticket: as the kernel gave it, not trusted
 *
 * The oldest make room. Without memory, or if the session is not one of ours,
 * nothing is kept.
 */
void td_tickets_add(struct td_tickets *tickets, const struct td_family_ticket *ticket);

/**
 * td_tickets_take - use the youngest ticket of a name up
 * @tickets: all
 * @name: from td_tickets_name()
 * @out: @out->length is 0 if there is none; the caller wipes it
 */
void td_tickets_take(struct td_tickets *tickets, const uint8_t name[TD_SESSION_NAME],
		     struct td_resume *out);

/** td_tickets_clear - forget and wipe all */
void td_tickets_clear(struct td_tickets *tickets);

#endif
