// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The upcall from the helper's side: who may be one, what ACCEPT hands out, and
 * what STATUS counts.
 */
#include "lib/harness.h"
#include "lib/limits.h"

#include <fcntl.h>
#include <grp.h>
#include <netinet/tcp.h>

FIXTURE(upcall) {
	struct t_genl genl;
	struct t_addr addr;
	int listener;
};

FIXTURE_SETUP(upcall)
{
	self->listener = t_upcall_open(&self->genl, &self->addr);
	ASSERT_LE(0, self->listener);
}

FIXTURE_TEARDOWN(upcall)
{
	t_genl_close(&self->genl);
	close(self->listener);
}

static const struct t_done success = { .version = 0x0304, .cipher = 0x1301 };

/* A client whose connect() is under way. */
static int client_start(const struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);

	return t_connect(fd, addr) == -EINPROGRESS ? fd : -1;
}

/* How a connect() ended: 0 or a positive errno, -1 if it did not. */
static int client_result(int fd)
{
	if (!t_poll(fd, POLLOUT, T_PATIENCE_MS))
		return -1;
	return t_so_error(fd);
}

TEST_F(upcall, one_handshake)
{
	struct t_request request;
	char ulp[8] = { 0 };
	socklen_t len = sizeof(ulp);
	int fd = client_start(&self->addr);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	EXPECT_NE(0, request.id);
	EXPECT_TRUE(fcntl(request.fd, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(IPPROTO_TCP, t_get_int(request.fd, SOL_SOCKET, SO_PROTOCOL));
	ASSERT_EQ(0, getsockopt(request.fd, IPPROTO_TCP, TCP_ULP, ulp, &len));
	EXPECT_STREQ("tls", ulp);
	EXPECT_EQ(-EAGAIN, t_accept(&self->genl, &(struct t_request){ 0 }, 1, NULL));
	ASSERT_EQ(0, t_keys_install(request.fd, request.role, 0x0304, true));
	EXPECT_EQ(0, t_done(&self->genl, request.id, &success));
	EXPECT_EQ(0, client_result(fd));
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, t_state(fd));
	close(request.fd);
	close(fd);
}

TEST_F(upcall, clear_text_bytes_pass_during_the_handshake)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	char buffer[8] = { 0 };
	int peer;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, peer);
	EXPECT_EQ(5, write(request.fd, "hello", 5));
	EXPECT_EQ(5, read(peer, buffer, sizeof(buffer)));
	EXPECT_STREQ("hello", buffer);
	EXPECT_EQ(3, write(peer, "you", 3));
	EXPECT_EQ(3, read(request.fd, buffer, sizeof(buffer)));
	close(request.fd);
	close(peer);
	close(fd);
}

TEST_F(upcall, accept_drains_up_to_its_limit)
{
	struct t_request requests[TLSOCK_MAX_ACCEPT];
	uint32_t pending = 0;
	int fds[8], i, n;

	for (i = 0; i < 8; i++) {
		fds[i] = client_start(&self->addr);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	n = t_accept(&self->genl, requests, 3, &pending);
	EXPECT_EQ(3, n);
	EXPECT_EQ(5, pending);
	n = t_accept(&self->genl, requests + 3, TLSOCK_MAX_ACCEPT - 3, &pending);
	EXPECT_EQ(5, n);
	EXPECT_EQ(0, pending);
	EXPECT_EQ(-EAGAIN, t_accept(&self->genl, requests, 1, NULL));
	EXPECT_STRNE("", self->genl.extack);
	for (i = 0; i < 8; i++) {
		/* Oldest first, each once. */
		EXPECT_TRUE(i == 0 || requests[i].id != requests[i - 1].id);
		EXPECT_EQ(0, t_done_errno(&self->genl, requests[i].id, EPROTO));
		close(requests[i].fd);
		close(fds[i]);
	}
}

/*
 * A helper whose clients take all the room that they may have leaves the others.
 * It must hear of the servers that those wait for.
 */
TEST_F(upcall, servers_come_by_clients_that_wait)
{
	struct t_request requests[6];
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr);
	unsigned int ready;
	uint32_t pending = 0;
	int fds[6], i;

	ASSERT_LE(0, listener);
	for (i = 0; i < 3; i++)
		fds[i] = client_start(&self->addr);
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	ASSERT_EQ(1, t_accept_most(&self->genl, requests, 6, 1, &pending));
	EXPECT_EQ(2, pending);
	ready = self->genl.ready;
	/* Another client is no news, a server is. */
	fds[3] = client_start(&self->addr);
	EXPECT_EQ(-EAGAIN, t_accept_most(&self->genl, requests + 1, 5, 0, NULL));
	EXPECT_EQ(ready, self->genl.ready);
	fds[4] = t_tcp_client(&addr);
	t_poll(listener, POLLIN, 0);	/* starts its handshake */
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, ready + 1,
				   T_PATIENCE_MS));
	ASSERT_EQ(1, t_accept_most(&self->genl, requests + 1, 5, 0, &pending));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, requests[1].role);
	EXPECT_EQ(3, pending);
	/* The oldest first, of whatever role. */
	fds[5] = t_tcp_client(&addr);
	t_poll(listener, POLLIN, 0);
	ASSERT_EQ(4, t_accept(&self->genl, requests + 2, 4, &pending));
	EXPECT_EQ(0, pending);
	for (i = 2; i < 5; i++)
		EXPECT_EQ(TLSOCK_ROLE_CLIENT, requests[i].role);
	EXPECT_EQ(TLSOCK_ROLE_SERVER, requests[5].role);
	for (i = 0; i < 6; i++) {
		close(requests[i].fd);
		close(fds[i]);
	}
	close(listener);
}

TEST_F(upcall, two_helpers_share)
{
	struct t_request one, two;
	struct t_genl other;
	int fds[2], results[2];

	ASSERT_EQ(0, t_genl_open(&other));
	ASSERT_EQ(0, t_genl_join(&other));
	fds[0] = client_start(&self->addr);
	fds[1] = client_start(&self->addr);
	ASSERT_EQ(0, t_accept_one(&self->genl, &one));
	ASSERT_EQ(0, t_accept_one(&other, &two));
	EXPECT_NE(one.id, two.id);
	EXPECT_EQ(0, t_done_errno(&self->genl, one.id, EPROTO));
	t_genl_close(&other);
	/* The first was the older one. */
	results[0] = client_result(fds[0]);
	results[1] = client_result(fds[1]);
	EXPECT_EQ(EPROTO, results[0]);
	EXPECT_EQ(EIO, results[1]);
	close(one.fd);
	close(two.fd);
	close(fds[0]);
	close(fds[1]);
}

TEST_F(upcall, status_counts)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	struct t_status status;

	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	ASSERT_EQ(0, t_status(&self->genl, &status));
	EXPECT_TRUE(status.helper);
	EXPECT_EQ(1, status.pending);
	EXPECT_EQ(0, status.accepted);
	EXPECT_EQ(1, status.started);
	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	ASSERT_EQ(0, t_status(&self->genl, &status));
	EXPECT_EQ(0, status.pending);
	EXPECT_EQ(1, status.accepted);
	ASSERT_EQ(0, t_keys_install(request.fd, request.role, 0x0304, true));
	ASSERT_EQ(0, t_done(&self->genl, request.id, &success));
	ASSERT_EQ(0, t_status(&self->genl, &status));
	EXPECT_EQ(0, status.accepted);
	EXPECT_EQ(1, status.established);
	EXPECT_EQ(1, status.outcome[TLSOCK_OUTCOME_OK]);
	close(request.fd);
	close(fd);
	ASSERT_EQ(0, t_status(&self->genl, &status));
	EXPECT_EQ(0, status.established);
}

TEST_F(upcall, namespaces_are_apart)
{
	int fd = client_start(&self->addr);
	struct t_genl other;

	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_genl_open(&other));
	EXPECT_EQ(-EAGAIN, t_accept(&other, &(struct t_request){ 0 }, 1, NULL));
	t_genl_close(&other);
	close(fd);
}

TEST_F(upcall, unprivileged)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	struct t_status status;
	struct t_genl other;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	ASSERT_EQ(0, t_genl_open(&other));
	EXPECT_EQ(-EPERM, t_genl_join(&other));
	EXPECT_EQ(-EPERM, t_accept(&other, &request, 1, NULL));
	EXPECT_EQ(-EPERM, t_done_errno(&other, request.id, EPROTO));
	ASSERT_EQ(0, t_status(&other, &status));
	EXPECT_EQ(1, status.accepted);
	t_genl_close(&other);
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(fd));
	close(request.fd);
	close(fd);
}

TEST_F(upcall, no_descriptor_left_in_the_helper)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	int fds[1024], n = 0;

	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	while (n < 1024 && (fds[n] = dup(fd)) >= 0)
		n++;
	if (n == 1024)
		SKIP(return, "the limit of descriptors is too high");
	EXPECT_EQ(-EMFILE, t_accept(&self->genl, &request, 1, NULL));
	EXPECT_STRNE("", self->genl.extack);
	while (n)
		close(fds[--n]);
	/* It waits as before. */
	ASSERT_EQ(1, t_accept(&self->genl, &request, 1, NULL));
	EXPECT_EQ(0, t_done_errno(&self->genl, request.id, EPROTO));
	close(request.fd);
	close(fd);
}

TEST_HARNESS_MAIN
