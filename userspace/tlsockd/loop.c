// SPDX-License-Identifier: GPL-2.0-or-later
/* epoll, level-triggered. */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <time.h>

#define MAX_EVENTS	64

int td_loop_open(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int td_loop_add(int loop, struct td_source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	return epoll_ctl(loop, EPOLL_CTL_ADD, source->fd, &event) ? -errno : 0;
}

void td_loop_want_write(int loop, struct td_source *source, int on)
{
	struct epoll_event event = {
		.events = EPOLLIN | (on ? EPOLLOUT : 0U),
		.data.ptr = source,
	};

	epoll_ctl(loop, EPOLL_CTL_MOD, source->fd, &event);
}

void td_loop_remove(int loop, struct td_source *source)
{
	/* Explicitly: a forked child may hold the same file open for a moment. */
	epoll_ctl(loop, EPOLL_CTL_DEL, source->fd, NULL);
}

int td_loop_wait(int loop, int64_t timeout)
{
	struct epoll_event events[MAX_EVENTS];
	int n;

	n = epoll_wait(loop, events, MAX_EVENTS, timeout > INT_MAX ? INT_MAX : (int)timeout);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct td_source *source = events[i].data.ptr;

		/* An earlier one of these events may have closed it. */
		if (source->fd >= 0)
			source->handle(source->arg, events[i].events);
	}
	return 0;
}

int64_t td_loop_now(void)
{
	return td_loop_now_us() / 1000;
}

int64_t td_loop_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
