// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * REVOKE: the end of a connection in whatever its program is doing, and that no
 * other one ends; the profile that SESSIONS tells.
 */
#include "lib/harness.h"

#include <sys/stat.h>

#include "lib/sessions.h"
#include "lib/task.h"

struct peer {
	struct tlsock_peer head;
	char names[8];
};

FIXTURE(revoke) {
	struct t_helper *helper;
	struct t_genl genl;
	struct t_dump *dump;
	struct peer peer;
	struct t_pair pair;
};

FIXTURE_SETUP(revoke)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->dump = calloc(1, sizeof(*self->dump));
	ASSERT_NE(NULL, self->dump);
	ASSERT_EQ(0, t_genl_open(&self->genl));
	self->peer.head = (struct tlsock_peer) {
		.size = sizeof(self->peer.head), .sha256 = { 1, 2 }, .names_length = 1,
	};
	self->helper->done.peer = &self->peer;
	self->helper->done.peer_length = sizeof(self->peer.head) + 1;
	self->helper->done.verified = true;
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
}

FIXTURE_TEARDOWN(revoke)
{
	t_pair_close(&self->pair);
	t_genl_close(&self->genl);
	t_helper_stop(self->helper);
	free(self->dump);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static int revoke_peer(struct t_genl *genl, uint64_t inode, const void *sha256, size_t length)
{
	struct t_msg msg;

	t_msg_init(&msg, genl, TLSOCK_CMD_REVOKE);
	if (inode)
		t_msg_put(&msg, TLSOCK_A_REVOKE_INODE, &inode, sizeof(inode));
	if (sha256)
		t_msg_put(&msg, TLSOCK_A_REVOKE_SHA256, sha256, length);
	return t_genl_call(genl, &msg);
}

static int revoke_server(FIXTURE_DATA(revoke) *self)
{
	return revoke_peer(&self->genl, inode_of(self->pair.server), self->peer.head.sha256, 32);
}

static long receive(void *arg)
{
	char byte;
	ssize_t n = recv(*(int *)arg, &byte, 1, 0);

	return n < 0 ? -errno : n;
}

static long send_all(void *arg)
{
	static char data[1 << 20];
	ssize_t n;

	do {
		n = send(*(int *)arg, data, sizeof(data), 0);
	} while (n > 0);
	return n < 0 ? -errno : n;
}

#define EXPECT_ENDED(fd, alert) do { \
		struct tlsock_error why; \
		char byte; \
		EXPECT_EQ(0, t_error(fd, &why)); \
		EXPECT_EQ(EKEYREVOKED, why.error); \
		EXPECT_EQ(alert, why.alert_sent); \
		EXPECT_STREQ("the peer's certificate was revoked", why.text); \
		EXPECT_EQ(0, recv(fd, &byte, 1, 0)); \
		EXPECT_EQ(EPIPE, T_ERRNO(send(fd, "x", 1, MSG_NOSIGNAL))); \
	} while (0)

TEST_F(revoke, a_reader_waits)
{
	struct tlsock_error why;
	struct t_task task;
	char byte;

	ASSERT_EQ(0, t_task_start(&task, receive, &self->pair.server));
	ASSERT_TRUE(t_task_sleeps(&task));
	ASSERT_EQ(0, revoke_server(self));
	EXPECT_EQ(-EKEYREVOKED, t_task_end(&task));
	EXPECT_ENDED(self->pair.server, 44);
	EXPECT_EQ(EPROTO, T_ERRNO(recv(self->pair.client, &byte, 1, 0)));
	ASSERT_EQ(0, t_error(self->pair.client, &why));
	EXPECT_EQ(44, why.alert_received);
}

TEST_F(revoke, nobody_waits)
{
	char byte;

	ASSERT_EQ(1, send(self->pair.client, "x", 1, 0));
	EXPECT_TRUE(t_poll(self->pair.server, POLLIN, T_PATIENCE_MS) & POLLIN);
	ASSERT_EQ(0, revoke_server(self));
	EXPECT_TRUE(t_poll(self->pair.server, POLLERR, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(EKEYREVOKED, T_ERRNO(send(self->pair.server, "x", 1, MSG_NOSIGNAL)));
	EXPECT_ENDED(self->pair.server, 44);
	EXPECT_EQ(EPROTO, T_ERRNO(recv(self->pair.client, &byte, 1, 0)));
}

/* Its peer takes nothing until then. */
TEST_F(revoke, a_writer_waits)
{
	struct t_task task;
	ssize_t n;
	char data[16384];

	ASSERT_EQ(0, t_task_start(&task, send_all, &self->pair.server));
	ASSERT_TRUE(t_task_sleeps(&task));
	ASSERT_EQ(0, revoke_server(self));
	EXPECT_EQ(-EKEYREVOKED, t_task_end(&task));
	EXPECT_ENDED(self->pair.server, 44);
	do {
		n = recv(self->pair.client, data, sizeof(data), 0);
	} while (n > 0);
	EXPECT_EQ(-1, n);
	EXPECT_EQ(EPROTO, errno);
}

/* A peer that has nothing but TCP's reset to say to the alert. */
static long reset_when_told(void *arg)
{
	struct t_pair *pair = arg;
	struct linger now = { .l_onoff = 1 };
	char alert[64];

	if (recv(pair->server, alert, sizeof(alert), 0) <= 0)
		return -EBADMSG;
	if (setsockopt(pair->server, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		return -errno;
	close(pair->server);
	pair->server = -1;
	return 0;
}

static int revoke_client(FIXTURE_DATA(revoke) *self, const struct t_pair *pair)
{
	return revoke_peer(&self->genl, inode_of(pair->client), self->peer.head.sha256, 32);
}

TEST_F(revoke, a_reset_while_a_reader_waits)
{
	struct t_task reader, peer;
	struct t_pair pair;
	int i;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, t_pair_half(&pair));
		ASSERT_EQ(0, t_task_start(&peer, reset_when_told, &pair));
		ASSERT_EQ(0, t_task_start(&reader, receive, &pair.client));
		ASSERT_TRUE(t_task_sleeps(&reader));
		ASSERT_EQ(0, revoke_client(self, &pair));
		EXPECT_EQ(0, t_task_end(&peer));
		EXPECT_EQ(-EKEYREVOKED, t_task_end(&reader));
		EXPECT_ENDED(pair.client, 44);
		t_pair_close(&pair);
	}
}

TEST_F(revoke, a_reset_before_the_program_looks)
{
	struct t_pair pair;

	ASSERT_EQ(0, t_pair_half(&pair));
	ASSERT_EQ(0, revoke_client(self, &pair));
	EXPECT_EQ(0, reset_when_told(&pair));
	EXPECT_TRUE(t_poll(pair.client, POLLERR, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(EKEYREVOKED, t_so_error(pair.client));
	EXPECT_ENDED(pair.client, 44);
	t_pair_close(&pair);
}

TEST_F(revoke, no_other)
{
	const unsigned char *sha256 = self->peer.head.sha256;
	unsigned char other[32] = { 1, 2, 3 };
	uint64_t inode = inode_of(self->pair.server);
	struct t_addr addr;
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);

	EXPECT_EQ(-ENOENT, revoke_peer(&self->genl, inode, other, 32));
	EXPECT_STREQ("no session of this inode has this peer, it may be over",
		     self->genl.extack);
	EXPECT_EQ(-ENOENT, revoke_peer(&self->genl, inode_of(listener), sha256, 32));
	EXPECT_EQ(-ENOENT, revoke_peer(&self->genl, inode + (1ULL << 40), sha256, 32));
	EXPECT_EQ(-EINVAL, revoke_peer(&self->genl, 0, sha256, 32));
	EXPECT_STRNE("", self->genl.extack);
	EXPECT_EQ(-EINVAL, revoke_peer(&self->genl, inode, NULL, 0));
	EXPECT_STRNE("", self->genl.extack);
	EXPECT_GT(0, revoke_peer(&self->genl, inode, sha256, 31));
	EXPECT_GT(0, revoke_peer(&self->genl, inode, sha256, 0));
	/* A handshake is the helper's to fail. */
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 3));
	EXPECT_EQ(-ENOENT, revoke_peer(&self->genl, inode_of(fd), sha256, 32));
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(fd));
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	close(fd);
	close(listener);
	EXPECT_EQ(0, revoke_server(self));
	EXPECT_TRUE(t_poll(self->pair.server, POLLERR, T_PATIENCE_MS) & POLLERR);
	close(self->pair.server);
	self->pair.server = -1;
	EXPECT_EQ(-ENOENT, revoke_peer(&self->genl, inode, sha256, 32));
}

TEST_F(revoke, not_everybody)
{
	struct t_genl genl;

	ASSERT_EQ(0, seteuid(65534));
	ASSERT_EQ(0, t_genl_open(&genl));
	EXPECT_EQ(-EPERM, revoke_peer(&genl, inode_of(self->pair.server), self->peer.head.sha256,
				      32));
	t_genl_close(&genl);
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

TEST_F(revoke, sessions_tell_the_profile)
{
	const struct t_session *session;
	struct t_pair other;

	self->helper->done.profile = "by-rule";
	ASSERT_EQ(0, t_pair_open(&other, AF_INET));
	ASSERT_EQ(0, t_dump_all(&self->genl, self->dump, 32768));
	session = t_dump_find(self->dump, other.client);
	ASSERT_NE(NULL, session);
	EXPECT_STREQ("by-rule", session->profile);
	session = t_dump_find(self->dump, self->pair.client);
	ASSERT_NE(NULL, session);
	EXPECT_STREQ("", session->profile);
	t_pair_close(&other);
}

TEST_HARNESS_MAIN
