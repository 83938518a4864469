// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The broker as a process: how it starts, reloads and ends on signals, with
 * stand-ins for the kernel and the workers.
 */
#include "tlsockd/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/accept.h"
#include "lib/log.h"
#include "lib/stand_in_worker.h"
#include "tlsockd/context.h"
#include "tlsockd/done.h"
#include "tlsockd/family_tlsock.h"
#include "tlsockd/generation.h"

#define SECONDS		20

struct td_family_tlsock {
	struct td_family_events	events;
	int			waiting;
};

/* Written to by the test: one byte for each request that the kernel has */
static int requests[2];

/* Seen by the test and by the broker */
struct shared {
	int	accepted;
	int	answers;
	int	failed;
	int	left;
	int	closed;
};

static struct shared *shared;

int td_family_tlsock_open(struct td_family_tlsock **out, const struct td_family_events *events)
{
	static struct td_family_tlsock family;

	family.events = *events;
	*out = &family;
	return 0;
}

void td_family_tlsock_close(struct td_family_tlsock *family)
{
	(void)family;
	shared->closed++;
}

int td_family_tlsock_fd(const struct td_family_tlsock *family)
{
	(void)family;
	return requests[0];
}

void td_family_tlsock_leave(struct td_family_tlsock *family)
{
	(void)family;
	shared->left++;
}

/* All are clients. */
int td_family_tlsock_accept(struct td_family_tlsock *family, unsigned int limit,
			    unsigned int clients)
{
	static uint32_t id;

	if (limit > clients)
		limit = clients;
	for (; limit && family->waiting; limit--, family->waiting--) {
		struct tl_request request = {
			.own_fd = -1,
			.has_id = 1,
			.id = id + 1,
			.fd = open("/dev/null", O_RDWR | O_CLOEXEC),
			.timeout_ms = 10000,
			.verify = -1,
			.client_cert = -1,
			.local.ss_family = AF_INET,
			.remote.ss_family = AF_INET,
		};

		id++;
		shared->accepted++;
		family->events.request(family->events.arg, &request);
	}
	if (family->waiting)
		family->events.more(family->events.arg);
	return 0;
}

void td_family_tlsock_receive(struct td_family_tlsock *family)
{
	char bytes[64];
	ssize_t n = read(requests[0], bytes, sizeof(bytes));

	if (n <= 0)
		return;
	family->waiting += (int)n;
	family->events.ready(family->events.arg);
}

int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_done *done)
{
	int err = t_stand_in_done(id, done->result);

	(void)family;
	shared->answers = t_kernel.total;
	shared->failed = t_kernel.total - t_stand_in_count(0);
	return err;
}

int td_context_build(const struct tl_config *config, struct td_contexts **out,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg)
{
	(void)config;
	(void)report;
	(void)arg;
	*out = NULL;
	return 0;
}

const struct td_profile *td_profile_find(const struct td_contexts *contexts, const char *name)
{
	(void)contexts;
	(void)name;
	return NULL;
}

void td_context_free(struct td_contexts *contexts)
{
	(void)contexts;
}

FIXTURE(broker)
{
	char	config[64];
	char	socket[64];
	int	notify;
	pid_t	pid;
};

static void write_config(struct _test_data_broker *self, const char *text)
{
	FILE *file = fopen(self->config, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

/* Waits for a datagram to the service manager that has these words. */
static bool wait_for(struct _test_data_broker *self, const char *words)
{
	char text[128];
	ssize_t n;

	for (;;) {
		n = recv(self->notify, text, sizeof(text) - 1, 0);
		if (n < 0)
			return false;
		text[n] = '\0';
		if (strstr(text, words))
			return true;
	}
}

static _Noreturn void run_broker(struct _test_data_broker *self)
{
	struct td_generation *generation;

	tl_log_open("broker", LOG_EMERG);
	/* The socket for administrators is named after the network namespace. */
	if (unshare(CLONE_NEWNET))
		_exit(98);
	if (td_generation_load(self->config, 1, &generation))
		_exit(99);
	_exit(td_broker_run(self->config, generation));
}

static void start(struct _test_data_broker *self, enum t_mode how)
{
	t_mode = how;
	self->pid = fork();
	if (self->pid < 0)
		abort();
	if (!self->pid)
		run_broker(self);
}

FIXTURE_SETUP(broker)
{
	struct timeval limit = { .tv_sec = SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(self->config, sizeof(self->config), "/tmp/tlsock-broker-%d.conf", getpid());
	snprintf(self->socket, sizeof(self->socket), "/tmp/tlsock-broker-%d", getpid());
	write_config(self, "[tlsockd]\nuser = root\nworkers = 2\nhandshakes = 4\n"
			   "log-level = error\n");
	self->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strcpy(address.sun_path, self->socket);
	ASSERT_EQ(0, bind(self->notify, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(0, setsockopt(self->notify, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	ASSERT_EQ(0, setenv("NOTIFY_SOCKET", self->socket, 1));
	ASSERT_EQ(0, pipe2(requests, O_CLOEXEC | O_NONBLOCK));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	self->pid = 0;
}

FIXTURE_TEARDOWN(broker)
{
	if (self->pid) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	close(self->notify);
	unlink(self->socket);
	unlink(self->config);
}

/* Returns the exit status; the fixture's time limit ends a broker that hangs. */
static int wait_for_end(struct _test_data_broker *self)
{
	int status;

	waitpid(self->pid, &status, 0);
	self->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool wait_until(const volatile int *counter, int n)
{
	for (int i = 0; *counter < n && i < SECONDS * 100; i++)
		usleep(10000);
	return *counter == n;
}

static void request(int n)
{
	while (n--)
		if (write(requests[1], "", 1) != 1)
			abort();
}

TEST_F(broker, ends_at_once_when_idle)
{
	int64_t before;

	start(self, T_MODE_GOOD);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	request(20);
	EXPECT_TRUE(wait_until(&shared->answers, 20));
	before = td_loop_now();
	kill(self->pid, SIGTERM);
	EXPECT_TRUE(wait_for(self, "STOPPING=1"));
	EXPECT_EQ(0, wait_for_end(self));
	EXPECT_GT(5000, td_loop_now() - before);
	EXPECT_EQ(20, shared->answers);
	EXPECT_EQ(0, shared->failed);
	EXPECT_EQ(1, shared->left);
	EXPECT_EQ(1, shared->closed);
}

TEST_F(broker, finishes_what_runs)
{
	start(self, T_MODE_SLOW);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	request(6);
	/* Answered by the workers when they are told to drain */
	EXPECT_TRUE(wait_until(&shared->accepted, 6));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, wait_for_end(self));
	EXPECT_EQ(6, shared->answers);
	EXPECT_EQ(0, shared->failed);
}

TEST_F(broker, ends_when_told_twice)
{
	start(self, T_MODE_HANG);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	/* Both workers hang at their fifth job. */
	request(40);
	EXPECT_TRUE(wait_until(&shared->answers, 8));
	kill(self->pid, SIGTERM);
	EXPECT_TRUE(wait_for(self, "STOPPING=1"));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, wait_for_end(self));
	EXPECT_EQ(shared->answers - 8, shared->failed);
}

TEST_F(broker, reloads)
{
	start(self, T_MODE_GOOD);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	write_config(self, "[tlsockd]\nuser = root\nworkers = 1\nlog-level = error\n");
	kill(self->pid, SIGHUP);
	EXPECT_TRUE(wait_for(self, "RELOADING=1"));
	EXPECT_TRUE(wait_for(self, "READY=1"));
	request(50);
	EXPECT_TRUE(wait_until(&shared->answers, 50));
	/* A mistake changes nothing. */
	write_config(self, "[tlsockd]\nworkers = many\n");
	kill(self->pid, SIGHUP);
	EXPECT_TRUE(wait_for(self, "RELOADING=1"));
	EXPECT_TRUE(wait_for(self, "READY=1"));
	request(50);
	EXPECT_TRUE(wait_until(&shared->answers, 100));
	EXPECT_EQ(0, shared->failed);
	kill(self->pid, SIGINT);
	EXPECT_EQ(0, wait_for_end(self));
}

TEST_F(broker, survives_its_workers)
{
	start(self, T_MODE_CRASH);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	request(20);
	EXPECT_TRUE(wait_until(&shared->answers, 20));
	EXPECT_LT(0, shared->failed);
	EXPECT_GT(20, shared->failed);
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, wait_for_end(self));
}

TEST_F(broker, feeds_the_watchdog)
{
	setenv("WATCHDOG_USEC", "200000", 1);
	unsetenv("WATCHDOG_PID");
	start(self, T_MODE_GOOD);
	ASSERT_TRUE(wait_for(self, "READY=1"));
	for (int i = 0; i < 5; i++)
		EXPECT_TRUE(wait_for(self, "WATCHDOG=1"));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(0, wait_for_end(self));
}

TEST_HARNESS_MAIN
