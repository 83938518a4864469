// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key updates of TLS 1.3: asked for by the program, by the peer and by the
 * number of records; and under load. Where kernel TLS cannot change keys, asking
 * is refused.
 */
#include "lib/harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/utsname.h>

FIXTURE(rekey) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_VARIANT(rekey) {
	size_t secret_length;
};

FIXTURE_VARIANT_ADD(rekey, sha256) { .secret_length = 32 };
FIXTURE_VARIANT_ADD(rekey, sha384) { .secret_length = 48 };

static int update(int fd, int whose)
{
	return t_set_int(fd, SOL_TLSOCK, TLSOCK_KEY_UPDATE, whose);
}

/* Is this a kernel on which it has to work? */
static bool can_rekey(void)
{
	int major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 17);
}

static int rekeys(int fd)
{
	struct tlsock_info info;
	int err = t_info(fd, &info);

	return err ? err : (int)info.rekeys;
}

static int rekey_after(unsigned long records)
{
	FILE *file = fopen("/proc/sys/net/tlsock/rekey_records", "w");
	int err = file ? 0 : -errno;

	if (file && (fprintf(file, "%lu\n", records) < 0 || fclose(file)))
		err = -errno;
	return err;
}

FIXTURE_SETUP(rekey)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->secret_length = variant->secret_length;
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
	if (!can_rekey()) {
		ASSERT_EQ(-EOPNOTSUPP, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
		SKIP(return, "kernel TLS cannot change its keys");
	}
	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

FIXTURE_TEARDOWN(rekey)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

TEST_F(rekey, own_key)
{
	EXPECT_EQ(1, rekeys(self->pair.client));
	EXPECT_EQ(1, rekeys(self->pair.server));
	ASSERT_EQ(0, update(self->pair.server, TLSOCK_KEY_UPDATE_OWN));
	EXPECT_EQ(2, rekeys(self->pair.server));
	EXPECT_EQ(1, rekeys(self->pair.client));
	ASSERT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	EXPECT_EQ(2, rekeys(self->pair.client));
}

TEST_F(rekey, both_keys)
{
	char byte;

	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_BOTH));
	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	ASSERT_EQ(1, read(self->pair.server, &byte, 1));
	/* It has to answer before it sends data, and not earlier. */
	EXPECT_EQ(2, rekeys(self->pair.server));
	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	EXPECT_EQ(3, rekeys(self->pair.server));
	ASSERT_EQ(1, read(self->pair.client, &byte, 1));
	EXPECT_EQ(3, rekeys(self->pair.client));
	ASSERT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	EXPECT_EQ(3, rekeys(self->pair.client));
}

/* One answer is enough for any number of requests that come before it. */
TEST_F(rekey, many_requests_one_answer)
{
	char buffer[8];
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_BOTH));
		ASSERT_EQ(1, write(self->pair.client, "x", 1));
	}
	ASSERT_EQ(0, t_read_all(self->pair.server, buffer, 5));
	EXPECT_EQ(1 + 5, rekeys(self->pair.server));
	ASSERT_EQ(0, t_pair_talk(self->pair.server, self->pair.client));
	EXPECT_EQ(1 + 5 + 1, rekeys(self->pair.server));
	EXPECT_EQ(1 + 5 + 1, rekeys(self->pair.client));
}

TEST_F(rekey, between_pieces_of_a_record)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(3, send(self->pair.client, "abc", 3, MSG_MORE));
	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(3, send(self->pair.client, "def", 3, 0));
	EXPECT_EQ(6, recv(self->pair.server, buffer, 6, MSG_WAITALL));
	EXPECT_STREQ("abcdef", buffer);
}

TEST_F(rekey, peek_and_lowat_across_it)
{
	char buffer[16] = { 0 };

	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(3, write(self->pair.client, "def", 3));
	EXPECT_EQ(3, recv(self->pair.server, buffer, 3, MSG_PEEK));
	EXPECT_STREQ("abc", buffer);
	ASSERT_EQ(3, read(self->pair.server, buffer, 3));
	EXPECT_EQ(3, recv(self->pair.server, buffer, 3, MSG_PEEK));
	EXPECT_STREQ("def", buffer);
	EXPECT_EQ(3, read(self->pair.server, buffer, 3));
}

TEST_F(rekey, peeked_data_before_it_is_polled)
{
	char buffer[16];

	ASSERT_EQ(3, write(self->pair.client, "abc", 3));
	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	EXPECT_EQ(3, recv(self->pair.server, buffer, sizeof(buffer), MSG_PEEK));
	EXPECT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, 0));
	EXPECT_EQ(1, read(self->pair.server, buffer, 1));
	EXPECT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, 0));
	EXPECT_EQ(2, read(self->pair.server, buffer, sizeof(buffer)));
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, 0));
}

/* Nobody must wait for what a KeyUpdate hides, and none is readable itself. */
TEST_F(rekey, nothing_to_read)
{
	char byte;

	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	EXPECT_EQ(EAGAIN, T_ERRNO(recv(self->pair.server, &byte, 1, MSG_DONTWAIT)));
	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	EXPECT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
	EXPECT_EQ(1, read(self->pair.server, &byte, 1));
	EXPECT_EQ(0, t_poll(self->pair.server, POLLIN, 0));
}

TEST_F(rekey, never_waits_for_the_peer)
{
	static char data[16384];
	size_t sent = 0, got = 0;
	ssize_t n;

	t_nonblock(self->pair.client, true);
	while ((n = write(self->pair.client, data, sizeof(data))) > 0)
		sent += n;
	ASSERT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(EAGAIN, T_ERRNO(write(self->pair.client, data, sizeof(data))));
	while (got < sent) {
		n = read(self->pair.server, data, sizeof(data));
		ASSERT_LT(0, n);
		got += n;
	}
	EXPECT_EQ(sent, got);
	t_nonblock(self->pair.client, false);
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	EXPECT_EQ(2, rekeys(self->pair.server));
}

TEST_F(rekey, by_the_number_of_records)
{
	struct t_pair pair;
	char byte;
	int i;

	ASSERT_EQ(0, rekey_after(10));
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(1, write(pair.client, "x", 1));
		ASSERT_EQ(1, read(pair.server, &byte, 1));
	}
	/* The KeyUpdate is the last record under its key. */
	EXPECT_EQ(9, rekeys(pair.client));
	EXPECT_EQ(9, rekeys(pair.server));
	t_pair_close(&pair);

	ASSERT_EQ(0, rekey_after(0));
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_EQ(0, t_pair_talk(pair.client, pair.server));
	EXPECT_EQ(0, rekeys(pair.client));
	t_pair_close(&pair);
}

/* A flood of them keeps nobody, and nobody forgets what stands behind it. */
TEST_F(rekey, flood)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC), calls = 0, i;
	char byte;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(1, write(self->pair.client, "x", 1));
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->pair.server, &event));
	do {
		ASSERT_EQ(1, epoll_wait(epoll, &event, 1, T_PATIENCE_MS));
		calls++;
	} while (recv(self->pair.server, &byte, 1, MSG_DONTWAIT) < 0);
	EXPECT_LT(1, calls);
	EXPECT_EQ('x', byte);
	EXPECT_EQ(1 + 100, rekeys(self->pair.server));
	close(epoll);
}

/* Established sockets go on, whatever becomes of the helper. */
TEST_F(rekey, without_a_helper)
{
	t_helper_stop(self->helper);
	EXPECT_EQ(0, update(self->pair.client, TLSOCK_KEY_UPDATE_BOTH));
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
	EXPECT_EQ(3, rekeys(self->pair.client));
	self->helper = t_helper_start(T_HELPER_KEYS);
}

/* Several senders of whole records, and one who changes the key all the time. */
struct sender {
	int fd;
	int over;
	int err;
};

#define SENDERS	3
#define ROUNDS	400

static void *send_records(void *arg)
{
	struct sender *sender = arg;
	char data[1000];
	int i;

	memset(data, 'd', sizeof(data));
	for (i = 0; i < ROUNDS && !sender->err; i++)
		sender->err = t_write_all(sender->fd, data, sizeof(data));
	return NULL;
}

static void *change_keys(void *arg)
{
	struct sender *sender = arg;
	int i;

	for (i = 0; !sender->err && !__atomic_load_n(&sender->over, __ATOMIC_ACQUIRE); i++)
		sender->err = update(sender->fd, i & 1);
	return NULL;
}

/* A debug kernel beside other machines takes its time. */
TEST_F_TIMEOUT(rekey, while_others_send, 180)
{
	struct sender changer = { .fd = self->pair.client }, sender[SENDERS];
	static char data[SENDERS * ROUNDS * 1000];
	pthread_t thread[SENDERS], keys;
	size_t i;

	ASSERT_EQ(0, pthread_create(&keys, NULL, change_keys, &changer));
	for (i = 0; i < SENDERS; i++) {
		sender[i] = (struct sender) { .fd = self->pair.client };
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, send_records, &sender[i]));
	}
	EXPECT_EQ(0, t_read_all(self->pair.server, data, sizeof(data)));
	for (i = 0; i < SENDERS; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(0, sender[i].err);
	}
	__atomic_store_n(&changer.over, 1, __ATOMIC_RELEASE);
	pthread_join(keys, NULL);
	EXPECT_EQ(0, changer.err);
	for (i = 0; i < sizeof(data); i++)
		ASSERT_EQ('d', data[i]);
	TH_LOG("%d key updates", rekeys(self->pair.client));
	EXPECT_LT(10, rekeys(self->pair.client));
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

TEST_F(rekey, after_shutdown)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->pair.client, SHUT_WR));
	EXPECT_EQ(-EPIPE, update(self->pair.client, TLSOCK_KEY_UPDATE_OWN));
	EXPECT_EQ(0, read(self->pair.server, &byte, 1));
	/* A peer that only reads still has to follow. */
	ASSERT_EQ(0, update(self->pair.server, TLSOCK_KEY_UPDATE_BOTH));
	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	EXPECT_EQ(1, read(self->pair.client, &byte, 1));
}

TEST_F(rekey, odd_values)
{
	int value = 0, fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	socklen_t len = sizeof(value);

	EXPECT_EQ(-ENOTCONN, update(fd, TLSOCK_KEY_UPDATE_OWN));
	EXPECT_EQ(-EINVAL, update(self->pair.client, 2));
	EXPECT_EQ(-EINVAL, update(self->pair.client, -1));
	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(self->pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE,
					     &value, 2)));
	EXPECT_EQ(ENOPROTOOPT, T_ERRNO(getsockopt(self->pair.client, SOL_TLSOCK,
						  TLSOCK_KEY_UPDATE, &value, &len)));
	close(fd);
	EXPECT_EQ(1, rekeys(self->pair.client));
}

TEST_HARNESS_MAIN
