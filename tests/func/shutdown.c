// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of a connection: shutdown(), close(), and a peer that does not keep
 * to the rules. The peer is a raw kTLS socket that shows every record.
 */
#include "lib/harness.h"

T_FIXTURE_RAW(shutdown)

TEST_F(shutdown, write_side)
{
	char byte;

	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	EXPECT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(EPIPE, T_ERRNO(send(self->pair.client, "x", 1, 0)));
	EXPECT_EQ(0, t_read_all(self->pair.server, (char[3]){ 0 }, 3));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
	/* The other direction lives on. */
	ASSERT_EQ(1, write(self->pair.server, "y", 1));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
	EXPECT_EQ(0, shutdown(self->pair.client, SHUT_WR));
}

TEST_F(shutdown, read_side)
{
	char byte;

	EXPECT_EQ(0, shutdown(self->pair.client, SHUT_RD));
	EXPECT_EQ(0, recv(self->pair.client, &byte, 1, 0));
	EXPECT_EQ(1, send(self->pair.client, "x", 1, 0));
	EXPECT_EQ(1, recv(self->pair.server, &byte, 1, 0));
}

TEST_F(shutdown, both_sides)
{
	char byte;

	EXPECT_EQ(0, shutdown(self->pair.client, SHUT_RDWR));
	EXPECT_EQ(0, recv(self->pair.client, &byte, 1, 0));
	EXPECT_EQ(EPIPE, T_ERRNO(send(self->pair.client, "x", 1, 0)));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(shutdown, wrong_argument)
{
	EXPECT_EQ(EINVAL, T_ERRNO(shutdown(self->pair.client, 3)));
	EXPECT_EQ(1, send(self->pair.client, "x", 1, 0));
}

TEST_F(shutdown, close_says_goodbye)
{
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_EQ(0, t_read_all(self->pair.server, (char[3]){ 0 }, 3));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(shutdown, close_loses_no_queued_data)
{
	static char block[100000];
	uint8_t type = T_RECORD_DATA, data[20000];
	size_t sent = 0, got = 0;
	ssize_t n;

	t_nonblock(self->pair.client, true);
	while ((n = send(self->pair.client, block, sizeof(block), 0)) > 0)
		sent += n;
	ASSERT_EQ(EAGAIN, errno);
	close(self->pair.client);
	self->pair.client = -1;
	while ((n = t_record_recv(self->pair.server, &type, data, sizeof(data))) > 0) {
		if (type != T_RECORD_DATA)
			break;
		got += n;
	}
	EXPECT_EQ(sent, got);
	EXPECT_EQ(T_RECORD_ALERT, type);
	EXPECT_EQ(0, data[1]);
	EXPECT_EQ(0, t_record_recv(self->pair.server, &type, data, sizeof(data)));
}

TEST_F(shutdown, close_with_an_unread_ticket_gives_no_reset)
{
	uint8_t ticket[100] = { 4, 0, 0, 96 };

	if (variant->version != 0x0304)
		SKIP(return, "TLS 1.2 has no tickets after the handshake");
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, ticket,
				   sizeof(ticket)));
	ASSERT_TRUE(t_poll(self->pair.client, POLLIN, T_SILENCE_MS) >= 0);
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(shutdown, close_with_unread_data_resets_as_tcp)
{
	uint8_t type, data[64];
	ssize_t n;

	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(POLLIN, t_poll(self->pair.client, POLLIN, T_PATIENCE_MS));
	close(self->pair.client);
	self->pair.client = -1;
	do {
		n = t_record_recv(self->pair.server, &type, data, sizeof(data));
	} while (n > 0);
	EXPECT_TRUE(n == -ECONNRESET || n == 0 || n == -EPIPE);
}

TEST_F(shutdown, linger_zero_resets)
{
	uint8_t type, data[64];
	ssize_t n;

	t_close_abort(self->pair.client);
	self->pair.client = -1;
	do {
		n = t_record_recv(self->pair.server, &type, data, sizeof(data));
	} while (n > 0);
	EXPECT_EQ(-ECONNRESET, n);
}

TEST_F(shutdown, linger_waits_for_the_data)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 5 };

	ASSERT_EQ(0, setsockopt(self->pair.client, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)));
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	close(self->pair.client);
	self->pair.client = -1;
	EXPECT_EQ(0, t_read_all(self->pair.server, (char[3]){ 0 }, 3));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(shutdown, peer_says_goodbye)
{
	struct tlsock_info info;
	char byte;

	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	ASSERT_EQ(0, t_alert_send(self->pair.server, 1, 0));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
	ASSERT_EQ(0, t_info(self->pair.client, &info));
	EXPECT_TRUE(info.flags & TLSOCK_INFO_RX_EOF);
	EXPECT_FALSE(info.flags & TLSOCK_INFO_TRUNCATED);
	/* Half closed: we may still send (RFC 8446 section 6.1). */
	EXPECT_EQ(1, send(self->pair.client, "y", 1, 0));
}

TEST_F(shutdown, reset_after_goodbye_is_no_loss)
{
	char byte;

	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	ASSERT_EQ(0, t_alert_send(self->pair.server, 1, 0));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
	/* As if the peer had closed before our own goodbye came. */
	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	t_close_abort(self->pair.server);
	self->pair.server = -1;
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(0, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(0, T_ERRNO(read(self->pair.client, &byte, 1)));
}

TEST_F(shutdown, truncation_is_an_error)
{
	struct tlsock_error error;
	struct tlsock_info info;
	struct t_genl genl;
	struct t_status status;
	char byte;

	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
	ASSERT_EQ(0, t_info(self->pair.client, &info));
	EXPECT_TRUE(info.flags & TLSOCK_INFO_TRUNCATED);
	EXPECT_FALSE(info.flags & TLSOCK_INFO_RX_EOF);
	ASSERT_EQ(0, t_error(self->pair.client, &error));
	EXPECT_EQ(TLSOCK_STAGE_DATA, error.stage);
	ASSERT_EQ(0, t_genl_open(&genl));
	ASSERT_EQ(0, t_status(&genl, &status));
	EXPECT_EQ(1, status.truncated);
	t_genl_close(&genl);
}

/* Where the administrator said so, for peers that know no better. */
TEST_F(shutdown, truncation_as_end_of_file)
{
	struct tlsock_error error;
	struct tlsock_info info;
	struct t_pair pair;
	char byte;

	self->helper->done.truncation_eof = true;
	ASSERT_EQ(0, t_pair_raw(&pair, variant->version));
	ASSERT_EQ(1, write(pair.server, "x", 1));
	ASSERT_EQ(0, shutdown(pair.server, SHUT_WR));
	EXPECT_EQ(1, read(pair.client, &byte, 1));
	EXPECT_TRUE(t_poll(pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(0, T_ERRNO(read(pair.client, &byte, 1)));
	EXPECT_EQ(0, T_ERRNO(read(pair.client, &byte, 1)));
	EXPECT_EQ(0, t_so_error(pair.client));
	EXPECT_EQ(1, write(pair.client, "y", 1));
	EXPECT_EQ(1, read(pair.server, &byte, 1));
	ASSERT_EQ(0, t_info(pair.client, &info));
	EXPECT_TRUE(info.flags & TLSOCK_INFO_TRUNCATED);
	ASSERT_EQ(0, t_error(pair.client, &error));
	EXPECT_EQ(0, error.error);
	t_pair_close(&pair);
}

/* That is no word on resets. */
TEST_F(shutdown, truncation_as_end_of_file_but_reset)
{
	struct t_pair pair;
	char byte;

	self->helper->done.truncation_eof = true;
	ASSERT_EQ(0, t_pair_raw(&pair, variant->version));
	t_close_abort(pair.server);
	pair.server = -1;
	EXPECT_TRUE(t_poll(pair.client, POLLIN, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(pair.client, &byte, 1)));
	EXPECT_EQ(0, read(pair.client, &byte, 1));
	t_pair_close(&pair);

	ASSERT_EQ(0, t_pair_raw(&pair, variant->version));
	t_close_abort(pair.server);
	pair.server = -1;
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(pair.client, &byte, 1)));
	t_pair_close(&pair);
}

TEST_F(shutdown, truncation_wakes_a_waiting_reader)
{
	pid_t pid = fork();
	int status;
	char byte;

	if (pid == 0) {
		close(self->pair.client);
		t_poll(self->pair.server, POLLIN, T_SILENCE_MS);
		_exit(shutdown(self->pair.server, SHUT_WR) ? 1 : 0);
	}
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(self->pair.client, &byte, 1)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(shutdown, truncation_is_polled)
{
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_TRUE(t_poll(self->pair.client, POLLIN, T_PATIENCE_MS) & POLLIN);
}

TEST_F(shutdown, close_never_waits)
{
	static char block[65536];

	t_nonblock(self->pair.client, true);
	while (send(self->pair.client, block, sizeof(block), 0) > 0)
		;
	t_nonblock(self->pair.client, false);
	t_alarm(900);
	EXPECT_EQ(0, close(self->pair.client));
	t_alarm(0);
	self->pair.client = -1;
}

TEST_F(shutdown, info_after_the_end)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_RDWR));
	EXPECT_EQ(0, recv(self->pair.client, &byte, 1, 0));
	EXPECT_LE(TLSOCK_STATE_ESTABLISHED, t_state(self->pair.client));
}

TEST_HARNESS_MAIN
