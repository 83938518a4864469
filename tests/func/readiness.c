// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When and how often a waiting program wakes up: once for each record however
 * its bytes arrive, not for records that are not data, and one program of many.
 */
#include "lib/harness.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

/*
 * The program's socket on one side; on the other the bytes that a sender with
 * kernel TLS makes, which the test passes on as it likes.
 */
FIXTURE(readiness) {
	struct t_helper *helper;
	struct t_pair pair;	/* client: the program's, server: raw TCP */
	struct t_pair sender;	/* client: raw kTLS, server: raw TCP */
	int epoll;
};

FIXTURE_VARIANT(readiness) {
	uint16_t version;
};

FIXTURE_VARIANT_ADD(readiness, tls13) { .version = 0x0304 };
FIXTURE_VARIANT_ADD(readiness, tls12) { .version = 0x0303 };

static int watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* The events of the next wake-up, 0 if there is none. */
static uint32_t wake_up(int epoll, int ms)
{
	struct epoll_event event = { 0 };

	return epoll_wait(epoll, &event, 1, ms) > 0 ? event.events : 0;
}

FIXTURE_SETUP(readiness)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	ASSERT_EQ(0, t_pair_half(&self->pair));
	ASSERT_EQ(0, t_pair_tcp(&self->sender, AF_INET));
	ASSERT_EQ(0, t_raw_tls(self->sender.client, TLSOCK_ROLE_SERVER, variant->version));
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_EQ(0, watch(self->epoll, self->pair.client, EPOLLIN | EPOLLRDHUP | EPOLLET));
}

FIXTURE_TEARDOWN(readiness)
{
	close(self->epoll);
	t_pair_close(&self->pair);
	t_pair_close(&self->sender);
	t_helper_stop(self->helper);
}

/* The bytes of what the sender sent last; more records come in one piece. */
static ssize_t made(int fd, void *bytes, size_t size)
{
	char *next = bytes;
	ssize_t got = 0, n;

	t_poll(fd, POLLIN, T_PATIENCE_MS);
	while ((n = recv(fd, next + got, size - got, MSG_DONTWAIT)) > 0)
		got += n;
	return got;
}

/* What the sender sent last arrives in one piece; 0 or -errno */
static int deliver(int from, int to)
{
	char bytes[256];

	return t_write_all(to, bytes, made(from, bytes, sizeof(bytes)));
}

static void in_many_pieces(struct __test_metadata *_metadata, FIXTURE_DATA(readiness) *self)
{
	static char data[16000], bytes[17000];
	int wake_ups = 0;
	ssize_t size, i;

	ASSERT_EQ(0, t_set_int(self->pair.server, IPPROTO_TCP, 1 /* TCP_NODELAY */, 1));
	ASSERT_EQ(0, t_write_all(self->sender.client, data, sizeof(data)));
	size = made(self->sender.server, bytes, sizeof(bytes));
	ASSERT_LT((ssize_t)sizeof(data), size);
	for (i = 0; i + 1000 < size; i += 1000) {
		ASSERT_EQ(0, t_write_all(self->pair.server, bytes + i, 1000));
		wake_ups += wake_up(self->epoll, 0) != 0;
	}
	EXPECT_EQ(0, wake_ups);
	EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, 0));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.client, data, 1, MSG_DONTWAIT)));
	EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, 0));
	ASSERT_EQ(0, t_write_all(self->pair.server, bytes + i, size - i));
	EXPECT_EQ(EPOLLIN, wake_up(self->epoll, T_PATIENCE_MS));
	EXPECT_EQ(0, wake_up(self->epoll, 0));
	EXPECT_EQ(0, t_read_all(self->pair.client, data, sizeof(data)));
	EXPECT_EQ(0, wake_up(self->epoll, 0));
}

TEST_F(readiness, once_for_a_record_in_many_pieces)
{
	in_many_pieces(_metadata, self);
}

/* Kernel TLS tells of each piece then. */
TEST_F(readiness, once_after_shutdown)
{
	char goodbye[64];

	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	ASSERT_LT(0, made(self->pair.server, goodbye, sizeof(goodbye)));
	in_many_pieces(_metadata, self);
}

TEST_F(readiness, once_for_each_record)
{
	char byte;
	int i, wake_ups = 0;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(1, write(self->sender.client, "x", 1));
		ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
		ASSERT_EQ(EPOLLIN, wake_up(self->epoll, T_PATIENCE_MS));
		wake_ups += 1 + (wake_up(self->epoll, 0) != 0);
		ASSERT_EQ(1, read(self->pair.client, &byte, 1));
		wake_ups += wake_up(self->epoll, 0) != 0;
	}
	EXPECT_EQ(100, wake_ups);
}

/* Edge triggered programs read until EAGAIN: no record is forgotten. */
TEST_F(readiness, many_records_at_once)
{
	char bytes[4096], byte;
	ssize_t size = 0;
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(1, write(self->sender.client, "x", 1));
		size += made(self->sender.server, bytes + size, sizeof(bytes) - size);
	}
	ASSERT_EQ(0, t_write_all(self->pair.server, bytes, size));
	ASSERT_EQ(EPOLLIN, wake_up(self->epoll, T_PATIENCE_MS));
	t_nonblock(self->pair.client, true);
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(POLLIN, t_poll(self->pair.client, POLLIN, 0));
		EXPECT_EQ(1, read(self->pair.client, &byte, 1));
	}
	EXPECT_EQ(EAGAIN, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, 0));
}

/* A goodbye is no data: EPOLLRDHUP says so, and read() finds the end. */
TEST_F(readiness, goodbye)
{
	char byte;

	ASSERT_EQ(0, t_alert_send(self->sender.client, 1, 0));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	EXPECT_EQ(EPOLLIN | EPOLLRDHUP, wake_up(self->epoll, T_PATIENCE_MS));
	EXPECT_EQ(0, read(self->pair.client, &byte, 1));
}

/* A harmless alert after data is nothing to read. */
TEST_F(readiness, alert_that_is_no_end)
{
	char byte;

	ASSERT_EQ(1, write(self->sender.client, "x", 1));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	ASSERT_EQ(1, read(self->pair.client, &byte, 1));
	wake_up(self->epoll, 0);
	ASSERT_EQ(0, t_alert_send(self->sender.client, 1, 90));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	EXPECT_EQ(0, t_poll(self->pair.client, POLLIN, T_SILENCE_MS));
	EXPECT_EQ(0, wake_up(self->epoll, 0));
	ASSERT_EQ(1, write(self->sender.client, "y", 1));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	EXPECT_EQ(EPOLLIN, wake_up(self->epoll, T_PATIENCE_MS));
}

/* read() waits for SO_RCVLOWAT bytes, in however many records they come. */
struct reader {
	int fd;
	ssize_t got;
	char data[64];
};

static void *read_once(void *arg)
{
	struct reader *reader = arg;

	reader->got = read(reader->fd, reader->data, sizeof(reader->data));
	return NULL;
}

TEST_F(readiness, low_water_mark)
{
	struct reader reader = { .fd = self->pair.client };
	pthread_t thread;
	char bytes[256];
	int i;

	ASSERT_EQ(0, t_set_int(self->pair.client, SOL_SOCKET, SO_RCVLOWAT, 10));
	EXPECT_EQ(10, t_get_int(self->pair.client, SOL_SOCKET, SO_RCVLOWAT));
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_once, &reader));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(4, write(self->sender.client, "word", 4));
		ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(12, reader.got);
	EXPECT_EQ(0, memcmp("wordwordword", reader.data, 12));
	/* Who does not wait gets what there is. */
	ASSERT_EQ(4, write(self->sender.client, "last", 4));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	EXPECT_EQ(4, recv(self->pair.client, bytes, sizeof(bytes), MSG_DONTWAIT));
}

/* The handshake does not wait for the program's low water mark. */
TEST_F(readiness, low_water_mark_before_the_handshake)
{
	struct t_pair pair;
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr);

	ASSERT_EQ(0, t_set_int(listener, SOL_SOCKET, SO_RCVLOWAT, 100000));
	pair.client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(0, t_set_int(pair.client, SOL_SOCKET, SO_RCVLOWAT, 100000));
	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(pair.client, &addr));
	ASSERT_EQ(0, t_poll(listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->helper, 3));
	EXPECT_EQ(1, t_get_int(self->helper->held[0].fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(1, t_get_int(self->helper->held[1].fd, SOL_SOCKET, SO_RCVLOWAT));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	pair.server = accept(listener, NULL, NULL);
	EXPECT_EQ(100000, t_get_int(pair.server, SOL_SOCKET, SO_RCVLOWAT));
	t_pair_close(&pair);
	close(listener);
}

/* Two programs wait for the same socket; one record wakes one of them. */
struct waiter {
	int epoll;
	pid_t tid;
	uint32_t events;
};

/* Wait until the thread is inside epoll_wait(). */
static bool is_waiting(const struct waiter *waiter)
{
	char path[64], number[16], text[64];
	bool inside = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall",
		 __atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE));
	snprintf(number, sizeof(number), "%d ", SYS_epoll_wait);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file))
		inside = !strncmp(text, number, strlen(number));
	if (file)
		fclose(file);
	return inside;
}

static void *wait_once(void *arg)
{
	struct waiter *waiter = arg;

	__atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
	waiter->events = wake_up(waiter->epoll, 4 * T_SILENCE_MS);
	return NULL;
}

TEST_F(readiness, exclusive)
{
	struct waiter waiters[2];
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++) {
		waiters[i] = (struct waiter) { .epoll = epoll_create1(EPOLL_CLOEXEC) };
		ASSERT_EQ(0, watch(waiters[i].epoll, self->pair.client,
				   EPOLLIN | EPOLLEXCLUSIVE | EPOLLET));
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, wait_once, &waiters[i]));
		while (!is_waiting(&waiters[i]))
			sched_yield();
	}
	ASSERT_EQ(1, write(self->sender.client, "x", 1));
	ASSERT_EQ(0, deliver(self->sender.server, self->pair.server));
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		close(waiters[i].epoll);
	}
	EXPECT_EQ(EPOLLIN, waiters[0].events + waiters[1].events);
}

TEST_HARNESS_MAIN
