// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who pays for the memory of accepted connections: the cgroup of the process
 * that accepts them, as with TCP. Neither that of the client, nor that of the
 * helper, nor nobody.
 */
#include "lib/harness.h"
#include "lib/limits.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define TREE		"/sys/fs/cgroup"
#define CONNECTIONS	100
#define UNREAD		16000

/* Of an outer socket, without its inode and file. */
#define OUTER_SOCKET	1000

/** struct usage - what a cgroup pays for, in bytes */
struct usage {
	long	slab;	/* objects of the kernel */
	long	sock;	/* data in sockets */
};

FIXTURE(cgroup) {
	struct t_helper *helper;
	char folder[64];
	int clients[CONNECTIONS];
	int pipe[2];
};

FIXTURE_SETUP(cgroup)
{
	signal(SIGPIPE, SIG_IGN);
	if (t_sysctl_set(TREE "/cgroup.subtree_control", "+memory"))
		SKIP(return, "no memory controller");
	snprintf(self->folder, sizeof(self->folder), TREE "/tlsock-%d", getpid());
	ASSERT_EQ(0, mkdir(self->folder, 0755));
	ASSERT_EQ(0, t_net_private());
	ASSERT_EQ(0, pipe(self->pipe));
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
}

FIXTURE_TEARDOWN(cgroup)
{
	t_helper_stop(self->helper);
	rmdir(self->folder);
}

static long stat_of(const char *folder, const char *name)
{
	char path[128], word[64];
	long value, found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "%s/memory.stat", folder);
	file = fopen(path, "re");
	while (file && fscanf(file, "%63s %ld", word, &value) == 2)
		if (!strcmp(word, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

static struct usage usage_of(const char *folder)
{
	return (struct usage) { stat_of(folder, "slab"), stat_of(folder, "sock") };
}

/* A process of the cgroup: accepts all, says so, and stays until it is killed. */
static void server(FIXTURE_DATA(cgroup) *self, int listener)
{
	char path[128];
	int i;

	snprintf(path, sizeof(path), "%s/cgroup.procs", self->folder);
	if (t_sysctl_set(path, "0") || write(self->pipe[1], "i", 1) != 1)
		_exit(1);
	for (i = 0; i < CONNECTIONS; i++)
		if (accept(listener, NULL, NULL) < 0)
			_exit(1);
	if (write(self->pipe[1], "a", 1) == 1)
		pause();
	_exit(1);
}

/* Has a word come over the pipe? */
static bool heard(FIXTURE_DATA(cgroup) *self, char word)
{
	char byte = 0;

	return t_poll(self->pipe[0], POLLIN, T_PATIENCE_MS) &&
		read(self->pipe[0], &byte, 1) == 1 && byte == word;
}

/* The peers are TCP sockets, so that nothing of them is TLS's. */
static int fill(FIXTURE_DATA(cgroup) *self, int protocol)
{
	static const char data[UNREAD];
	int i, err = 0;

	for (i = 0; i < CONNECTIONS && !err; i++) {
		if (protocol == IPPROTO_TLS)
			err = t_raw_tls(self->clients[i], TLSOCK_ROLE_CLIENT, 0x0304);
		if (!err)
			err = t_write_all(self->clients[i], data, sizeof(data));
	}
	return err;
}

/* What CONNECTIONS accepted ones cost the cgroup; 0 or an error. */
static int measure(FIXTURE_DATA(cgroup) *self, int protocol, struct usage *usage)
{
	struct usage before, after;
	struct t_addr addr;
	int listener = t_listen(AF_INET, protocol, &addr), i, err = -ETIME;
	pid_t pid = fork();

	if (!pid)
		server(self, listener);
	if (!heard(self, 'i'))
		goto out;
	before = usage_of(self->folder);
	for (i = 0; i < CONNECTIONS; i++)
		self->clients[i] = t_tcp_client(&addr);
	if (heard(self, 'a'))
		err = fill(self, protocol);
	after = usage_of(self->folder);
	usage->slab = (after.slab - before.slab) / CONNECTIONS;
	usage->sock = (after.sock - before.sock) / CONNECTIONS;
	t_close_all(self->clients, CONNECTIONS);
out:
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(listener);
	return err;
}

TEST_F_TIMEOUT(cgroup, accepted_connections, 380)
{
	struct usage tcp = { 0 }, tls = { 0 };

	ASSERT_EQ(0, measure(self, IPPROTO_TCP, &tcp));
	ASSERT_EQ(0, measure(self, IPPROTO_TLS, &tls));
	TH_LOG("bytes a connection: TCP %ld slab %ld data, TLS %ld slab %ld data",
	       tcp.slab, tcp.sock, tls.slab, tls.sock);
	EXPECT_LE(UNREAD, tcp.sock);
	EXPECT_LE(UNREAD, tls.sock);
	EXPECT_GT(2 * tcp.sock, tls.sock);
	EXPECT_LE(tcp.slab + OUTER_SOCKET, tls.slab);
}

TEST_HARNESS_MAIN
