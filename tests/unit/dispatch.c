// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way of requests through the broker, with a stand-in for the kernel and
 * workers that do as they are told: whatever happens, each accepted request
 * gets exactly one answer.
 */
#include "lib/broker_fixture.h"

#include <errno.h>

#include "lib/rule.h"

TEST_F(broker, all_good)
{
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker, NULL));
	start(self, T_MODE_GOOD);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker, NULL));
	/* More than there is room for: they wait, none is lost. */
	take(self, 100);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker, NULL));
	EXPECT_EQ(84, self->broker.requests.n_waiting);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_TRUE(t_stand_in_one_each(100));
	EXPECT_EQ(100, t_stand_in_count(0));
	EXPECT_EQ(100, self->broker.report.all.ok);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker, NULL));
}

TEST_F(broker, the_load_is_shared)
{
	start(self, T_MODE_SLOW);
	take(self, 8);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next)
		EXPECT_EQ(4, c->load);
}

/* Clients may wait for servers that are here too: these find room. */
TEST_F(broker, clients_leave_room_for_servers)
{
	unsigned int clients;

	start(self, T_MODE_SLOW);
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker, &clients));
	EXPECT_EQ(12, clients);
	self->request.role = TLSOCK_ROLE_CLIENT;
	take(self, 20);
	td_dispatch_run(&self->broker);
	EXPECT_EQ(8, self->broker.requests.n_waiting);
	EXPECT_EQ(8, self->broker.requests.n_waiting_clients);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker, &clients));
	EXPECT_EQ(0, clients);
	self->request.role = TLSOCK_ROLE_SERVER;
	take(self, 4);
	td_dispatch_run(&self->broker);
	EXPECT_EQ(8, self->broker.requests.n_waiting);
	for (struct td_child *c = self->broker.supervise.first; c; c = c->next) {
		EXPECT_EQ(8, c->load);
		EXPECT_EQ(6, c->clients);
	}
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

static bool is_backing_off(struct _test_data_broker *self)
{
	return self->broker.supervise.delay >= 400;
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
	EXPECT_EQ(17, self->broker.report.all.canceled);
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
	EXPECT_EQ(16, td_dispatch_capacity(&self->broker, NULL));
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

/* A rule that denies one user; a reload judges anew what still waits. */
TEST_F(broker, rules)
{
	struct td_generation next = self->generation;
	struct tl_item item = { .first = 5, .last = 5 };
	struct tl_list users = { .items = &item, .n = 1 };
	struct tl_rule rule = { .name = self->profile_name, .role = -1, .deny = 1 };

	rule.when[TL_WHEN_USER] = users;
	self->request.uid = 5;
	take(self, 1);
	EXPECT_EQ(1, self->broker.requests.n_waiting);
	self->config.rules = &rule;
	self->config.n_rules = 1;
	next.number = 2;
	self->broker.generation = &next;
	start(self, T_MODE_GOOD);
	td_supervise_start(&self->broker, &next);
	td_dispatch_run(&self->broker);
	EXPECT_EQ(1, t_stand_in_count(EACCES));
	take(self, 1);
	EXPECT_EQ(2, t_stand_in_count(EACCES));
	EXPECT_EQ(0, self->broker.requests.n);
	self->request.uid = 6;
	take(self, 3);
	ASSERT_TRUE(run_until(self, is_idle));
	EXPECT_EQ(3, t_stand_in_count(0));
	EXPECT_TRUE(t_stand_in_one_each(5));
	self->broker.generation = &self->generation;
}

TEST_F(broker, stop)
{
	start(self, T_MODE_GOOD);
	take(self, 10);
	ASSERT_TRUE(run_until(self, is_idle));
	td_supervise_stop(&self->broker);
	EXPECT_EQ(0, td_dispatch_capacity(&self->broker, NULL));
	EXPECT_TRUE(run_until(self, has_no_worker));
	EXPECT_TRUE(t_stand_in_one_each(10));
}

TEST_HARNESS_MAIN
