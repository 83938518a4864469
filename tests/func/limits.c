// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many handshakes may be under way: of a listener, of a user, of a network
 * namespace. A client beyond that fails, a listener leaves its connections in
 * TCP's queue. That it does not sleep through a free place is for
 * limits_waiting.c.
 */
#include "lib/harness.h"
#include "lib/limits.h"

#include <sys/fsuid.h>

/* Any user but root. */
#define USER		12345

T_FIXTURE_HELPER(limits, T_HELPER_HOLD)

/* A client of another user, see t_tls_client(). */
static int tls_client_of(uid_t uid, const struct t_addr *addr)
{
	int fd;

	setfsuid(uid);
	fd = t_tls_client(addr);
	setfsuid(0);
	return fd;
}

TEST_F(limits, sysctl)
{
	EXPECT_EQ(16384, t_sysctl_get(T_MAX_ALL));
	EXPECT_EQ(8192, t_sysctl_get(T_MAX_USER));
	EXPECT_EQ(-EINVAL, t_sysctl_set(T_MAX_ALL, "0"));
	EXPECT_EQ(-EINVAL, t_sysctl_set(T_MAX_USER, "0"));
	EXPECT_EQ(-EINVAL, t_sysctl_set(T_MAX_USER, "-1"));
	EXPECT_EQ(-EINVAL, t_sysctl_set(T_MAX_USER, "4294967296"));
	EXPECT_EQ(-EINVAL, t_sysctl_set(T_MAX_USER, "many"));
	EXPECT_EQ(8192, t_sysctl_get(T_MAX_USER));
	EXPECT_EQ(0, t_sysctl_set(T_MAX_USER, "4294967295"));
	EXPECT_EQ(4294967295, t_sysctl_get(T_MAX_USER));
	EXPECT_EQ(0, t_sysctl_set(T_MAX_ALL, "1"));
	EXPECT_EQ(1, t_sysctl_get(T_MAX_ALL));
	/* Each network namespace has its own. */
	ASSERT_EQ(0, t_net_private());
	EXPECT_EQ(16384, t_sysctl_get(T_MAX_ALL));
	EXPECT_EQ(8192, t_sysctl_get(T_MAX_USER));
}

TEST_F_TIMEOUT(limits, clients_of_a_user, 380)
{
	struct tlsock_error error;
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fds[4];

	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "2"));
	fds[0] = t_tls_client(&addr);
	fds[1] = t_tls_client(&addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 2));
	fds[2] = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	EXPECT_EQ(-EBUSY, t_connect_wait(fds[2], &addr));
	EXPECT_EQ(TLSOCK_STATE_FAILED, t_state(fds[2]));
	ASSERT_EQ(0, t_error(fds[2], &error));
	EXPECT_EQ(EBUSY, error.error);
	EXPECT_EQ(TLSOCK_STAGE_QUEUE, error.stage);
	EXPECT_STRNE("", error.text);
	EXPECT_EQ(1, t_outcome(TLSOCK_OUTCOME_BUSY));
	/* That is no matter of others. */
	fds[3] = tls_client_of(USER, &addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 3));
	/* Nor of those who come when there is room again. */
	close(fds[0]);
	fds[0] = t_tls_client(&addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 4));
	EXPECT_EQ(1, t_outcome(TLSOCK_OUTCOME_BUSY));
	t_close_all(fds, 4);
	close(listener);
}

TEST_F(limits, blocking_connect)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	int other;

	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "1"));
	other = t_tls_client(&addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(-EBUSY, t_connect(fd, &addr));
	close(fd);
	close(other);
	close(listener);
}

TEST_F_TIMEOUT(limits, one_after_the_other, 380)
{
	struct t_pair pair;
	int i;

	/* The place is free before connect() and accept() tell. */
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "1"));
	for (i = 0; i < 30; i++) {
		ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
		t_pair_close(&pair);
	}
	EXPECT_EQ(0, t_outcome(TLSOCK_OUTCOME_BUSY));
}

TEST_F(limits, clients_of_all_users)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int fds[3];

	ASSERT_EQ(0, t_sysctl_set(T_MAX_ALL, "2"));
	fds[0] = t_tls_client(&addr);
	fds[1] = tls_client_of(USER, &addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 2));
	setfsuid(USER + 1);
	fds[2] = t_socket(AF_INET, IPPROTO_TLS, 0);
	setfsuid(0);
	EXPECT_EQ(-EBUSY, t_connect(fds[2], &addr));
	t_close_all(fds, 3);
	close(listener);
}

TEST_F(limits, roles_are_apart)
{
	struct t_addr tls, tcp;
	int listeners[2] = {
		t_listen(AF_INET, IPPROTO_TLS, &tls), t_listen(AF_INET, IPPROTO_TCP, &tcp)
	};
	int fds[4];

	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "1"));
	ASSERT_EQ(0, t_sysctl_set(T_MAX_ALL, "1"));
	/* Silent peers of a server ... */
	fds[0] = t_tcp_client(&tls);
	fds[1] = t_tcp_client(&tls);
	EXPECT_EQ(0, t_poll(listeners[0], POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	/* ... are none of a client's, ... */
	fds[2] = t_tls_client(&tcp);
	ASSERT_EQ(0, t_helper_wait(self->helper, 2));
	fds[3] = t_socket(AF_INET, IPPROTO_TLS, 0);
	EXPECT_EQ(-EBUSY, t_connect(fds[3], &tcp));
	/* ... nor the other way round. */
	close(fds[0]);
	close(listeners[0]);
	listeners[0] = t_listen(AF_INET, IPPROTO_TLS, &tls);
	fds[0] = t_tcp_client(&tls);
	EXPECT_EQ(0, t_poll(listeners[0], POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 3));
	t_close_all(fds, 4);
	t_close_all(listeners, 2);
}

TEST_F(limits, backlog)
{
	int listener = t_socket(AF_INET, IPPROTO_TLS, 0);
	struct t_addr addr;
	int fds[8], i;

	ASSERT_EQ(0, t_bind(listener, AF_INET, &addr));
	ASSERT_EQ(0, listen(listener, 3));
	/* TCP's queue has as many places again. */
	for (i = 0; i < 4; i++)
		fds[i] = t_tcp_client(&addr);
	EXPECT_EQ(0, t_poll(listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 4));
	for (; i < 8; i++)
		fds[i] = t_tcp_client(&addr);
	EXPECT_EQ(0, t_poll(listener, POLLIN, T_SILENCE_MS));
	EXPECT_EQ(4, self->helper->accepted);
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(8, t_accept_all(listener, 8));
	t_close_all(fds, 8);
	close(listener);
}

TEST_F(limits, a_listener_waits)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr);
	int fds[6], i;

	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "2"));
	for (i = 0; i < 6; i++)
		fds[i] = t_tcp_client(&addr);
	EXPECT_EQ(0, t_poll(listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 2));
	EXPECT_EQ(0, t_poll(listener, POLLIN, T_SILENCE_MS));
	EXPECT_EQ(2, self->helper->accepted);
	/* Nobody was turned away. */
	for (i = 0; i < 6; i++)
		EXPECT_EQ(0, t_poll(fds[i], POLLIN | POLLHUP, 0));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(6, t_accept_all(listener, 6));
	EXPECT_EQ(0, t_outcome(TLSOCK_OUTCOME_BUSY));
	t_close_all(fds, 6);
	close(listener);
}

TEST_F(limits, upgrade)
{
	struct t_pair tcp, tls = { -1, t_socket(AF_INET, IPPROTO_TLS, 0) };
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int other;

	ASSERT_EQ(0, t_pair_tcp(&tcp, AF_INET));
	tls.client = t_socket(AF_INET, IPPROTO_TLS, 0);
	ASSERT_EQ(0, t_set_int(tls.server, SOL_TLSOCK, TLSOCK_ROLE, TLSOCK_ROLE_SERVER));
	ASSERT_EQ(0, t_sysctl_set(T_MAX_USER, "1"));
	other = t_tls_client(&addr);
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_EQ(-EBUSY, t_upgrade(tls.client, tcp.client));
	/* Nothing happened: it goes on in clear text, and may be tried again. */
	EXPECT_EQ(0, t_pair_talk(tcp.client, tcp.server));
	EXPECT_EQ(TLSOCK_STATE_INIT, t_state(tls.client));
	close(other);
	t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_upgrade_both(&tls, &tcp));
	EXPECT_EQ(0, t_pair_talk(tls.client, tls.server));
	t_pair_close(&tls);
	t_pair_close(&tcp);
	close(listener);
}

TEST_HARNESS_MAIN
