/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers of servers that have not said a word yet. A handshake begins with the
 * client's hello (RFC 8446 section 4.1.2): until the first byte of it is there
 * a request needs no worker, and those who never speak take nobody's place.
 */
#ifndef TLSOCKD_SILENT_H
#define TLSOCKD_SILENT_H

#include <stdbool.h>

#include "loop.h"

struct td_broker;
struct td_request;

/** struct td_silent - the sockets that are watched, in an epoll of their own */
struct td_silent {
	struct td_source	source;
};

/** td_silent_open - begin; 0 or -errno */
int td_silent_open(struct td_broker *broker);

/** td_silent_close - end; no request is TD_REQUEST_SILENT any more */
void td_silent_close(struct td_broker *broker);

/**
 * td_silent_watch - wait for the first byte of a request's peer
 * @broker: the broker
 * @request: one that is TD_REQUEST_WAITING
 *
 * It is TD_REQUEST_SILENT until there is something to read or the connection
 * is over, and TD_REQUEST_WAITING again then.
 *
 * Return: false if it stays as it is: we speak first, the peer has spoken, or
 * it cannot be watched
 */
bool td_silent_watch(struct td_broker *broker, struct td_request *request);

/** td_silent_make_room - fail some that have waited for longest, for want of descriptors */
void td_silent_make_room(struct td_broker *broker);

/** td_silent_forget - watch a request no more, before its socket is closed */
void td_silent_forget(struct td_broker *broker, struct td_request *request);

#endif
