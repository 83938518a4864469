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
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/accept.h"
#include "lib/config.h"
#include "lib/log.h"
#include "tlsockd/broker.h"
#include "tlsockd/context.h"
#include "tlsockd/family_tlsock.h"
#include "tlsockd/generation.h"
#include "tlsockd/message.h"
#include "tlsockd/worker.h"

#define MAX_REQUESTS	1024
#define SECONDS		20

/* What a worker does with its fifth job; the others are answered at once. */
enum mode {
	MODE_GOOD,
	MODE_CRASH,
	MODE_HANG,
	MODE_WRONG_ID,
	MODE_TWICE,
	MODE_GARBAGE,
	MODE_EARLY_EXIT,	/* before the first job */
	MODE_SLOW,		/* no job is answered before its CANCEL or DRAIN */
};

static enum mode mode;

/* The kernel: answers that came, by id */
static struct {
	int	answers[MAX_REQUESTS + 1];
	int	errors[MAX_REQUESTS + 1];
	int	lack_memory;	/* so many answers cannot be taken */
	int	total;
} kernel;

int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_result *result)
{
	(void)family;
	if (kernel.lack_memory > 0) {
		kernel.lack_memory--;
		return -EAGAIN;
	}
	if (id > MAX_REQUESTS)
		abort();
	kernel.answers[id]++;
	kernel.errors[id] = result->error;
	kernel.total++;
	return 0;
}

static void answer(int socket, uint32_t id)
{
	struct td_message m = { .type = TD_MESSAGE_RESULT, .id = id };

	m.result.alert_sent = -1;
	m.result.alert_received = -1;
	if (send(socket, &m, td_message_length(m.type), 0) < 0)
		_exit(1);
}

static void misbehave(int socket, uint32_t id)
{
	struct td_message m = { .type = TD_MESSAGE_RESULT, .id = id };

	switch (mode) {
	case MODE_CRASH:
		raise(SIGKILL);
		break;
	case MODE_HANG:
		pause();
		break;
	case MODE_WRONG_ID:
		answer(socket, id + 1000);
		break;
	case MODE_TWICE:
		answer(socket, id);
		answer(socket, id);
		break;
	case MODE_GARBAGE:
		memset(&m.result, 'x', sizeof(m.result));
		if (send(socket, &m, td_message_length(m.type), 0) < 0)
			_exit(1);
		break;
	case MODE_GOOD:
		answer(socket, id);
		break;
	case MODE_EARLY_EXIT:
	case MODE_SLOW:
		break;
	}
}

/* A job without its descriptor ends the worker, which fails the test. */
static void take_descriptor(struct msghdr *header)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(header);
	int fd;

	if (!cmsg)
		_exit(2);
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	if (fcntl(fd, F_GETFD) < 0)
		_exit(3);
	close(fd);
}

static void answer_rest(int socket, const uint32_t *ids, int n)
{
	for (int i = 0; i < n; i++)
		if (ids[i])
			answer(socket, ids[i]);
}

/* Every job is kept until it is answered, number by number. */
static int work_slowly(int socket, const struct td_message *m)
{
	static uint32_t ids[64];
	static int n;

	if (m->type == TD_MESSAGE_JOB && n < 64)
		ids[n++] = m->id;
	for (int i = 0; m->type == TD_MESSAGE_CANCEL && i < n; i++) {
		if (ids[i] != m->id)
			continue;
		answer(socket, m->id);
		ids[i] = 0;
	}
	if (m->type == TD_MESSAGE_DRAIN)
		answer_rest(socket, ids, n);
	return m->type == TD_MESSAGE_DRAIN;
}

static int work(int socket, const struct td_message *m)
{
	static int jobs;

	if (mode == MODE_SLOW)
		return work_slowly(socket, m);
	if (m->type == TD_MESSAGE_JOB && ++jobs == 5)
		misbehave(socket, m->id);
	else if (m->type == TD_MESSAGE_JOB)
		answer(socket, m->id);
	return m->type == TD_MESSAGE_DRAIN;
}

int td_worker_run(int socket, struct td_contexts *contexts, const struct tl_config *config,
		  uid_t uid, gid_t gid)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct td_message m;
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };

	(void)contexts;
	(void)config;
	(void)uid;
	(void)gid;
	if (mode == MODE_EARLY_EXIT)
		return 7;
	for (;;) {
		struct msghdr header = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(socket, &header, 0) <= 0)
			return 0;
		if (m.type == TD_MESSAGE_JOB)
			take_descriptor(&header);
		if (work(socket, &m))
			return 0;
	}
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
	mode = MODE_GOOD;
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

static bool run_until(struct _test_data_broker *self, bool (*reached)(struct _test_data_broker *))
{
	int64_t end = td_loop_now() + SECONDS * 1000;

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

static void start(struct _test_data_broker *self, enum mode how)
{
	mode = how;
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

static int count_error(int error)
{
	int n = 0;

	for (int i = 1; i <= MAX_REQUESTS; i++)
		n += kernel.answers[i] && kernel.errors[i] == error;
	return n;
}

/* Ids from 1 to @n have one answer each, no other has any. */
static bool one_answer_each(int n)
{
	for (int i = 1; i <= MAX_REQUESTS; i++)
		if (kernel.answers[i] != (i <= n))
			return false;
	return true;
}

TEST_F(broker, all_good)
{
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	start(self, MODE_GOOD);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
	/* More than there is room for: they wait, none is lost. */
	take(self, 100);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	EXPECT_EQ(84, self->broker.requests.n_waiting);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(100));
	EXPECT_EQ(100, count_error(0));
	EXPECT_EQ(100, self->broker.report.ok);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
}

TEST_F(broker, the_load_is_shared)
{
	start(self, MODE_SLOW);
	take(self, 8);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next)
		EXPECT_EQ(4, c->load);
}

/* Workers that fail cost what they have, and everything else gets through. */
static void check_failures(struct __test_metadata *_metadata, struct _test_data_broker *self,
			   enum mode how)
{
	start(self, how);
	take(self, 60);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(60));
	EXPECT_EQ(60, count_error(0) + count_error(EIO));
	EXPECT_LT(0, count_error(EIO));
	EXPECT_LT(7, count_error(0));
}

TEST_F(broker, workers_crash)
{
	check_failures(_metadata, self, MODE_CRASH);
}

TEST_F(broker, workers_name_other_requests)
{
	check_failures(_metadata, self, MODE_WRONG_ID);
}

TEST_F(broker, workers_answer_twice)
{
	check_failures(_metadata, self, MODE_TWICE);
}

TEST_F(broker, workers_send_garbage)
{
	check_failures(_metadata, self, MODE_GARBAGE);
}

TEST_F(broker, workers_hang)
{
	self->request.timeout_ms = 200;
	start(self, MODE_HANG);
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(10));
	EXPECT_LE(8, count_error(0));
	EXPECT_EQ(10, count_error(0) + count_error(ETIMEDOUT));
}

/* Workers that do not start leave requests waiting until their deadline. */
TEST_F(broker, workers_exit_early)
{
	self->request.timeout_ms = 1000;
	start(self, MODE_EARLY_EXIT);
	take(self, 20);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(20));
	EXPECT_EQ(20, count_error(ETIMEDOUT) + count_error(EIO));
	EXPECT_LE(400, self->broker.supervise.delay);
	/* And they get going again. */
	mode = MODE_GOOD;
	take(self, 1);
	self->request.timeout_ms = 10000;
	ASSERT_TRUE(run_until(self, is_idle));
}

TEST_F(broker, the_kernel_lacks_memory)
{
	kernel.lack_memory = 15;
	start(self, MODE_GOOD);
	take(self, 30);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(30));
	EXPECT_EQ(30, count_error(0));
}

TEST_F(broker, canceled_requests_get_no_answer)
{
	start(self, MODE_SLOW);
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
	EXPECT_EQ(0, kernel.total);
	td_supervise_stop(&self->broker);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_EQ(1, kernel.answers[1]);
	EXPECT_EQ(1, kernel.answers[17]);
	EXPECT_EQ(2, kernel.total);
}

TEST_F(broker, malformed_requests)
{
	int fd;

	start(self, MODE_GOOD);
	self->request.mistake = "it has a mistake";
	take(self, 2);
	EXPECT_EQ(2, count_error(EPROTO));
	EXPECT_EQ(0, self->broker.requests.n);
	self->request.has_id = 0;
	take(self, 1);
	EXPECT_EQ(2, kernel.total);
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

	start(self, MODE_SLOW);
	take(self, 6);
	next.number = 2;
	self->broker.generation = &next;
	mode = MODE_GOOD;
	td_supervise_start(&self->broker, &next);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker));
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(one_answer_each(16));
	EXPECT_EQ(16, count_error(0));
	for (int i = 0; i < 50; i++)
		step(self);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next)
		EXPECT_EQ(2, c->generation);
	self->broker.generation = &self->generation;
}

TEST_F(broker, stop)
{
	start(self, MODE_GOOD);
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	td_supervise_stop(&self->broker);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker));
	EXPECT_TRUE(run_until(self, has_no_worker));
	EXPECT_TRUE(one_answer_each(10));
}

TEST_HARNESS_MAIN
