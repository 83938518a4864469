// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The administrators' socket of the broker: its answers, what it does on
 * request, callers that say nothing, read nothing or are too many, and the
 * name that may be another's.
 */
#include "lib/broker_fixture.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "cli/helper.h"
#include "lib/operator.h"

static int reload_error;
static int reloads, drains;

/* In place of broker.c's */
int td_broker_reload(struct td_broker *broker)
{
	(void)broker;
	reloads++;
	return reload_error;
}

void td_broker_drain(struct td_broker *broker)
{
	(void)broker;
	drains++;
}

static int dial(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || tl_operator_path(name.sun_path, sizeof(name.sun_path)) ||
	    connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return -errno;
	return fd;
}

/* Runs the broker until there is a packet; "" if it hung up */
static const char *hear(struct _test_data_broker *self, int fd)
{
	static char reply[TL_OPERATOR_REPLY + 1];
	struct pollfd in = { .fd = fd, .events = POLLIN };
	ssize_t size;

	for (int i = 0; i < 500 && !poll(&in, 1, 0); i++)
		step(self);
	size = recv(fd, reply, TL_OPERATOR_REPLY, 0);
	reply[size > 0 ? size : 0] = '\0';
	return reply;
}

static const char *ask(struct _test_data_broker *self, int fd, const char *request)
{
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return "";
	return hear(self, fd);
}

TEST_F(broker, status)
{
	static struct tc_helper helper;
	int fd;

	start(self, T_MODE_GOOD);
	td_operator_open(&self->broker);
	take(self, 3);
	ASSERT_TRUE(run_until(self, is_idle));
	fd = dial();
	ASSERT_LE(0, fd);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, tc_helper_parse(ask(self, fd, "status"), &helper));
		EXPECT_EQ((uint64_t)getpid(), helper.pid);
		EXPECT_EQ(1, helper.generation);
		EXPECT_EQ(2, helper.n_workers);
		EXPECT_EQ(8, helper.workers[0].limit);
		EXPECT_EQ(3, helper.workers[0].jobs + helper.workers[1].jobs);
		EXPECT_EQ(3, helper.ok);
		EXPECT_EQ(3, tl_latency_count(&helper.latency[TLSOCK_ROLE_SERVER]));
		EXPECT_EQ(0, helper.running);
	}
	close(fd);
	td_operator_close(&self->broker);
}

TEST_F(broker, requests)
{
	int fd;

	td_operator_open(&self->broker);
	fd = dial();
	ASSERT_LE(0, fd);
	EXPECT_STREQ("generation 1\n", ask(self, fd, "reload"));
	reload_error = -EINVAL;
	EXPECT_EQ(0, strncmp(ask(self, fd, "reload"), "error ", 6));
	reload_error = -EBUSY;
	EXPECT_EQ(0, strncmp(ask(self, fd, "reload"), "error ", 6));
	EXPECT_EQ(3, reloads);
	EXPECT_STREQ("requests 0\n", ask(self, fd, "drain"));
	EXPECT_EQ(1, drains);
	EXPECT_EQ(0, strncmp(ask(self, fd, "nonsense"), "error ", 6));
	EXPECT_EQ(0, strncmp(ask(self, fd, "statusstatusstatusstatusstatusstatus"), "error ", 6));
	EXPECT_EQ(4, reloads + drains);
	close(fd);
	td_operator_close(&self->broker);
}

/* They take no more than their places, and the broker does not wait. */
TEST_F(broker, too_many_callers)
{
	int fds[TD_OPERATOR_CALLERS + 1];

	td_operator_open(&self->broker);
	for (int i = 0; i <= TD_OPERATOR_CALLERS; i++) {
		fds[i] = dial();
		ASSERT_LE(0, fds[i]);
		step(self);
	}
	EXPECT_STREQ("", ask(self, fds[TD_OPERATOR_CALLERS], "drain"));
	EXPECT_EQ(0, drains);
	EXPECT_STREQ("requests 0\n", ask(self, fds[0], "drain"));
	close(fds[TD_OPERATOR_CALLERS]);
	close(fds[1]);
	for (int i = 0; i < 3; i++)
		step(self);
	fds[1] = dial();
	ASSERT_LE(0, fds[1]);
	EXPECT_STREQ("requests 0\n", ask(self, fds[1], "drain"));
	for (int i = 0; i < TD_OPERATOR_CALLERS; i++)
		close(fds[i]);
	td_operator_close(&self->broker);
}

static bool is_hung_up(struct _test_data_broker *self)
{
	int n = 0;

	for (int i = 0; i < TD_OPERATOR_CALLERS; i++)
		n += self->broker.operators.callers[i].source.fd >= 0;
	return !n;
}

TEST_F(broker, caller_that_reads_nothing)
{
	int fd;

	td_operator_open(&self->broker);
	fd = dial();
	ASSERT_LE(0, fd);
	step(self);
	for (int i = 0; i < 100000 && send(fd, "status", 6, MSG_NOSIGNAL) >= 0; i++)
		step(self);
	EXPECT_TRUE(run_until(self, is_hung_up));
	close(fd);
	td_operator_close(&self->broker);
}

TEST_F(broker, name)
{
	struct td_broker other = { .loop = self->broker.loop, .generation = &self->generation };
	struct stat st;
	char path[128];

	ASSERT_EQ(0, tl_operator_path(path, sizeof(path)));
	td_operator_close(&self->broker);	/* never opened */
	td_operator_open(&self->broker);
	ASSERT_EQ(0, lstat(path, &st));
	EXPECT_EQ(S_IFSOCK | 0600, st.st_mode);
	ASSERT_EQ(0, stat(TL_OPERATOR_FOLDER, &st));
	EXPECT_EQ(S_IFDIR | 0700, st.st_mode);
	/* The one that came last has it, and keeps it. */
	td_operator_open(&other);
	td_operator_close(&self->broker);
	EXPECT_EQ(0, lstat(path, &st));
	td_operator_close(&other);
	EXPECT_EQ(-1, lstat(path, &st));
}

TEST_HARNESS_MAIN
