// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers in numbers that connect and never speak, or hang up at once: a good
 * client beside them is served as if it were alone, every one of them is
 * counted, and what they took is given back.
 */
#include "lib/harness.h"
#include "lib/limits.h"
#include "lib/real.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define HANGING_UP	300

/* For all of them: connections beyond it wait in connect() until somebody polls. */
#define BACKLOG		(4 * HANGING_UP + 100)

/* For all of them to be on their way on a slow machine, in ms. */
#define START		60000

/* How many there are: a debug kernel takes its time for each. */
static int n_peers;

/*
 * Of the listener, in ms: long enough for all peers to be there at a time and a
 * good client beside them, which may take half of it. It would have to wait for
 * the end if they were in its way.
 */
static int deadline;

FIXTURE(flood) {
	struct t_helper *helper;	/* NULL: tlsockd */
	struct t_genl genl;
	struct t_addr addr;
	int listener;
	int *peers;
	long users;
	long descriptors;
};

FIXTURE_VARIANT(flood) {
	bool real;
};

FIXTURE_VARIANT_ADD(flood, fake) { .real = false };
FIXTURE_VARIANT_ADD(flood, tlsockd) { .real = true };

static int listen_for_many(struct t_addr *addr)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	int err = t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, deadline);

	if (!err)
		err = t_set_text(fd, TLSOCK_PROFILE, "web");
	if (!err)
		err = t_bind(fd, AF_INET, addr);
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	return err ? err : fd;
}

/* Descriptors that a process has open; 0 if it is not there. */
static long descriptors_of(long pid)
{
	char name[64];
	long n = 0;
	DIR *dir;

	snprintf(name, sizeof(name), "/proc/%ld/fd", pid);
	dir = opendir(name);
	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Those of tlsockd and its workers. */
static long descriptors(void)
{
	long broker = t_sysctl_get("/run/tlsockd.pid"), child, n;
	char name[64];
	FILE *file;

	n = descriptors_of(broker);
	snprintf(name, sizeof(name), "/proc/%ld/task/%ld/children", broker, broker);
	file = fopen(name, "re");
	while (file && fscanf(file, "%ld", &child) == 1)
		n += descriptors_of(child);
	if (file)
		fclose(file);
	return n;
}

FIXTURE_SETUP(flood)
{
	struct rlimit files;

	n_peers = t_kernel_is_debug() ? 200 : 1000;
	deadline = t_kernel_is_debug() ? 30000 : 10000;
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &files));
	files.rlim_cur = files.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	self->peers = calloc(n_peers, sizeof(*self->peers));
	ASSERT_NE(NULL, self->peers);
	if (variant->real) {
		if (!t_real_helper())
			SKIP(return, "no helper runs here");
	} else {
		ASSERT_EQ(0, t_net_private());
		self->helper = t_helper_start(T_HELPER_HOLD);
		ASSERT_NE(NULL, self->helper);
	}
	self->listener = listen_for_many(&self->addr);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, t_genl_open(&self->genl));
	self->users = t_module_users();
	self->descriptors = descriptors();
}

FIXTURE_TEARDOWN(flood)
{
	close(self->listener);
	t_genl_close(&self->genl);
	t_helper_stop(self->helper);
	free(self->peers);
}

/* A client that connects and is accepted: milliseconds, or -errno. */
static long good_client(FIXTURE_DATA(flood) *self)
{
	int client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK), server = -1, err;
	bool connected = false;
	long start = t_now_ms();

	t_set_text(client, TLSOCK_SERVER_NAME, "web.test");
	err = t_connect(client, &self->addr);
	if (err == -EINPROGRESS)
		err = 0;
	while (!err && (server < 0 || !connected)) {
		struct pollfd fds[2] = {
			{ .fd = connected ? -1 : client, .events = POLLOUT },
			{ .fd = server < 0 ? self->listener : -1, .events = POLLIN },
		};

		if (poll(fds, 2, 2 * deadline) <= 0)
			err = -ETIME;
		if (fds[0].revents) {
			connected = true;
			err = -t_so_error(client);
		}
		if (fds[1].revents)
			server = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
	}
	start = t_now_ms() - start;
	t_nonblock(client, false);
	if (!err)
		err = t_pair_talk(client, server);
	close(client);
	close(server);
	return err ? err : start;
}

/* Some may have come through before they hung up. */
static void drain(int listener)
{
	int fd;

	while (t_poll(listener, POLLIN, 0)) {
		fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			close(fd);
	}
}

/* Let the listener start handshakes until so many were; 0 or -ETIME. */
static int start_all(FIXTURE_DATA(flood) *self, uint64_t started)
{
	struct t_status status = { 0 };
	long end = t_now_ms() + START;

	while (t_now_ms() < end) {
		t_poll(self->listener, POLLIN, 10);
		drain(self->listener);
		if (!t_status(&self->genl, &status) && status.started >= started &&
		    !status.pending)
			return 0;
	}
	return -ETIME;
}

/* Wait until no handshake is under way, and tell what there is; 0 or -ETIME. */
static int end_all(FIXTURE_DATA(flood) *self, struct t_status *status)
{
	long end = t_now_ms() + deadline + START;

	while (t_now_ms() < end) {
		t_poll(self->listener, POLLIN, 10);
		drain(self->listener);
		if (!t_status(&self->genl, status) && !status->pending && !status->accepted)
			return 0;
	}
	return -ETIME;
}

/* Everything is as it was before, but for the counters, which agree. */
static int check_the_end(FIXTURE_DATA(flood) *self, const struct t_status *before, uint64_t n)
{
	struct t_status status = { 0 };
	long end = t_now_ms() + T_PATIENCE_MS;

	if (end_all(self, &status))
		return -ETIME;
	if (status.started - before->started != n ||
	    status.started - before->started != t_status_sum(&status) - t_status_sum(before))
		return -ERANGE;
	if (t_module_users_wait(self->users))
		return -EMFILE;
	while (descriptors() > self->descriptors)
		if (t_now_ms() > end)
			return -ENFILE;
	return 0;
}

TEST_F_TIMEOUT(flood, silent_peers, 380)
{
	struct t_status before, after;
	long alone, beside, start;
	int i;

	if (self->helper)
		t_helper_mode(self->helper, T_HELPER_KEYS);
	alone = good_client(self);
	ASSERT_LE(0, alone);
	if (self->helper)
		t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, t_status(&self->genl, &before));
	start = t_now_ms();
	for (i = 0; i < n_peers; i++) {
		self->peers[i] = t_tcp_client(&self->addr);
		ASSERT_LE(0, self->peers[i]);
	}
	ASSERT_EQ(0, start_all(self, before.started + n_peers));
	start = t_now_ms() - start;
	/* The fake helper holds what it has. */
	if (self->helper)
		t_helper_mode(self->helper, T_HELPER_KEYS_NEW);
	beside = good_client(self);
	TH_LOG("good client: %ld ms alone, %ld ms beside %d silent peers, who came in %ld ms",
	       alone, beside, n_peers, start);
	ASSERT_LE(0, beside);
	EXPECT_GT(alone + deadline / 2, beside);
	ASSERT_EQ(0, end_all(self, &after));
	EXPECT_EQ((uint64_t)n_peers, after.outcome[TLSOCK_OUTCOME_TIMEOUT] -
			 before.outcome[TLSOCK_OUTCOME_TIMEOUT]);
	/* They are told that it is over. */
	for (i = 0; i < n_peers; i++) {
		EXPECT_TRUE(t_poll(self->peers[i], POLLIN, T_PATIENCE_MS) & POLLIN);
		close(self->peers[i]);
	}
	EXPECT_EQ(0, check_the_end(self, &before, n_peers + 2));
	EXPECT_LE(0, good_client(self));
}

enum moment { BEFORE_ACCEPT, AFTER_START };

/* Connect and hang up, a hundred at a time; 0 or -errno. */
static int hang_up(FIXTURE_DATA(flood) *self, int n, enum moment moment, bool reset)
{
	int i, j;

	for (i = 0; i < n; i += 100) {
		for (j = 0; j < 100; j++) {
			self->peers[j] = t_tcp_client(&self->addr);
			if (self->peers[j] < 0)
				return self->peers[j];
		}
		if (moment == AFTER_START)
			t_poll(self->listener, POLLIN, 0);
		for (j = 0; j < 100; j++) {
			if (reset)
				t_close_abort(self->peers[j]);
			else
				close(self->peers[j]);
		}
		drain(self->listener);
	}
	return 0;
}

TEST_F_TIMEOUT(flood, peers_that_hang_up, 380)
{
	struct t_status before;

	if (self->helper)
		t_helper_mode(self->helper, T_HELPER_KEYS);
	ASSERT_EQ(0, t_status(&self->genl, &before));
	ASSERT_EQ(0, hang_up(self, HANGING_UP, BEFORE_ACCEPT, true));
	ASSERT_EQ(0, hang_up(self, HANGING_UP, BEFORE_ACCEPT, false));
	ASSERT_EQ(0, hang_up(self, HANGING_UP, AFTER_START, true));
	ASSERT_EQ(0, hang_up(self, HANGING_UP, AFTER_START, false));
	ASSERT_EQ(0, start_all(self, before.started + 4UL * HANGING_UP));
	EXPECT_EQ(0, check_the_end(self, &before, 4UL * HANGING_UP));
	EXPECT_LE(0, good_client(self));
}

TEST_HARNESS_MAIN
