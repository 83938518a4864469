// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLSOCK_UPGRADE: a TCP connection that has spoken clear text goes on as TLS,
 * in both roles.
 */
#include "lib/upgrade.h"

#include <pthread.h>
#include <sys/stat.h>
#include <netinet/tcp.h>

TEST_F(upgrade, both_roles)
{
	struct tlsock_info info;

	ASSERT_EQ(0, t_pair_talk(self->tcp.client, self->tcp.server));
	ASSERT_EQ(0, t_upgrade_both(&self->tls, &self->tcp));
	/* The first calls wait for the handshake. */
	EXPECT_EQ(0, t_pair_talk(self->tls.client, self->tls.server));
	ASSERT_EQ(0, t_info(self->tls.client, &info));
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, info.state);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, info.role);
	ASSERT_EQ(0, t_info(self->tls.server, &info));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, info.role);
}

TEST_F(upgrade, under_the_old_number)
{
	char byte;

	ASSERT_EQ(0, t_upgrade_both(&self->tls, &self->tcp));
	ASSERT_EQ(self->tcp.client, dup2(self->tls.client, self->tcp.client));
	ASSERT_EQ(self->tcp.server, dup2(self->tls.server, self->tcp.server));
	close(self->tls.client);
	close(self->tls.server);
	self->tls = (struct t_pair) { -1, -1 };
	EXPECT_EQ(IPPROTO_TLS, t_get_int(self->tcp.client, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(0, t_pair_talk(self->tcp.client, self->tcp.server));
	/* Nobody else holds the connection: this ends it. */
	close(self->tcp.client);
	self->tcp.client = -1;
	EXPECT_EQ(0, read(self->tcp.server, &byte, 1));
}

TEST_F(upgrade, clear_text_goes_no_further)
{
	uint8_t type, data[16];
	int client = self->tcp.client;

	/* The peer sees TLS records. */
	ASSERT_EQ(0, t_upgrade(self->tls.server, self->tcp.server));
	ASSERT_EQ(0, t_raw_tls(client, TLSOCK_ROLE_CLIENT, 0x0304));
	ASSERT_EQ(0, t_write_all(self->tls.server, "secret", 6));
	EXPECT_EQ(6, t_record_recv(client, &type, data, sizeof(data)));
	EXPECT_EQ(T_RECORD_DATA, type);
	close(self->tls.server);
	close(self->tcp.server);
	self->tls.server = -1;
	self->tcp.server = -1;
	EXPECT_EQ(2, t_record_recv(client, &type, data, sizeof(data)));
	EXPECT_EQ(T_RECORD_ALERT, type);
	EXPECT_EQ(0, t_record_recv(client, &type, data, sizeof(data)));
}

TEST_F(upgrade, silent_until_it_is_over)
{
	char byte;
	int fd = self->tls.client;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	t_nonblock(fd, true);
	ASSERT_EQ(0, t_upgrade(fd, self->tcp.client));
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(fd));
	EXPECT_EQ(EAGAIN, T_ERRNO(send(fd, "x", 1, 0)));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(fd, &byte, 1, 0)));
	EXPECT_EQ(0, t_poll(fd, POLLIN | POLLOUT, T_SILENCE_MS));
	EXPECT_EQ(-EINVAL, t_upgrade(fd, self->tcp.client));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(POLLOUT, t_poll(fd, POLLIN | POLLOUT, T_PATIENCE_MS));
	EXPECT_EQ(0, t_so_error(fd));
	EXPECT_EQ(-EISCONN, t_upgrade(fd, self->tcp.client));
}

/* As after a connect() that does not block. */
TEST_F(upgrade, connect_waits)
{
	struct t_addr peer = { .len = sizeof(peer.storage) };

	ASSERT_EQ(0, getpeername(self->tcp.client, (struct sockaddr *)&peer.storage, &peer.len));
	ASSERT_EQ(0, t_upgrade(self->tls.client, self->tcp.client));
	EXPECT_EQ(0, t_connect(self->tls.client, &peer));
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(self->tls.client));
	EXPECT_EQ(-EISCONN, t_connect(self->tls.client, &peer));
}

TEST_F(upgrade, failure)
{
	int fd = self->tls.client;
	struct tlsock_error error;
	char byte;

	self->helper->done = (struct t_done) {
		.error = EKEYREJECTED, .stage = TLSOCK_STAGE_VERIFY, .text = "wrong name",
	};
	t_helper_mode(self->helper, T_HELPER_FAIL);
	ASSERT_EQ(0, t_upgrade(fd, self->tcp.client));
	EXPECT_EQ(EKEYREJECTED, T_ERRNO(send(fd, "x", 1, 0)));
	ASSERT_EQ(0, t_error(fd, &error));
	EXPECT_EQ(EKEYREJECTED, error.error);
	EXPECT_STREQ("wrong name", error.text);
	/* The program cannot go on in clear text by mistake. */
	EXPECT_EQ(EPIPE, T_ERRNO(send(self->tcp.client, "x", 1, 0)));
	EXPECT_EQ(0, recv(self->tcp.server, &byte, 1, 0));
}

TEST_F(upgrade, closed_during_the_handshake)
{
	char byte;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_upgrade(self->tls.client, self->tcp.client));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	close(self->tls.client);
	self->tls.client = -1;
	EXPECT_EQ(0, recv(self->tcp.server, &byte, 1, 0));
	EXPECT_EQ(EPIPE, T_ERRNO(send(self->tcp.client, "x", 1, 0)));
}

TEST_F(upgrade, deadline)
{
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_set_int(self->tls.client, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 50));
	ASSERT_EQ(0, t_upgrade(self->tls.client, self->tcp.client));
	EXPECT_EQ(ETIMEDOUT, T_ERRNO(send(self->tls.client, "x", 1, 0)));
}

/* The connection and the sockets of the next round. */
static int next_round(struct t_pair *tls, struct t_pair *tcp, int family)
{
	t_pair_close(tls);
	t_pair_close(tcp);
	tls->client = t_socket(family, IPPROTO_TLS, 0);
	tls->server = t_socket(family, IPPROTO_TLS, 0);
	t_set_int(tls->server, SOL_TLSOCK, TLSOCK_ROLE, TLSOCK_ROLE_SERVER);
	return t_pair_tcp(tcp, family);
}

/* A server that upgrades after the client's first flight, or a bit of it. */
TEST_F(upgrade, client_was_faster)
{
	char buffer[8];
	int n;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	for (n = 1; n <= 3; n++) {
		ASSERT_EQ(0, t_write_all(self->tcp.client, "\x16\x03\x01", n));
		ASSERT_EQ(POLLIN, t_poll(self->tcp.server, POLLIN, T_PATIENCE_MS));
		EXPECT_EQ(0, t_upgrade(self->tls.server, self->tcp.server));
		/* It is left to the helper. */
		EXPECT_EQ(n, recv(self->tcp.server, buffer, sizeof(buffer), MSG_PEEK));
		ASSERT_EQ(0, next_round(&self->tls, &self->tcp, variant->family));
	}
}

/* What was said in clear text before, and waits to be sent, arrives first. */
TEST_F(upgrade, unsent_clear_text)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(0, t_set_int(self->tcp.server, SOL_TCP, TCP_CORK, 1));
	ASSERT_EQ(0, t_write_all(self->tcp.server, "220 go\n", 7));
	ASSERT_EQ(0, t_upgrade(self->tls.server, self->tcp.server));
	ASSERT_EQ(0, t_set_int(self->tls.server, SOL_TCP, TCP_CORK, 0));
	ASSERT_EQ(0, t_read_all(self->tcp.client, buffer, 7));
	EXPECT_STREQ("220 go\n", buffer);
	ASSERT_EQ(0, t_upgrade(self->tls.client, self->tcp.client));
	EXPECT_EQ(0, t_pair_talk(self->tls.client, self->tls.server));
}

TEST_F(upgrade, options_are_those_of_the_connection)
{
	struct timeval tv = { .tv_sec = 7 };
	socklen_t len = sizeof(tv);
	struct stat tls;
	int fd = self->tls.client;

	ASSERT_EQ(0, t_set_int(self->tcp.client, SOL_SOCKET, SO_KEEPALIVE, 1));
	ASSERT_EQ(0, t_set_int(self->tcp.client, SOL_TCP, TCP_NODELAY, 1));
	ASSERT_EQ(0, setsockopt(self->tcp.client, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	ASSERT_EQ(0, t_set_int(fd, SOL_SOCKET, SO_OOBINLINE, 1));
	ASSERT_EQ(0, t_upgrade(fd, self->tcp.client));
	EXPECT_EQ(1, t_get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(1, t_get_int(fd, SOL_TCP, TCP_NODELAY));
	EXPECT_EQ(0, t_get_int(fd, SOL_SOCKET, SO_OOBINLINE));
	tv.tv_sec = 0;
	EXPECT_EQ(0, getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	EXPECT_EQ(7, tv.tv_sec);
	/* /proc/net/tcp names the socket that the program keeps. */
	ASSERT_EQ(0, fstat(fd, &tls));
	EXPECT_EQ(tls.st_ino, t_shown_inode(fd));
}

/* Options, names and poll() in another thread while the socket changes. */
struct looker {
	int fd;
	int over;
};

static void *look(void *arg)
{
	struct looker *looker = arg;
	struct t_addr addr;

	while (!__atomic_load_n(&looker->over, __ATOMIC_ACQUIRE)) {
		addr.len = sizeof(addr.storage);
		getsockname(looker->fd, (struct sockaddr *)&addr.storage, &addr.len);
		t_get_int(looker->fd, SOL_TCP, TCP_NODELAY);
		t_set_int(looker->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		t_poll(looker->fd, POLLIN | POLLOUT, 0);
	}
	return NULL;
}

TEST_F(upgrade, while_others_look)
{
	struct looker looker;
	pthread_t thread;
	int round;

	for (round = 0; round < 50; round++) {
		looker = (struct looker) { .fd = self->tls.client };
		ASSERT_EQ(0, pthread_create(&thread, NULL, look, &looker));
		EXPECT_EQ(0, t_upgrade_both(&self->tls, &self->tcp));
		EXPECT_EQ(0, t_pair_talk(self->tls.client, self->tls.server));
		__atomic_store_n(&looker.over, 1, __ATOMIC_RELEASE);
		pthread_join(thread, NULL);
		ASSERT_EQ(0, next_round(&self->tls, &self->tcp, variant->family));
	}
}

TEST_HARNESS_MAIN
