// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the options of the levels below TLS do.
 */
#include "lib/harness.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <net/if.h>

FIXTURE(effect) {
	struct t_helper *helper;
};

FIXTURE_VARIANT(effect) {
	int family;
};

FIXTURE_VARIANT_ADD(effect, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(effect, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(effect)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
}

FIXTURE_TEARDOWN(effect)
{
	t_helper_stop(self->helper);
}

/* An accepted socket has its listener's options, and shows them. */
TEST_F(effect, inherited)
{
	struct t_addr addr;
	struct t_pair pair;
	int listener;

	listener = t_listen(variant->family, IPPROTO_TLS, &addr);
	ASSERT_LE(0, listener);
	EXPECT_EQ(0, t_set_int(listener, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(0, t_set_int(listener, SOL_SOCKET, SO_MARK, 77));
	EXPECT_EQ(0, t_set_int(listener, SOL_SOCKET, SO_RCVLOWAT, 3));
	EXPECT_EQ(0, t_set_int(listener, SOL_SOCKET, SO_PRIORITY, 5));
	EXPECT_EQ(0, t_set_int(listener, IPPROTO_TCP, TCP_INQ, 1));
	EXPECT_EQ(0, t_set_int(listener, IPPROTO_TCP, TCP_KEEPIDLE, 99));
	ASSERT_EQ(0, t_pair_through(&pair, listener, &addr));
	EXPECT_EQ(1, t_get_int(pair.server, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(77, t_get_int(pair.server, SOL_SOCKET, SO_MARK));
	EXPECT_EQ(3, t_get_int(pair.server, SOL_SOCKET, SO_RCVLOWAT));
	/* As TCP: the one option that is not. */
	EXPECT_EQ(0, t_get_int(pair.server, SOL_SOCKET, SO_PRIORITY));
	EXPECT_EQ(1, t_get_int(pair.server, IPPROTO_TCP, TCP_INQ));
	EXPECT_EQ(99, t_get_int(pair.server, IPPROTO_TCP, TCP_KEEPIDLE));
	EXPECT_LE(0, t_get_int(pair.server, SOL_SOCKET, SO_INCOMING_CPU));
	t_pair_close(&pair);
	close(listener);
}

/* recv() with room for a control message; what TCP_INQ says, or -errno. */
static int recv_inq(int fd, char *data, size_t size, int flags, ssize_t *got)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;

	*got = recvmsg(fd, &msg, flags);
	if (*got < 0)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_level != IPPROTO_TCP || cmsg->cmsg_type != TCP_CM_INQ)
		return -ENODATA;
	return *(int *)CMSG_DATA(cmsg);
}

TEST_F(effect, tcp_inq)
{
	struct t_pair pair;
	char data[16];
	ssize_t got;

	ASSERT_EQ(0, t_pair_open(&pair, variant->family));
	ASSERT_EQ(0, t_set_int(pair.client, IPPROTO_TCP, TCP_INQ, 1));
	EXPECT_EQ(-EAGAIN, recv_inq(pair.client, data, 4, MSG_DONTWAIT, &got));
	ASSERT_EQ(0, t_write_all(pair.server, "0123456789", 10));
	EXPECT_EQ(10, recv_inq(pair.client, data, 4, MSG_PEEK, &got));
	EXPECT_EQ(6, recv_inq(pair.client, data, 4, 0, &got));
	EXPECT_EQ(4, got);
	EXPECT_EQ(0, recv_inq(pair.client, data, 16, 0, &got));
	EXPECT_EQ(6, got);
	ASSERT_EQ(0, t_set_int(pair.client, IPPROTO_TCP, TCP_INQ, 0));
	ASSERT_EQ(0, t_write_all(pair.server, "0123456789", 10));
	EXPECT_EQ(-ENODATA, recv_inq(pair.client, data, 16, 0, &got));
	EXPECT_EQ(10, got);
	ASSERT_EQ(0, t_set_int(pair.client, IPPROTO_TCP, TCP_INQ, 1));
	ASSERT_EQ(0, shutdown(pair.server, SHUT_WR));
	EXPECT_EQ(1, recv_inq(pair.client, data, 16, 0, &got));
	EXPECT_EQ(0, got);
	t_pair_close(&pair);
}

TEST_F(effect, time_of_what_is_sent)
{
	const int on = SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |
		       SOF_TIMESTAMPING_OPT_TSONLY;
	const int receive = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	char control[512];
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	struct t_pair pair;
	char data[5];

	ASSERT_EQ(0, t_pair_open(&pair, variant->family));
	EXPECT_EQ(-EOPNOTSUPP, t_set_int(pair.client, SOL_SOCKET, SO_TIMESTAMPING, receive));
	ASSERT_EQ(0, t_set_int(pair.client, SOL_SOCKET, SO_TIMESTAMPING, on));
	EXPECT_EQ(on, t_get_int(pair.client, SOL_SOCKET, SO_TIMESTAMPING));
	ASSERT_EQ(0, t_write_all(pair.client, "hello", 5));
	EXPECT_EQ(POLLERR, t_poll(pair.client, POLLERR, T_PATIENCE_MS));
	ASSERT_EQ(0, recvmsg(pair.client, &msg, MSG_ERRQUEUE));
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_NE(NULL, cmsg);
	EXPECT_EQ(SOL_SOCKET, cmsg->cmsg_level);
	EXPECT_EQ(SO_TIMESTAMPING, cmsg->cmsg_type);
	EXPECT_LT(0, ((struct scm_timestamping *)CMSG_DATA(cmsg))->ts[0].tv_sec);
	/* Not an error: the connection goes on. */
	EXPECT_EQ(0, t_so_error(pair.client));
	EXPECT_EQ(0, t_read_all(pair.server, data, 5));
	EXPECT_EQ(0, t_pair_talk(pair.client, pair.server));
	t_pair_close(&pair);
}

/* Two listeners of a group share the connections. */
TEST_F(effect, reuseport)
{
	int listeners[2], i, n[2] = { 0 };
	struct t_addr addr;
	struct t_pair pair;

	for (i = 0; i < 2; i++) {
		listeners[i] = t_socket(variant->family, IPPROTO_TLS, SOCK_NONBLOCK);
		ASSERT_EQ(0, t_set_int(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1));
	}
	ASSERT_EQ(0, t_bind(listeners[0], variant->family, &addr));
	ASSERT_EQ(0, bind(listeners[1], (struct sockaddr *)&addr.storage, addr.len));
	ASSERT_EQ(0, listen(listeners[0], 64));
	ASSERT_EQ(0, listen(listeners[1], 64));
	while (!n[0] || !n[1]) {
		struct pollfd polls[2] = {
			{ .fd = listeners[0], .events = POLLIN },
			{ .fd = listeners[1], .events = POLLIN },
		};

		ASSERT_GT(64, n[0] + n[1]);
		pair.client = t_socket(variant->family, IPPROTO_TLS, SOCK_NONBLOCK);
		ASSERT_EQ(-EINPROGRESS, t_connect(pair.client, &addr));
		ASSERT_EQ(1, poll(polls, 2, T_PATIENCE_MS));
		i = !polls[0].revents;
		pair.server = accept(listeners[i], NULL, NULL);
		ASSERT_LE(0, pair.server);
		n[i]++;
		t_pair_close(&pair);
	}
	close(listeners[0]);
	close(listeners[1]);
}

TEST_F(effect, bound_to_a_device)
{
	struct t_pair pair;
	char name[IFNAMSIZ];
	socklen_t len = sizeof(name);

	ASSERT_EQ(0, t_pair_open(&pair, variant->family));
	ASSERT_EQ(0, setsockopt(pair.client, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	ASSERT_EQ(0, getsockopt(pair.client, SOL_SOCKET, SO_BINDTODEVICE, name, &len));
	EXPECT_STREQ("lo", name);
	EXPECT_EQ((int)if_nametoindex("lo"),
		  t_get_int(pair.client, SOL_SOCKET, SO_BINDTOIFINDEX));
	EXPECT_EQ(0, t_pair_talk(pair.client, pair.server));
	t_pair_close(&pair);
}

TEST_HARNESS_MAIN
