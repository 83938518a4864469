/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Service for the kernel's own consumers of TLS, NFS and NVMe, if the
 * configuration wants it: their requests go the way of all others.
 */
#ifndef TLSOCKD_CONSUMERS_H
#define TLSOCKD_CONSUMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"

struct td_broker;
struct td_family_handshake;

/**
 * struct td_consumers - the service; zero it before use
 * @family: NULL where it is off
 * @source: its socket
 * @ready: requests may wait in the kernel
 * @left: it is off again, and the socket there for answers only
 * @retry_at: not before then, monotonic milliseconds
 */
struct td_consumers {
	struct td_family_handshake	*family;
	struct td_source		source;
	bool				ready;
	bool				left;
	int64_t				retry_at;
};

/**
 * td_consumers_apply - begin or end the service as the configuration says
 * @broker: with its generation
 *
 * Requests that were taken are finished in any case.
 *
 * Return: 0, -errno (logged) if it is wanted and not to be had
 */
int td_consumers_apply(struct td_broker *broker);

/**
 * td_consumers_run - take what waits
 * @broker: the broker
 * @now: td_loop_now()
 *
 * Return: milliseconds until it has to be called again, -1 for never
 */
int64_t td_consumers_run(struct td_broker *broker, int64_t now);

/** td_consumers_leave - take no more */
void td_consumers_leave(struct td_broker *broker);

/** td_consumers_close - end; all requests have been answered */
void td_consumers_close(struct td_broker *broker);

#endif
