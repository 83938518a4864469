/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The broker's event loop: epoll with a function for each descriptor. */
#ifndef TLSOCKD_LOOP_H
#define TLSOCKD_LOOP_H

#include <stdint.h>

/**
 * struct td_source - a descriptor that is watched
 * @fd: descriptor
 * @handle: called with the EPOLL* events
 * @arg: passed to @handle
 *
 * Has to stay where it is until td_loop_remove() and the end of the
 * td_loop_wait() that this was called in.
 */
struct td_source {
	int	fd;
	void	(*handle)(void *arg, uint32_t events);
	void	*arg;
};

/** td_loop_open - make a loop; its descriptor or -errno */
int td_loop_open(void);

/** td_loop_add - watch for EPOLLIN; 0 or -errno */
int td_loop_add(int loop, struct td_source *source);

/** td_loop_want_write - watch for EPOLLOUT too, or no more */
void td_loop_want_write(int loop, struct td_source *source, int on);

/** td_loop_remove - watch no more; the descriptor stays the caller's */
void td_loop_remove(int loop, struct td_source *source);

/**
 * td_loop_wait - wait for events and call their functions
 * @loop: the loop
 * @timeout: milliseconds, -1 for ever
 *
 * Return: 0 or -errno
 */
int td_loop_wait(int loop, int64_t timeout);

/** td_loop_now - monotonic milliseconds */
int64_t td_loop_now(void);

/** td_loop_now_us - monotonic microseconds */
int64_t td_loop_now_us(void);

#endif
