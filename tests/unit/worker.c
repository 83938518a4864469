// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole worker process over a socketpair, with real TCP connections. Where
 * the kernel has TLS the keys are installed and data goes through; elsewhere
 * the handshake ends at that step with EOPNOTSUPP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/child.h"
#include "lib/pair.h"

#ifndef TCP_ULP
#define TCP_ULP	31
#endif

/* The search for leaks at exit starts a thread, which the fence forbids. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

FIXTURE(worker)
{
	struct td_contexts	*contexts;
	struct t_pair		pair;
	struct t_child		child;
	int			client;
	int			server;
};

/* A TCP connection on the loopback: both of its ends. */
static void connect_tcp(FIXTURE_DATA(worker) *self)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	self->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || self->client < 0 ||
	    bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &length) ||
	    connect(self->client, (struct sockaddr *)&address, length))
		abort();
	self->server = accept(listener, NULL, NULL);
	if (self->server < 0)
		abort();
	close(listener);
}

static void disconnect_tcp(FIXTURE_DATA(worker) *self)
{
	close(self->client);
	close(self->server);
	self->client = self->server = -1;
}

FIXTURE_SETUP(worker)
{
	static struct tl_profile profiles[3];

	profiles[0] = t_profile("default", "");
	profiles[1] = t_profile("server", "server");
	profiles[2] = t_profile("tls12", "");
	profiles[2].max_version = TL_VERSION_1_2;
	self->contexts = t_contexts(profiles, 3);
	t_pair_init(&self->pair);
	t_child_start(&self->child, self->contexts);
	connect_tcp(self);
}

FIXTURE_TEARDOWN(worker)
{
	disconnect_tcp(self);
	t_child_stop(&self->child);
	t_pair_free(&self->pair);
	td_context_free(self->contexts);
}

static void exchange(struct __test_metadata *_metadata, int from, int to, const char *text)
{
	struct pollfd readable = { .fd = to, .events = POLLIN };
	char buffer[64] = "";

	EXPECT_EQ((ssize_t)strlen(text), send(from, text, strlen(text), MSG_NOSIGNAL));
	EXPECT_EQ(1, poll(&readable, 1, 10000));
	EXPECT_EQ((ssize_t)strlen(text), recv(to, buffer, sizeof(buffer) - 1, 0));
	EXPECT_STREQ(text, buffer);
}

static void both_roles(struct __test_metadata *_metadata, FIXTURE_DATA(worker) *self)
{
	bool ktls = setsockopt(self->client, IPPROTO_TCP, TCP_ULP, "tls", 3) == 0 &&
		setsockopt(self->server, IPPROTO_TCP, TCP_ULP, "tls", 3) == 0;
	struct td_message message;
	int i;

	t_child_job(&self->child, 1, &self->pair.client.job, self->client);
	t_child_job(&self->child, 2, &self->pair.server.job, self->server);
	for (i = 0; i < 2; i++) {
		message = t_child_result(&self->child);
		EXPECT_EQ(ktls ? 0 : EOPNOTSUPP, message.result.error)
			TH_LOG("%s", message.result.text);
		EXPECT_EQ(ktls ? TLSOCK_STAGE_NONE : TLSOCK_STAGE_KEYS, message.result.stage);
		EXPECT_EQ(message.id == 1, message.result.verified);
		EXPECT_STREQ("web.test", message.result.server_name);
		EXPECT_NE(0, message.result.usec);
		EXPECT_NE(0, message.result.cpu_nsec);
	}
	if (ktls) {
		exchange(_metadata, self->client, self->server, "from the client");
		exchange(_metadata, self->server, self->client, "from the server");
	}
}

TEST_F(worker, both_roles)
{
	both_roles(_metadata, self);
}

TEST_F(worker, both_roles_of_tls_12)
{
	strcpy(self->pair.client.job.profile, "tls12");
	both_roles(_metadata, self);
}

TEST_F(worker, sockets_that_do_not_block)
{
	fcntl(self->client, F_SETFL, O_NONBLOCK);
	fcntl(self->server, F_SETFL, O_NONBLOCK);
	both_roles(_metadata, self);
}

TEST_F(worker, configuration)
{
	struct td_message message;

	strcpy(self->pair.client.job.profile, "nowhere");
	t_child_job(&self->child, 7, &self->pair.client.job, self->client);
	message = t_child_result(&self->child);
	EXPECT_EQ(7, message.id);
	EXPECT_EQ(EACCES, message.result.error);
	EXPECT_EQ(TLSOCK_STAGE_CONFIG, message.result.stage);
}

TEST_F(worker, deadline)
{
	struct td_message message;

	self->pair.server.job.timeout_ms = 50;
	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	message = t_child_result(&self->child);
	EXPECT_EQ(ETIMEDOUT, message.result.error);
	EXPECT_STREQ("peer sent nothing within 50 ms", message.result.text);
	EXPECT_LE(50000, message.result.usec);
}

TEST_F(worker, cancel)
{
	struct td_message message;

	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	t_child_order(&self->child, TD_MESSAGE_CANCEL, 2);
	t_child_order(&self->child, TD_MESSAGE_CANCEL, 1);
	t_child_order(&self->child, TD_MESSAGE_CANCEL, 1);
	message = t_child_result(&self->child);
	EXPECT_EQ(1, message.id);
	EXPECT_EQ(ECANCELED, message.result.error);
	/* There was exactly one, and the worker still works. */
	both_roles(_metadata, self);
}

TEST_F(worker, peer_hangs_up)
{
	struct linger reset = { 1, 0 };
	struct td_message message;

	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	close(self->client);
	message = t_child_result(&self->child);
	EXPECT_EQ(ECONNRESET, message.result.error);
	EXPECT_STREQ("peer closed the connection before it sent anything", message.result.text);
	close(self->server);
	connect_tcp(self);
	t_child_job(&self->child, 2, &self->pair.client.job, self->client);
	setsockopt(self->server, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(self->server);
	message = t_child_result(&self->child);
	EXPECT_EQ(ECONNRESET, message.result.error);
	EXPECT_STREQ("peer reset the connection during the handshake", message.result.text);
}

/* The reason stands in an alert that came before the peer hung up. */
TEST_F(worker, alert_before_hanging_up)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	struct td_message message;

	EXPECT_EQ((ssize_t)sizeof(alert), send(self->server, alert, sizeof(alert), 0));
	close(self->server);
	t_child_job(&self->child, 1, &self->pair.client.job, self->client);
	message = t_child_result(&self->child);
	EXPECT_EQ(EPROTO, message.result.error) TH_LOG("%s", message.result.text);
	EXPECT_EQ(40, message.result.alert_received);
}

/* Our alert reaches the peer, and no reset takes it away again. */
TEST_F(worker, alert_arrives)
{
	struct td_message message;
	uint8_t buffer[64];
	size_t eaten;

	ASSERT_EQ(0, t_side_start(&self->pair.client, self->contexts));
	td_engine_feed(self->pair.client.engine, NULL, 0, &eaten);
	self->pair.client.engine->out[9] = 2;	/* SSL 2 in the ClientHello */
	self->pair.client.engine->out[10] = 0;
	send(self->client, self->pair.client.engine->out, self->pair.client.engine->out_length, 0);
	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	message = t_child_result(&self->child);
	EXPECT_EQ(EPROTO, message.result.error);
	close(self->server);
	self->server = -1;
	ASSERT_EQ(7, recv(self->client, buffer, sizeof(buffer), MSG_WAITALL));
	EXPECT_EQ(21, buffer[0]);
	EXPECT_EQ(message.result.alert_sent, buffer[6]);
}

/* Bytes behind the handshake stay in the socket, all of them and no other. */
TEST_F(worker, bytes_behind_the_handshake)
{
	static const char more[] = "the program's first bytes";
	struct td_engine *engine;
	struct td_message message;
	uint8_t buffer[16384];
	size_t eaten;
	ssize_t length;

	ASSERT_EQ(0, t_side_start(&self->pair.client, self->contexts));
	engine = self->pair.client.engine;
	td_engine_feed(engine, NULL, 0, &eaten);
	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	while (engine->state == TD_ENGINE_RUNNING) {
		ASSERT_LT(0, send(self->client, engine->out, engine->out_length, 0));
		engine->out_length = 0;
		length = recv(self->client, buffer, sizeof(buffer), 0);
		ASSERT_LT(0, length);
		td_engine_feed(engine, buffer, (size_t)length, &eaten);
	}
	ASSERT_EQ(TD_ENGINE_DONE, engine->state);
	memcpy(buffer, engine->out, engine->out_length);
	memcpy(buffer + engine->out_length, more, sizeof(more));
	ASSERT_LT(0, send(self->client, buffer, engine->out_length + sizeof(more), 0));
	message = t_child_result(&self->child);
	EXPECT_EQ(TLSOCK_STAGE_KEYS, message.result.stage);	/* no ULP on this socket */
	ASSERT_EQ((ssize_t)sizeof(more), recv(self->server, buffer, sizeof(buffer), 0));
	EXPECT_STREQ(more, (char *)buffer);
}

TEST_F(worker, silent_peers_delay_nobody)
{
	enum { SILENT = 40 };
	struct td_message message;
	int clients[SILENT], servers[SILENT], i;

	self->pair.server.job.timeout_ms = 60000;
	for (i = 0; i < SILENT; i++) {
		t_child_job(&self->child, 100 + i, &self->pair.server.job, self->server);
		clients[i] = self->client;
		servers[i] = self->server;
		connect_tcp(self);
	}
	both_roles(_metadata, self);
	for (i = 0; i < SILENT; i++) {
		close(clients[i]);
		close(servers[i]);
		message = t_child_result(&self->child);
		EXPECT_EQ(ECONNRESET, message.result.error);
	}
}

TEST_F(worker, too_many)
{
	struct td_message message;
	int i;

	for (i = 0; i <= 64; i++)
		t_child_job(&self->child, (uint32_t)i, &self->pair.server.job, self->server);
	message = t_child_result(&self->child);
	EXPECT_EQ(64, message.id);
	EXPECT_EQ(EBUSY, message.result.error);
}

TEST_F(worker, drain)
{
	struct td_message message;

	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	t_child_order(&self->child, TD_MESSAGE_DRAIN, 0);
	close(self->client);
	message = t_child_result(&self->child);
	EXPECT_EQ(ECONNRESET, message.result.error);
	EXPECT_EQ(0, t_child_exit(&self->child));
}

TEST_F(worker, broker_is_gone)
{
	t_child_job(&self->child, 1, &self->pair.server.job, self->server);
	close(self->child.socket);
	self->child.socket = -1;
	EXPECT_EQ(EXIT_FAILURE, WEXITSTATUS(t_child_exit(&self->child)));
}

TEST_F(worker, malformed)
{
	struct td_message message = { .type = TD_MESSAGE_JOB, .id = 1 };

	t_child_give(&self->child, &message, 8, -1);
	EXPECT_EQ(EXIT_FAILURE, WEXITSTATUS(t_child_exit(&self->child)));
}

/* A job without its socket must not be taken for standard input. */
TEST_F(worker, no_descriptor)
{
	t_child_job(&self->child, 1, &self->pair.server.job, -1);
	EXPECT_EQ(EXIT_FAILURE, WEXITSTATUS(t_child_exit(&self->child)));
}

TEST_HARNESS_MAIN
