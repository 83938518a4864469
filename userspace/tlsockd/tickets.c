// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table by name, whose chains have the youngest ticket first, and a list by
 * age. Tickets are bytes of servers: nothing of them is read here, only in the
 * worker that uses them.
 */
#include "tickets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "family_tlsock.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/sha256.h>

/**
 * struct td_ticket - one ticket
 * @older: list of all
 * @younger: list of all
 * @chain: next in its bucket, younger ones first
 * @session: the session that it belongs to
 * @peer: the server
 * @received: when it came, milliseconds since 1970
 * @length: bytes of @data
 * @data: body of the NewSessionTicket
 */
struct td_ticket {
	struct td_ticket	*older;
	struct td_ticket	*younger;
	struct td_ticket	*chain;
	struct td_session	session;
	struct td_peer		peer;
	int64_t			received;
	uint32_t		length;
	uint8_t			data[];
};

static size_t size_of(const struct td_ticket *t)
{
	return sizeof(*t) + t->length;
}

static struct td_ticket **bucket_of(struct td_tickets *tickets, const uint8_t *name)
{
	/* The name is a hash: any bytes of it will do. */
	return &tickets->buckets[(name[0] << 8 | name[1]) % TD_TICKETS_BUCKETS];
}

static void drop(struct td_tickets *tickets, struct td_ticket *t)
{
	struct td_ticket **at = bucket_of(tickets, t->session.name);

	while (*at != t)
		at = &(*at)->chain;
	*at = t->chain;
	if (t->older)
		t->older->younger = t->younger;
	else
		tickets->first = t->younger;
	if (t->younger)
		t->younger->older = t->older;
	else
		tickets->last = t->older;
	tickets->n--;
	tickets->bytes -= size_of(t);
	explicit_bzero(t, size_of(t));
	free(t);
}

static void hash_text(wc_Sha256 *sha, const char *text)
{
	wc_Sha256Update(sha, (const byte *)text, (word32)strlen(text) + 1);
}

/* A name says where the server is; without one the address does. */
static void hash_server(wc_Sha256 *sha, const struct td_job *job)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&job->remote;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&job->remote;
	bool v6 = job->remote.ss_family == AF_INET6;
	in_port_t port = v6 ? in6->sin6_port : in->sin_port;

	hash_text(sha, job->server_name);
	wc_Sha256Update(sha, (const byte *)&port, sizeof(port));
	if (*job->server_name)
		return;
	if (v6)
		wc_Sha256Update(sha, (const byte *)&in6->sin6_addr, sizeof(in6->sin6_addr));
	else
		wc_Sha256Update(sha, (const byte *)&in->sin_addr, sizeof(in->sin_addr));
}

int td_tickets_name(const struct td_job *job, uint32_t uid, unsigned int generation,
		   uint8_t name[TD_SESSION_NAME])
{
	const uint32_t numbers[] = { uid, generation, (uint32_t)job->verify };
	wc_Sha256 sha;
	int ret;

	if (wc_InitSha256(&sha))
		return -EIO;
	wc_Sha256Update(&sha, (const byte *)numbers, sizeof(numbers));
	hash_text(&sha, job->profile);
	hash_text(&sha, job->alpn);
	hash_server(&sha, job);
	ret = wc_Sha256Final(&sha, name);
	wc_Sha256Free(&sha);
	return ret ? -EIO : 0;
}

static void make_room(struct td_tickets *tickets, const uint8_t *name, size_t size)
{
	struct td_ticket *oldest = NULL;
	unsigned int same = 0;

	for (struct td_ticket *t = *bucket_of(tickets, name); t; t = t->chain) {
		if (!memcmp(t->session.name, name, TD_SESSION_NAME)) {
			same++;
			oldest = t;
		}
	}
	if (same >= TD_TICKETS_SAME)
		drop(tickets, oldest);
	while (tickets->first && tickets->bytes > TD_TICKETS_BYTES - size)
		drop(tickets, tickets->first);
}

void td_tickets_add(struct td_tickets *tickets, const struct td_family_ticket *ticket)
{
	size_t length = ticket->length;
	struct td_ticket **bucket, *t;
	struct td_session from;
	struct timespec now;

	if (ticket->session_length != sizeof(from) || !length || length > TLSOCK_MAX_TICKET)
		return;
	memcpy(&from, ticket->session, sizeof(from));
	t = td_session_check(&from) ? malloc(sizeof(*t) + length) : NULL;
	if (t) {
		make_room(tickets, from.name, sizeof(*t) + length);
		clock_gettime(CLOCK_REALTIME, &now);
		t->session = from;
		t->received = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
		t->length = (uint32_t)length;
		td_peer_take(&t->peer, ticket->peer, ticket->peer_length);
		memcpy(t->data, ticket->message, length);
		bucket = bucket_of(tickets, from.name);
		t->chain = *bucket;
		*bucket = t;
		t->younger = NULL;
		t->older = tickets->last;
		if (tickets->last)
			tickets->last->younger = t;
		else
			tickets->first = t;
		tickets->last = t;
		tickets->n++;
		tickets->bytes += size_of(t);
	}
	explicit_bzero(&from, sizeof(from));
}

void td_tickets_take(struct td_tickets *tickets, const uint8_t name[TD_SESSION_NAME],
		     struct td_resume *out)
{
	struct td_ticket *t = *bucket_of(tickets, name);

	while (t && memcmp(t->session.name, name, TD_SESSION_NAME))
		t = t->chain;
	if (!t) {
		memset(out, 0, offsetof(struct td_resume, ticket));
		return;
	}
	out->session = t->session;
	out->peer = t->peer;
	out->received = t->received;
	out->length = t->length;
	memcpy(out->ticket, t->data, t->length);
	drop(tickets, t);
}

void td_tickets_clear(struct td_tickets *tickets)
{
	struct td_ticket *next;

	for (struct td_ticket *t = tickets->first; t; t = next) {
		next = t->younger;
		drop(tickets, t);
	}
}
