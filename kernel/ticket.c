// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tickets (NewSessionTicket, RFC 8446 section 4.6.1), with which a later
 * connection can do without certificates: put together from their records and
 * passed on to the helper, with the state of the session that it gave with
 * DONE. Nothing of a ticket is looked at here.
 */
#include <linux/slab.h>
#include <net/tls.h>

#include "notify.h"
#include "request.h"
#include "sock.h"

/* Tickets of one connection that are passed on; servers usually send two. */
#define TICKET_MAX	4

/**
 * struct tlsock_session - what becomes of tickets
 * @passed: how many were passed on
 * @length: bytes of @state
 * @message: the ticket at hand, NULL between tickets and for one to be dropped
 * @size: its bytes
 * @used: those that are there
 * @state: the helper's
 */
struct tlsock_session {
	u8	passed;
	u16	length;
	u8	*message;
	u32	size;
	u32	used;
	u8	state[] __counted_by(length);
};

/**
 * tlsock_ticket_init - keep the state of a session until tickets come
 * @ts: in state HANDSHAKE, its version and role set
 * @done: with the state, if the helper wants tickets
 *
 * Without memory tickets are dropped.
 *
 * Context: process, outer sk_lock held
 */
void tlsock_ticket_init(struct tlsock_sock *ts, const struct tlsock_done *done)
{
	struct tlsock_session *session;

	if (!done->session_length || ts->role != TLSOCK_ROLE_CLIENT ||
	    ts->version != TLS_1_3_VERSION)
		return;
	session = kzalloc(struct_size(session, state, done->session_length), GFP_KERNEL_ACCOUNT);
	if (!session)
		return;
	session->length = done->session_length;
	memcpy(session->state, done->session, session->length);
	ts->session = session;
}

/** tlsock_ticket_free - wipe the state; there need not be any */
void tlsock_ticket_free(struct tlsock_sock *ts)
{
	struct tlsock_session *session = ts->session;

	if (!session)
		return;
	WRITE_ONCE(ts->session, NULL);
	kfree(session->message);
	kfree_sensitive(session);
}

/**
 * tlsock_ticket_begin - the head of a NewSessionTicket was read
 * @ts: in state ESTABLISHED
 * @size: bytes of its body
 *
 * Context: process, ctrl_lock held
 */
void tlsock_ticket_begin(struct tlsock_sock *ts, u32 size)
{
	struct tlsock_session *session = ts->session;

	lockdep_assert_held(&ts->ctrl_lock);
	if (!session || !size || size > TLSOCK_MAX_TICKET)
		return;
	session->message = kmalloc(size, GFP_KERNEL_ACCOUNT);
	session->size = size;
	session->used = 0;
}

/**
 * tlsock_ticket_add - the next bytes of its body, which pass it on when they are the last
 * @ts: in state ESTABLISHED
 * @data: the bytes
 * @len: their number; never more than tlsock_ticket_begin() was told of
 *
 * Context: process, ctrl_lock held
 */
void tlsock_ticket_add(struct tlsock_sock *ts, const u8 *data, u32 len)
{
	struct tlsock_session *session = ts->session;

	lockdep_assert_held(&ts->ctrl_lock);
	if (!session || !session->message)
		return;
	memcpy(session->message + session->used, data, len);
	session->used += len;
	if (session->used < session->size)
		return;
	tlsock_notify_ticket(sock_net(tlsock_outer(ts)), &(struct tlsock_notify_ticket) {
		.session = session->state,
		.session_length = session->length,
		.message = session->message,
		.length = session->size,
		.peer = ts->peer,
	});
	kfree(session->message);
	session->message = NULL;
	if (++session->passed == TICKET_MAX)
		tlsock_ticket_free(ts);
}

/**
 * tlsock_ticket_data - the first data was read
 * @ts: in state ESTABLISHED
 *
 * Servers send their tickets before it: if there were any, more are not waited
 * for, and the state takes no memory any longer.
 *
 * Context: process, takes ctrl_lock
 */
void tlsock_ticket_data(struct tlsock_sock *ts)
{
	if (!READ_ONCE(ts->session))
		return;
	mutex_lock(&ts->ctrl_lock);
	if (ts->session && ts->session->passed)
		tlsock_ticket_free(ts);
	mutex_unlock(&ts->ctrl_lock);
}
