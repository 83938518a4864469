// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way of requests through the broker, with a stand-in for the kernel and
 * workers that do as they are told: whatever happens, each accepted request
 * gets exactly one answer.
 */
#include "tlsockd/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/accept.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/stand_in.h"
#include "tlsockd/broker.h"
#include "tlsockd/family_tlsock.h"
#include "tlsockd/generation.h"
#include "tlsockd/worker.h"

#define TIME_LIMIT	20000	/* milliseconds */

int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_result *result)
{
	(void)family;
	return t_stand_in_done(id, result);
}

int td_worker_run(int socket, struct td_contexts *contexts, const struct tl_config *config,
		  uid_t uid, gid_t gid)
{
	(void)contexts;
	(void)config;
	(void)uid;
	(void)gid;
	return t_stand_in_work(socket);
}

FIXTURE(broker)
{
	struct td_broker	broker;
	struct tl_config	config;
	struct td_generation	generation;
	struct tl_request	request;
	int			n;
};

FIXTURE_SETUP(broker)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	sigset_t set;

	tl_log_open("dispatch", LOG_EMERG);
	t_mode = T_MODE_GOOD;
	memset(self, 0, sizeof(*self));
	self->config.workers = 2;
	self->config.handshakes = 8;
	self->generation.number = 1;
	self->generation.config = &self->config;
	self->broker.generation = &self->generation;
	self->broker.loop = td_loop_open();
	ASSERT_LE(0, self->broker.loop);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	self->broker.signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	ASSERT_LE(0, self->broker.signals.fd);

	self->request.has_id = 1;
	self->request.timeout_ms = 10000;
	self->request.verify = -1;
	self->request.client_cert = -1;
	memcpy(&self->request.local, &in, sizeof(in));
	memcpy(&self->request.remote, &in, sizeof(in));
}

static bool is_idle(struct _test_data_broker *self)
{
	return !self->broker.requests.n;
}

static bool has_no_worker(struct _test_data_broker *self)
{
	return !self->broker.supervise.first;
}

/* One round of what the broker's own loop does, without the kernel */
static void step(struct _test_data_broker *self)
{
	struct signalfd_siginfo info;

	while (read(self->broker.signals.fd, &info, sizeof(info)) == sizeof(info))
		;
	td_supervise_reap(&self->broker);
	td_dispatch_run(&self->broker);
	td_supervise_tick(&self->broker, td_loop_now());
	td_dispatch_tick(&self->broker, td_loop_now());
	td_loop_wait(self->broker.loop, 10);
}

static bool is_backing_off(struct _test_data_broker *self)
{
	return self->broker.supervise.delay >= 400;
}

static bool run_until(struct _test_data_broker *self, bool (*reached)(struct _test_data_broker *))
{
	int64_t end = td_loop_now() + TIME_LIMIT;

	while (!reached(self)) {
		if (td_loop_now() > end)
			return false;
		step(self);
	}
	return true;
}

FIXTURE_TEARDOWN(broker)
{
	self->broker.supervise.wanted = 0;
	td_supervise_kill_all(&self->broker, "the test ends");
	EXPECT_TRUE(run_until(self, has_no_worker));
	td_dispatch_fail_all(&self->broker);
	EXPECT_EQ(0, self->broker.requests.n);
	EXPECT_EQ(0, self->broker.requests.n_waiting);
	close(self->broker.signals.fd);
	close(self->broker.loop);
}

static void start(struct _test_data_broker *self, enum t_mode how)
{
	t_mode = how;
	td_supervise_start(&self->broker, &self->generation);
}

static void take(struct _test_data_broker *self, int n)
{
	while (n--) {
		self->request.id = (uint32_t)++self->n;
		self->request.fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		td_dispatch_take(&self->broker, &self->request);
	}
}

TEST_F(broker, all_good)
{
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	start(self, T_MODE_GOOD);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
	/* More than there is room for: they wait, none is lost. */
	take(self, 100);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	EXPECT_EQ(84, self->broker.requests.n_waiting);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(100));
	EXPECT_EQ(100, t_stand_in_count(0));
	EXPECT_EQ(100, self->broker.report.ok);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
}

TEST_F(broker, the_load_is_shared)
{
	start(self, T_MODE_SLOW);
	take(self, 8);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next)
		EXPECT_EQ(4, c->load);
}

/* Workers that fail cost what they have, and everything else gets through. */
static void check_failures(struct __test_metadata *_metadata, struct _test_data_broker *self,
			   enum t_mode how)
{
	start(self, how);
	take(self, 60);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(60));
	EXPECT_EQ(60, t_stand_in_count(0) + t_stand_in_count(EIO));
	EXPECT_LT(0, t_stand_in_count(EIO));
	EXPECT_LT(7, t_stand_in_count(0));
}

TEST_F(broker, workers_crash)
{
	check_failures(_metadata, self, T_MODE_CRASH);
}

TEST_F(broker, workers_name_other_requests)
{
	check_failures(_metadata, self, T_MODE_WRONG_ID);
}

TEST_F(broker, workers_answer_twice)
{
	check_failures(_metadata, self, T_MODE_TWICE);
}

TEST_F(broker, workers_send_garbage)
{
	check_failures(_metadata, self, T_MODE_GARBAGE);
}

TEST_F(broker, workers_hang)
{
	self->request.timeout_ms = 200;
	start(self, T_MODE_HANG);
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(10));
	EXPECT_LE(8, t_stand_in_count(0));
	EXPECT_EQ(10, t_stand_in_count(0) + t_stand_in_count(ETIMEDOUT));
}

/* Workers that do not start leave requests waiting until their deadline. */
TEST_F(broker, workers_exit_early)
{
	self->request.timeout_ms = 1000;
	start(self, T_MODE_EARLY_EXIT);
	take(self, 20);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(20));
	EXPECT_EQ(20, t_stand_in_count(ETIMEDOUT) + t_stand_in_count(EIO));
	EXPECT_TRUE(run_until(self, is_backing_off));
	/* And they get going again. */
	t_mode = T_MODE_GOOD;
	take(self, 1);
	self->request.timeout_ms = 10000;
	ASSERT_TRUE(run_until(self, is_idle));
}

TEST_F(broker, the_kernel_lacks_memory)
{
	t_kernel.lack_memory = 15;
	start(self, T_MODE_GOOD);
	take(self, 30);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(30));
	EXPECT_EQ(30, t_stand_in_count(0));
}

TEST_F(broker, canceled_requests_get_no_answer)
{
	start(self, T_MODE_SLOW);
	take(self, 18);
	EXPECT_EQ(2, self->broker.requests.n_waiting);
	/* One that waits, and all that run; unknown ids do nothing. */
	td_dispatch_cancel(&self->broker, 18);
	EXPECT_EQ(1, self->broker.requests.n_waiting);
	for (uint32_t id = 1; id <= 16; id++)
		td_dispatch_cancel(&self->broker, id);
	td_dispatch_cancel(&self->broker, 1);
	td_dispatch_cancel(&self->broker, 999);
	EXPECT_EQ(17, self->broker.requests.n);
	/* The kernel may use an id again at once. */
	self->n = 0;
	take(self, 1);
	self->n = 18;
	for (int i = 0; i < 100 && self->broker.requests.n > 2; i++)
		step(self);
	EXPECT_EQ(2, self->broker.requests.n);
	EXPECT_EQ(17, self->broker.report.canceled);
	EXPECT_EQ(0, t_kernel.total);
	td_supervise_stop(&self->broker);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_EQ(1, t_kernel.answers[1]);
	EXPECT_EQ(1, t_kernel.answers[17]);
	EXPECT_EQ(2, t_kernel.total);
}

TEST_F(broker, malformed_requests)
{
	int fd;

	start(self, T_MODE_GOOD);
	self->request.mistake = "it has a mistake";
	take(self, 2);
	EXPECT_EQ(2, t_stand_in_count(EPROTO));
	EXPECT_EQ(0, self->broker.requests.n);
	self->request.has_id = 0;
	take(self, 1);
	EXPECT_EQ(2, t_kernel.total);
	/* Their descriptors were closed. */
	fd = open("/dev/null", O_RDONLY);
	take(self, 5);
	EXPECT_EQ(fd + 1, open("/dev/null", O_RDONLY));
	close(fd);
	close(fd + 1);
}

TEST_F(broker, reload_lets_old_workers_finish)
{
	struct td_generation next = self->generation;

	start(self, T_MODE_SLOW);
	take(self, 6);
	next.number = 2;
	self->broker.generation = &next;
	t_mode = T_MODE_GOOD;
	td_supervise_start(&self->broker, &next);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(16));
	EXPECT_EQ(16, t_stand_in_count(0));
	for (int i = 0; i < 50; i++)
		step(self);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next)
		EXPECT_EQ(2, c->generation);
	self->broker.generation = &self->generation;
}

TEST_F(broker, stop)
{
	start(self, T_MODE_GOOD);
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	td_supervise_stop(&self->broker);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	EXPECT_TRUE(run_until(self, has_no_worker));
	EXPECT_TRUE(t_stand_in_one_each(10));
}

TEST_HARNESS_MAIN
