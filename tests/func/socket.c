// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * socket(), bind(), listen(), names and the options of other levels: what can
 * be done with a TLS socket before there is a connection.
 */
#include "lib/harness.h"

#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/sockios.h>

FIXTURE(plain) {
	int fd;
	struct t_addr addr;
};

FIXTURE_VARIANT(plain) {
	int family;
};

FIXTURE_VARIANT_ADD(plain, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(plain, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(plain)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->fd = t_socket(variant->family, IPPROTO_TLS, 0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(plain)
{
	close(self->fd);
}

TEST_F(plain, says_what_it_is)
{
	struct stat st;

	EXPECT_EQ(IPPROTO_TLS, t_get_int(self->fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(SOCK_STREAM, t_get_int(self->fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(variant->family, t_get_int(self->fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(0, t_get_int(self->fd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(0, t_so_error(self->fd));
	EXPECT_EQ(TLSOCK_STATE_INIT, t_state(self->fd));
	ASSERT_EQ(0, fstat(self->fd, &st));
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
}

TEST_F(plain, flags)
{
	int fd = socket(variant->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TLS);
	int on = 1;

	ASSERT_LE(0, fd);
	EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
	EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	EXPECT_FALSE(fcntl(self->fd, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(0, ioctl(self->fd, FIONBIO, &on));
	EXPECT_TRUE(fcntl(self->fd, F_GETFL) & O_NONBLOCK);
	close(fd);
}

TEST_F(plain, other_types_refused)
{
	EXPECT_EQ(EPROTONOSUPPORT, T_ERRNO(socket(variant->family, SOCK_DGRAM, IPPROTO_TLS)));
	EXPECT_EQ(ESOCKTNOSUPPORT, T_ERRNO(socket(variant->family, SOCK_SEQPACKET, IPPROTO_TLS)));
	EXPECT_EQ(EPROTONOSUPPORT, T_ERRNO(socket(AF_UNIX, SOCK_STREAM, IPPROTO_TLS)));
}

TEST_F(plain, any_user_may_have_one)
{
	int fd;

	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	fd = t_socket(variant->family, IPPROTO_TLS, 0);
	EXPECT_LE(0, fd);
	close(fd);
}

TEST_F(plain, bind_and_names)
{
	struct t_addr name = { .len = sizeof(name.storage) };
	struct t_addr foreign;

	ASSERT_EQ(0, t_bind(self->fd, variant->family, &self->addr));
	EXPECT_NE(0, t_port(&self->addr));
	EXPECT_EQ(EINVAL, T_ERRNO(bind(self->fd, (void *)&self->addr.storage, self->addr.len)));
	EXPECT_EQ(ENOTCONN, T_ERRNO(getpeername(self->fd, (void *)&name.storage, &name.len)));
	ASSERT_EQ(0, getsockname(self->fd, (void *)&name.storage, &name.len));
	EXPECT_EQ(self->addr.len, name.len);
	EXPECT_EQ(0, memcmp(&self->addr.storage, &name.storage, name.len));

	close(self->fd);
	self->fd = t_socket(variant->family, IPPROTO_TLS, 0);
	EXPECT_EQ(EINVAL, T_ERRNO(bind(self->fd, (void *)&self->addr.storage, 4)));
	t_loopback(&foreign, variant->family, 0);
	((char *)&foreign.storage)[variant->family == AF_INET ? 4 : 9] ^= 0x55;
	EXPECT_EQ(EADDRNOTAVAIL, T_ERRNO(bind(self->fd, (void *)&foreign.storage, foreign.len)));
}

TEST_F(plain, port_is_shared_with_tcp)
{
	int tcp = t_socket(variant->family, IPPROTO_TCP, 0);

	ASSERT_EQ(0, t_bind(tcp, variant->family, &self->addr));
	ASSERT_EQ(0, listen(tcp, 1));
	EXPECT_EQ(EADDRINUSE, T_ERRNO(bind(self->fd, (void *)&self->addr.storage,
					   self->addr.len)));
	close(tcp);
	EXPECT_EQ(0, bind(self->fd, (void *)&self->addr.storage, self->addr.len));
}

TEST_F(plain, privileged_port_needs_privilege)
{
	struct t_addr low;

	t_loopback(&low, variant->family, 443);
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	EXPECT_EQ(EACCES, T_ERRNO(bind(self->fd, (void *)&low.storage, low.len)));
}

TEST_F(plain, listen_states)
{
	EXPECT_EQ(EINVAL, T_ERRNO(accept(self->fd, NULL, NULL)));
	ASSERT_EQ(0, t_bind(self->fd, variant->family, &self->addr));
	ASSERT_EQ(0, listen(self->fd, 3));
	EXPECT_EQ(1, t_get_int(self->fd, SOL_SOCKET, SO_ACCEPTCONN));
	EXPECT_EQ(TLSOCK_STATE_LISTEN, t_state(self->fd));
	EXPECT_EQ(0, listen(self->fd, 7));
	EXPECT_NE(0, T_ERRNO(connect(self->fd, (void *)&self->addr.storage, self->addr.len)));
	EXPECT_EQ(TLSOCK_STATE_LISTEN, t_state(self->fd));
	EXPECT_EQ(ENOTCONN, T_ERRNO(recv(self->fd, &self->addr, 1, 0)));
	EXPECT_NE(0, T_ERRNO(send(self->fd, "x", 1, 0)));
}

TEST_F(plain, listen_binds_by_itself)
{
	struct t_addr name = { .len = sizeof(name.storage) };

	ASSERT_EQ(0, listen(self->fd, 1));
	ASSERT_EQ(0, getsockname(self->fd, (void *)&name.storage, &name.len));
	EXPECT_NE(0, t_port(&name));
}

TEST_F(plain, not_connected)
{
	struct pollfd poll_fd = { .fd = self->fd, .events = POLLIN | POLLOUT };
	char byte;

	EXPECT_EQ(ENOTCONN, T_ERRNO(recv(self->fd, &byte, 1, 0)));
	EXPECT_EQ(ENOTCONN, T_ERRNO(read(self->fd, &byte, 1)));
	EXPECT_TRUE(T_ERRNO(send(self->fd, "x", 1, 0)) == ENOTCONN || errno == EPIPE);
	EXPECT_EQ(ENOTCONN, T_ERRNO(shutdown(self->fd, SHUT_RDWR)));
	EXPECT_EQ(EINVAL, T_ERRNO(shutdown(self->fd, 7)));
	/* As TCP: writable in the sense that a write returns at once. */
	EXPECT_EQ(1, poll(&poll_fd, 1, 0));
	EXPECT_TRUE(poll_fd.revents & POLLHUP);
}

TEST_F(plain, socket_options_reach_tcp)
{
	struct timeval tv = { .tv_sec = 7 };
	struct linger linger = { .l_onoff = 1, .l_linger = 3 };
	socklen_t len = sizeof(tv);
	int size;

	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(1, t_get_int(self->fd, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(1, t_get_int(self->fd, SOL_SOCKET, SO_REUSEADDR));
	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_REUSEPORT, 1));
	EXPECT_EQ(1, t_get_int(self->fd, SOL_SOCKET, SO_REUSEPORT));
	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_PRIORITY, 4));
	EXPECT_EQ(4, t_get_int(self->fd, SOL_SOCKET, SO_PRIORITY));
	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_SNDBUF, 50000));
	size = t_get_int(self->fd, SOL_SOCKET, SO_SNDBUF);
	EXPECT_EQ(100000, size);
	EXPECT_EQ(0, t_set_int(self->fd, SOL_SOCKET, SO_RCVBUF, 60000));
	EXPECT_EQ(120000, t_get_int(self->fd, SOL_SOCKET, SO_RCVBUF));
	EXPECT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	memset(&tv, 0, sizeof(tv));
	EXPECT_EQ(0, getsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	EXPECT_EQ(7, tv.tv_sec);
	EXPECT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	memset(&linger, 0, sizeof(linger));
	len = sizeof(linger);
	EXPECT_EQ(0, getsockopt(self->fd, SOL_SOCKET, SO_LINGER, &linger, &len));
	EXPECT_EQ(3, linger.l_linger);
	EXPECT_EQ(-ENOPROTOOPT, t_set_int(self->fd, SOL_SOCKET, 9999, 1));
}

TEST_F(plain, protocol_options_reach_tcp)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_TCP, TCP_NODELAY, 1));
	EXPECT_EQ(1, t_get_int(self->fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_TCP, TCP_KEEPIDLE, 77));
	EXPECT_EQ(77, t_get_int(self->fd, IPPROTO_TCP, TCP_KEEPIDLE));
	EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1234));
	EXPECT_EQ(1234, t_get_int(self->fd, IPPROTO_TCP, TCP_USER_TIMEOUT));
	EXPECT_EQ(0, getsockopt(self->fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	EXPECT_EQ(TCP_CLOSE, info.tcpi_state);
	if (variant->family == AF_INET) {
		EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_IP, IP_TOS, 0x10));
		EXPECT_EQ(0x10, t_get_int(self->fd, IPPROTO_IP, IP_TOS));
		EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_IP, IP_TTL, 33));
		EXPECT_EQ(33, t_get_int(self->fd, IPPROTO_IP, IP_TTL));
	} else {
		EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
		EXPECT_EQ(1, t_get_int(self->fd, IPPROTO_IPV6, IPV6_V6ONLY));
		EXPECT_EQ(0, t_set_int(self->fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33));
		EXPECT_EQ(33, t_get_int(self->fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
	}
}

TEST_F(plain, what_ktls_cannot_do_is_refused)
{
	int err = setsockopt(self->fd, IPPROTO_TCP, TCP_ULP, "tls", 4) ? -errno : 0;

	EXPECT_TRUE(err < 0);
	EXPECT_REFUSED(t_set_int(self->fd, IPPROTO_TCP, TCP_REPAIR, 1));
	EXPECT_REFUSED(t_set_int(self->fd, IPPROTO_TCP, TCP_FASTOPEN, 5));
	EXPECT_REFUSED(t_set_int(self->fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1));
	EXPECT_REFUSED(t_set_int(self->fd, SOL_SOCKET, SO_PEEK_OFF, 0));
	EXPECT_REFUSED(t_set_int(self->fd, SOL_SOCKET, 60 /* SO_ZEROCOPY */, 1));
	EXPECT_TRUE(t_set_int(self->fd, 282 /* SOL_TLS */, 1, 0) < 0);
	if (variant->family == AF_INET6)
		EXPECT_TRUE(t_set_int(self->fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET) < 0);
}

TEST_F(plain, ioctl)
{
	int value = -1;

	EXPECT_EQ(0, ioctl(self->fd, SIOCOUTQ, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(ENOTTY, T_ERRNO(ioctl(self->fd, 0x5401 /* TCGETS */, &value)));
}

TEST_F(plain, state_hangs_on_the_socket)
{
	int fd = dup(self->fd);
	char name[64] = { 0 };
	socklen_t len = sizeof(name);
	int status;
	pid_t pid;

	ASSERT_EQ(0, t_set_text(self->fd, TLSOCK_SERVER_NAME, "web.test"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0)
		_exit(t_set_text(fd, TLSOCK_ALPN, "h2") ? 1 : 0);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(self->fd);
	self->fd = fd;
	ASSERT_EQ(0, getsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, name, &len));
	EXPECT_STREQ("web.test", name);
}

TEST(many_at_once)
{
	int fds[300];
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		fds[i] = t_socket(i & 1 ? AF_INET6 : AF_INET, IPPROTO_TLS, 0);
		ASSERT_LE(0, fds[i]);
	}
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		EXPECT_EQ(0, close(fds[i]));
}

TEST_HARNESS_MAIN
