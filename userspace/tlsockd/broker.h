/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker: the privileged process that takes requests from the kernel,
 * has workers run them and gives the answers back. One thread, one loop.
 */
#ifndef TLSOCKD_BROKER_H
#define TLSOCKD_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "report.h"
#include "request.h"
#include "supervise.h"

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
 * @report: what it all cost
 * @ready: requests may wait in the kernel
 * @module: whether the module is there
 * @tick_at: deadlines are looked at then, monotonic milliseconds
 * @stopping: takes no more requests, ends when all are answered
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
	struct td_report	report;
	bool			ready;
	enum td_module		module;
	int64_t			tick_at;
	bool			stopping;
	int64_t			stop_at;
	bool			drained;
	bool			failed;
};

/**
 * td_broker_run - serve until told to stop
 * @config_path: main configuration file
 * @generation: its contents, taken over
 *
 * Return: exit status of the process
 */
int td_broker_run(const char *config_path, struct td_generation *generation);

#endif
