/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests that the broker has accepted and not yet answered. Only data:
 * dispatch.c decides what becomes of them.
 */
#ifndef TLSOCKD_REQUEST_H
#define TLSOCKD_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/consumer.h"
#include "message.h"
#include "policy.h"

struct td_child;
struct tl_request;

enum td_request_state {
	TD_REQUEST_SILENT,	/* for the peer's first byte, see silent.h */
	TD_REQUEST_WAITING,	/* for a worker with room */
	TD_REQUEST_RUNNING,	/* in a worker */
	TD_REQUEST_ANSWERED,	/* the kernel could not take its DONE yet */
};

/**
 * struct td_request - one accepted request
 * @previous: list of all requests, oldest first
 * @next: list of all requests
 * @chain: next in the bucket of the table by @number
 * @number: names it towards the worker, never used twice
 * @id: names it towards the kernel, which uses it again after an answer
 * @state: changed by td_request_set_state() only
 * @canceled: the kernel does not want an answer any more
 * @kernel: who in the kernel asks, if not a program
 * @fd: the TCP socket, -1 once a worker has it, unless the kernel knows the
 *	request by it
 * @own_fd: of the program's own credentials, -1 if there are none, or once a worker has it
 * @child: worker that has it while TD_REQUEST_RUNNING
 * @accepted_us: when it was taken, monotonic microseconds
 * @uid: user that made the socket
 * @gid: its group
 * @pid: process that made it
 * @cgroup: id of the socket's cgroup
 * @policy: what the rules said
 * @job: what the worker is told
 * @certificates: the peer's, with their lengths, @result or the answer at hand
 *	says how many bytes; NULL if they are not wanted
 * @result: the answer while TD_REQUEST_ANSWERED
 */
struct td_request {
	struct td_request	*previous;
	struct td_request	*next;
	struct td_request	*chain;
	uint32_t		number;
	uint32_t		id;
	enum td_request_state	state;
	bool			canceled;
	struct tl_kernel	kernel;
	int			fd;
	int			own_fd;
	struct td_child		*child;
	int64_t			accepted_us;
	uint32_t		uid;
	uint32_t		gid;
	uint32_t		pid;
	uint64_t		cgroup;
	struct td_policy	policy;
	struct td_job		job;
	uint8_t			*certificates;
	struct td_result	result;
};

#define TD_REQUEST_BUCKETS	1024

/**
 * struct td_requests - all of them; zero it before use
 * @first: oldest
 * @last: youngest
 * @buckets: by number
 * @last_number: number given last
 * @n: how many there are
 * @n_silent: how many are TD_REQUEST_SILENT
 * @n_waiting: how many are TD_REQUEST_WAITING
 * @n_waiting_clients: how many of those are clients'
 * @n_answered: how many are TD_REQUEST_ANSWERED
 */
struct td_requests {
	struct td_request	*first;
	struct td_request	*last;
	struct td_request	*buckets[TD_REQUEST_BUCKETS];
	uint32_t		last_number;
	unsigned int		n;
	unsigned int		n_silent;
	unsigned int		n_waiting;
	unsigned int		n_waiting_clients;
	unsigned int		n_answered;
};

/**
 * td_request_add - make a request that waits
 * @requests: where it goes
 * @from: the kernel's request, whose descriptors go over to the new one
 * @now_us: monotonic microseconds
 *
 * Return: the request; NULL without memory, the descriptors are the caller's then
 */
struct td_request *td_request_add(struct td_requests *requests, const struct tl_request *from,
				  int64_t now_us);

/** td_request_close - close what its kernel request brought */
void td_request_close(struct td_request *request);

/** td_request_drop - close the descriptors of a request that is not taken */
void td_request_drop(const struct tl_request *request);

/** td_request_remove - forget a request and close its descriptors */
void td_request_remove(struct td_requests *requests, struct td_request *request);

/** td_request_set_state - change the state, keep the counts */
void td_request_set_state(struct td_requests *requests, struct td_request *request,
			  enum td_request_state state);

/** td_request_find - by the number that workers know, NULL if absent */
struct td_request *td_request_find(const struct td_requests *requests, uint32_t number);

/** td_request_is_kernels - does the kernel itself ask, and not a program? */
static inline bool td_request_is_kernels(const struct td_request *request)
{
	return request->kernel.consumer != TL_CONSUMER_PROGRAM;
}

/** td_request_age - milliseconds since it was taken; @now in monotonic milliseconds */
static inline int64_t td_request_age(const struct td_request *request, int64_t now)
{
	return now - request->accepted_us / 1000;
}

/** td_request_find_id - a program's, by its id, canceled ones left out; NULL if absent */
struct td_request *td_request_find_id(const struct td_requests *requests, uint32_t id);

#endif
