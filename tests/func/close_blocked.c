// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that block, and what ends them: another thread closes the descriptor,
 * or shuts the socket down, or the process is killed. Each call is held
 * against TCP's.
 */
#include "lib/bytes.h"
#include "lib/harness.h"
#include "lib/task.h"

#include <sys/sendfile.h>
#include <sys/wait.h>

#define SIZE	2000000

enum call {
	READ,
	PEEK,
	WRITE,
	SENDFILE,
	POLL,
	ACCEPT,
	CONNECT,	/* TCP's part of it */
	HANDSHAKE,
};

/* @fd: where the call blocks; @peer: its peer, or for connect() the listener */
FIXTURE(blocked) {
	struct t_helper *helper;
	struct t_addr addr;
	int fd;
	int peer;
	int file;
	int others[8];
	int protocol;
	enum call call;
};

/*
 * @interrupted: what a signal makes of the call after its descriptor was closed
 * @shut: what shutdown() in another thread makes of it; 1: some bytes, or events
 */
FIXTURE_VARIANT(blocked) {
	int protocol;
	enum call call;
	long interrupted;
	long shut;
};

#define VARIANT(name, ...) \
	FIXTURE_VARIANT_ADD(blocked, tcp_##name) { IPPROTO_TCP, __VA_ARGS__ }; \
	FIXTURE_VARIANT_ADD(blocked, tls_##name) { IPPROTO_TLS, __VA_ARGS__ }

VARIANT(read, READ, -EINTR, 0);
VARIANT(peek, PEEK, -EINTR, 0);
VARIANT(write, WRITE, 1, 1);
VARIANT(sendfile, SENDFILE, 1, 1);
VARIANT(poll, POLL, 1, 1); /* which looks the descriptor up again */
VARIANT(accept, ACCEPT, -EINTR, -EINVAL);
VARIANT(connect, CONNECT, -EINTR, -ECONNRESET);
FIXTURE_VARIANT_ADD(blocked, tls_handshake) { IPPROTO_TLS, HANDSHAKE, -EINTR, -ECONNABORTED };

static long call_connect(FIXTURE_DATA(blocked) *self)
{
	return t_connect(self->fd, &self->addr);
}

static long call_write(FIXTURE_DATA(blocked) *self)
{
	static uint8_t data[SIZE];
	ssize_t n;

	t_bytes_fill(data, SIZE, 0);
	n = write(self->fd, data, SIZE);
	return n < 0 ? -errno : n;
}

static long call(void *arg)
{
	FIXTURE_DATA(blocked) *self = arg;
	struct pollfd poll_fd = { .fd = self->fd, .events = POLLIN };
	char byte;
	long n = -1;

	switch (self->call) {
	case READ:
		n = read(self->fd, &byte, 1);
		break;
	case PEEK:
		n = recv(self->fd, &byte, 1, MSG_PEEK);
		break;
	case WRITE:
		return call_write(self);
	case SENDFILE:
		n = sendfile(self->fd, self->file, &(off_t){ 0 }, SIZE);
		break;
	case POLL:
		n = poll(&poll_fd, 1, -1);
		break;
	case ACCEPT:
		n = accept(self->fd, NULL, NULL);
		break;
	case CONNECT:
	case HANDSHAKE:
		return call_connect(self);
	}
	return n < 0 ? -errno : n;
}

/* A listener that answers nobody: its queue is full. */
static void listener_fill(FIXTURE_DATA(blocked) *self)
{
	size_t i;

	listen(self->peer, 0);
	for (i = 0; i < sizeof(self->others) / sizeof(self->others[0]); i++) {
		self->others[i] = t_socket(AF_INET, IPPROTO_TCP, SOCK_NONBLOCK);
		t_connect(self->others[i], &self->addr);
	}
}

FIXTURE_SETUP(blocked)
{
	struct t_pair pair = { -1, -1 };

	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	memset(self->others, 0xff, sizeof(self->others));
	self->file = variant->call == SENDFILE ? t_bytes_file(SIZE) : -1;
	self->protocol = variant->protocol;
	self->call = variant->call;
	switch (variant->call) {
	case ACCEPT:
		pair.client = t_listen(AF_INET, variant->protocol, &self->addr);
		break;
	case CONNECT:
	case HANDSHAKE:
		pair.client = t_socket(AF_INET, variant->protocol, 0);
		pair.server = t_listen(AF_INET, IPPROTO_TCP, &self->addr);
		break;
	default:
		ASSERT_EQ(0, t_stream_open(&pair, variant->protocol == IPPROTO_TLS ? 0x0304 : 0));
		break;
	}
	self->fd = pair.client;
	self->peer = pair.server;
	ASSERT_LE(0, self->fd);
	if (variant->call == CONNECT)
		listener_fill(self);
	if (variant->call == HANDSHAKE)
		t_helper_mode(self->helper, T_HELPER_HOLD);
}

FIXTURE_TEARDOWN(blocked)
{
	size_t i;

	for (i = 0; i < sizeof(self->others) / sizeof(self->others[0]); i++)
		close(self->others[i]);
	close(self->file);
	close(self->fd);
	close(self->peer);
	t_helper_stop(self->helper);
}

/* The peer of a connection gets all that was written, @sent bytes if it is known, and the end. */
static int peer_ended(int peer, long sent)
{
	static char block[65536];
	long got = 0;
	ssize_t n;

	while ((n = recv(peer, block, sizeof(block), 0)) > 0)
		got += n;
	if (n < 0)
		return -errno;
	return sent >= 0 && got != sent ? -EBADMSG : 0;
}

/* Nobody listens there any more. */
static int listener_ended(const struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TCP, 0);
	int err = t_connect(fd, addr);

	close(fd);
	return err == -ECONNREFUSED ? 0 : -EEXIST;
}

/* The peer of a handshake: its TCP connection is over. */
static int handshake_ended(int listener)
{
	int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	int err = peer < 0 ? -errno : 0;
	char byte;

	if (!err && !(t_poll(peer, POLLIN, T_PATIENCE_MS) & POLLIN))
		err = -ETIME;
	if (!err && recv(peer, &byte, 1, MSG_DONTWAIT) > 0)
		err = -EBADMSG;
	close(peer);
	return err;
}

/* Nothing is left of the socket; @sent: what the call wrote, -1 if unknown. 0 or -errno */
static int ended(const FIXTURE_DATA(blocked) *self, long sent)
{
	switch (self->call) {
	case WRITE:
	case SENDFILE:
		return peer_ended(self->peer, sent);
	case READ:
	case PEEK:
	case POLL:
		return peer_ended(self->peer, 0);
	case ACCEPT:
		return listener_ended(&self->addr);
	case HANDSHAKE:
		return handshake_ended(self->peer);
	case CONNECT:
		break;
	}
	return 0;
}

/* What the kernel still has in this namespace: requests and connections. */
static int left(unsigned int established)
{
	struct t_status status = { 0 };
	struct t_genl genl;
	int err;

	err = t_genl_open(&genl);
	if (err)
		return err;
	err = t_status(&genl, &status);
	t_genl_close(&genl);
	if (!err && (status.pending || status.accepted || status.established != established))
		err = -EBUSY;
	return err;
}

static bool is_connected(const FIXTURE_DATA(blocked) *self)
{
	return self->protocol == IPPROTO_TLS && self->call < ACCEPT;
}

static bool is_result(long wanted, long result)
{
	return wanted == 1 ? result > 0 : result == wanted;
}

/* As with TCP, nobody notices; the call keeps the socket. */
TEST_F(blocked, closed_by_another_thread)
{
	struct t_task task;
	long result;
	int fd;

	ASSERT_EQ(0, t_task_start(&task, call, self));
	ASSERT_TRUE(t_task_sleeps(&task));
	fd = self->fd;
	close(fd);
	EXPECT_TRUE(t_task_stays(&task));
	t_task_signal(&task);
	result = t_task_end(&task);
	EXPECT_TRUE(is_result(variant->interrupted, result))
		TH_LOG("%ld", result);
	self->fd = -1;
	EXPECT_EQ(0, ended(self, result));
	EXPECT_EQ(0, left(is_connected(self)));
}

TEST_F(blocked, shut_down_by_another_thread)
{
	struct t_task task;
	long result;

	ASSERT_EQ(0, t_task_start(&task, call, self));
	ASSERT_TRUE(t_task_sleeps(&task));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_RDWR));
	result = t_task_end(&task);
	EXPECT_TRUE(is_result(variant->shut, result))
		TH_LOG("%ld", result);
	EXPECT_EQ(0, ended(self, result));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0, left(is_connected(self)));
}

TEST_F(blocked, killed)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		/* Alone with what the call needs. */
		close(self->peer);
		_exit(call(self) == 0);
	}
	close(self->fd);
	self->fd = -1;
	ASSERT_TRUE(t_process_sleeps(pid));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	EXPECT_EQ(0, ended(self, -1));
	EXPECT_EQ(0, left(is_connected(self)));
}

TEST_HARNESS_MAIN
