// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose socket it is: one that goes to a process in another network namespace,
 * or of another user, stays in the namespace where it was made, and so does
 * its handshake. Containers may run their own helper, and nobody else's.
 */
#include "lib/harness.h"
#include "lib/limits.h"
#include "lib/passing.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define USER	12345
#define GROUP	12346
#define NOBODY	65534

/* Two namespaces; the test leaves the first, where it has a listener. */
FIXTURE(two) {
	struct t_helper *first;
	struct t_helper *second;
	struct t_addr addr;
	int listener;
	int fd;
};

FIXTURE_SETUP(two)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->first = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->first);
	self->listener = t_listen(AF_INET, IPPROTO_TLS, &self->addr);
	ASSERT_LE(0, self->listener);
	setfsgid(GROUP);
	setfsuid(USER);
	self->fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	setfsuid(0);
	setfsgid(0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, t_net_private());
	self->second = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->second);
}

FIXTURE_TEARDOWN(two)
{
	close(self->fd);
	close(self->listener);
	t_helper_stop(self->second);
	t_helper_stop(self->first);
}

static uint64_t cookie(int fd)
{
	uint64_t value = 0;
	socklen_t size = sizeof(value);

	getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &value, &size);
	return value;
}

TEST_F(two, client)
{
	int own = t_socket(AF_INET, IPPROTO_TLS, 0);

	EXPECT_EQ(0, t_connect_wait(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->first, 1));
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, self->first->last.role);
	EXPECT_EQ(USER, self->first->last.uid);
	EXPECT_EQ(GROUP, self->first->last.gid);
	EXPECT_EQ((uint32_t)getpid(), self->first->last.pid);
	EXPECT_NE(cookie(own), cookie(self->fd));
	EXPECT_EQ(cookie(self->listener), cookie(self->fd));
	/* What is made here does not reach there. */
	EXPECT_EQ(-ECONNREFUSED, t_connect(own, &self->addr));
	EXPECT_EQ(0, self->second->accepted);
	close(own);
}

TEST_F(two, listener)
{
	int child;

	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_helper_wait(self->first, 1));
	/* Whoever accepts makes the socket, as with TCP. */
	setfsuid(USER + 1);
	child = accept(self->listener, NULL, NULL);
	setfsuid(0);
	ASSERT_LE(0, child);
	ASSERT_EQ(0, t_helper_wait(self->first, 2));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, self->first->last.role);
	EXPECT_EQ(USER + 1, self->first->last.uid);
	EXPECT_EQ(0, self->first->last.gid);
	EXPECT_EQ(0, self->second->accepted);
	EXPECT_EQ(cookie(self->listener), cookie(child));
	t_nonblock(self->fd, false);
	EXPECT_EQ(0, t_pair_talk(self->fd, child));
	close(child);
}

TEST_F(two, helper_of_the_first_is_gone)
{
	struct tlsock_error error;

	t_helper_stop(self->first);
	self->first = NULL;
	EXPECT_EQ(-EUNATCH, t_connect_wait(self->fd, &self->addr));
	ASSERT_EQ(0, t_error(self->fd, &error));
	EXPECT_EQ(TLSOCK_STAGE_QUEUE, error.stage);
	EXPECT_EQ(0, self->second->accepted);
}

TEST_F(two, settings_and_counters)
{
	struct t_genl genl;
	struct t_status status;

	/* The limit of this namespace is none of the other one. */
	ASSERT_EQ(0, t_sysctl_set(T_MAX_ALL, "1"));
	t_helper_mode(self->first, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	EXPECT_EQ(0, t_poll(self->listener, POLLIN, 0));
	ASSERT_EQ(0, t_helper_wait(self->first, 2));
	ASSERT_EQ(0, t_genl_open(&genl));
	ASSERT_EQ(0, t_status(&genl, &status));
	EXPECT_EQ(0, status.started);
	EXPECT_EQ(0, status.accepted);
	t_genl_close(&genl);
}

static int become_nobody(void)
{
	return setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		setresuid(NOBODY, NOBODY, NOBODY) ? -errno : 0;
}

/* Another user's process: connects what it is given, and talks. */
static int foreign_client(int from, const struct t_addr *addr)
{
	int fd, err;

	err = become_nobody();
	if (err)
		return 1;
	fd = t_receive_fd(from);
	if (t_connect_wait(fd, addr))
		return 2;
	t_nonblock(fd, false);
	/* Then it has the other end too. */
	return t_pair_talk(fd, t_receive_fd(from)) ? 3 : 0;
}

TEST_F(two, sent_to_another_user)
{
	int pair[2], status, child;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
	pid = fork();
	if (!pid)
		_exit(foreign_client(pair[1], &self->addr));
	ASSERT_EQ(0, t_send_fd(pair[0], self->fd));
	ASSERT_EQ(0, t_helper_wait(self->first, 1));
	/* Whose socket it is does not change on the way; who connects does. */
	EXPECT_EQ(USER, self->first->last.uid);
	EXPECT_EQ(GROUP, self->first->last.gid);
	EXPECT_EQ((uint32_t)pid, self->first->last.pid);
	child = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, child);
	ASSERT_EQ(0, t_send_fd(pair[0], child));
	close(child);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(pair[0]);
	close(pair[1]);
}

/* Nobody becomes root in a user namespace of its own; 0 or -errno. */
static int container_enter(int flags)
{
	int err = become_nobody();

	/* The files of a process that changed its user are root's otherwise. */
	if (!err && prctl(PR_SET_DUMPABLE, 1))
		err = -errno;
	if (!err && unshare(CLONE_NEWUSER | flags))
		err = -errno;
	if (!err)
		err = t_sysctl_set("/proc/self/setgroups", "deny");
	if (!err)
		err = t_sysctl_set("/proc/self/uid_map", "0 65534 1");
	return err ? err : t_sysctl_set("/proc/self/gid_map", "0 65534 1");
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

TEST(container_with_a_helper_of_its_own)
{
	struct t_helper *helper;
	struct t_pair pair;
	struct t_genl genl;
	int err = container_enter(CLONE_NEWNET);

	if (err == -EPERM || err == -ENOSPC)
		SKIP(return, "no user namespaces here");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, t_net_private());
	/* Like a container's root: it serves, it sets, it is served. */
	helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, helper);
	EXPECT_EQ(0, t_sysctl_set(T_MAX_USER, "2"));
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	EXPECT_EQ(0, t_pair_talk(pair.client, pair.server));
	EXPECT_EQ(0, helper->last.uid);
	EXPECT_EQ(0, helper->last.gid);
	EXPECT_EQ((uint32_t)getpid(), helper->last.pid);
	t_pair_close(&pair);
	/* Of the thread that is left alone the helper is not. */
	ASSERT_EQ(0, drop_capabilities());
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	t_pair_close(&pair);
	ASSERT_EQ(0, t_genl_open(&genl));
	EXPECT_EQ(-EPERM, t_genl_join(&genl));
	EXPECT_EQ(-EPERM, t_accept(&genl, &(struct t_request) { 0 }, 1, NULL));
	EXPECT_EQ(-EPERM, t_done_errno(&genl, 1, EPROTO));
	t_genl_close(&genl);
	t_helper_stop(helper);
}

/* Root in a user namespace is nobody in the network namespace around it. */
TEST(container_in_the_network_of_its_host)
{
	struct t_genl genl;
	int err;

	ASSERT_EQ(0, t_net_private());
	err = container_enter(0);
	if (err == -EPERM || err == -ENOSPC)
		SKIP(return, "no user namespaces here");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, t_genl_open(&genl));
	EXPECT_EQ(-EPERM, t_genl_join(&genl));
	EXPECT_EQ(-EPERM, t_accept(&genl, &(struct t_request) { 0 }, 1, NULL));
	EXPECT_EQ(-EPERM, t_done_errno(&genl, 1, EPROTO));
	EXPECT_EQ(-EACCES, t_sysctl_set(T_MAX_USER, "2"));
	t_genl_close(&genl);
}

TEST_HARNESS_MAIN
