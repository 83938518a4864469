/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the helper of this network namespace (lib/operator.h), and its
 * answers as plain data.
 */
#ifndef TLSOCK_CLI_HELPER_H
#define TLSOCK_CLI_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock_netlink.h>

#include "../lib/consumer.h"
#include "../lib/latency.h"
#include "../lib/operator.h"

#define TC_WORKERS	256	/* more are counted, but not told of */

/** struct tc_worker - a worker process */
struct tc_worker {
	uint32_t	pid;
	uint32_t	generation;
	uint32_t	load;
	uint32_t	limit;
	uint64_t	jobs;
	bool		draining;
};

/**
 * struct tc_consumer - handshakes for a part of the kernel, or for programs
 * @ok: handshakes that succeeded
 * @failed: that failed
 * @canceled: that the kernel took back
 * @under_way: that the helper has
 */
struct tc_consumer {
	uint64_t	ok;
	uint64_t	failed;
	uint64_t	canceled;
	uint64_t	under_way;
};

/**
 * struct tc_certificate - a certificate of a profile
 * @profile: its name
 * @number: which of the profile's it is, from 1 on
 * @not_after: when it ends, seconds since 1970
 */
struct tc_certificate {
	char		profile[TLSOCK_MAX_PROFILE + 1];
	uint64_t	number;
	uint64_t	not_after;
};

/**
 * struct tc_helper - what a helper says of itself
 * @pid: process of the broker
 * @uptime_ms: since it serves
 * @generation: configurations it has read
 * @stopping: it takes no more requests
 * @silent: requests whose peers have not spoken
 * @waiting: for a worker with room
 * @running: in a worker
 * @answered: whose answer the kernel had no memory for
 * @tickets: in the cache for clients
 * @ok: handshakes that succeeded
 * @resumed: those of them that resumed a session
 * @failed: that failed
 * @canceled: that the kernel took back
 * @worker_ns: processor time of workers
 * @broker_ns: processor time of the broker
 * @n_workers: worker processes
 * @workers: the first of them
 * @consumers: for whom, by enum tl_consumer
 * @n_certificates: certificates that are told of
 * @certificates: those that end first
 * @latency: of those that succeeded, by enum tlsock_role
 */
struct tc_helper {
	uint64_t		pid;
	uint64_t		uptime_ms;
	uint64_t		generation;
	uint64_t		stopping;
	uint64_t		silent;
	uint64_t		waiting;
	uint64_t		running;
	uint64_t		answered;
	uint64_t		tickets;
	uint64_t		ok;
	uint64_t		resumed;
	uint64_t		failed;
	uint64_t		canceled;
	uint64_t		worker_ns;
	uint64_t		broker_ns;
	unsigned int		n_workers;
	struct tc_worker	workers[TC_WORKERS];
	struct tc_consumer	consumers[TL_CONSUMER_N];
	unsigned int		n_certificates;
	struct tc_certificate	certificates[TL_OPERATOR_CERTIFICATES];
	struct tl_latency	latency[TLSOCK_ROLE_SERVER + 1];
};

/**
 * tc_helper_parse - read a reply to "status"
 * @text: the reply, terminated
 * @helper: filled; undefined on error
 *
 * Return: 0, -EBADMSG if a line is not as it should be or the pid is missing
 */
int tc_helper_parse(const char *text, struct tc_helper *helper);

/**
 * tc_helper_call - send a request and wait for the reply
 * @request: TL_OPERATOR_*
 * @seconds: how long to wait
 * @reply: room for TL_OPERATOR_REPLY + 1 bytes; terminated
 *
 * Return: the connection, which the caller closes; -ENOENT or -ECONNREFUSED if
 * no helper runs here, -EACCES if the caller is no administrator, -ETIMEDOUT, or
 * another -errno
 */
int tc_helper_call(const char *request, int seconds, char *reply);

/** tc_helper_status - ask for its state; 0, or the -errno of the two above */
int tc_helper_status(struct tc_helper *helper);

#endif
