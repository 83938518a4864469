// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLSOCK_CERT, TLSOCK_KEY and TLSOCK_CA: which descriptors are taken, what comes
 * back, and what the helper gets to read. What is in the files is the helper's
 * business; net/credentials looks at that.
 */
#include "lib/harness.h"
#include "lib/limits.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define N_OPTIONS	3
#define NONE		(-1)

static const int options[N_OPTIONS] = { TLSOCK_CERT, TLSOCK_KEY, TLSOCK_CA };
static const int longest[N_OPTIONS] = { TLSOCK_MAX_CERT, TLSOCK_MAX_KEY, TLSOCK_MAX_CA };

FIXTURE(credentials) {
	struct t_genl genl;
	struct t_addr addr;
	int listener;
	int fd;
};

FIXTURE_SETUP(credentials)
{
	self->listener = t_upcall_open(&self->genl, &self->addr);
	ASSERT_LE(0, self->listener);
	self->fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(credentials)
{
	close(self->fd);
	close(self->listener);
	t_genl_close(&self->genl);
}

/* A file with that in it; it stands at its end, as after writing. */
static int file_of(const char *text)
{
	int fd = memfd_create("credential", MFD_CLOEXEC);

	return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? fd : -1;
}

static int set(int fd, int option, int file)
{
	return t_set_int(fd, SOL_TLSOCK, option, file);
}

/* Sets from a text, and closes the file. */
static int set_text(int fd, int option, const char *text)
{
	int file = file_of(text), err = set(fd, option, file);

	close(file);
	return err;
}

/* Bytes got, or -errno; of -ERANGE the length needed in *@need. */
static int get(int fd, int option, char *buffer, socklen_t room, socklen_t *need)
{
	*need = room;
	if (getsockopt(fd, SOL_TLSOCK, option, buffer, need))
		return -errno;
	return (int)*need;
}

/* All that the helper can read, as a text. */
static const char *read_all(int file)
{
	static char text[64];
	size_t at = 0;
	ssize_t n;

	while ((n = read(file, text + at, sizeof(text) - 1 - at)) > 0)
		at += n;
	text[at] = 0;
	return text;
}

static int request_of(struct t_genl *genl, int fd, const struct t_addr *addr,
		      struct t_request *request)
{
	int err = t_connect(fd, addr);

	return err == -EINPROGRESS ? t_accept_one(genl, request) : -EIO;
}

static void request_end(struct t_genl *genl, struct t_request *request)
{
	t_done_errno(genl, request->id, EPROTO);
	close(request->fd);
	if (request->own_fd >= 0)
		close(request->own_fd);
}

TEST_F(credentials, descriptors_that_are_refused)
{
	int pipes[2], closed, writing, folder, file, i;

	ASSERT_EQ(0, pipe(pipes));
	file = file_of("text");
	writing = open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	ASSERT_LE(0, writing);
	folder = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	closed = dup(file);
	close(closed);
	for (i = 0; i < N_OPTIONS; i++) {
		EXPECT_EQ(-EBADF, set(self->fd, options[i], closed));
		EXPECT_EQ(-EBADF, set(self->fd, options[i], -2));
		EXPECT_EQ(-EBADF, set(self->fd, options[i], writing));
		EXPECT_EQ(-EINVAL, set(self->fd, options[i], pipes[0]));
		EXPECT_EQ(-EINVAL, set(self->fd, options[i], folder));
		EXPECT_EQ(-EINVAL, set(self->fd, options[i], self->fd));
		EXPECT_EQ(-EINVAL, set_text(self->fd, options[i], ""));
		EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(self->fd, SOL_TLSOCK, options[i], &file, 2)));
		EXPECT_EQ(EFAULT, T_ERRNO(setsockopt(self->fd, SOL_TLSOCK, options[i], NULL, 4)));
	}
	close(pipes[0]);
	close(pipes[1]);
	close(writing);
	close(folder);
	close(file);
}

TEST_F(credentials, files_up_to_their_longest)
{
	int file, i;

	for (i = 0; i < N_OPTIONS; i++) {
		file = file_of("");
		ASSERT_EQ(0, ftruncate(file, longest[i]));
		EXPECT_EQ(0, set(self->fd, options[i], file));
		ASSERT_EQ(0, ftruncate(file, longest[i] + 1));
		EXPECT_EQ(-EFBIG, set(self->fd, options[i], file));
		close(file);
	}
}

TEST_F(credentials, come_back_but_for_the_key)
{
	char buffer[64];
	socklen_t need;

	EXPECT_EQ(0, get(self->fd, TLSOCK_CERT, buffer, sizeof(buffer), &need));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CERT, "certificate"));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_KEY, "secret"));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CA, "anchors"));
	ASSERT_EQ(11, get(self->fd, TLSOCK_CERT, buffer, sizeof(buffer), &need));
	EXPECT_EQ(0, memcmp(buffer, "certificate", 11));
	ASSERT_EQ(7, get(self->fd, TLSOCK_CA, buffer, sizeof(buffer), &need));
	EXPECT_EQ(0, memcmp(buffer, "anchors", 7));
	EXPECT_EQ(-ERANGE, get(self->fd, TLSOCK_CERT, buffer, 10, &need));
	EXPECT_EQ(11, need);
	EXPECT_EQ(-ENOPROTOOPT, get(self->fd, TLSOCK_KEY, buffer, sizeof(buffer), &need));
	/* Replaced, and taken away. */
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CERT, "other"));
	EXPECT_EQ(5, get(self->fd, TLSOCK_CERT, buffer, sizeof(buffer), &need));
	ASSERT_EQ(0, set(self->fd, TLSOCK_CERT, NONE));
	EXPECT_EQ(0, get(self->fd, TLSOCK_CERT, buffer, sizeof(buffer), &need));
	EXPECT_EQ(7, get(self->fd, TLSOCK_CA, buffer, sizeof(buffer), &need));
}

TEST_F(credentials, the_helper_reads_what_was_there)
{
	struct t_request request;
	int file = file_of("certificate");

	ASSERT_EQ(0, set(self->fd, TLSOCK_CERT, file));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_KEY, "key"));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CA, "anchors"));
	/* What becomes of the file does not matter. */
	ASSERT_EQ(5, pwrite(file, "wrong", 5, 0));
	ASSERT_EQ(0, ftruncate(file, 6));
	close(file);
	ASSERT_EQ(0, request_of(&self->genl, self->fd, &self->addr, &request));
	ASSERT_LE(0, request.own_fd);
	EXPECT_TRUE(fcntl(request.own_fd, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(11, request.own_length[0]);
	EXPECT_EQ(3, request.own_length[1]);
	EXPECT_EQ(7, request.own_length[2]);
	EXPECT_NE(0, request.own_id);
	EXPECT_EQ(EBADF, T_ERRNO(write(request.own_fd, "x", 1)));
	EXPECT_STREQ("certificatekeyanchors", read_all(request.own_fd));
	request_end(&self->genl, &request);
}

TEST_F(credentials, the_helper_s_file_outlives_the_socket)
{
	struct t_request request;

	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CA, "anchors"));
	ASSERT_EQ(0, request_of(&self->genl, self->fd, &self->addr, &request));
	close(self->fd);
	EXPECT_EQ(0, request.own_length[0]);
	EXPECT_STREQ("anchors", read_all(request.own_fd));
	request_end(&self->genl, &request);
	self->fd = -1;
}

TEST_F(credentials, none_are_told_where_none_are_set)
{
	struct t_request request;

	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CERT, "certificate"));
	ASSERT_EQ(0, set(self->fd, TLSOCK_CERT, NONE));
	ASSERT_EQ(0, request_of(&self->genl, self->fd, &self->addr, &request));
	EXPECT_EQ(-1, request.own_fd);
	request_end(&self->genl, &request);
}

/* All connections of a server have the same, until it sets others. */
TEST_F(credentials, children_have_those_of_their_listener)
{
	struct t_request requests[3];
	struct t_addr addr;
	int server = t_socket(AF_INET, IPPROTO_TLS, 0), clients[3], i;

	ASSERT_EQ(0, set_text(server, TLSOCK_CERT, "certificate"));
	ASSERT_EQ(0, t_bind(server, AF_INET, &addr));
	ASSERT_EQ(0, listen(server, 8));
	for (i = 0; i < 3; i++) {
		clients[i] = t_tcp_client(&addr);
		t_poll(server, POLLIN, 0);	/* starts its handshake */
		ASSERT_EQ(0, t_accept_one(&self->genl, &requests[i]));
		EXPECT_EQ(11, requests[i].own_length[0]);
		EXPECT_EQ(requests[0].own_id, requests[i].own_id);
	}
	EXPECT_EQ(-EINVAL, set_text(server, TLSOCK_CERT, "late"));
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CERT, "certificate"));
	for (i = 0; i < 3; i++) {
		request_end(&self->genl, &requests[i]);
		close(clients[i]);
	}
	ASSERT_EQ(0, request_of(&self->genl, self->fd, &self->addr, &requests[0]));
	EXPECT_NE(requests[1].own_id, requests[0].own_id);
	request_end(&self->genl, &requests[0]);
	close(server);
}

/* Without room for the second descriptor the request waits, and no file is lost. */
TEST_F(credentials, wait_for_a_free_descriptor)
{
	struct rlimit few, many;
	struct t_request request;
	int next = dup(0);

	close(next);
	ASSERT_EQ(0, set_text(self->fd, TLSOCK_CERT, "certificate"));
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_genl_events(&self->genl, TLSOCK_CMD_READY, 1, T_PATIENCE_MS));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &many));
	few = (struct rlimit) { next + 1, many.rlim_max };
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
	EXPECT_EQ(-EMFILE, t_accept(&self->genl, &request, 1, NULL));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	EXPECT_EQ(next, dup(0));	/* what was reserved is free again */
	close(next);
	ASSERT_EQ(1, t_accept(&self->genl, &request, 1, NULL));
	EXPECT_LE(0, request.own_fd);
	request_end(&self->genl, &request);
}

TEST_F(credentials, none_once_connected)
{
	struct t_helper *helper = t_helper_start(T_HELPER_KEYS);
	struct t_pair pair;
	int i;

	ASSERT_NE(NULL, helper);
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	for (i = 0; i < N_OPTIONS; i++)
		EXPECT_EQ(-EISCONN, set_text(pair.client, options[i], "late"));
	t_pair_close(&pair);
	t_helper_stop(helper);
}

TEST_HARNESS_MAIN
