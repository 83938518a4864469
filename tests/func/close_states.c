// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * close() and exit() of sockets in every state of a TLS connection: before, in
 * and after the handshake, with records unread, after errors. The peer learns
 * what TCP would tell it, the helper is not kept, and nothing stays behind.
 */
#include "lib/harness.h"

#include <linux/tcp.h>
#include <sys/wait.h>

T_FIXTURE_RAW(closing)

static void client_close(struct t_pair *pair)
{
	close(pair->client);
	pair->client = -1;
}

/* The records of a raw kTLS socket to its end: 0 or -errno */
static int read_to_end(int fd)
{
	uint8_t type, data[16384];
	ssize_t n;

	do {
		n = t_record_recv(fd, &type, data, sizeof(data));
	} while (n > 0);
	return n;
}

/* It cannot be followed here, but close() does not ask for that. */
TEST_F(closing, unread_key_update)
{
	if (variant->version != 0x0304)
		SKIP(return, "TLS 1.2 has no key updates");
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	ASSERT_EQ(0, t_key_update_send(self->pair.server, false));
	client_close(&self->pair);
	ASSERT_EQ(0, t_read_all(self->pair.server, (char[3]){ 0 }, 3));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(closing, unread_garbage)
{
	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	ASSERT_EQ(0, t_record_send(self->pair.server, 99, "x", 1));
	client_close(&self->pair);
	ASSERT_EQ(0, t_read_all(self->pair.server, (char[3]){ 0 }, 3));
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(closing, unread_goodbye)
{
	ASSERT_EQ(0, t_alert_send(self->pair.server, 1, 0));
	client_close(&self->pair);
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

/* Whether it is decrypted already, as poll() may have it, makes no difference. */
TEST_F(closing, unread_data_resets)
{
	uint8_t type, data[64];

	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(POLLIN, t_poll(self->pair.client, POLLIN, T_PATIENCE_MS));
	client_close(&self->pair);
	EXPECT_EQ(2, t_record_recv(self->pair.server, &type, data, sizeof(data)));
	EXPECT_EQ(T_RECORD_ALERT, type);
	EXPECT_EQ(-ECONNRESET, t_record_recv(self->pair.server, &type, data, sizeof(data)));
}

TEST_F(closing, after_a_fatal_alert)
{
	ASSERT_EQ(0, t_alert_send(self->pair.server, 2, 80));
	EXPECT_EQ(EPROTO, T_ERRNO(read(self->pair.client, &(char){ 0 }, 1)));
	client_close(&self->pair);
	EXPECT_EQ(0, read_to_end(self->pair.server));
}

TEST_F(closing, after_truncation)
{
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(self->pair.client, &(char){ 0 }, 1)));
	client_close(&self->pair);
	EXPECT_EQ(0, t_closed_well(self->pair.server));
}

TEST_F(closing, after_an_unknown_record)
{
	ASSERT_EQ(0, t_record_send(self->pair.server, 99, "x", 1));
	EXPECT_EQ(EPROTO, T_ERRNO(read(self->pair.client, &(char){ 0 }, 1)));
	client_close(&self->pair);
	EXPECT_EQ(0, read_to_end(self->pair.server));
}

/* @read: the key update has been read, but not been answered */
static void key_update_close(struct __test_metadata *_metadata, struct t_helper *helper, bool read)
{
	struct t_pair pair;
	char buffer[8];

	helper->secret_length = 32;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	if (t_set_int(pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE, TLSOCK_KEY_UPDATE_BOTH)) {
		t_pair_close(&pair);
		SKIP(return, "no key updates here");
	}
	ASSERT_EQ(3, write(pair.server, "abc", 3));
	if (read) {
		ASSERT_EQ(1, write(pair.client, "x", 1));
		ASSERT_EQ(1, recv(pair.server, buffer, 1, 0));
	}
	close(pair.server);
	pair.server = -1;
	EXPECT_EQ(3, recv(pair.client, buffer, sizeof(buffer), MSG_WAITALL));
	EXPECT_EQ(0, T_ERRNO(recv(pair.client, buffer, 1, 0)));
	t_pair_close(&pair);
}

TEST_F(closing, unread_request_for_a_new_key)
{
	key_update_close(_metadata, self->helper, false);
}

TEST_F(closing, unanswered_request_for_a_new_key)
{
	key_update_close(_metadata, self->helper, true);
}

/* Before and in the handshake. */
FIXTURE(leaving) {
	struct t_helper *helper;
	struct t_addr tls_addr;
	struct t_addr tcp_addr;
	int tls_listener;
	int tcp_listener;
};

FIXTURE_VARIANT(leaving) {
	enum t_helper_mode mode;
};

FIXTURE_VARIANT_ADD(leaving, before_accept) { T_HELPER_IGNORE };
FIXTURE_VARIANT_ADD(leaving, after_accept) { T_HELPER_HOLD };

FIXTURE_SETUP(leaving)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(variant->mode);
	ASSERT_NE(NULL, self->helper);
	self->tls_listener = t_listen(AF_INET, IPPROTO_TLS, &self->tls_addr);
	self->tcp_listener = t_listen(AF_INET, IPPROTO_TCP, &self->tcp_addr);
	ASSERT_LE(0, self->tls_listener);
	ASSERT_LE(0, self->tcp_listener);
}

FIXTURE_TEARDOWN(leaving)
{
	close(self->tls_listener);
	close(self->tcp_listener);
	t_helper_stop(self->helper);
}

/* A client in its handshake, and its peer over TCP. */
static int client_start(FIXTURE_DATA(leaving) *self, struct t_pair *pair)
{
	int err;

	pair->client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	err = t_connect(pair->client, &self->tcp_addr);
	pair->server = accept4(self->tcp_listener, NULL, NULL, SOCK_CLOEXEC);
	return err == -EINPROGRESS && pair->server >= 0 ? 0 : -EPROTO;
}

/* Until the helper has so many, if it takes any. */
static int helper_has(struct t_helper *helper, unsigned int requests)
{
	return helper->mode == T_HELPER_IGNORE ? 0 : t_helper_wait(helper, requests);
}

static int linger(int fd, int seconds)
{
	struct linger value = { .l_onoff = 1, .l_linger = seconds };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof(value)) ? -errno : 0;
}

/* No request and no connection is left in this namespace; 0 or -errno */
static int nothing_left(void)
{
	struct t_status status;
	struct t_genl genl;
	int err = t_genl_open(&genl);

	if (err)
		return err;
	err = t_status(&genl, &status);
	t_genl_close(&genl);
	return err ? err : status.pending || status.accepted || status.established ? -EBUSY : 0;
}

TEST_F(leaving, client)
{
	struct t_pair pair;

	ASSERT_EQ(0, client_start(self, &pair));
	ASSERT_EQ(0, helper_has(self->helper, 1));
	client_close(&pair);
	EXPECT_TRUE(t_poll(pair.server, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(0, T_ERRNO(recv(pair.server, &(char){ 0 }, 1, 0)));
	EXPECT_EQ(0, nothing_left());
	t_pair_close(&pair);
}

/* The helper's descriptor does not keep the peer from being told. */
TEST_F(leaving, client_with_reset)
{
	struct t_pair pair;

	ASSERT_EQ(0, client_start(self, &pair));
	ASSERT_EQ(0, helper_has(self->helper, 1));
	ASSERT_EQ(0, linger(pair.client, 0));
	client_close(&pair);
	EXPECT_TRUE(t_poll(pair.server, POLLIN, T_PATIENCE_MS) & POLLIN);
	EXPECT_EQ(ECONNRESET, T_ERRNO(recv(pair.server, &(char){ 0 }, 1, 0)));
	EXPECT_EQ(0, nothing_left());
	t_pair_close(&pair);
}

/* Those in TCP's queue, in the handshake, and in both. */
TEST_F(leaving, listener)
{
	int fds[6], i;

	for (i = 0; i < 6; i++) {
		fds[i] = t_socket(AF_INET, IPPROTO_TCP, 0);
		ASSERT_EQ(0, t_connect(fds[i], &self->tls_addr));
		/* Which starts the handshakes of those who came so far. */
		if (i < 3)
			ASSERT_EQ(0, t_poll(self->tls_listener, POLLIN, 0));
	}
	ASSERT_EQ(0, helper_has(self->helper, 3));
	close(self->tls_listener);
	self->tls_listener = -1;
	for (i = 0; i < 6; i++) {
		EXPECT_TRUE(t_poll(fds[i], POLLIN, T_PATIENCE_MS) & POLLIN);
		EXPECT_EQ(ECONNRESET, T_ERRNO(recv(fds[i], &(char){ 0 }, 1, 0)));
		close(fds[i]);
	}
	EXPECT_EQ(0, nothing_left());
}

/* The helper has written more than the peer reads, so its close() might wait. */
static void inner_fill(struct t_helper *helper)
{
	static char block[65536];

	while (send(helper->held[0].fd, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
}

TEST_F(leaving, linger_is_not_the_helpers)
{
	struct t_pair pair;
	long start;

	if (variant->mode == T_HELPER_IGNORE)
		SKIP(return, "the helper has no descriptor");
	ASSERT_EQ(0, client_start(self, &pair));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	inner_fill(self->helper);
	ASSERT_EQ(0, linger(pair.client, 60));
	client_close(&pair);
	start = t_now_ms();
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_GT(5000, t_now_ms() - start);
	t_pair_close(&pair);
}

/* A child inherits SO_LINGER; the helper's DONE is the end of one that failed. */
TEST_F(leaving, linger_of_a_listener_is_not_the_helpers)
{
	int fd = t_socket(AF_INET, IPPROTO_TCP, 0);
	long start;

	if (variant->mode == T_HELPER_IGNORE)
		SKIP(return, "the helper has no descriptor");
	ASSERT_EQ(0, linger(self->tls_listener, 60));
	ASSERT_EQ(0, t_connect(fd, &self->tls_addr));
	ASSERT_EQ(0, t_poll(self->tls_listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	inner_fill(self->helper);
	self->helper->done.error = EPROTO;
	start = t_now_ms();
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_GT(5000, t_now_ms() - start);
	close(fd);
}

/* All that a process can have, closed by its death. */
TEST_F(leaving, exit_in_every_state)
{
	int fresh = t_socket(AF_INET, IPPROTO_TLS, 0), bound = t_socket(AF_INET6, IPPROTO_TLS, 0);
	struct t_pair handshake, ready, half, failed;
	struct t_addr addr;
	int status;
	pid_t pid;

	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_bind(bound, AF_INET6, &addr));
	ASSERT_EQ(0, t_pair_open(&ready, AF_INET));
	ASSERT_EQ(0, t_pair_open(&half, AF_INET));
	ASSERT_EQ(3, write(ready.client, "abc", 3));
	ASSERT_EQ(3, send(ready.server, "abc", 3, MSG_MORE));
	ASSERT_EQ(0, shutdown(half.client, SHUT_WR));
	t_helper_mode(self->helper, T_HELPER_FAIL);
	self->helper->done.error = EPROTO;
	ASSERT_EQ(0, client_start(self, &failed));
	ASSERT_TRUE(t_poll(failed.client, POLLOUT, T_PATIENCE_MS));
	t_helper_mode(self->helper, variant->mode);
	ASSERT_EQ(0, client_start(self, &handshake));
	pid = fork();
	if (pid == 0) {
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	/* It was not alone. */
	EXPECT_NE(0, nothing_left());
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(1);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	t_pair_close(&handshake);
	t_pair_close(&ready);
	t_pair_close(&half);
	t_pair_close(&failed);
	close(fresh);
	close(bound);
	close(self->tls_listener);
	self->tls_listener = -1;
	EXPECT_NE(0, nothing_left());
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, nothing_left());
}

TEST_HARNESS_MAIN
