/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections whose peer's certificate came onto a revocation list after the
 * handshake: the kernel is asked for all connections, and told to end those.
 */
#ifndef TLSOCKD_REVOKE_H
#define TLSOCKD_REVOKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct td_broker;
struct td_family_session;
struct td_revocable;

/**
 * struct td_revoke - the search; zero it before use
 * @due: lists have changed, or a connection may have been missed
 * @running: the kernel is telling
 * @list: connections whose profile has lists
 * @n: their number
 * @size: room in @list
 */
struct td_revoke {
	bool			due;
	bool			running;
	struct td_revocable	*list;
	size_t			n;
	size_t			size;
};

/**
 * td_revoke_tick - begin a search if one is due
 * @broker: the broker
 *
 * Return: milliseconds until it has to be tried again, -1 if it has not
 */
int64_t td_revoke_tick(struct td_broker *broker);

/** td_revoke_session - the kernel tells of a connection */
void td_revoke_session(struct td_broker *broker, const struct td_family_session *session);

/** td_revoke_finish - that was the last one; @complete: and all were told */
void td_revoke_finish(struct td_broker *broker, bool complete);

/** td_revoke_close - free all */
void td_revoke_close(struct td_revoke *revoke);

#endif
