// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SESSIONS: what it tells of a socket and of which ones, to whom, and that a
 * dump ends and tells of every socket exactly once while others come and go.
 */
#include "lib/harness.h"
#include "lib/limits.h"
#include "lib/sessions.h"
#include "lib/task.h"

#include <grp.h>
#include <sys/fsuid.h>

#define USER		12345
#define PAIRS		300	/* those that stay, in many messages */
#define SMALL		4096	/* bytes of a small buffer */
#define LARGE		32768
#define CHURNERS	3

FIXTURE(sessions) {
	struct t_helper *helper;
	struct t_genl genl;
	struct t_genl small;	/* never read with a large buffer: the kernel remembers */
	struct t_dump *dump;
};

FIXTURE_SETUP(sessions)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_genl_open(&self->genl));
	self->small.family = self->genl.family;
	self->small.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	ASSERT_LE(0, self->small.fd);
	self->dump = calloc(1, sizeof(*self->dump));
	ASSERT_NE(NULL, self->dump);
}

FIXTURE_TEARDOWN(sessions)
{
	free(self->dump);
	t_genl_close(&self->small);
	t_genl_close(&self->genl);
	t_helper_stop(self->helper);
}

static int dump(FIXTURE_DATA(sessions) *self)
{
	return t_dump_all(&self->genl, self->dump, LARGE);
}

TEST_F(sessions, nobody)
{
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
	ASSERT_EQ(0, dump(self));
}

TEST_F(sessions, established)
{
	const struct t_session *client, *server;
	struct t_addr addr, own = { .len = sizeof(own.storage) };
	struct t_pair pair = { -1, -1 };
	int listener;

	self->helper->secret_length = 32;
	self->helper->done.group = 0x11ec;
	self->helper->done.verified = true;
	self->helper->done.resumed = true;
	self->helper->done.alpn = "h2";
	self->helper->done.server_name = "asked.test";
	listener = t_listen_profile(AF_INET6, "web", &addr);
	ASSERT_LE(0, listener);
	setfsuid(USER);
	pair.client = t_socket(AF_INET6, IPPROTO_TLS, SOCK_NONBLOCK);
	setfsuid(0);
	ASSERT_EQ(0, t_set_text(pair.client, TLSOCK_SERVER_NAME, "wanted.test"));
	ASSERT_EQ(0, t_set_text(pair.client, TLSOCK_ALPN, "h2,http/1.1"));
	ASSERT_EQ(-EINPROGRESS, t_connect(pair.client, &addr));
	pair.server = accept(listener, NULL, NULL);
	ASSERT_LE(0, pair.server);
	ASSERT_TRUE(t_poll(pair.client, POLLOUT, T_PATIENCE_MS) & POLLOUT);
	ASSERT_EQ(0, getsockname(pair.client, (struct sockaddr *)&own.storage, &own.len));

	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(2, self->dump->n);
	client = t_dump_find(self->dump, pair.client);
	server = t_dump_find(self->dump, pair.server);
	ASSERT_NE(NULL, client);
	ASSERT_NE(NULL, server);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, client->role);
	EXPECT_EQ(TLSOCK_ROLE_SERVER, server->role);
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, client->state);
	EXPECT_EQ(AF_INET6, client->family);
	EXPECT_EQ(t_port(&addr), client->remote_port);
	EXPECT_EQ(t_port(&own), client->local_port);
	EXPECT_EQ(t_port(&addr), server->local_port);
	EXPECT_EQ(t_port(&own), server->remote_port);
	EXPECT_EQ(0x0304, client->version);
	EXPECT_EQ(0x1301, client->cipher);
	EXPECT_EQ(0x11ec, client->group);
	EXPECT_TRUE(client->verified && client->resumed && !client->truncated);
	EXPECT_EQ(0, client->rekeys);
	EXPECT_EQ(USER, client->uid);
	EXPECT_EQ(0, server->uid);
	EXPECT_EQ((uint32_t)getpid(), client->pid);
	EXPECT_GT(T_PATIENCE_MS, client->age_ms);
	EXPECT_STREQ("wanted.test", client->server_name);
	EXPECT_STREQ("asked.test", server->server_name);
	EXPECT_STREQ("h2", client->alpn);
	EXPECT_STREQ("", client->profile);
	EXPECT_STREQ("web", server->profile);
	t_pair_close(&pair);
	close(listener);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
}

TEST_F(sessions, rekeys_truncation_and_age)
{
	const struct t_session *session;
	struct t_pair pair;
	uint64_t age;
	char byte;

	self->helper->secret_length = 32;
	ASSERT_EQ(0, t_pair_raw(&pair, 0x0304));
	ASSERT_EQ(0, dump(self));
	session = t_dump_find(self->dump, pair.client);
	ASSERT_NE(NULL, session);
	age = session->age_ms;
	EXPECT_EQ(0, t_poll(pair.client, POLLIN, T_SILENCE_MS));
	if (t_set_int(pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE, TLSOCK_KEY_UPDATE_OWN) == 0) {
		ASSERT_EQ(0, dump(self));
		EXPECT_EQ(1, t_dump_find(self->dump, pair.client)->rekeys);
	}
	/* Without close_notify. */
	ASSERT_EQ(0, shutdown(pair.server, SHUT_WR));
	EXPECT_EQ(ECONNRESET, T_ERRNO(read(pair.client, &byte, 1)));
	ASSERT_EQ(0, dump(self));
	session = t_dump_find(self->dump, pair.client);
	ASSERT_NE(NULL, session);
	EXPECT_TRUE(session->truncated);
	EXPECT_LE(age + T_SILENCE_MS - 20, session->age_ms);
	t_pair_close(&pair);
}

TEST_F(sessions, handshake_and_its_end)
{
	const struct t_session *session;
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fd;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(0, t_set_text(fd, TLSOCK_SERVER_NAME, "wanted.test"));
	ASSERT_EQ(0, t_set_text(fd, TLSOCK_ALPN, "h2,http/1.1"));
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
	t_connect(fd, &addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(1, self->dump->n);
	session = t_dump_find(self->dump, fd);
	ASSERT_NE(NULL, session);
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, session->state);
	EXPECT_EQ(0, session->version | session->cipher | session->group);
	EXPECT_STREQ("wanted.test", session->server_name);
	EXPECT_STREQ("h2,http/1.1", session->alpn);
	/* One that failed is not live. */
	self->helper->done.error = EPROTO;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_EQ(POLLERR, t_poll(fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
	close(fd);
	close(listener);
}

/* Those that wait for accept() are there, and gone with the listener. */
TEST_F(sessions, not_accepted)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr);
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);

	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_TRUE(t_poll(listener, POLLIN, T_PATIENCE_MS) & POLLIN);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(2, self->dump->n);
	close(fd);
	close(listener);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
}

TEST_F(sessions, of_the_namespace)
{
	struct t_genl other;
	struct t_pair pair;

	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_genl_open(&other));
	ASSERT_EQ(0, t_dump_all(&other, self->dump, LARGE));
	EXPECT_EQ(0, self->dump->n);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(2, self->dump->n);
	t_genl_close(&other);
	t_pair_close(&pair);
}

TEST_F(sessions, unprivileged)
{
	struct t_genl genl;

	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(USER, USER, USER));
	ASSERT_EQ(0, setresuid(USER, USER, USER));
	ASSERT_EQ(0, t_genl_open(&genl));
	EXPECT_EQ(-EPERM, t_dump_all(&genl, self->dump, LARGE));
	EXPECT_EQ(0, self->dump->n);
	t_genl_close(&genl);
}

static int pairs_open(struct t_pair *pairs, int n)
{
	int err = 0;

	for (int i = 0; !err && i < n; i++)
		err = t_pair_open(&pairs[i], AF_INET);
	return err;
}

static void pairs_close(struct t_pair *pairs, int n)
{
	while (n--)
		t_pair_close(&pairs[n]);
}

/* How many ends of the pairs are not in the dump exactly once. */
static int pairs_missed(const struct t_dump *dump, const struct t_pair *pairs, int n)
{
	int missed = 0;

	while (n--)
		missed += (t_dump_count(dump, pairs[n].client) != 1) +
			  (t_dump_count(dump, pairs[n].server) != 1);
	return missed;
}

TEST_F_TIMEOUT(sessions, in_small_pieces, 380)
{
	static struct t_pair pairs[PAIRS];
	int reads = 0, room = 1;

	ASSERT_EQ(0, setsockopt(self->small.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	ASSERT_EQ(0, pairs_open(pairs, PAIRS));
	ASSERT_EQ(0, t_dump_begin(&self->small, self->dump));
	for (; !self->dump->over; reads++)
		ASSERT_EQ(0, t_dump_read(&self->small, self->dump, SMALL));
	EXPECT_LT(10, reads);
	EXPECT_EQ(2 * PAIRS, self->dump->n);
	EXPECT_EQ(0, pairs_missed(self->dump, pairs, PAIRS));
	pairs_close(pairs, PAIRS);
}

/* The socket at the cursor goes, and so do all that follow it. */
TEST_F_TIMEOUT(sessions, cursor_goes_along, 380)
{
	static struct t_pair pairs[PAIRS], late[1];
	unsigned int n;

	ASSERT_EQ(0, pairs_open(pairs, PAIRS));
	ASSERT_EQ(0, t_dump_begin(&self->small, self->dump));
	ASSERT_EQ(0, t_dump_read(&self->small, self->dump, SMALL));
	n = self->dump->n;
	ASSERT_LT(0, n);
	ASSERT_LT(n, PAIRS);
	/* Of the first ones there is one left, which the dump has still to come to. */
	pairs_close(pairs + 1, PAIRS - 1);
	ASSERT_EQ(0, pairs_open(late, 1));
	while (!self->dump->over)
		ASSERT_EQ(0, t_dump_read(&self->small, self->dump, SMALL));
	/* What the kernel had ready before they went may still be told of. */
	EXPECT_GT(PAIRS, self->dump->n);
	EXPECT_EQ(0, pairs_missed(self->dump, pairs, 1));
	EXPECT_EQ(0, t_dump_count(self->dump, late[0].client));
	pairs_close(pairs, 1);
	pairs_close(late, 1);
}

/* A socket that is closed in the middle of its dump leaves nothing behind. */
TEST_F_TIMEOUT(sessions, left_in_the_middle, 380)
{
	static struct t_pair pairs[PAIRS];
	struct t_genl genl = self->small;

	ASSERT_EQ(0, pairs_open(pairs, PAIRS));
	for (int i = 0; i < 10; i++) {
		genl.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
		ASSERT_EQ(0, t_dump_begin(&genl, self->dump));
		ASSERT_EQ(0, t_dump_read(&genl, self->dump, SMALL));
		EXPECT_FALSE(self->dump->over);
		t_genl_close(&genl);
	}
	pairs_close(pairs, PAIRS);
}

struct churner {
	struct t_task	task;
	struct t_pair	pairs[8];
	int		stop;
	unsigned int	turns;
};

/* Connections come and go, the oldest first. */
static long churn(void *arg)
{
	struct churner *churner = arg;
	struct t_pair *pair;
	int err = 0;

	while (!err && !__atomic_load_n(&churner->stop, __ATOMIC_ACQUIRE)) {
		pair = &churner->pairs[churner->turns++ % 8];
		t_pair_close(pair);
		err = t_pair_open(pair, AF_INET);
	}
	for (pair = churner->pairs; pair < churner->pairs + 8; pair++)
		t_pair_close(pair);
	return err;
}

static void churner_start(struct churner *churner)
{
	for (int i = 0; i < 8; i++)
		churner->pairs[i] = (struct t_pair) { -1, -1 };
	t_task_start(&churner->task, churn, churner);
}

TEST_F_TIMEOUT(sessions, under_churn, 380)
{
	static struct churner churners[CHURNERS];
	static struct t_pair pairs[PAIRS];
	int i, late = 0;

	ASSERT_EQ(0, pairs_open(pairs, PAIRS));
	for (i = 0; i < CHURNERS; i++)
		churner_start(&churners[i]);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, t_dump_all(&self->small, self->dump, SMALL));
		EXPECT_EQ(0, pairs_missed(self->dump, pairs, PAIRS));
		late += self->dump->n > 2 * PAIRS;
	}
	for (i = 0; i < CHURNERS; i++) {
		__atomic_store_n(&churners[i].stop, 1, __ATOMIC_RELEASE);
		EXPECT_EQ(0, t_task_end(&churners[i].task));
		EXPECT_LT(8, churners[i].turns);
	}
	EXPECT_LT(0, late);
	pairs_close(pairs, PAIRS);
	ASSERT_EQ(0, dump(self));
	EXPECT_EQ(0, self->dump->n);
}

TEST_HARNESS_MAIN
