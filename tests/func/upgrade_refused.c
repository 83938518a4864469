// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections and sockets that TLSOCK_UPGRADE must not touch, and clear text
 * that must not be taken for the peer's (STARTTLS injection).
 */
#include "lib/upgrade.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>

/* A mistake is told and changes nothing: both sockets are as good as before. */
#define EXPECT_REFUSAL(errno, fd, tcp) \
	do { \
		EXPECT_EQ(-(errno), t_upgrade(fd, tcp)); \
		EXPECT_EQ(TLSOCK_STATE_INIT, t_state(fd)); \
	} while (0)

TEST_F(upgrade, not_a_tcp_socket)
{
	int other = variant->family == AF_INET ? AF_INET6 : AF_INET;
	int fd = self->tls.client;
	struct t_pair stranger;
	int made[2];

	EXPECT_REFUSAL(EBADF, fd, -1);
	EXPECT_REFUSAL(EBADF, fd, 9999);
	ASSERT_EQ(0, pipe(made));
	EXPECT_REFUSAL(ENOTSOCK, fd, made[0]);
	close(made[0]);
	close(made[1]);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, made));
	EXPECT_REFUSAL(EPROTOTYPE, fd, made[0]);
	close(made[0]);
	close(made[1]);
	made[0] = socket(variant->family, SOCK_DGRAM, 0);
	EXPECT_REFUSAL(EPROTOTYPE, fd, made[0]);
	close(made[0]);
	EXPECT_REFUSAL(EPROTOTYPE, fd, self->tls.server);
	EXPECT_REFUSAL(EPROTOTYPE, fd, fd);
	ASSERT_EQ(0, t_pair_tcp(&stranger, other));
	EXPECT_REFUSAL(EAFNOSUPPORT, fd, stranger.client);
	t_pair_close(&stranger);

	ASSERT_EQ(0, t_upgrade_both(&self->tls, &self->tcp));
	EXPECT_EQ(0, t_pair_talk(self->tls.client, self->tls.server));
}

TEST_F(upgrade, not_connected)
{
	int fd = self->tls.client;
	int tcp = t_socket(variant->family, IPPROTO_TCP, 0);
	struct t_addr addr;

	EXPECT_REFUSAL(ENOTCONN, fd, tcp);
	close(tcp);
	tcp = t_listen(variant->family, IPPROTO_TCP, &addr);
	EXPECT_REFUSAL(ENOTCONN, fd, tcp);
	close(tcp);
	shutdown(self->tcp.server, SHUT_WR);
	ASSERT_EQ(POLLIN, t_poll(self->tcp.client, POLLIN, T_PATIENCE_MS));
	EXPECT_REFUSAL(ENOTCONN, fd, self->tcp.client);
}

TEST_F(upgrade, in_other_hands)
{
	int fd = self->tls.client;
	int second = t_socket(variant->family, IPPROTO_TLS, 0);

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_upgrade(fd, self->tcp.client));
	EXPECT_REFUSAL(EBUSY, second, self->tcp.client);
	ASSERT_EQ(0, setsockopt(self->tcp.server, SOL_TCP, TCP_ULP, "tls", 4));
	EXPECT_REFUSAL(EBUSY, self->tls.server, self->tcp.server);
	close(second);
}

TEST_F(upgrade, offset_for_peeking)
{
	if (t_set_int(self->tcp.client, SOL_SOCKET, SO_PEEK_OFF, 0))
		SKIP(return, "TCP has no SO_PEEK_OFF");
	EXPECT_REFUSAL(EBUSY, self->tls.client, self->tcp.client);
	ASSERT_EQ(0, t_set_int(self->tcp.client, SOL_SOCKET, SO_PEEK_OFF, -1));
	EXPECT_EQ(0, t_upgrade(self->tls.client, self->tcp.client));
}

TEST_F(upgrade, another_namespace)
{
	struct t_pair stranger;
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	ASSERT_LE(0, here);
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_pair_tcp(&stranger, variant->family));
	ASSERT_EQ(0, setns(here, CLONE_NEWNET));
	EXPECT_REFUSAL(EXDEV, self->tls.client, stranger.client);
	EXPECT_EQ(0, t_pair_talk(stranger.client, stranger.server));
	t_pair_close(&stranger);
	close(here);
}

TEST_F(upgrade, no_helper)
{
	struct t_pair stranger, tls = { .server = -1 };

	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_pair_tcp(&stranger, variant->family));
	tls.client = t_socket(variant->family, IPPROTO_TLS, 0);
	EXPECT_REFUSAL(EUNATCH, tls.client, stranger.client);
	/* "454 TLS not available" can still be said. */
	EXPECT_EQ(0, t_pair_talk(stranger.client, stranger.server));
	t_pair_close(&tls);
	t_pair_close(&stranger);
}

TEST_F(upgrade, not_a_fresh_socket)
{
	struct t_addr addr;
	int bound = t_socket(variant->family, IPPROTO_TLS, 0);
	int listener = t_listen(variant->family, IPPROTO_TLS, &addr);

	ASSERT_EQ(0, t_bind(bound, variant->family, &addr));
	EXPECT_REFUSAL(EINVAL, bound, self->tcp.client);
	EXPECT_EQ(-EINVAL, t_upgrade(listener, self->tcp.client));
	EXPECT_EQ(TLSOCK_STATE_LISTEN, t_state(listener));
	close(bound);
	close(listener);
}

TEST_F(upgrade, odd_values)
{
	int fd = self->tls.client;
	char few[2] = { 0 };
	socklen_t len = sizeof(int);
	int value = 0;

	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_UPGRADE, few, sizeof(few))));
	EXPECT_EQ(EFAULT, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_UPGRADE, (void *)1, 4)));
	EXPECT_EQ(ENOPROTOOPT, T_ERRNO(getsockopt(fd, SOL_TLSOCK, TLSOCK_UPGRADE, &value, &len)));
	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_ROLE, few, sizeof(few))));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_ROLE, -1));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_ROLE, 2));
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, t_get_int(fd, SOL_TLSOCK, TLSOCK_ROLE));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, t_get_int(self->tls.server, SOL_TLSOCK, TLSOCK_ROLE));
}

/*
 * STARTTLS injection: clear text that was sent before the handshake must not
 * be taken for what the handshake protects.
 */
TEST_F(upgrade, injected_before)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(0, t_write_all(self->tcp.client, "EVIL", 4));
	ASSERT_EQ(POLLIN, t_poll(self->tcp.server, POLLIN, T_PATIENCE_MS));
	EXPECT_REFUSAL(EBUSY, self->tls.server, self->tcp.server);
	/* It is all still there for the program to look at. */
	EXPECT_EQ(4, read(self->tcp.server, buffer, sizeof(buffer)));
	EXPECT_STREQ("EVIL", buffer);
	EXPECT_EQ(0, t_upgrade(self->tls.server, self->tcp.server));
}

TEST_F(upgrade, client_expects_silence)
{
	ASSERT_EQ(0, t_write_all(self->tcp.server, "\x16\x03\x03", 3));
	ASSERT_EQ(POLLIN, t_poll(self->tcp.client, POLLIN, T_PATIENCE_MS));
	EXPECT_REFUSAL(EBUSY, self->tls.client, self->tcp.client);
}

TEST_F(upgrade, wrong_version_of_a_record)
{
	ASSERT_EQ(0, t_write_all(self->tcp.client, "\x16G", 2));
	ASSERT_EQ(POLLIN, t_poll(self->tcp.server, POLLIN, T_PATIENCE_MS));
	EXPECT_REFUSAL(EBUSY, self->tls.server, self->tcp.server);
}

TEST_HARNESS_MAIN
