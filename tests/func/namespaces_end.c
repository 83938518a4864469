// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of a network namespace with TLS sockets in every state: whoever has
 * them is killed, and the namespace goes, with all that was in it.
 */
#include "lib/harness.h"
#include "lib/limits.h"
#include "lib/nsid.h"

#include <sys/wait.h>

/* Numbers of namespaces are each namespace's own, and so is the test's. */
#define NSID	7

/* One state, made in a namespace with a helper; 0 or an error. */
typedef int (*make_t)(struct t_helper *helper);

FIXTURE(namespace) {
	long users;
	int pipe[2];
};

FIXTURE_VARIANT(namespace) {
	make_t make;
};

#define STATE(state) FIXTURE_VARIANT_ADD(namespace, state) { .make = make_##state }

static int make_nothing(struct t_helper *helper)
{
	return helper ? 0 : -ENODEV;
}

static int make_fresh(struct t_helper *helper)
{
	(void)helper;
	return t_socket(AF_INET, IPPROTO_TLS, 0) < 0;
}

/* TCP's SYN gets no answer where the accept queue is full. */
static int make_connecting(struct t_helper *helper)
{
	int listener = t_socket(AF_INET, IPPROTO_TCP, 0);
	struct t_addr addr;

	(void)helper;
	if (t_bind(listener, AF_INET, &addr) || listen(listener, 0) || t_tcp_client(&addr) < 0)
		return -errno;
	return t_state(t_tls_client(&addr)) != TLSOCK_STATE_CONNECTING;
}

static int make_client(struct t_helper *helper, enum t_helper_mode mode)
{
	struct t_addr addr;

	t_helper_mode(helper, mode);
	if (t_listen(AF_INET6, IPPROTO_TCP, &addr) < 0)
		return -errno;
	return t_state(t_tls_client(&addr)) != TLSOCK_STATE_HANDSHAKE;
}

static int make_pending(struct t_helper *helper)
{
	return make_client(helper, T_HELPER_IGNORE);
}

static int make_accepted(struct t_helper *helper)
{
	return make_client(helper, T_HELPER_HOLD) ?: t_helper_wait(helper, 1);
}

static int make_failed(struct t_helper *helper)
{
	helper->done.error = EPROTO;
	t_helper_mode(helper, T_HELPER_FAIL);
	make_client(helper, T_HELPER_FAIL);
	return t_helper_wait(helper, 1);
}

static int make_established(struct t_helper *helper)
{
	struct t_pair pair;

	(void)helper;
	/* With bytes on their way that nobody reads. */
	return t_pair_open(&pair, AF_INET) ?: t_write_all(pair.client, "unread", 6);
}

static int make_upgraded(struct t_helper *helper)
{
	struct t_pair tcp, tls = {
		t_socket(AF_INET, IPPROTO_TLS, 0), t_socket(AF_INET, IPPROTO_TLS, 0)
	};

	(void)helper;
	return t_pair_tcp(&tcp, AF_INET) ?:
		t_set_int(tls.server, SOL_TLSOCK, TLSOCK_ROLE, TLSOCK_ROLE_SERVER) ?:
		t_upgrade_both(&tls, &tcp);
}

/* Children with a handshake under way, some that found no place. */
static int make_listening(struct t_helper *helper)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TLS, &addr), i;

	t_helper_mode(helper, T_HELPER_HOLD);
	if (t_sysctl_set(T_MAX_USER, "3"))
		return -EINVAL;
	for (i = 0; i < 6; i++)
		if (t_tcp_client(&addr) < 0)
			return -errno;
	return t_poll(listener, POLLIN, 0) ?: t_helper_wait(helper, 3);
}

/* Children that nobody accepted. */
static int make_ready(struct t_helper *helper)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET6, IPPROTO_TLS, &addr), i;

	for (i = 0; i < 3; i++)
		if (t_tcp_client(&addr) < 0)
			return -errno;
	return t_poll(listener, POLLIN, T_PATIENCE_MS) != POLLIN || t_helper_wait(helper, 3);
}

/* Connections that nobody asked for. */
static int make_queued(struct t_helper *helper)
{
	struct t_addr addr;

	(void)helper;
	return t_listen(AF_INET, IPPROTO_TLS, &addr) < 0 || t_tcp_client(&addr) < 0;
}

STATE(nothing);
STATE(fresh);
STATE(connecting);
STATE(pending);
STATE(accepted);
STATE(failed);
STATE(established);
STATE(upgraded);
STATE(listening);
STATE(ready);
STATE(queued);

/* All of it in one namespace; what one has held fails when the next comes. */
static int make_everything(struct t_helper *helper)
{
	return make_fresh(helper) ?: make_connecting(helper) ?: make_established(helper) ?:
		make_upgraded(helper) ?: make_queued(helper) ?: make_ready(helper) ?:
		make_pending(helper);
}

STATE(everything);

FIXTURE_SETUP(namespace)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, pipe(self->pipe));
	self->users = t_module_users();
}

FIXTURE_TEARDOWN(namespace)
{
	close(self->pipe[0]);
	close(self->pipe[1]);
}

/* A process in a namespace of its own that stays there until it is killed. */
static pid_t child_start(FIXTURE_DATA(namespace) *self, make_t make)
{
	struct t_helper *helper;
	pid_t pid = fork();
	int err;

	if (pid)
		return pid;
	err = t_net_private();
	helper = err ? NULL : t_helper_start(T_HELPER_KEYS);
	err = helper ? make(helper) : -ENODEV;
	if (write(self->pipe[1], &err, sizeof(err)) == sizeof(err))
		pause();
	_exit(1);
}

TEST_F(namespace, ends)
{
	pid_t pid = child_start(self, variant->make);
	int err = 1;

	EXPECT_EQ(sizeof(err), read(self->pipe[0], &err, sizeof(err)));
	EXPECT_EQ(0, err);
	EXPECT_EQ(0, t_nsid_set(NSID, pid));
	EXPECT_EQ(1, t_nsid_get(NSID));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(0, t_nsid_wait_gone(NSID));
	EXPECT_EQ(0, t_module_users_wait(self->users));
}

/* A process that holds nothing but what it was given. */
static pid_t keeper_start(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(1);
	}
	return pid;
}

/* A namespace lives as long as a socket of it, whoever has that. */
TEST(outlived_by_a_connection)
{
	struct t_pair pair;
	struct t_helper *helper;
	long users = t_module_users();
	pid_t keeper;

	ASSERT_EQ(0, t_net_private());
	helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, helper);
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	t_helper_stop(helper);
	keeper = keeper_start();
	/* The keeper stays in the old one for as long as that needs its name. */
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, t_nsid_set(NSID, keeper));
	ASSERT_EQ(0, kill(keeper, SIGKILL));
	ASSERT_EQ(keeper, waitpid(keeper, NULL, 0));
	EXPECT_EQ(1, t_nsid_get(NSID));
	EXPECT_EQ(0, t_pair_talk(pair.client, pair.server));
	t_pair_close(&pair);
	EXPECT_EQ(0, t_nsid_wait_gone(NSID));
	EXPECT_EQ(0, t_module_users_wait(users));
}

TEST_HARNESS_MAIN
