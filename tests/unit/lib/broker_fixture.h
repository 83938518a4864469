/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker's loop with stand-ins for the kernel and for workers, for its tests. */
#ifndef TESTS_UNIT_BROKER_FIXTURE_H
#define TESTS_UNIT_BROKER_FIXTURE_H

#include "tlsockd/dispatch.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "stand_in_worker.h"
#include "lib/accept.h"
#include "lib/config.h"
#include "lib/log.h"
#include "tlsockd/broker.h"
#include "tlsockd/done.h"
#include "tlsockd/family_tlsock.h"
#include "tlsockd/generation.h"

#define TIME_LIMIT	20000	/* milliseconds */

int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_done *done)
{
	(void)family;
	return t_stand_in_done(id, done->result);
}

FIXTURE(broker)
{
	struct td_broker	broker;
	struct tl_config	config;
	struct tl_profile	profile;
	char			profile_name[8];
	struct td_generation	generation;
	struct tl_request	request;
	int			n;
};

FIXTURE_SETUP(broker)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	sigset_t set;

	/* The socket for administrators is named after it. */
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	tl_log_open("dispatch", LOG_EMERG);
	t_mode = T_MODE_GOOD;
	self->profile.name = strcpy(self->profile_name, "default");
	self->config = (struct tl_config) {
		.workers = 2, .handshakes = 8, .profiles = &self->profile, .n_profiles = 1,
	};
	self->generation = (struct td_generation) { .number = 1, .config = &self->config };
	self->broker.generation = &self->generation;
	self->broker.loop = td_loop_open();
	ASSERT_LE(0, self->broker.loop);
	ASSERT_EQ(0, td_silent_open(&self->broker));
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	self->broker.signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	ASSERT_LE(0, self->broker.signals.fd);

	/* Servers, which may have all the room there is */
	self->request = (struct tl_request) {
		.own_fd = -1,
		.role = TLSOCK_ROLE_SERVER, .has_id = 1, .timeout_ms = 10000,
		.verify = -1, .client_cert = -1,
	};
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
	EXPECT_TRUE(is_idle(self));
	EXPECT_EQ(0, self->broker.requests.n_waiting + self->broker.requests.n_silent);
	td_silent_close(&self->broker);
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

#endif
