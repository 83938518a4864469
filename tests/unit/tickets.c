// SPDX-License-Identifier: GPL-2.0-or-later
/* The broker's table of tickets: which may be used for what, and how many there are. */
#include "tlsockd/tickets.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "tlsockd/family_tlsock.h"

#define KEY(job, uid, generation) key_of(_metadata, job, uid, generation)

struct key {
	uint8_t	bytes[TD_SESSION_NAME];
};

FIXTURE(tickets)
{
	struct td_tickets	*tickets;
	struct td_job		job;
};

FIXTURE_SETUP(tickets)
{
	struct sockaddr_in *remote = (struct sockaddr_in *)&self->job.remote;

	self->tickets = calloc(1, sizeof(*self->tickets));
	ASSERT_NE(NULL, self->tickets);
	remote->sin_family = AF_INET;
	remote->sin_port = htons(443);
	remote->sin_addr.s_addr = htonl(0x7f000001);
	self->job.verify = -1;
	strcpy(self->job.server_name, "web.test");
}

FIXTURE_TEARDOWN(tickets)
{
	td_tickets_clear(self->tickets);
	EXPECT_EQ(0, self->tickets->n);
	EXPECT_EQ(0, self->tickets->bytes);
	free(self->tickets);
}

static struct key key_of(struct __test_metadata *_metadata, const struct td_job *job, uint32_t uid,
			 unsigned int generation)
{
	struct key key = { 0 };

	ASSERT_EQ(0, td_tickets_name(job, uid, generation, key.bytes));
	return key;
}

static struct td_session session_of(struct key key)
{
	struct td_session session = { .format = TD_SESSION_FORMAT, .secret_length = 32 };

	memcpy(session.name, key.bytes, sizeof(session.name));
	return session;
}

static void add(struct td_tickets *tickets, struct key key, const void *ticket, size_t length)
{
	struct td_session session = session_of(key);
	struct td_family_ticket from = { &session, sizeof(session), ticket, length, NULL, 0 };

	td_tickets_add(tickets, &from);
}

static bool same(struct key a, struct key b)
{
	return !memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

TEST_F(tickets, key)
{
	struct sockaddr_in *remote = (struct sockaddr_in *)&self->job.remote;
	struct key key = KEY(&self->job, 0, 1);
	struct td_job job = self->job;

	EXPECT_TRUE(same(key, KEY(&job, 0, 1)));
	EXPECT_FALSE(same(key, KEY(&job, 1, 1)));
	EXPECT_FALSE(same(key, KEY(&job, 0, 2)));
	job.verify = TLSOCK_VERIFY_NONE;
	EXPECT_FALSE(same(key, KEY(&job, 0, 1)));
	job = self->job;
	strcpy(job.server_name, "web.tes");
	strcpy(job.alpn, "t");
	EXPECT_FALSE(same(key, KEY(&job, 0, 1)));
	job = self->job;
	strcpy(job.profile, "other");
	EXPECT_FALSE(same(key, KEY(&job, 0, 1)));

	/* Where there is a name it does not matter at which address. */
	remote->sin_addr.s_addr++;
	EXPECT_TRUE(same(key, KEY(&self->job, 0, 1)));
	remote->sin_port = htons(444);
	EXPECT_FALSE(same(key, KEY(&self->job, 0, 1)));
	strcpy(self->job.server_name, "");
	key = KEY(&self->job, 0, 1);
	remote->sin_addr.s_addr++;
	EXPECT_FALSE(same(key, KEY(&self->job, 0, 1)));
}

TEST_F(tickets, once_and_the_youngest_first)
{
	struct key key = KEY(&self->job, 0, 1), other = KEY(&self->job, 1, 1);
	struct td_resume out;

	add(self->tickets, key, "old", 3);
	add(self->tickets, other, "other", 5);
	add(self->tickets, key, "young", 5);
	td_tickets_take(self->tickets, key.bytes, &out);
	ASSERT_EQ(5, out.length);
	EXPECT_EQ(0, memcmp(out.ticket, "young", 5));
	EXPECT_LT(0, out.received);
	EXPECT_EQ(0, memcmp(out.session.name, key.bytes, sizeof(key.bytes)));
	td_tickets_take(self->tickets, key.bytes, &out);
	ASSERT_EQ(3, out.length);
	td_tickets_take(self->tickets, key.bytes, &out);
	EXPECT_EQ(0, out.length);
	EXPECT_EQ(1, self->tickets->n);
}

TEST_F(tickets, so_many_of_a_key)
{
	struct key key = KEY(&self->job, 0, 1);
	struct td_resume out;
	char i;

	for (i = 0; i < 10; i++)
		add(self->tickets, key, &i, 1);
	EXPECT_EQ(TD_TICKETS_SAME, self->tickets->n);
	for (i = 9; i > 9 - TD_TICKETS_SAME; i--) {
		td_tickets_take(self->tickets, key.bytes, &out);
		ASSERT_EQ(1, out.length);
		EXPECT_EQ(i, out.ticket[0]);
	}
	EXPECT_EQ(0, self->tickets->n);
}

TEST_F(tickets, bounded_in_memory)
{
	static const uint8_t large[TLSOCK_MAX_TICKET];
	struct key first = KEY(&self->job, 0, 1);
	struct td_resume out;
	uint32_t uid;

	for (uid = 0; uid < 3000; uid++)
		add(self->tickets, KEY(&self->job, uid, 1), large, sizeof(large));
	EXPECT_GE(TD_TICKETS_BYTES, self->tickets->bytes);
	EXPECT_LT(TD_TICKETS_BYTES - 8192, self->tickets->bytes);
	td_tickets_take(self->tickets, first.bytes, &out);
	EXPECT_EQ(0, out.length);
	td_tickets_take(self->tickets, KEY(&self->job, uid - 1, 1).bytes, &out);
	EXPECT_EQ(sizeof(large), out.length);
}

/* What comes back from the kernel may be of another helper, or no session at all. */
TEST_F(tickets, sessions_that_are_none)
{
	struct td_session session = session_of(KEY(&self->job, 0, 1));
	static const uint8_t large[TLSOCK_MAX_TICKET + 1];
	struct td_family_ticket ticket = { &session, sizeof(session), large, 1, NULL, 0 };

	ticket.session_length--;
	td_tickets_add(self->tickets, &ticket);
	ticket.session_length = 0;
	td_tickets_add(self->tickets, &ticket);
	ticket.session_length = sizeof(session);
	ticket.length = 0;
	td_tickets_add(self->tickets, &ticket);
	ticket.length = sizeof(large);
	td_tickets_add(self->tickets, &ticket);
	ticket.length = 1;
	session.format++;
	td_tickets_add(self->tickets, &ticket);
	session.format--;
	session.secret_length = 0;
	td_tickets_add(self->tickets, &ticket);
	session.secret_length = 33;
	td_tickets_add(self->tickets, &ticket);
	EXPECT_EQ(0, self->tickets->n);
}

/* The server comes back with the ticket; bytes that are none are no server. */
TEST_F(tickets, server)
{
	struct key key = KEY(&self->job, 0, 1);
	struct td_session session = session_of(key);
	struct td_peer peer = { .head = { .size = sizeof(peer.head), .names_length = 3 } };
	struct td_family_ticket ticket = {
		&session, sizeof(session), "x", 1, &peer, td_peer_size(&peer),
	};
	struct td_resume out;

	memcpy(peer.names, "/a", 3);
	td_tickets_add(self->tickets, &ticket);
	td_tickets_take(self->tickets, key.bytes, &out);
	EXPECT_STREQ("/a", td_peer_subject(&out.peer));
	for (ticket.peer_length = 0; ticket.peer_length < td_peer_size(&peer);
	     ticket.peer_length++) {
		td_tickets_add(self->tickets, &ticket);
		td_tickets_take(self->tickets, key.bytes, &out);
		ASSERT_EQ(1, out.length);
		EXPECT_EQ(0, td_peer_size(&out.peer));
	}
}

TEST_HARNESS_MAIN
