// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections that come faster than they are served: COUNT clients, up to
 * PARALLEL of them at a time, to one listener (profile "web"), all in one
 * process with epoll. Each says a byte, hears it again and closes. A handshake
 * may take SECONDS.
 *
 * It prints "point" when it has started as many as a random number between the
 * points says, POINTS times in all, so that somebody may make trouble then; and
 * in the end how many there were of each outcome: "started", "completed",
 * "failed ERRNO" during the handshake, "lost ERRNO" after it, and "hung" for
 * those that are not over though their deadline is. Only those make it fail.
 *
 * With -w it stops (SIGSTOP) when the first PARALLEL clients are on their way and
 * no server is, until somebody continues it.
 */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/tlsock.h>

#define MAX_ERRNO	134
#define GRACE_MS	15000
#define PAUSE_MS	20
#define BACKOFF_MS	250
#define MAX_FILES	65536

enum role { ROLE_CLIENT, ROLE_SERVER };

struct end {
	struct end	*next, **link;
	enum role	role;
	bool		said;
	int		fd;
	long		started;
};

static struct {
	int			count, parallel, points;
	int			deadline;	/* of a handshake, milliseconds */
	int			started, open, completed, hung;
	int			failed[MAX_ERRNO], lost[MAX_ERRNO];
	int			*at;	/* points, ascending */
	int			n_points;
	bool			wait;
	long			pause_until;
	int			epoll, listener;
	struct sockaddr_in	address;
	struct end		*clients;	/* the youngest first */
} storm = { .count = 1000, .parallel = 32, .deadline = 30000 };

static long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void choose_points(unsigned int seed)
{
	storm.at = calloc((size_t)storm.points + 1, sizeof(int));
	if (!storm.at)
		err(2, "calloc");
	srandom(seed);
	for (int i = 0; i < storm.points; i++)
		storm.at[i] = 1 + (int)(random() % storm.count);
	qsort(storm.at, (size_t)storm.points, sizeof(int), compare);
}

static int tls_socket(int option, const char *text)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TLS);

	if (fd < 0 || setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)) ||
	    setsockopt(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, &storm.deadline,
		       sizeof(storm.deadline)))
		err(2, "socket");
	return fd;
}

static void watch(struct end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = end };

	if (epoll_ctl(storm.epoll, EPOLL_CTL_MOD, end->fd, &event) &&
	    (errno != ENOENT || epoll_ctl(storm.epoll, EPOLL_CTL_ADD, end->fd, &event)))
		err(2, "epoll_ctl");
}

static struct end *end_new(enum role role, int fd)
{
	struct end *end = calloc(1, sizeof(*end));

	if (!end)
		err(2, "calloc");
	end->role = role;
	end->fd = fd;
	return end;
}

static void start_listening(void)
{
	socklen_t length = sizeof(storm.address);

	storm.address = (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	storm.epoll = epoll_create1(EPOLL_CLOEXEC);
	storm.listener = tls_socket(TLSOCK_PROFILE, "web");
	if (storm.epoll < 0 ||
	    bind(storm.listener, (struct sockaddr *)&storm.address, length) ||
	    listen(storm.listener, storm.count) ||
	    getsockname(storm.listener, (struct sockaddr *)&storm.address, &length))
		err(2, "listen");
	watch(end_new(ROLE_SERVER, storm.listener), EPOLLIN);
}

static void client_over(struct end *end)
{
	*end->link = end->next;
	if (end->next)
		end->next->link = end->link;
	close(end->fd);
	free(end);
	storm.open--;
}

static void client_failed(struct end *end, int error)
{
	if (error <= 0 || error >= MAX_ERRNO)
		errx(2, "errno %d", error);
	if (end->said)
		storm.lost[error]++;
	else
		storm.failed[error]++;
	/* Without a helper each fails at once: leave it time to come back. */
	if (error == EUNATCH)
		storm.pause_until = now_ms() + BACKOFF_MS;
	client_over(end);
}

static void client_start(void)
{
	struct end *end = end_new(ROLE_CLIENT, tls_socket(TLSOCK_SERVER_NAME, "web.test"));

	end->started = now_ms();
	end->next = storm.clients;
	end->link = &storm.clients;
	if (end->next)
		end->next->link = &end->next;
	storm.clients = end;
	storm.open++;
	storm.started++;
	for (; storm.n_points < storm.points && storm.at[storm.n_points] <= storm.started;
	     storm.n_points++)
		printf("point %d\n", storm.n_points + 1);
	if (!connect(end->fd, (struct sockaddr *)&storm.address, sizeof(storm.address)) ||
	    errno == EINPROGRESS)
		watch(end, EPOLLOUT);
	else
		client_failed(end, errno);
}

static void client_event(struct end *end)
{
	int error = 0;
	socklen_t length = sizeof(error);
	char byte = 'x';
	ssize_t n;

	if (!end->said) {
		getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &error, &length);
		end->said = !error;
		if (!error && send(end->fd, &byte, 1, MSG_NOSIGNAL) != 1)
			error = errno;
		if (error) {
			client_failed(end, error);
			return;
		}
		watch(end, EPOLLIN);
		return;
	}
	n = recv(end->fd, &byte, 1, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 1) {
		storm.completed++;
		client_over(end);
	} else {
		client_failed(end, n ? errno : ECONNRESET);
	}
}

static void accept_all(void)
{
	int fd;

	while ((fd = accept4(storm.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		watch(end_new(ROLE_SERVER, fd), EPOLLIN);
	if (errno != EAGAIN)
		err(2, "accept");
}

static void server_event(struct end *end)
{
	char byte;
	ssize_t n = recv(end->fd, &byte, 1, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 1 && send(end->fd, &byte, 1, MSG_NOSIGNAL) == 1)
		return;
	close(end->fd);
	free(end);
}

static void handle_events(int timeout)
{
	struct epoll_event events[64];
	int n = epoll_wait(storm.epoll, events, 64, timeout);

	if (n < 0)
		err(2, "epoll_wait");
	for (int i = 0; i < n; i++) {
		struct end *end = events[i].data.ptr;

		if (end->fd == storm.listener)
			accept_all();
		else if (end->role == ROLE_SERVER)
			server_event(end);
		else
			client_event(end);
	}
}

static void find_hung(void)
{
	struct end *end, *next;

	for (end = storm.clients; end; end = next) {
		next = end->next;
		if (now_ms() < end->started + storm.deadline + GRACE_MS)
			continue;
		storm.hung++;
		client_over(end);
	}
}

static void run(void)
{
	while (storm.started < storm.count || storm.open) {
		while (storm.started < storm.count && storm.open < storm.parallel &&
		       now_ms() >= storm.pause_until)
			client_start();
		if (storm.wait)
			raise(SIGSTOP);
		storm.wait = false;
		handle_events(PAUSE_MS);
		find_hung();
	}
}

static void print_errors(const char *what, const int numbers[MAX_ERRNO])
{
	for (int i = 0; i < MAX_ERRNO; i++)
		if (numbers[i])
			printf("%s %s %d\n", what, strerrorname_np(i), numbers[i]);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { MAX_FILES, MAX_FILES };
	unsigned int seed = 1;
	int option;

	while ((option = getopt(argc, argv, "d:n:p:t:s:w")) != -1) {
		switch (option) {
		case 'd':
			storm.deadline = atoi(optarg) * 1000;
			break;
		case 'n':
			storm.count = atoi(optarg);
			break;
		case 'p':
			storm.parallel = atoi(optarg);
			break;
		case 't':
			storm.points = atoi(optarg);
			break;
		case 's':
			seed = (unsigned int)atoi(optarg);
			break;
		case 'w':
			storm.wait = true;
			break;
		default:
			errx(2, "usage: storm [-d SECONDS] [-n COUNT] [-p PARALLEL] [-t POINTS] "
				"[-s SEED] [-w]");
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(2, "setrlimit");
	choose_points(seed);
	start_listening();
	run();
	printf("started %d\ncompleted %d\n", storm.started, storm.completed);
	print_errors("failed", storm.failed);
	print_errors("lost", storm.lost);
	printf("hung %d\n", storm.hung);
	return storm.hung ? 1 : 0;
}
