// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings, counters and clients of the tests of limits.
 */
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int t_sysctl_set(const char *name, const char *value)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

long t_sysctl_get(const char *name)
{
	FILE *file = fopen(name, "re");
	long value = -1;

	if (file) {
		if (fscanf(file, "%ld", &value) != 1)
			value = -1;
		fclose(file);
	}
	return value;
}

static int client(const struct t_addr *addr, int protocol, int flags)
{
	int fd = t_socket(addr->storage.ss_family, protocol, flags);
	int err = t_connect(fd, addr);

	if (!err || err == -EINPROGRESS)
		return fd;
	close(fd);
	return err;
}

int t_tls_client(const struct t_addr *addr)
{
	return client(addr, IPPROTO_TLS, SOCK_NONBLOCK);
}

int t_tcp_client(const struct t_addr *addr)
{
	return client(addr, IPPROTO_TCP, 0);
}

int t_connect_wait(int fd, const struct t_addr *addr)
{
	int err = t_connect(fd, addr);

	if (err == -EINPROGRESS)
		err = t_poll(fd, POLLOUT, T_PATIENCE_MS) ? -t_so_error(fd) : -ETIME;
	return err;
}

int t_accept_all(int listener, int n)
{
	int got = 0, fd;

	t_nonblock(listener, true);
	while (got < n && t_poll(listener, POLLIN, T_PATIENCE_MS)) {
		while ((fd = accept(listener, NULL, NULL)) >= 0) {
			close(fd);
			got++;
		}
	}
	return got;
}

void t_close_all(int *fds, int n)
{
	while (n--)
		if (fds[n] >= 0)
			close(fds[n]);
}

uint64_t t_outcome(enum tlsock_outcome outcome)
{
	struct t_status status = { 0 };
	struct t_genl genl;
	int err;

	if (t_genl_open(&genl))
		return UINT64_MAX;
	err = t_status(&genl, &status);
	t_genl_close(&genl);
	return err ? UINT64_MAX : status.outcome[outcome];
}

uint64_t t_status_sum(const struct t_status *status)
{
	uint64_t sum = status->pending + status->accepted;
	int i;

	for (i = 0; i <= TLSOCK_OUTCOME_OTHER; i++)
		sum += status->outcome[i];
	return sum;
}

long t_module_users(void)
{
	return t_sysctl_get("/sys/module/tlsock/refcnt");
}

int t_module_users_wait(long users)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	int left;

	for (left = T_PATIENCE_MS / 10; left; left--) {
		if (t_module_users() <= users)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIME;
}
