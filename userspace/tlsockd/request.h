/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests that the broker has accepted and not yet answered. Only data:
 * dispatch.c decides what becomes of them.
 */
#ifndef TLSOCKD_REQUEST_H
#define TLSOCKD_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

struct td_child;
struct tl_request;

enum td_request_state {
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
 * @fd: the TCP socket, -1 once a worker has it
 * @child: worker that has it while TD_REQUEST_RUNNING
 * @accepted: when it was taken, monotonic milliseconds
 * @uid: user that made the socket
 * @pid: process that made it
 * @job: what the worker is told
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
	int			fd;
	struct td_child		*child;
	int64_t			accepted;
	uint32_t		uid;
	uint32_t		pid;
	struct td_job		job;
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
 * @n_waiting: how many are TD_REQUEST_WAITING
 * @n_answered: how many are TD_REQUEST_ANSWERED
 */
struct td_requests {
	struct td_request	*first;
	struct td_request	*last;
	struct td_request	*buckets[TD_REQUEST_BUCKETS];
	uint32_t		last_number;
	unsigned int		n;
	unsigned int		n_waiting;
	unsigned int		n_answered;
};

/**
 * td_request_add - make a request that waits
 * @requests: where it goes
 * @from: the kernel's request, whose descriptor goes over to the new one
 * @now: monotonic milliseconds
 *
 * Return: the request; NULL without memory, the descriptor is the caller's then
 */
struct td_request *td_request_add(struct td_requests *requests, const struct tl_request *from,
				  int64_t now);

/** td_request_remove - forget a request and close its descriptor */
void td_request_remove(struct td_requests *requests, struct td_request *request);

/** td_request_set_state - change the state, keep the counts */
void td_request_set_state(struct td_requests *requests, struct td_request *request,
			  enum td_request_state state);

/** td_request_find - by the number that workers know, NULL if absent */
struct td_request *td_request_find(const struct td_requests *requests, uint32_t number);

/** td_request_find_id - by the kernel's id, canceled ones left out; NULL if absent */
struct td_request *td_request_find_id(const struct td_requests *requests, uint32_t id);

#endif
