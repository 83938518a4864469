// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records that are not data: none reaches read() as an error of its own, and
 * none is lost. The peer is a raw kTLS socket of the test.
 */
#include "lib/harness.h"

FIXTURE(records) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_SETUP(records)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_raw(&self->pair, 0x0304));
}

FIXTURE_TEARDOWN(records)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

/* A NewSessionTicket (RFC 8446 section 4.6.1) of some size. */
static int ticket_send(int fd, size_t body)
{
	static uint8_t message[16384];

	message[0] = 4;
	message[1] = body >> 16;
	message[2] = body >> 8;
	message[3] = body;
	return t_record_send(fd, T_RECORD_HANDSHAKE, message, 4 + body);
}

TEST_F(records, ticket_then_data)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	ASSERT_EQ(5, write(self->pair.server, "hello", 5));
	EXPECT_EQ(5, read(self->pair.client, buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
}

TEST_F(records, ticket_between_data)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(0, ticket_send(self->pair.server, 9000));
	ASSERT_EQ(3, write(self->pair.server, "def", 3));
	EXPECT_EQ(6, recv(self->pair.client, buffer, 6, MSG_WAITALL));
	EXPECT_STREQ("abcdef", buffer);
}

TEST_F(records, ticket_alone_blocks_a_reader_on)
{
	struct timeval tv = { .tv_usec = 100000 };
	char byte;

	ASSERT_EQ(0, setsockopt(self->pair.client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	EXPECT_EQ(EAGAIN, T_ERRNO(read(self->pair.client, &byte, 1)));
	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, &byte, 1, MSG_DONTWAIT)));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, &byte, 1, MSG_PEEK | MSG_DONTWAIT)));
	EXPECT_EQ(0, t_so_error(self->pair.client));
}

TEST_F(records, ticket_alone_is_not_readable_for_long)
{
	char byte;

	/* A select() loop may see it once, but must not spin. */
	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	if (t_poll(self->pair.client, POLLIN, T_SILENCE_MS)) {
		EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, &byte, 1, MSG_DONTWAIT)));
		EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, 0));
	}
}

TEST_F(records, ticket_in_two_records)
{
	uint8_t message[204] = { 4, 0, 0, 200 };
	char buffer[8] = { 0 };

	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message, 2));
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message + 2, 202));
	ASSERT_EQ(2, write(self->pair.server, "ok", 2));
	EXPECT_EQ(2, read(self->pair.client, buffer, sizeof(buffer)));
	EXPECT_STREQ("ok", buffer);
}

TEST_F(records, two_tickets_in_one_record)
{
	uint8_t message[2 * 104] = { 4, 0, 0, 100, [104] = 4, [107] = 100 };
	char buffer[8] = { 0 };

	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, message,
				   sizeof(message)));
	ASSERT_EQ(2, write(self->pair.server, "ok", 2));
	EXPECT_EQ(2, read(self->pair.client, buffer, sizeof(buffer)));
	EXPECT_STREQ("ok", buffer);
}

TEST_F(records, ticket_with_peek_and_readv)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(0, ticket_send(self->pair.server, 200));
	ASSERT_EQ(4, write(self->pair.server, "peek", 4));
	EXPECT_EQ(4, recv(self->pair.client, buffer, sizeof(buffer), MSG_PEEK));
	EXPECT_EQ(4, recv(self->pair.client, buffer, sizeof(buffer), 0));
	EXPECT_STREQ("peek", buffer);
}

/* A fatal alert is one error, then the end. */
static void alert_expect(struct __test_metadata *_metadata, struct t_pair *pair, int alert)
{
	struct tlsock_error error;
	char byte;
	int err;

	ASSERT_EQ(1, write(pair->server, "x", 1));
	ASSERT_EQ(0, t_alert_send(pair->server, 2, alert));
	EXPECT_EQ(1, read(pair->client, &byte, 1));
	err = T_ERRNO(read(pair->client, &byte, 1));
	EXPECT_TRUE(err == ECONNRESET || err == EPROTO);
	EXPECT_EQ(0, read(pair->client, &byte, 1));
	ASSERT_EQ(0, t_error(pair->client, &error));
	EXPECT_EQ(err, error.error);
	EXPECT_EQ(TLSOCK_STAGE_DATA, error.stage);
	EXPECT_EQ(alert, error.alert_received);
	EXPECT_STRNE("", error.text);
	EXPECT_EQ(EPIPE, T_ERRNO(send(pair->client, "x", 1, 0)));
}

TEST_F(records, fatal_alert_bad_record_mac)
{
	alert_expect(_metadata, &self->pair, 20);
}

TEST_F(records, fatal_alert_internal_error)
{
	alert_expect(_metadata, &self->pair, 80);
}

TEST_F(records, fatal_alert_certificate_required)
{
	/* What a TLS 1.3 server says after the client thought that all is well. */
	alert_expect(_metadata, &self->pair, 116);
}

TEST_F(records, fatal_alert_is_polled)
{
	ASSERT_EQ(0, t_alert_send(self->pair.server, 2, 80));
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & (POLLIN | POLLERR));
}

TEST_F(records, user_canceled_is_no_end)
{
	char byte;

	ASSERT_EQ(0, t_alert_send(self->pair.server, 1, 90));
	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
}

TEST_F(records, key_update_ends_in_a_clear_error)
{
	struct tlsock_error error;
	uint8_t type, data[64];
	ssize_t n;
	char byte;
	int err;

	/* No helper keeps secrets yet: the connection ends, and says why. */
	ASSERT_EQ(0, t_key_update_send(self->pair.server, false));
	err = T_ERRNO(read(self->pair.client, &byte, 1));
	EXPECT_EQ(EKEYEXPIRED, err);
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
	ASSERT_EQ(0, t_error(self->pair.client, &error));
	EXPECT_EQ(EKEYEXPIRED, error.error);
	EXPECT_STRNE("", error.text);
	n = t_record_recv(self->pair.server, &type, data, sizeof(data));
	EXPECT_EQ(2, n);
	EXPECT_EQ(T_RECORD_ALERT, type);
	EXPECT_EQ(2, data[0]);
}

TEST_F(records, data_before_a_key_update_arrives)
{
	char buffer[8] = { 0 };

	ASSERT_EQ(4, write(self->pair.server, "last", 4));
	ASSERT_EQ(0, t_key_update_send(self->pair.server, true));
	EXPECT_EQ(4, read(self->pair.client, buffer, sizeof(buffer)));
	EXPECT_STREQ("last", buffer);
	/* Nobody must wait for ever for what the key update holds back. */
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & (POLLIN | POLLERR));
	EXPECT_EQ(EKEYEXPIRED, T_ERRNO(read(self->pair.client, buffer, 1)));
}

TEST_F(records, unexpected_handshake_message)
{
	uint8_t hello_request[4] = { 0 };
	char byte;
	int err;

	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, hello_request,
				   sizeof(hello_request)));
	err = T_ERRNO(read(self->pair.client, &byte, 1));
	EXPECT_EQ(EPROTO, err);
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
}

TEST_F(records, unknown_record_type)
{
	char byte;
	int err;

	ASSERT_EQ(0, t_record_send(self->pair.server, 99, "x", 1));
	err = T_ERRNO(read(self->pair.client, &byte, 1));
	EXPECT_EQ(EPROTO, err);
}

TEST_F(records, damaged_record)
{
	/* Not encrypted with the key that both sides have. */
	static const uint8_t record[] = { 23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
					  13, 14, 15, 16, 17, 18, 19, 20 };
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char byte;
	int peer;

	ASSERT_EQ(0, t_connect(fd, &addr));
	peer = accept(listener, NULL, NULL);
	ASSERT_LE(0, peer);
	ASSERT_EQ(sizeof(record), send(peer, record, sizeof(record), 0));
	EXPECT_EQ(EBADMSG, T_ERRNO(read(fd, &byte, 1)));
	EXPECT_TRUE(read(fd, &byte, 1) <= 0);
	close(peer);
	close(fd);
	close(listener);
}

TEST_F(records, clear_text_from_the_peer)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char byte;
	int peer;

	ASSERT_EQ(0, t_connect(fd, &addr));
	peer = accept(listener, NULL, NULL);
	ASSERT_LE(0, peer);
	ASSERT_EQ(16, send(peer, "HTTP/1.1 200 OK\n", 16, 0));
	EXPECT_TRUE(read(fd, &byte, 1) < 0);
	close(peer);
	close(fd);
	close(listener);
}

TEST_HARNESS_MAIN
