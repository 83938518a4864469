// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink side of the broker. The kernel runs a message inside sendmsg(), so
 * what it answers is in the receive queue when sendmsg() returns: one ACCEPT
 * is never in flight beside another. DONE asks for no acknowledgement, since
 * a refusal comes without being asked for.
 *
 * READY may overtake the answer to an ACCEPT: a request that came while the
 * kernel wrote "none waits" is announced before that is sent.
 */
#include "family_tlsock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "../lib/accept.h"
#include "../lib/attribute.h"
#include "../lib/log.h"
#include "../lib/refusal.h"
#include "done.h"
#include "genl.h"
#include "message.h"
#include "peer.h"

/* So many events and answers may wait while the broker is busy. */
#define RECEIVE_BUFFER	(4 << 20)

/* Larger than a reply with TLSOCK_MAX_ACCEPT requests of full length */
#define MAX_DATAGRAM	(128 << 10)

/* Refusals name a message by its sequence number; so many ids are remembered. */
#define N_RECENT	1024

struct recent {
	uint32_t	id;
	bool		revocation;	/* no answer to a request */
	bool		last_word;	/* no other answer is tried after this one */
};

struct td_family_tlsock {
	struct td_genl		genl;
	uint32_t		accept_sequence;
	int			accept_error;
	uint32_t		sessions_sequence;	/* 0: no dump is under way */
	struct recent		recent[N_RECENT];
	struct td_family_events	events;
	struct tl_accept	accept;
	char			datagram[MAX_DATAGRAM] __attribute__((aligned(NLMSG_ALIGNTO)));
};

int td_family_tlsock_open(struct td_family_tlsock **out, const struct td_family_events *events)
{
	struct td_family_tlsock *family = calloc(1, sizeof(*family));
	int err;

	if (!family)
		return -ENOMEM;
	family->events = *events;
	err = td_genl_open(&family->genl, TLSOCK_FAMILY_NAME, TLSOCK_MCGRP_HELPER, RECEIVE_BUFFER);
	if (err == -ENOENT)
		tl_log(LOG_ERR, "the kernel has no tlsock: load the module with `modprobe tlsock`");
	else if (err == -EPERM)
		tl_log(LOG_ERR, "the kernel lets only processes with CAP_NET_ADMIN serve tlsock");
	if (err) {
		free(family);
		return err;
	}
	*out = family;
	return 0;
}

void td_family_tlsock_close(struct td_family_tlsock *family)
{
	if (!family)
		return;
	td_genl_close(&family->genl);
	free(family);
}

int td_family_tlsock_fd(const struct td_family_tlsock *family)
{
	return td_genl_fd(&family->genl);
}

void td_family_tlsock_leave(struct td_family_tlsock *family)
{
	td_genl_leave(&family->genl);
}

static int send_done(struct td_family_tlsock *family, uint32_t id, const struct td_done *done,
		     bool last_word)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TLSOCK_CMD_DONE, td_done_room(done));
	struct recent *recent = &family->recent[family->genl.sequence % N_RECENT];

	if (!msg)
		return -EAGAIN;
	*recent = (struct recent) { .id = id, .last_word = last_word };
	if (td_done_put(msg, id, done)) {
		td_genl_free(msg);
		return -EAGAIN;
	}
	return td_genl_send(&family->genl, msg);
}

static void take_accept(struct td_family_tlsock *family, const void *data, size_t length)
{
	struct tl_accept *accept = &family->accept;
	int err = tl_accept_parse(data, length, accept);

	if (err)
		tl_log(LOG_ERR, "the kernel's reply to ACCEPT is malformed after %u requests",
		       accept->n);
	family->accept_error = 0;
	for (unsigned int i = 0; i < accept->n; i++)
		family->events.request(family->events.arg, &accept->requests[i]);
	if (accept->pending)
		family->events.more(family->events.arg);
}

static void take_cancel(struct td_family_tlsock *family, const void *data, size_t length)
{
	struct tl_attributes rest;
	struct tl_attribute a;
	uint32_t id;

	tl_attributes_init(&rest, data, length);
	while (tl_attributes_next(&rest, &a) > 0)
		if (a.type == TLSOCK_A_DONE_ID && tl_attribute_u32(&a, &id))
			family->events.cancel(family->events.arg, id);
}

static void take_ticket(struct td_family_tlsock *family, const void *data, size_t length)
{
	struct td_family_ticket ticket = { 0 };
	struct tl_attributes rest;
	struct tl_attribute a;

	tl_attributes_init(&rest, data, length);
	while (tl_attributes_next(&rest, &a) > 0) {
		if (a.type == TLSOCK_A_TICKET_SESSION) {
			ticket.session = a.data;
			ticket.session_length = a.length;
		} else if (a.type == TLSOCK_A_TICKET_MESSAGE) {
			ticket.message = a.data;
			ticket.length = a.length;
		} else if (a.type == TLSOCK_A_TICKET_PEER) {
			ticket.peer = a.data;
			ticket.peer_length = a.length;
		}
	}
	if (ticket.session && ticket.message)
		family->events.ticket(family->events.arg, &ticket);
	/* The buffer is used for long, and this is a secret. */
	explicit_bzero((void *)data, length);
}

static void take_session(struct td_family_tlsock *family, const void *data, size_t length)
{
	struct td_family_session session = { .profile = "default" };
	struct tl_attributes rest;
	struct tl_attribute a;

	tl_attributes_init(&rest, data, length);
	while (tl_attributes_next(&rest, &a) > 0) {
		if (a.type == TLSOCK_A_SESSION_INODE) {
			tl_attribute_u64(&a, &session.inode);
		} else if (a.type == TLSOCK_A_SESSION_PROFILE) {
			tl_attribute_text(&a, session.profile, sizeof(session.profile));
		} else if (a.type == TLSOCK_A_SESSION_PEER) {
			session.peer = a.data;
			session.peer_length = a.length;
		}
	}
	family->events.session(family->events.arg, &session);
}

static void end_sessions(struct td_family_tlsock *family, bool complete)
{
	if (!family->sessions_sequence)
		return;
	family->sessions_sequence = 0;
	family->events.sessions_over(family->events.arg, complete);
}

/* Its payload is an error. */
static bool was_complete(const struct nlmsghdr *done)
{
	return done->nlmsg_len >= NLMSG_LENGTH(sizeof(int)) && *(const int *)NLMSG_DATA(done) >= 0;
}

static void take_accept_error(struct td_family_tlsock *family, const struct tl_refusal *refusal)
{
	if (refusal->error == -EAGAIN) {
		family->accept_error = 0;
		return;
	}
	/* Lack of memory or descriptors: tried again soon, told once. */
	if (refusal->error != family->accept_error)
		tl_log(LOG_ERR, "the kernel refused to hand out requests: %s%s%s",
		       strerror(-refusal->error), *refusal->text ? ": " : "", refusal->text);
	family->accept_error = refusal->error;
	if (refusal->error == -EMFILE || refusal->error == -ENFILE)
		family->events.crowded(family->events.arg);
	family->events.ready(family->events.arg);
}

/*
 * A request that is over needs no answer. Any other refusal is a mistake of
 * the helper's, and the program must not wait for its deadline because of it.
 */
static void take_done_error(struct td_family_tlsock *family, const struct tl_refusal *refusal)
{
	const struct recent recent = family->recent[refusal->sequence % N_RECENT];
	const struct td_result result = {
		.error = EIO,
		.stage = TLSOCK_STAGE_KEYS,
		.alert_sent = -1,
		.alert_received = -1,
		.text = "the kernel refused the helper's answer",
	};

	if (recent.revocation) {
		if (refusal->error != -ENOENT)
			tl_log(LOG_ERR, "the kernel did not end a connection: %s",
			       strerror(-refusal->error));
		return;
	}
	tl_log(refusal->error == -ENOENT ? LOG_INFO : LOG_ERR,
	       "the kernel refused the answer to request %u: %s%s%s", recent.id,
	       strerror(-refusal->error), *refusal->text ? ": " : "", refusal->text);
	if (refusal->error != -ENOENT && !recent.last_word)
		send_done(family, recent.id, &(struct td_done) { .result = &result }, true);
}

static void take_error(struct td_family_tlsock *family, const struct nlmsghdr *message)
{
	struct tl_refusal refusal;

	if (tl_refusal_parse(message, message->nlmsg_len, &refusal))
		tl_log(LOG_WARNING, "the kernel sent a malformed error");
	else if (refusal.error && refusal.sequence == family->accept_sequence)
		take_accept_error(family, &refusal);
	else if (refusal.error && refusal.sequence == family->sessions_sequence)
		end_sessions(family, false);
	else if (refusal.error)
		take_done_error(family, &refusal);
}

static void take_message(void *arg, const struct nlmsghdr *message)
{
	struct td_family_tlsock *family = arg;
	int news = td_genl_news(message, TLSOCK_FAMILY_NAME);
	const void *data;
	size_t length;
	int command;

	if (message->nlmsg_type == NLMSG_ERROR)
		take_error(family, message);
	else if (message->nlmsg_type == NLMSG_DONE)
		end_sessions(family, was_complete(message));
	else if (news == CTRL_CMD_DELFAMILY)
		family->events.gone(family->events.arg);
	else if (news == CTRL_CMD_NEWFAMILY)
		family->events.back(family->events.arg);
	data = td_genl_payload(message, &command, &length);
	if (!data || message->nlmsg_type != family->genl.number)
		return;
	if (command == TLSOCK_CMD_READY)
		family->events.ready(family->events.arg);
	else if (command == TLSOCK_CMD_ACCEPT)
		take_accept(family, data, length);
	else if (command == TLSOCK_CMD_CANCEL)
		take_cancel(family, data, length);
	else if (command == TLSOCK_CMD_TICKET)
		take_ticket(family, data, length);
	else if (command == TLSOCK_CMD_SESSIONS)
		take_session(family, data, length);
}

/* What got lost may have been a READY: ACCEPT finds out. */
static void take_loss(void *arg)
{
	struct td_family_tlsock *family = arg;

	tl_log(LOG_NOTICE, "netlink messages were lost, asking for requests anew");
	family->events.ready(family->events.arg);
	end_sessions(family, false);
}

void td_family_tlsock_receive(struct td_family_tlsock *family)
{
	const struct td_genl_reader reader = {
		.message = take_message,
		.lost = take_loss,
		.arg = family,
		.buffer = family->datagram,
		.size = sizeof(family->datagram),
	};

	td_genl_receive(&family->genl, &reader);
}

static int send_accept(struct td_family_tlsock *family, unsigned int limit, unsigned int clients)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TLSOCK_CMD_ACCEPT, 0);

	if (!msg)
		return -EAGAIN;
	if (nla_put_u32(msg, TLSOCK_A_ACCEPT_LIMIT, limit) ||
	    nla_put_u32(msg, TLSOCK_A_ACCEPT_CLIENTS, clients)) {
		nlmsg_free(msg);
		return -EAGAIN;
	}
	family->accept_sequence = family->genl.sequence;
	return td_genl_send(&family->genl, msg);
}

int td_family_tlsock_accept(struct td_family_tlsock *family, unsigned int limit,
			    unsigned int clients)
{
	int err = send_accept(family, limit, clients);

	if (err) {
		family->events.ready(family->events.arg);
		return err;
	}
	td_family_tlsock_receive(family);
	return family->accept_error;
}

int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_done *done)
{
	return send_done(family, id, done, false);
}

int td_family_tlsock_sessions(struct td_family_tlsock *family)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TLSOCK_CMD_SESSIONS, 0);

	if (!msg)
		return -EAGAIN;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	family->sessions_sequence = family->genl.sequence;
	return td_genl_send(&family->genl, msg);
}

int td_family_tlsock_revoke(struct td_family_tlsock *family, uint64_t inode, const uint8_t *sha256)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TLSOCK_CMD_REVOKE, 0);

	if (!msg)
		return -EAGAIN;
	family->recent[family->genl.sequence % N_RECENT] = (struct recent) { .revocation = true };
	if (nla_put_u64(msg, TLSOCK_A_REVOKE_INODE, inode) ||
	    nla_put(msg, TLSOCK_A_REVOKE_SHA256, TD_PEER_HASH, sha256)) {
		nlmsg_free(msg);
		return -EAGAIN;
	}
	return td_genl_send(&family->genl, msg);
}
