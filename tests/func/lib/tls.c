// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets on the loopback and the options of SOL_TLSOCK, without a word about
 * keys (keys.c) or helpers (fakehelper.c).
 */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int t_net_private(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int err = 0;
	int fd;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

void t_loopback(struct t_addr *addr, int family, uint16_t port)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&addr->storage;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&addr->storage;

	memset(addr, 0, sizeof(*addr));
	addr->storage.ss_family = family;
	if (family == AF_INET6) {
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = htons(port);
		addr->len = sizeof(*v6);
	} else {
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = htons(port);
		addr->len = sizeof(*v4);
	}
}

uint16_t t_port(const struct t_addr *addr)
{
	/* Both families have the port in the same place. */
	return ntohs(((const struct sockaddr_in *)&addr->storage)->sin_port);
}

int t_socket(int family, int protocol, int flags)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, protocol);
}

int t_bind(int fd, int family, struct t_addr *addr)
{
	t_loopback(addr, family, 0);
	if (bind(fd, (struct sockaddr *)&addr->storage, addr->len))
		return -errno;
	if (getsockname(fd, (struct sockaddr *)&addr->storage, &addr->len))
		return -errno;
	return 0;
}

/* Bind and listen; the socket is closed on failure. */
static int listen_start(int fd, int family, struct t_addr *addr)
{
	int err = t_bind(fd, family, addr);

	if (!err && listen(fd, SOMAXCONN))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int t_listen(int family, int protocol, struct t_addr *addr)
{
	int fd = t_socket(family, protocol, 0);

	return fd < 0 ? -errno : listen_start(fd, family, addr);
}

int t_listen_profile(int family, const char *profile, struct t_addr *addr)
{
	int fd = t_socket(family, IPPROTO_TLS, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = t_set_text(fd, TLSOCK_PROFILE, profile);
	if (err) {
		close(fd);
		return err;
	}
	return listen_start(fd, family, addr);
}

int t_connect(int fd, const struct t_addr *addr)
{
	if (connect(fd, (const struct sockaddr *)&addr->storage, addr->len))
		return -errno;
	return 0;
}

void t_nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

int t_poll(int fd, short events, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return poll(&poll_fd, 1, ms) > 0 ? poll_fd.revents : 0;
}

void t_close_abort(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

int t_get_int(int fd, int level, int option)
{
	socklen_t len = sizeof(int);
	int value = 0;

	if (getsockopt(fd, level, option, &value, &len))
		return -errno;
	return value;
}

int t_so_error(int fd)
{
	return t_get_int(fd, SOL_SOCKET, SO_ERROR);
}

int t_set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

int t_set_text(int fd, int option, const char *text)
{
	return setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)) ? -errno : 0;
}

int t_info(int fd, struct tlsock_info *info)
{
	socklen_t len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, info, &len) ? -errno : 0;
}

int t_error(int fd, struct tlsock_error *error)
{
	socklen_t len = sizeof(*error);

	memset(error, 0, sizeof(*error));
	return getsockopt(fd, SOL_TLSOCK, TLSOCK_ERROR, error, &len) ? -errno : 0;
}

int t_state(int fd)
{
	struct tlsock_info info;
	int err = t_info(fd, &info);

	return err ? err : info.state;
}

static void nothing(int number)
{
	(void)number;
}

void t_alarm(int ms)
{
	struct sigaction action = { .sa_handler = nothing };
	struct timeval every = { .tv_usec = ms * 1000L };
	struct itimerval timer = { .it_interval = every, .it_value = every };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

bool t_kernel_is_debug(void)
{
	return access("/sys/kernel/debug/kmemleak", F_OK) == 0;
}

long t_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int t_write_all(int fd, const void *data, size_t size)
{
	const char *next = data;
	ssize_t sent;

	while (size) {
		sent = send(fd, next, size, MSG_NOSIGNAL);
		if (sent < 0)
			return -errno;
		next += sent;
		size -= sent;
	}
	return 0;
}

int t_read_all(int fd, void *data, size_t size)
{
	char *next = data;
	ssize_t got;

	while (size) {
		got = recv(fd, next, size, 0);
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		next += got;
		size -= got;
	}
	return 0;
}

unsigned long t_shown_inode(int fd)
{
	struct t_addr own = { .len = sizeof(own.storage) };
	struct t_addr peer = { .len = sizeof(peer.storage) };
	unsigned long inode = 0, found = 0;
	unsigned int local, remote;
	char line[256];
	FILE *file;

	if (getsockname(fd, (struct sockaddr *)&own.storage, &own.len) ||
	    getpeername(fd, (struct sockaddr *)&peer.storage, &peer.len))
		return 0;
	file = fopen(own.storage.ss_family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*[^:]:%x %*[^:]:%x %*s %*s %*s %*s %*s %*s %lu", &local,
			   &remote, &inode) == 3 &&
		    local == t_port(&own) && remote == t_port(&peer))
			found = inode;
	}
	if (file)
		fclose(file);
	return found;
}
