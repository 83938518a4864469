/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `tlsock top` looks at, and how it is shown.
 */
#ifndef TLSOCK_CLI_TOP_H
#define TLSOCK_CLI_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "helper.h"
#include "status.h"

struct tc_session;

#define TC_TALLY_KEY	64

/** struct tc_count - how many sessions have something in common */
struct tc_count {
	char		key[TC_TALLY_KEY];
	unsigned int	n;
};

/**
 * struct tc_tally - sessions by what they have in common; zero it before use
 * @counts: one for each session until tc_tally_sum(), then one for each key, the
 *	greatest first
 * @n: their number
 * @room: places in @counts
 */
struct tc_tally {
	struct tc_count	*counts;
	size_t		n;
	size_t		room;
};

/**
 * struct tc_look - all that was seen at one time
 * @at_ms: when, on a clock that only goes forward
 * @status: counters of the kernel
 * @has_helper: @helper is known
 * @helper: what the helper says of itself
 * @has_sessions: the two that follow are known
 * @profiles: sessions by profile
 * @peers: sessions by address of the peer
 */
struct tc_look {
	int64_t			at_ms;
	struct tc_status	status;
	bool			has_helper;
	struct tc_helper	helper;
	bool			has_sessions;
	struct tc_tally		profiles;
	struct tc_tally		peers;
};

/** tc_tally_add - one more session with a key, cut to what fits; 0 or -ENOMEM */
int tc_tally_add(struct tc_tally *tally, const char *key);

/** tc_tally_sum - put those with the same key together */
void tc_tally_sum(struct tc_tally *tally);

/** tc_tally_free - forget all; it may be used again */
void tc_tally_free(struct tc_tally *tally);

/**
 * tc_top_print - show what is, and what happened since
 * @out: where to
 * @before: an earlier look
 * @now: the last one
 * @rows: most lines of each tally
 */
void tc_top_print(FILE *out, const struct tc_look *before, const struct tc_look *now, size_t rows);

/** tc_top_json - the same as one JSON object in one line; 0 or -ENOMEM */
int tc_top_json(FILE *out, const struct tc_look *before, const struct tc_look *now, size_t rows);

#endif
