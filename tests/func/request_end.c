// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a request ends: DONE, a lie in it, the deadline, the program that goes
 * away, and the death of the helper.
 */
#include "lib/harness.h"

FIXTURE(request_end) {
	struct t_genl genl;
	struct t_addr addr;
	int listener;
};

FIXTURE_SETUP(request_end)
{
	self->listener = t_upcall_open(&self->genl, &self->addr);
	ASSERT_LE(0, self->listener);
}

FIXTURE_TEARDOWN(request_end)
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

TEST_F(request_end, lie_without_keys)
{
	int fd = client_start(&self->addr);
	struct tlsock_error error;
	struct t_request request;
	int peer;
	char byte;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	t_done(&self->genl, request.id, &success);
	EXPECT_EQ(EPROTO, client_result(fd));
	ASSERT_EQ(0, t_error(fd, &error));
	EXPECT_EQ(TLSOCK_STAGE_KEYS, error.stage);
	/* Nothing leaves in clear text. */
	EXPECT_NE(0, T_ERRNO(send(fd, "secret", 6, 0)));
	peer = accept(self->listener, NULL, NULL);
	close(request.fd);
	EXPECT_TRUE(recv(peer, &byte, 1, 0) <= 0);
	close(peer);
	close(fd);
}

TEST_F(request_end, lie_with_keys_for_one_way)
{
	int fd = client_start(&self->addr);
	struct t_request request;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	ASSERT_EQ(0, t_keys_install(request.fd, request.role, 0x0304, false));
	t_done(&self->genl, request.id, &success);
	EXPECT_EQ(EPROTO, client_result(fd));
	EXPECT_EQ(TLSOCK_STATE_FAILED, t_state(fd));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, done_twice)
{
	int fd = client_start(&self->addr);
	struct t_request request;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	EXPECT_EQ(0, t_done_errno(&self->genl, request.id, EKEYREJECTED));
	EXPECT_EQ(-ENOENT, t_done_errno(&self->genl, request.id, EPROTO));
	EXPECT_STRNE("", self->genl.extack);
	EXPECT_EQ(EKEYREJECTED, client_result(fd));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, done_of_somebody_else)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	struct t_genl other;

	ASSERT_EQ(0, t_genl_open(&other));
	ASSERT_EQ(0, t_genl_join(&other));
	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	EXPECT_EQ(-ENOENT, t_done_errno(&other, request.id, EPROTO));
	EXPECT_STRNE("", other.extack);
	EXPECT_EQ(-ENOENT, t_done_errno(&other, request.id + 1, EPROTO));
	t_genl_close(&other);
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(fd));
	EXPECT_EQ(0, t_done_errno(&self->genl, request.id, EACCES));
	EXPECT_EQ(EACCES, client_result(fd));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, done_for_what_was_not_accepted)
{
	int fd = client_start(&self->addr);
	struct t_request request;

	EXPECT_EQ(-ENOENT, t_done_errno(&self->genl, 1, EPROTO));
	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	EXPECT_EQ(0, t_done_errno(&self->genl, request.id, EPROTO));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, death_fails_what_was_accepted_at_once)
{
	int fd = client_start(&self->addr);
	struct tlsock_error error;
	struct t_request request;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	t_genl_close(&self->genl);
	EXPECT_EQ(EIO, client_result(fd));
	ASSERT_EQ(0, t_error(fd, &error));
	EXPECT_EQ(EIO, error.error);
	EXPECT_STRNE("", error.text);
	close(request.fd);
	close(fd);
}

TEST_F(request_end, death_leaves_what_waits_to_the_next)
{
	int fd = client_start(&self->addr);
	struct t_request request;

	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	t_genl_close(&self->genl);
	EXPECT_EQ(0, t_poll(fd, POLLOUT, T_SILENCE_MS));
	ASSERT_EQ(0, t_genl_open(&self->genl));
	ASSERT_EQ(0, t_genl_join(&self->genl));
	ASSERT_EQ(1, t_accept(&self->genl, &request, 1, NULL));
	ASSERT_EQ(0, t_keys_install(request.fd, request.role, 0x0304, true));
	EXPECT_EQ(0, t_done(&self->genl, request.id, &success));
	EXPECT_EQ(0, client_result(fd));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, established_outlives_the_helper)
{
	int fd = client_start(&self->addr);
	struct t_request request;
	char byte;
	int peer;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	ASSERT_EQ(0, t_keys_install(request.fd, request.role, 0x0304, true));
	ASSERT_EQ(0, t_done(&self->genl, request.id, &success));
	close(request.fd);
	t_genl_close(&self->genl);
	ASSERT_EQ(0, client_result(fd));
	peer = accept(self->listener, NULL, NULL);
	ASSERT_EQ(0, t_raw_tls(peer, TLSOCK_ROLE_SERVER, 0x0304));
	EXPECT_EQ(1, write(peer, "x", 1));
	t_nonblock(fd, false);
	EXPECT_EQ(1, read(fd, &byte, 1));
	EXPECT_EQ(1, write(fd, "y", 1));
	EXPECT_EQ(1, read(peer, &byte, 1));
	close(peer);
	close(fd);
}

TEST_F(request_end, cancel_when_the_program_closes)
{
	int fd = client_start(&self->addr);
	struct t_request request;

	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	close(fd);
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_CANCEL, 1, T_PATIENCE_MS));
	EXPECT_EQ(request.id, self->genl.cancel[0]);
	EXPECT_EQ(-ENOENT, t_done_errno(&self->genl, request.id, EPROTO));
	/* A late write of the helper meets a dead connection. */
	EXPECT_TRUE(T_ERRNO(write(request.fd, "x", 1)) == EPIPE || errno == ECONNRESET);
	close(request.fd);
}

TEST_F(request_end, cancel_at_the_deadline)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	struct t_request request;

	ASSERT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 200));
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &self->addr));
	ASSERT_EQ(0, t_accept_one(&self->genl, &request));
	EXPECT_EQ(ETIMEDOUT, client_result(fd));
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_CANCEL, 1, T_PATIENCE_MS));
	EXPECT_EQ(request.id, self->genl.cancel[0]);
	EXPECT_EQ(-ENOENT, t_done(&self->genl, request.id, &success));
	close(request.fd);
	close(fd);
}

TEST_F(request_end, closed_before_it_was_accepted)
{
	int fd = client_start(&self->addr);
	struct t_status status;

	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	close(fd);
	EXPECT_EQ(-EAGAIN, t_accept(&self->genl, &(struct t_request){ 0 }, 1, NULL));
	ASSERT_EQ(0, t_status(&self->genl, &status));
	EXPECT_EQ(0, status.pending);
	EXPECT_EQ(1, status.outcome[TLSOCK_OUTCOME_CANCELED]);
}

TEST_HARNESS_MAIN
