// SPDX-License-Identifier: GPL-2.0-or-later
/* The table and list of accepted requests. */
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/accept.h"
#include "../lib/log.h"

static const char *const states[] = {
	[TD_REQUEST_SILENT] = "silent",
	[TD_REQUEST_WAITING] = "waiting",
	[TD_REQUEST_RUNNING] = "running",
	[TD_REQUEST_ANSWERED] = "answered",
};

static void count(struct td_requests *requests, const struct td_request *request, int by)
{
	switch (request->state) {
	case TD_REQUEST_SILENT:
		requests->n_silent += (unsigned int)by;
		break;
	case TD_REQUEST_WAITING:
		requests->n_waiting += (unsigned int)by;
		if (request->job.role == TLSOCK_ROLE_CLIENT)
			requests->n_waiting_clients += (unsigned int)by;
		break;
	case TD_REQUEST_ANSWERED:
		requests->n_answered += (unsigned int)by;
		break;
	case TD_REQUEST_RUNNING:
		break;
	}
}

static void fill_job(struct td_job *job, const struct tl_request *from)
{
	job->role = from->role;
	job->timeout_ms = from->timeout_ms;
	job->verify = from->verify;
	job->client_cert = from->client_cert;
	job->local = from->local;
	job->remote = from->remote;
	job->peer_cert = from->peer_cert != 0;
	job->own = from->own;
	/* A session that is resumed has no certificates, and knows not whose they were. */
	job->resume = !from->no_resume && !from->peer_cert && from->own_fd < 0;
	job->consumer = from->kernel.consumer;
	job->auth = from->kernel.auth;
	memcpy(job->server_name, from->server_name, sizeof(job->server_name));
	memcpy(job->alpn, from->alpn, sizeof(job->alpn));
	memcpy(job->profile, from->profile, sizeof(job->profile));
}

struct td_request *td_request_add(struct td_requests *requests, const struct tl_request *from,
				  int64_t now_us)
{
	struct td_request *r = calloc(1, sizeof(*r));
	struct td_request **bucket;

	if (!r)
		return NULL;
	r->number = ++requests->last_number;
	r->id = from->id;
	r->kernel = from->kernel;
	r->fd = from->fd;
	r->own_fd = from->own_fd;
	r->accepted_us = now_us;
	r->uid = from->uid;
	r->gid = from->gid;
	r->pid = from->pid;
	r->cgroup = from->cgroup;
	memcpy(r->policy.asked, from->profile, sizeof(r->policy.asked));
	r->policy.named = from->server_name[0] != '\0';
	fill_job(&r->job, from);

	bucket = &requests->buckets[r->number % TD_REQUEST_BUCKETS];
	r->chain = *bucket;
	*bucket = r;
	r->previous = requests->last;
	if (requests->last)
		requests->last->next = r;
	else
		requests->first = r;
	requests->last = r;
	requests->n++;
	r->state = TD_REQUEST_WAITING;
	count(requests, r, 1);
	return r;
}

static void close_both(int fd, int own_fd)
{
	if (fd >= 0)
		close(fd);
	if (own_fd >= 0)
		close(own_fd);
}

void td_request_close(struct td_request *request)
{
	close_both(request->fd, request->own_fd);
	request->fd = -1;
	request->own_fd = -1;
}

void td_request_drop(const struct tl_request *request)
{
	close_both(request->fd, request->own_fd);
}

void td_request_remove(struct td_requests *requests, struct td_request *request)
{
	struct td_request **at = &requests->buckets[request->number % TD_REQUEST_BUCKETS];

	while (*at != request)
		at = &(*at)->chain;
	*at = request->chain;
	if (request->previous)
		request->previous->next = request->next;
	else
		requests->first = request->next;
	if (request->next)
		request->next->previous = request->previous;
	else
		requests->last = request->previous;
	requests->n--;
	count(requests, request, -1);
	td_request_close(request);
	free(request->certificates);
	explicit_bzero(&request->result, sizeof(request->result));
	free(request);
}

void td_request_set_state(struct td_requests *requests, struct td_request *request,
			  enum td_request_state state)
{
	tl_log(LOG_DEBUG, "request %u: %s -> %s", request->number, states[request->state],
	       states[state]);
	count(requests, request, -1);
	request->state = state;
	count(requests, request, 1);
}

struct td_request *td_request_find(const struct td_requests *requests, uint32_t number)
{
	struct td_request *r = requests->buckets[number % TD_REQUEST_BUCKETS];

	while (r && r->number != number)
		r = r->chain;
	return r;
}

struct td_request *td_request_find_id(const struct td_requests *requests, uint32_t id)
{
	struct td_request *r = requests->first;

	while (r && (r->canceled || td_request_is_kernels(r) || r->id != id ||
		     r->state == TD_REQUEST_ANSWERED))
		r = r->next;
	return r;
}
