// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers that do not speak TLS, or old TLS, or stop in the middle: raw bytes of
 * the test against the real helper, in both roles.
 */
#include "lib/harness.h"
#include "lib/real.h"

#include <pthread.h>

/* What a peer says, byte for byte. */
struct bytes {
	const void *data;
	size_t size;
};

#define BYTES(text) { text, sizeof(text) - 1 }
#define ZERO32 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* ServerHello without extensions: record, message, version, random, suite. */
#define SERVER_HELLO(minor, suite) \
	"\x16\x03" minor "\x00\x2a" "\x02\x00\x00\x26" "\x03" minor ZERO32 "\x00" suite "\x00"

/* ClientHello without extensions, with one suite. */
#define CLIENT_HELLO(minor, suite) \
	"\x16\x03" minor "\x00\x2d" "\x01\x00\x00\x29" "\x03" minor ZERO32 "\x00" \
	"\x00\x02" suite "\x01\x00"

FIXTURE(server) {
	struct t_addr addr;
	int listener;
	int fd;
};

FIXTURE_VARIANT(server) {
	struct bytes says;
	bool waits;		/* stays after that, instead of closing */
	bool resets;
	int error;
	const char *text;
};

#define SERVER(what, ...) FIXTURE_VARIANT_ADD(server, what) { __VA_ARGS__ }

SERVER(closes_at_once, .error = ECONNRESET, .text = "closed");
SERVER(resets, .resets = true, .error = ECONNRESET);
SERVER(is_silent, .waits = true, .error = ETIMEDOUT);
SERVER(speaks_http, .says = BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"), .waits = true,
       .error = EPROTO, .text = "no TLS");
SERVER(speaks_ssh, .says = BYTES("SSH-2.0-OpenSSH_9.2p1\r\n"), .waits = true, .error = EPROTO,
       .text = "no TLS");
SERVER(speaks_ssl3, .says = BYTES(SERVER_HELLO("\x00", "\x00\x2f")), .waits = true,
       .error = EPROTO, .text = "SSL 3");
SERVER(speaks_tls10, .says = BYTES(SERVER_HELLO("\x01", "\x00\x2f")), .waits = true,
       .error = EPROTO, .text = "TLS 1.0");
SERVER(speaks_tls11, .says = BYTES(SERVER_HELLO("\x02", "\x00\x2f")), .waits = true,
       .error = EPROTO, .text = "TLS 1.1");
SERVER(chooses_what_was_not_offered, .says = BYTES(SERVER_HELLO("\x03", "\x00\x2f")),
       .waits = true, .error = EPROTO);
SERVER(alerts_handshake_failure, .says = BYTES("\x15\x03\x03\x00\x02\x02\x28"),
       .error = EPROTO, .text = "handshake_failure");
SERVER(alerts_protocol_version, .says = BYTES("\x15\x03\x03\x00\x02\x02\x46"),
       .error = EPROTO, .text = "protocol_version");
SERVER(alerts_unrecognized_name, .says = BYTES("\x15\x03\x03\x00\x02\x02\x70"),
       .error = EPROTO, .text = "unrecognized_name");
SERVER(sends_half_a_record, .says = BYTES("\x16\x03\x03\x01\x00\x02\x00"),
       .error = ECONNRESET);
SERVER(sends_half_a_record_and_waits, .says = BYTES("\x16\x03\x03\x01\x00\x02\x00"),
       .waits = true, .error = ETIMEDOUT);
SERVER(sends_an_empty_record, .says = BYTES("\x16\x03\x03\x00\x00"), .error = EPROTO);
SERVER(sends_a_record_too_long, .says = BYTES("\x16\x03\x03\xff\xff" ZERO32), .waits = true,
       .error = EPROTO);
SERVER(sends_data, .says = BYTES("\x17\x03\x03\x00\x05hello"), .waits = true,
       .error = EPROTO);
SERVER(sends_zeros, .says = BYTES(ZERO32 ZERO32), .waits = true, .error = EPROTO);

FIXTURE_SETUP(server)
{
	signal(SIGPIPE, SIG_IGN);
	self->listener = t_listen(AF_INET, IPPROTO_TCP, &self->addr);
	self->fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_LE(0, self->listener);
	ASSERT_LE(0, self->fd);
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(server)
{
	close(self->fd);
	close(self->listener);
}

/* Wait for the peer's first words before answering, as a server would. */
static void say(int fd, const struct bytes *bytes)
{
	t_poll(fd, POLLIN, T_PATIENCE_MS);
	if (bytes->size)
		send(fd, bytes->data, bytes->size, MSG_NOSIGNAL);
}

/* Take what came, so that close() is a FIN and no reset. */
static void drain(int fd)
{
	char buffer[4096];

	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
}

TEST_F(server, fails_the_client)
{
	struct tlsock_error error;
	int peer, events;

	ASSERT_EQ(0, t_set_text(self->fd, TLSOCK_SERVER_NAME, "web.test"));
	ASSERT_EQ(0, t_set_int(self->fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS,
			       variant->error == ETIMEDOUT ? 1500 : T_PATIENCE_MS));
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, peer);
	say(peer, &variant->says);
	if (variant->resets) {
		t_close_abort(peer);
	} else if (!variant->waits) {
		drain(peer);
		close(peer);
	}
	events = t_poll(self->fd, POLLOUT, T_PATIENCE_MS);
	EXPECT_TRUE(events & POLLERR);
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(variant->error, t_so_error(self->fd)) {
		TH_LOG("%s", error.text);
	}
	EXPECT_EQ(TLSOCK_STAGE_HANDSHAKE, error.stage);
	EXPECT_STRNE("", error.text);
	if (variant->text)
		EXPECT_NE(NULL, strstr(error.text, variant->text)) {
			TH_LOG("%s", error.text);
		}
	if (variant->waits)
		close(peer);
}

FIXTURE(client) {
	struct t_addr addr;
	int listener;
	struct t_genl genl;
};

FIXTURE_VARIANT(client) {
	struct bytes says;
	bool waits;
	enum tlsock_outcome outcome;
};

#define CLIENT(what, ...) FIXTURE_VARIANT_ADD(client, what) { __VA_ARGS__ }

CLIENT(closes_at_once, .outcome = TLSOCK_OUTCOME_RESET);
CLIENT(is_silent, .waits = true, .outcome = TLSOCK_OUTCOME_TIMEOUT);
CLIENT(speaks_http, .says = BYTES("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(speaks_ssl2, .says = BYTES("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" ZERO32),
       .waits = true, .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(speaks_ssl3, .says = BYTES(CLIENT_HELLO("\x00", "\x00\x2f")), .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(speaks_tls10, .says = BYTES(CLIENT_HELLO("\x01", "\xc0\x09")), .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(speaks_tls11, .says = BYTES(CLIENT_HELLO("\x02", "\xc0\x09")), .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(offers_no_common_suite, .says = BYTES(CLIENT_HELLO("\x03", "\x00\x2f")),
       .waits = true, .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(sends_half_a_hello, .says = BYTES("\x16\x03\x01\x00\x2d\x01\x00"),
       .outcome = TLSOCK_OUTCOME_RESET);
CLIENT(sends_half_a_hello_and_waits, .says = BYTES("\x16\x03\x01\x00\x2d\x01\x00"),
       .waits = true, .outcome = TLSOCK_OUTCOME_TIMEOUT);
CLIENT(sends_zeros, .says = BYTES(ZERO32 ZERO32), .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);
CLIENT(sends_an_alert, .says = BYTES("\x15\x03\x01\x00\x02\x02\x28"),
       .waits = true,
       .outcome = TLSOCK_OUTCOME_PROTOCOL);

FIXTURE_SETUP(client)
{
	signal(SIGPIPE, SIG_IGN);
	self->listener = t_socket(AF_INET, IPPROTO_TLS, 0);
	ASSERT_EQ(0, t_bind(self->listener, AF_INET, &self->addr));
	ASSERT_EQ(0, t_set_text(self->listener, TLSOCK_PROFILE, "web"));
	ASSERT_EQ(0, t_set_int(self->listener, SOL_TLSOCK, TLSOCK_TIMEOUT_MS,
			       variant->outcome == TLSOCK_OUTCOME_TIMEOUT ? 1500 : T_PATIENCE_MS));
	ASSERT_EQ(0, listen(self->listener, 5));
	t_nonblock(self->listener, true);
	ASSERT_EQ(0, t_genl_open(&self->genl));
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(client)
{
	t_genl_close(&self->genl);
	close(self->listener);
}

TEST_F(client, never_surfaces)
{
	int fd = t_socket(AF_INET, IPPROTO_TCP, 0);
	struct t_status before, after;
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN }, { .fd = self->listener, .events = POLLIN },
	};
	char buffer[256];

	ASSERT_EQ(0, t_status(&self->genl, &before));
	ASSERT_EQ(0, t_connect(fd, &self->addr));
	if (variant->says.size)
		ASSERT_LT(0, send(fd, variant->says.data, variant->says.size, MSG_NOSIGNAL));
	if (!variant->waits)
		ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	/* An alert may come first; the end is hanging up. */
	do {
		EXPECT_LT(0, poll(fds, 2, T_PATIENCE_MS));
		EXPECT_EQ(0, fds[1].revents);
	} while (!fds[0].revents || recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0);
	EXPECT_EQ(EAGAIN, T_ERRNO(accept(self->listener, NULL, NULL)));
	EXPECT_EQ(0, t_status_wait(&self->genl, variant->outcome,
				   before.outcome[variant->outcome]));
	ASSERT_EQ(0, t_status(&self->genl, &after));
	EXPECT_EQ(before.outcome[TLSOCK_OUTCOME_OK], after.outcome[TLSOCK_OUTCOME_OK]);
	close(fd);
}

TEST_HARNESS_MAIN
