// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLSOCK_PEER: when it can be read and what it says, with a helper of the test;
 * what the kernel does not take from a helper; and whom the real helper tells
 * of, in both roles.
 */
#include "lib/harness.h"
#include "lib/real.h"
#include "lib/sessions.h"

#include <time.h>

/* As large as one can be */
struct peer {
	struct tlsock_peer head;
	char names[TLSOCK_MAX_PEER_NAMES];
};

static const char names[] = "/CN=web\0DNS:web.test";

static struct peer made(void)
{
	struct peer peer = { .head = { .size = sizeof(peer.head), .not_after = 77,
				       .sha256 = { 1, 2 }, .serial = { 3 }, .serial_length = 1,
				       .names_length = sizeof(names) } };

	memcpy(peer.names, names, sizeof(names));
	return peer;
}

/* Bytes that the option has, or -errno; what is needed, negative, if there is no room. */
static int peer_get(int fd, struct peer *peer, socklen_t room)
{
	socklen_t len = room;

	memset(peer, 0x55, sizeof(*peer));
	if (getsockopt(fd, SOL_TLSOCK, TLSOCK_PEER, peer, &len))
		return errno == ERANGE ? -(int)len : -errno;
	return len;
}

T_FIXTURE_HELPER(told, T_HELPER_KEYS)

TEST_F(told, comes_back)
{
	const int size = sizeof(struct tlsock_peer) + sizeof(names);
	struct peer peer = made(), seen;
	struct t_pair pair;
	int room;

	self->helper->done.peer = &peer;
	self->helper->done.peer_length = size;
	self->helper->done.verified = true;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	peer.head.flags = TLSOCK_PEER_VERIFIED;
	ASSERT_EQ(size, peer_get(pair.client, &seen, sizeof(seen)));
	EXPECT_EQ(0, memcmp(&peer, &seen, size));
	EXPECT_EQ(0x55, seen.names[sizeof(names)]);
	ASSERT_EQ(size, peer_get(pair.server, &seen, size));
	for (room = 0; room < size; room++) {
		ASSERT_EQ(-size, peer_get(pair.client, &seen, room));
		EXPECT_EQ(0x55555555, seen.head.size);
	}
	EXPECT_EQ(EINVAL, T_ERRNO(getsockopt(pair.client, SOL_TLSOCK, TLSOCK_PEER, &seen,
					     &(socklen_t) { -1 })));
	EXPECT_EQ(EFAULT, T_ERRNO(getsockopt(pair.client, SOL_TLSOCK, TLSOCK_PEER, (void *)8,
					     &(socklen_t) { size })));
	EXPECT_EQ(ENOPROTOOPT, T_ERRNO(setsockopt(pair.client, SOL_TLSOCK, TLSOCK_PEER, &seen,
						  size)));
	t_pair_close(&pair);
}

/* A helper says who the peer is, and apart from that whether it proved it. */
TEST_F(told, not_verified)
{
	struct peer peer = made(), seen;
	struct t_pair pair;

	peer.head.flags = TLSOCK_PEER_VERIFIED | TLSOCK_PEER_MORE;
	self->helper->done.peer = &peer;
	self->helper->done.peer_length = sizeof(peer.head) + sizeof(names);
	self->helper->done.verified = false;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_LT(0, peer_get(pair.client, &seen, sizeof(seen)));
	EXPECT_EQ(TLSOCK_PEER_MORE, seen.head.flags);
	t_pair_close(&pair);
}

TEST_F(told, before_and_without)
{
	struct t_addr addr;
	struct peer seen;
	struct t_pair pair;
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr);

	EXPECT_EQ(-ENOTCONN, peer_get(fd, &seen, sizeof(seen)));
	EXPECT_EQ(-ENOTCONN, peer_get(listener, &seen, sizeof(seen)));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(-ENOTCONN, peer_get(fd, &seen, sizeof(seen)));
	self->helper->done.error = EPROTO;
	t_helper_mode(self->helper, T_HELPER_FAIL);
	EXPECT_TRUE(t_poll(fd, POLLOUT, T_PATIENCE_MS) & POLLERR);
	EXPECT_EQ(-ENOTCONN, peer_get(fd, &seen, sizeof(seen)));
	close(fd);
	close(listener);
	self->helper->done.error = 0;
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	EXPECT_EQ(-ENODATA, peer_get(pair.client, &seen, sizeof(seen)));
	t_pair_close(&pair);
}

TEST_F(told, administrators_see_it)
{
	struct peer peer = made();
	const struct t_session *session;
	struct t_dump *dump = calloc(1, sizeof(*dump));
	struct t_genl genl;
	struct t_pair pair;

	ASSERT_NE(NULL, dump);
	self->helper->done.peer = &peer;
	self->helper->done.peer_length = sizeof(peer.head) + sizeof(names);
	self->helper->done.verified = true;
	peer.head.flags = TLSOCK_PEER_VERIFIED;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_EQ(0, t_genl_open(&genl));
	ASSERT_EQ(0, t_dump_all(&genl, dump, 32768));
	session = t_dump_find(dump, pair.client);
	ASSERT_NE(NULL, session);
	ASSERT_EQ(sizeof(peer.head) + sizeof(names), session->peer_length);
	EXPECT_EQ(0, memcmp(&peer, session->peer, session->peer_length));
	t_genl_close(&genl);
	t_pair_close(&pair);
	free(dump);
}

/* One thing wrong with what a helper says */
struct change {
	const char *what;
	size_t at;
	unsigned char value;
	int length;	/* more or fewer bytes */
};

#define WRONG(what, field, value) { what, offsetof(struct peer, field), value, 0 }

static const struct change changes[] = {
	WRONG("size", head.size, 71),
	WRONG("flags", head.flags, 4),
	WRONG("serial", head.serial_length, TLSOCK_MAX_SERIAL + 1),
	WRONG("reserved", head.reserved, 1),
	WRONG("no names", head.names_length, 0),
	WRONG("fewer names", head.names_length, sizeof(names) - 1),
	WRONG("more names", head.names_length, sizeof(names) + 1),
	WRONG("no end", names[sizeof(names) - 1], 'x'),
	{ "cut", 0, sizeof(struct tlsock_peer), -1 },
	{ "longer", 0, sizeof(struct tlsock_peer), 1 },
	{ "head only", 0, sizeof(struct tlsock_peer), -(int)sizeof(names) },
	{ "half a head", 0, sizeof(struct tlsock_peer), -(int)sizeof(names) - 40 },
	{ "empty", 0, sizeof(struct tlsock_peer),
	  -(int)(sizeof(names) + sizeof(struct tlsock_peer)) },
};

TEST(malformed)
{
	struct t_done done = { .version = 0x0304, .cipher = 0x1301 };
	struct t_request request;
	struct t_addr addr;
	struct t_genl genl;
	size_t i;
	int fd, listener;

	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_genl_open(&genl));
	ASSERT_EQ(0, t_genl_join(&genl));
	listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_EQ(0, t_accept_one(&genl, &request));
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct peer peer = made();

		((unsigned char *)&peer)[changes[i].at] = changes[i].value;
		done.peer = &peer;
		done.peer_length = sizeof(peer.head) + sizeof(names) + changes[i].length;
		EXPECT_EQ(-EINVAL, t_done(&genl, request.id, &done)) {
			TH_LOG("%s", changes[i].what);
		}
	}
	EXPECT_EQ(0, t_done_errno(&genl, request.id, EPROTO));
	close(request.fd);
	close(fd);
	close(listener);
	t_genl_close(&genl);
}

FIXTURE(real) {
	struct t_real real;
};

FIXTURE_SETUP(real)
{
	self->real = (struct t_real) { .server_profile = "web", .client = -1, .server = -1 };
	if (!t_real_helper())
		SKIP(return, "no helper runs here");
}

FIXTURE_TEARDOWN(real)
{
	t_real_close(&self->real);
}

static bool has_name(const struct peer *peer, const char *name)
{
	const char *at = peer->names, *end = at + peer->head.names_length;

	while (at < end && strcmp(at, name))
		at += strlen(at) + 1;
	return at < end;
}

TEST_F(real, server)
{
	struct peer peer;

	self->real.name = "web.test";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_LT(0, peer_get(self->real.client, &peer, sizeof(peer)));
	EXPECT_EQ(TLSOCK_PEER_VERIFIED, peer.head.flags);
	EXPECT_STREQ("/CN=localhost", peer.names);
	EXPECT_TRUE(has_name(&peer, "DNS:web.test") && has_name(&peer, "IP:127.0.0.1") &&
		    has_name(&peer, "IP:::1"));
	EXPECT_LT(time(NULL), peer.head.not_after);
	EXPECT_NE(0, peer.head.serial_length);
	/* The server asked for no certificate. */
	EXPECT_EQ(-ENODATA, peer_get(self->real.server, &peer, sizeof(peer)));
}

TEST_F(real, client)
{
	struct peer peer;

	self->real.name = "web.test";
	self->real.server_profile = "mtls-request";
	self->real.client_profile = "client";
	ASSERT_EQ(0, t_real_connect(&self->real));
	ASSERT_LT(0, peer_get(self->real.server, &peer, sizeof(peer)));
	EXPECT_EQ(TLSOCK_PEER_VERIFIED, peer.head.flags);
	EXPECT_TRUE(has_name(&peer, "DNS:client.test"));
}

/* Who it says it is, without proof. */
TEST_F(real, not_verified)
{
	static const char *const profiles[] = { "verify-none", "verify-optional" };
	struct peer peer;
	size_t i;

	self->real.server_profile = "untrusted";
	for (i = 0; i < 2; i++) {
		self->real.client_profile = profiles[i];
		self->real.name = "web.test";
		ASSERT_EQ(0, t_real_connect(&self->real));
		ASSERT_LT(0, peer_get(self->real.client, &peer, sizeof(peer))) {
			TH_LOG("%s", profiles[i]);
		}
		EXPECT_EQ(0, peer.head.flags);
		EXPECT_TRUE(has_name(&peer, "DNS:web.test"));
		t_real_close(&self->real);
	}
}

TEST_HARNESS_MAIN
