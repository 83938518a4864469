/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the helper tells about its work: a line for each handshake, and sums. */
#ifndef TLSOCKD_REPORT_H
#define TLSOCKD_REPORT_H

#include <stdint.h>

#include <linux/tlsock_netlink.h>

#include "../lib/consumer.h"
#include "../lib/latency.h"

struct td_request;
struct td_result;

/* What the broker spends its processor time on */
enum td_report_stage {
	TD_REPORT_OTHER,	/* signals, timers, waiting */
	TD_REPORT_ACCEPT,	/* netlink in, and passing jobs to workers */
	TD_REPORT_ANSWER,	/* results of workers, netlink out, the log */
	TD_REPORT_N_STAGES
};

/**
 * struct td_outcomes - handshakes that are over
 * @ok: how many succeeded
 * @failed: how many failed
 * @canceled: how many the kernel took back
 */
struct td_outcomes {
	uint64_t	ok;
	uint64_t	failed;
	uint64_t	canceled;
};

/**
 * struct td_report - sums since the start; zero it, then td_report_stage()
 * @all: handshakes that are over
 * @consumers: the same for whom, by enum tl_consumer
 * @resumed: those that resumed a session
 * @worker_nsec: processor time of workers
 * @broker_nsec: processor time of the broker for each stage
 * @latency: of those that succeeded, by enum tlsock_role
 * @stage: what runs now
 * @stage_start: processor time of the broker when that began
 */
struct td_report {
	struct td_outcomes	all;
	struct td_outcomes	consumers[TL_CONSUMER_N];
	uint64_t		resumed;
	uint64_t		worker_nsec;
	uint64_t		broker_nsec[TD_REPORT_N_STAGES];
	struct tl_latency	latency[TLSOCK_ROLE_SERVER + 1];
	enum td_report_stage	stage;
	uint64_t		stage_start;
};

/** td_report_stage - the broker's processor time counts for @stage from here on */
void td_report_stage(struct td_report *report, enum td_report_stage stage);

/** td_report_handshake - count and log the end of a request; @now in monotonic us */
void td_report_handshake(struct td_report *report, const struct td_request *request,
			 const struct td_result *result, int64_t now);

/** td_report_summary - log the sums */
void td_report_summary(struct td_report *report);

#endif
