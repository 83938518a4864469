// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events name requests by their number, so that one may go between an event
 * and its handling.
 */
#include "silent.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker.h"
#include "dispatch.h"

#define MAX_EVENTS	64
#define MAX_DROPPED	16

static void handle(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;
	struct epoll_event spoken[MAX_EVENTS];
	struct td_request *r;
	int n;

	(void)events;
	n = epoll_wait(broker->silent.source.fd, spoken, MAX_EVENTS, 0);
	for (int i = 0; i < n; i++) {
		r = td_request_find(&broker->requests, (uint32_t)spoken[i].data.u64);
		if (!r || r->state != TD_REQUEST_SILENT)
			continue;
		td_silent_forget(broker, r);
		td_request_set_state(&broker->requests, r, TD_REQUEST_WAITING);
	}
}

int td_silent_open(struct td_broker *broker)
{
	struct td_source *source = &broker->silent.source;
	int err;

	source->fd = epoll_create1(EPOLL_CLOEXEC);
	if (source->fd < 0)
		return -errno;
	source->handle = handle;
	source->arg = broker;
	err = td_loop_add(broker->loop, source);
	if (err)
		td_silent_close(broker);
	return err;
}

void td_silent_close(struct td_broker *broker)
{
	if (broker->silent.source.fd >= 0)
		close(broker->silent.source.fd);
	broker->silent.source.fd = -1;
}

static bool has_spoken(int fd)
{
	char byte;

	/* The end of the connection, and an error, are for the worker to tell. */
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

bool td_silent_watch(struct td_broker *broker, struct td_request *request)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP,
				     .data.u64 = request->number };

	if (request->job.role != TLSOCK_ROLE_SERVER || has_spoken(request->fd) ||
	    epoll_ctl(broker->silent.source.fd, EPOLL_CTL_ADD, request->fd, &event))
		return false;
	td_request_set_state(&broker->requests, request, TD_REQUEST_SILENT);
	return true;
}

void td_silent_make_room(struct td_broker *broker)
{
	unsigned int n = broker->requests.n_silent;
	struct td_request *r, *next;

	for (r = broker->requests.first; r; r = next) {
		next = r->next;
		if (n - broker->requests.n_silent == MAX_DROPPED)
			return;
		if (r->state == TD_REQUEST_SILENT)
			td_dispatch_fail(broker, r, EMFILE, TLSOCK_STAGE_QUEUE,
					 "the client had said nothing for longest when the helper "
					 "had no file descriptor left");
	}
}

void td_silent_forget(struct td_broker *broker, struct td_request *request)
{
	/* Explicitly: the kernel has the same file open for longer. */
	epoll_ctl(broker->silent.source.fd, EPOLL_CTL_DEL, request->fd, NULL);
}
