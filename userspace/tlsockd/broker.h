/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker: the privileged process that takes requests from the kernel,
 * has workers run them and gives the answers back. One thread, one loop.
 */
#ifndef TLSOCKD_BROKER_H
#define TLSOCKD_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "consumers.h"
#include "loop.h"
#include "operator.h"
#include "report.h"
#include "request.h"
#include "revoke.h"
#include "silent.h"
#include "supervise.h"
#include "tickets.h"
#include "watch.h"

struct td_family_tlsock;
struct td_generation;

enum td_module {
	TD_MODULE_THERE,	/* @family works */
	TD_MODULE_GONE,		/* it was removed, @family tells when it is back */
	TD_MODULE_BACK,		/* @family has to be opened anew */
};

/**
 * struct td_broker - all that the broker knows
 * @config_path: main configuration file
 * @loop: event loop
 * @signals: signalfd
 * @netlink: socket of @family
 * @family: requests come from here and answers go there
 * @generation: the current configuration
 * @supervise: the workers
 * @requests: what was accepted and not answered
 * @tickets: for clients, to resume sessions with
 * @silent: those whose peers have not spoken
 * @consumers: the kernel's own
 * @operators: who wants to know and decide
 * @revoke: connections that are looked up in revocation lists
 * @watch: files that the configuration names
 * @report: what it all cost
 * @ready: requests may wait in the kernel
 * @more: ACCEPT has left some behind
 * @clients_wait: clients may wait in the kernel for which there was no room
 * @taken: requests of the last ACCEPT
 * @taken_clients: those of them that are clients
 * @module: whether the module is there
 * @tick_at: deadlines are looked at then, monotonic milliseconds
 * @ticks: how often they were
 * @stopping: takes no more requests, ends when all are answered
 * @draining: told to by td_broker_drain()
 * @stop_at: ends then whatever is left, monotonic milliseconds
 * @drained: workers were told to finish
 * @failed: ends at once, with an error
 */
struct td_broker {
	const char		*config_path;
	int			loop;
	struct td_source	signals;
	struct td_source	netlink;
	struct td_family_tlsock	*family;
	struct td_generation	*generation;
	struct td_supervise	supervise;
	struct td_requests	requests;
	struct td_tickets	tickets;
	struct td_silent	silent;
	struct td_consumers	consumers;
	struct td_operator	operators;
	struct td_revoke	revoke;
	struct td_watch		watch;
	struct td_report	report;
	bool			ready;
	bool			more;
	bool			clients_wait;
	unsigned int		taken;
	unsigned int		taken_clients;
	enum td_module		module;
	int64_t			tick_at;
	unsigned int		ticks;
	bool			stopping;
	bool			draining;
	int64_t			stop_at;
	bool			drained;
	bool			failed;
};

/* When to try again what failed for lack of memory or descriptors, milliseconds */
#define TD_RETRY_TIME	100

/* Exit status of a helper that was drained, which is not to be started anew */
#define TD_EXIT_DRAINED	3

/**
 * td_broker_reload - read the configuration again
 * @broker: goes on with the old one if that fails
 *
 * Return: 0, -EBUSY if it stops, -EINVAL (logged) for a bad configuration
 */
int td_broker_reload(struct td_broker *broker);

/** td_broker_drain - take no more requests, and end when those there are answered */
void td_broker_drain(struct td_broker *broker);

/**
 * td_broker_run - serve until told to stop
 * @config_path: main configuration file
 * @generation: its contents, taken over
 *
 * Return: exit status of the process
 */
int td_broker_run(const char *config_path, struct td_generation *generation);

#endif
