/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Worker processes as the broker sees them: started by fork(), ended by a
 * message, by SIGKILL or by their own fault, and started anew.
 */
#ifndef TLSOCKD_SUPERVISE_H
#define TLSOCKD_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "loop.h"

struct td_broker;
struct td_generation;

/**
 * struct td_child - one worker process
 * @next: list of all
 * @source: the broker's end of its socket; fd is -1 once that is closed
 * @broker: whose worker it is
 * @pid: process, 0 once it was waited for
 * @generation: number of the configuration that it has
 * @started: monotonic milliseconds
 * @limit: most handshakes at a time
 * @load: handshakes that it has now
 * @clients: how many of them are clients'
 * @lost: handshakes that failed because it went
 * @heard: tick at which it last answered, or had nothing to answer
 * @jobs: handshakes that it was ever given
 * @full: its socket has no room; told when it has again
 * @draining: gets no more jobs
 * @drain_sent: has been told so
 * @killed: was sent SIGKILL by us
 */
struct td_child {
	struct td_child		*next;
	struct td_source	source;
	struct td_broker	*broker;
	pid_t			pid;
	unsigned int		generation;
	int64_t			started;
	unsigned int		limit;
	unsigned int		load;
	unsigned int		clients;
	unsigned int		lost;
	unsigned int		heard;
	uint64_t		jobs;
	bool			full;
	bool			draining;
	bool			drain_sent;
	bool			killed;
};

/**
 * struct td_supervise - all workers
 * @first: list
 * @wanted: how many are to run of the current generation
 * @respawn_at: earliest time of the next start, monotonic milliseconds
 * @delay: milliseconds between starts that fail at once
 */
struct td_supervise {
	struct td_child	*first;
	unsigned int	wanted;
	int64_t		respawn_at;
	unsigned int	delay;
};

/**
 * td_supervise_start - use a generation: start its workers, drain all others
 * @broker: the broker
 * @generation: has to stay until the next call
 *
 * Workers that cannot be started now are started by td_supervise_tick().
 */
void td_supervise_start(struct td_broker *broker, const struct td_generation *generation);

/** td_supervise_stop - start no more workers and drain those that run */
void td_supervise_stop(struct td_broker *broker);

/** td_supervise_kill - end one worker at once; its requests fail when it is gone */
void td_supervise_kill(struct td_child *child, const char *why);

/** td_supervise_kill_all - end all workers at once */
void td_supervise_kill_all(struct td_broker *broker, const char *why);

/** td_supervise_reap - wait for processes that ended (SIGCHLD) */
void td_supervise_reap(struct td_broker *broker);

/**
 * td_supervise_tick - start missing workers, forget those that are gone
 * @broker: the broker
 * @now: td_loop_now(), milliseconds
 *
 * Return: milliseconds until there is something to do, -1 if there is not
 */
int64_t td_supervise_tick(struct td_broker *broker, int64_t now);

#endif
