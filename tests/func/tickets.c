// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tickets on their way to the helper: whole, with the state that DONE gave, in
 * whatever records they came, bounded in size and number. The peer is a raw
 * kTLS socket of the test. What the helper makes of them is tested elsewhere
 * (net/resumption).
 */
#include "lib/harness.h"

static const uint8_t state[] = "state of the session";

FIXTURE(tickets) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_SETUP(tickets)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->done.session = state;
	self->helper->done.session_length = sizeof(state);
	ASSERT_EQ(0, t_pair_raw(&self->pair, 0x0304));
}

FIXTURE_TEARDOWN(tickets)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

/* A message whose body counts up from @first. */
static size_t ticket_make(uint8_t *message, size_t body, uint8_t first)
{
	size_t i;

	message[0] = 4;
	message[1] = body >> 16;
	message[2] = body >> 8;
	message[3] = body;
	for (i = 0; i < body; i++)
		message[4 + i] = first + i;
	return 4 + body;
}

static int ticket_send(int fd, size_t body, uint8_t first)
{
	static uint8_t message[16384];

	return t_record_send(fd, T_RECORD_HANDSHAKE, message, ticket_make(message, body, first));
}

/* The data behind the tickets is read, and so are they. */
static int data_pass(const struct t_pair *pair)
{
	char byte;

	if (write(pair->server, "x", 1) != 1)
		return -errno;
	return t_read_all(pair->client, &byte, 1);
}

static bool ticket_is(const struct t_ticket *ticket, size_t body, uint8_t first)
{
	static uint8_t message[4 + TLSOCK_MAX_TICKET];

	ticket_make(message, body, first);
	return ticket && ticket->session_size == sizeof(state) &&
	       !memcmp(ticket->session, state, sizeof(state)) && ticket->message_size == body &&
	       !memcmp(ticket->message, message + 4, body);
}

TEST_F(tickets, whole)
{
	ASSERT_EQ(0, ticket_send(self->pair.server, 200, 1));
	ASSERT_EQ(0, ticket_send(self->pair.server, 300, 2));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 200, 1));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 2), 300, 2));
}

TEST_F(tickets, cut_at_every_byte)
{
	uint8_t message[4 + 30];
	size_t size = ticket_make(message, 30, 7), i;

	for (i = 0; i < size; i++)
		ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message + i, 1));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 30, 7));
}

TEST_F(tickets, two_in_one_record)
{
	uint8_t message[4 + 100 + 4 + 700];
	size_t size = ticket_make(message, 100, 3);

	size += ticket_make(message + size, 700, 4);
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message, size));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 100, 3));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 2), 700, 4));
}

TEST_F(tickets, too_large_or_empty)
{
	ASSERT_EQ(0, ticket_send(self->pair.server, 0, 0));
	ASSERT_EQ(0, ticket_send(self->pair.server, TLSOCK_MAX_TICKET + 1, 0));
	ASSERT_EQ(0, ticket_send(self->pair.server, TLSOCK_MAX_TICKET, 5));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), TLSOCK_MAX_TICKET, 5));
}

/* A server cannot keep the helper busy. */
TEST_F(tickets, only_the_first_four)
{
	uint8_t i;

	for (i = 0; i < 40; i++)
		ASSERT_EQ(0, ticket_send(self->pair.server, 64, i));
	ASSERT_EQ(0, data_pass(&self->pair));
	for (i = 0; i < 4; i++)
		EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, i + 1), 64, i));
	/* What an order of ours overtakes would have come before it. */
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(4, self->helper->genl.n_ticket);
}

/* Servers send them before their data; who sends none then may do so later. */
TEST_F(tickets, behind_the_data)
{
	ASSERT_EQ(0, data_pass(&self->pair));
	ASSERT_EQ(0, ticket_send(self->pair.server, 64, 1));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 64, 1));
}

TEST_F(tickets, taken_in_by_close)
{
	ASSERT_EQ(0, ticket_send(self->pair.server, 200, 9));
	ASSERT_TRUE(t_poll(self->pair.client, POLLIN, T_SILENCE_MS) >= 0);
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 200, 9));
}

TEST_F(tickets, not_wanted)
{
	struct t_pair pair;

	self->helper->done.session = NULL;
	ASSERT_EQ(0, t_pair_raw(&pair, 0x0304));
	ASSERT_EQ(0, ticket_send(pair.server, 200, 1));
	ASSERT_EQ(0, data_pass(&pair));
	/* A ticket of another connection shows that there was none of this one. */
	ASSERT_EQ(0, ticket_send(self->pair.server, 200, 2));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 200, 2));
	t_pair_close(&pair);
}

TEST_F(tickets, unfinished)
{
	uint8_t message[4 + 100];

	ticket_make(message, 100, 3);
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message, 50));
	ASSERT_EQ(0, data_pass(&self->pair));
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_EQ(0, self->helper->genl.n_ticket);
}

TEST_F(tickets, nobody_there)
{
	t_helper_stop(self->helper);
	self->helper = NULL;
	ASSERT_EQ(0, ticket_send(self->pair.server, 200, 1));
	EXPECT_EQ(0, data_pass(&self->pair));
}

/* They go to who serves now, who may know what to do with the state. */
TEST_F(tickets, after_a_restart)
{
	struct t_pair pair;

	t_helper_stop(self->helper);
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_raw(&pair, 0x0304));
	ASSERT_EQ(0, ticket_send(self->pair.server, 200, 6));
	ASSERT_EQ(0, data_pass(&self->pair));
	EXPECT_TRUE(ticket_is(t_helper_ticket(self->helper, 1), 200, 6));
	t_pair_close(&pair);
}

TEST_F(tickets, state_too_large)
{
	static const uint8_t large[TLSOCK_MAX_SESSION + 1];
	struct t_pair pair;

	self->helper->done.session = large;
	self->helper->done.session_length = TLSOCK_MAX_SESSION;
	ASSERT_EQ(0, t_pair_raw(&pair, 0x0304));
	ASSERT_EQ(0, ticket_send(pair.server, 200, 1));
	ASSERT_EQ(0, data_pass(&pair));
	ASSERT_NE(NULL, t_helper_ticket(self->helper, 1));
	EXPECT_EQ(TLSOCK_MAX_SESSION, self->helper->genl.ticket[0].session_size);
	t_pair_close(&pair);
}

TEST_HARNESS_MAIN
