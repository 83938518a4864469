// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that lacks, and bad memory of the program, wherever a call that makes
 * or ends a connection may meet it: the call fails or succeeds as a whole, and
 * the socket can be closed. That nothing is lost the debug kernel checks.
 */
#include "lib/faults_fixture.h"

#include <stdlib.h>

TEST_F(faults, socket)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int fd, i;

	for (i = 0; i < 2; i++) {
		T_EACH_FAULT(&self->faults) {
			fd = T_FAULT(&self->faults, t_socket(families[i], IPPROTO_TLS, 0));
			if (fd >= 0)
				close(fd);
		}
		EXPECT_LT(10, self->faults.n);
	}
}

TEST_F(faults, connect)
{
	int fd, err;

	T_EACH_FAULT(&self->faults) {
		fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
		err = T_FAULT(&self->faults, t_connect(fd, &self->addr));
		if (err == -EINPROGRESS) {
			ASSERT_TRUE(t_poll(fd, POLLOUT, T_PATIENCE_MS));
			err = -t_so_error(fd);
		}
		EXPECT_TRUE(!err || err == -ENOMEM || err == -ENOBUFS || err == -EFAULT ||
			    err == -EPROTONOSUPPORT || err == -ECONNABORTED)
			TH_LOG("fault %d: %d", self->faults.n, err);
		close(fd);
	}
	EXPECT_LT(10, self->faults.n);
}

/* What cannot be accepted is dropped, or left for the next call. */
TEST_F(faults, accept)
{
	int fd;

	t_nonblock(self->listener, true);
	T_EACH_FAULT(&self->faults) {
		self->pair.client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
		ASSERT_EQ(-EINPROGRESS, t_connect(self->pair.client, &self->addr));
		fd = T_FAULT(&self->faults, (t_poll(self->listener, POLLIN, T_SILENCE_MS),
					     accept4(self->listener, NULL, NULL, SOCK_CLOEXEC)));
		if (fd < 0 && t_poll(self->listener, POLLIN, T_SILENCE_MS))
			fd = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		t_pair_close(&self->pair);
	}
	EXPECT_LT(10, self->faults.n);
}

/* The state once no handshake is under way. */
static int settled(int fd)
{
	t_poll(fd, POLLOUT, T_PATIENCE_MS);
	return t_state(fd);
}

/* Refused without harm, or given up for good. */
TEST_F(faults, upgrade)
{
	struct t_pair tcp;
	int fd, err;

	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_tcp(&tcp, AF_INET));
		fd = t_socket(AF_INET, IPPROTO_TLS, 0);
		err = T_FAULT(&self->faults, t_upgrade(fd, tcp.client));
		EXPECT_TRUE(err ? t_state(fd) == TLSOCK_STATE_INIT ||
				  t_state(fd) == TLSOCK_STATE_FAILED :
				  settled(fd) >= TLSOCK_STATE_ESTABLISHED);
		close(fd);
		t_pair_close(&tcp);
	}
	EXPECT_LT(5, self->faults.n);
}

TEST_F(faults, text_options)
{
	static const int options[] = { TLSOCK_SERVER_NAME, TLSOCK_PROFILE, TLSOCK_ALPN };
	char text[32];
	socklen_t len;
	int fd, err;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		T_EACH_FAULT(&self->faults) {
			fd = t_socket(AF_INET, IPPROTO_TLS, 0);
			err = T_FAULT(&self->faults, t_set_text(fd, options[i], "name.test"));
			memset(text, 0, sizeof(text));
			len = sizeof(text);
			EXPECT_EQ(0, getsockopt(fd, SOL_TLSOCK, options[i], text, &len));
			EXPECT_STREQ(err ? "" : "name.test", text);
			close(fd);
		}
		EXPECT_LT(3, self->faults.n);
	}
}

TEST_F(faults, getsockopt)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	struct tlsock_info info;
	char text[32];
	socklen_t len;
	int err;

	ASSERT_EQ(0, t_set_text(fd, TLSOCK_ALPN, "h2"));
	T_EACH_FAULT(&self->faults) {
		memset(text, 0, sizeof(text));
		len = sizeof(text);
		err = T_FAULT(&self->faults,
			      T_ERRNO(getsockopt(fd, SOL_TLSOCK, TLSOCK_ALPN, text, &len)));
		EXPECT_TRUE(err == EFAULT || (err == 0 && !strcmp("h2", text)));
	}
	T_EACH_FAULT(&self->faults) {
		info.state = TLSOCK_STATE_CLOSED;
		len = sizeof(info);
		err = T_FAULT(&self->faults,
			      T_ERRNO(getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, &info, &len)));
		EXPECT_TRUE(err == EFAULT || (err == 0 && info.state == TLSOCK_STATE_INIT));
	}
	close(fd);
}

/* close() and shutdown() cannot fail, and the peer sees an end in any case. */
TEST_F(faults, shutdown)
{
	char byte;

	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		EXPECT_EQ(0, T_FAULT(&self->faults, shutdown(self->pair.client, SHUT_WR)));
		EXPECT_GE(0, recv(self->pair.server, &byte, 1, 0));
		t_pair_close(&self->pair);
	}
	EXPECT_LT(5, self->faults.n);
}

TEST_F(faults, close)
{
	char byte;

	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		EXPECT_EQ(0, T_FAULT(&self->faults, close(self->pair.client)));
		self->pair.client = -1;
		EXPECT_GE(0, recv(self->pair.server, &byte, 1, 0));
		t_pair_close(&self->pair);
	}
	EXPECT_LT(5, self->faults.n);
}

/* A connection whose handshake waits for this helper. */
static int waiting(struct t_genl *genl, const struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);

	if (t_genl_open(genl) || t_genl_join(genl) || t_connect(fd, addr) != -EINPROGRESS)
		abort();
	return fd;
}

/* How many still wait, as another process sees it. */
static int pending(void)
{
	struct t_status status = { .pending = -1 };
	struct t_genl genl;

	if (!t_genl_open(&genl)) {
		t_status(&genl, &status);
		t_genl_close(&genl);
	}
	return status.pending;
}

/*
 * The helper's ACCEPT: what it is not handed out waits for the next one. (A
 * reply that the helper cannot read is lost, and fails when the helper ends.)
 */
TEST_F(faults, upcall_accept)
{
	struct t_request request;
	struct t_genl genl;
	struct t_addr addr;
	int fd, n, listener = t_listen(AF_INET, IPPROTO_TCP, &addr);

	t_helper_stop(self->helper);
	T_EACH_FAULT(&self->faults) {
		fd = waiting(&genl, &addr);
		n = T_FAULT(&self->faults, t_accept(&genl, &request, 1, NULL));
		if (n != 1 && pending()) {
			t_genl_close(&genl);
			ASSERT_EQ(0, t_genl_open(&genl));
			n = t_accept(&genl, &request, 1, NULL);
			EXPECT_EQ(1, n)
				TH_LOG("fault %d: %d", self->faults.n, n);
		}
		if (n == 1)
			close(request.fd);
		t_genl_close(&genl);
		EXPECT_TRUE(t_poll(fd, POLLOUT, T_PATIENCE_MS));
		close(fd);
	}
	EXPECT_LT(10, self->faults.n);
	close(listener);
	self->helper = t_helper_start(T_HELPER_KEYS);
}

/* Its DONE has an effect or can be said again. */
TEST_F(faults, upcall_done)
{
	struct t_request request;
	struct t_genl genl;
	struct t_addr addr;
	int fd, err, listener = t_listen(AF_INET, IPPROTO_TCP, &addr);

	t_helper_stop(self->helper);
	T_EACH_FAULT(&self->faults) {
		fd = waiting(&genl, &addr);
		ASSERT_EQ(0, t_accept_one(&genl, &request));
		err = T_FAULT(&self->faults, t_done_errno(&genl, request.id, EKEYREJECTED));
		if (t_state(fd) == TLSOCK_STATE_HANDSHAKE) {
			EXPECT_NE(0, err);
			EXPECT_EQ(0, t_done_errno(&genl, request.id, EKEYREJECTED));
		}
		EXPECT_EQ(EKEYREJECTED, t_so_error(fd));
		close(request.fd);
		close(fd);
		t_genl_close(&genl);
	}
	EXPECT_LT(5, self->faults.n);
	close(listener);
	self->helper = t_helper_start(T_HELPER_KEYS);
}

TEST_HARNESS_MAIN
