/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates are renewed, keys with them, and lists of revoked ones much more
 * often: whoever does that need not tell the helper.
 */
#ifndef TLSOCKD_WATCH_H
#define TLSOCKD_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "loop.h"

struct td_broker;

/* From the first change to the reload, milliseconds: a key comes with its certificate. */
#define TD_WATCH_DELAY	1000

/**
 * struct td_watched - a file or folder that the configuration names
 * @path: its name, owned
 * @stamp: of what is there, and where; 0 if nothing is
 */
struct td_watched {
	char		*path;
	uint64_t	stamp;
};

/**
 * struct td_watch - all of them; zero it and set @source.fd to -1 before use
 * @source: inotify
 * @files: what the configuration names
 * @n: their number
 * @due_at: when to look at them, monotonic milliseconds, 0 if nothing happened
 */
struct td_watch {
	struct td_source	source;
	struct td_watched	*files;
	size_t			n;
	int64_t			due_at;
};

/**
 * td_watch_follow - watch what the configuration of the broker names
 * @broker: its generation is looked at, after each attempt to read a new one
 *
 * What cannot be watched is logged; `tlsock reload` is needed for it then. If
 * something has changed since td_watch_look() a reload is due.
 */
void td_watch_follow(struct td_broker *broker);

/**
 * td_watch_look - take note of what is there, before it is read
 * @watch: of the configuration so far
 *
 * Return: a name that has changed since the last time, NULL if none did
 */
const char *td_watch_look(struct td_watch *watch);

/**
 * td_watch_tick - read the configuration anew if what it names has changed
 * @broker: whose
 * @now: monotonic milliseconds
 *
 * Return: milliseconds until it is due again, -1 for never
 */
int64_t td_watch_tick(struct td_broker *broker, int64_t now);

/** td_watch_close - watch no more */
void td_watch_close(struct td_broker *broker);

#endif
