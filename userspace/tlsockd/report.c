// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log line of a handshake. Names come from peers and programs: line.h
 * keeps them from forging other pairs or lines.
 */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "../lib/line.h"
#include "../lib/log.h"
#include "../lib/names.h"
#include "request.h"

static uint64_t cpu_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

void td_report_stage(struct td_report *report, enum td_report_stage stage)
{
	uint64_t now = cpu_nsec();

	if (report->stage_start)
		report->broker_nsec[report->stage] += now - report->stage_start;
	report->stage = stage;
	report->stage_start = now;
}

static void put_hex(struct tl_line *line, const char *key, const char *name, uint16_t number)
{
	char text[sizeof("0xffff")];

	snprintf(text, sizeof(text), "0x%04x", number);
	if (number)
		tl_line_text(line, key, name ? name : text);
}

static void put_alert(struct tl_line *line, const char *key, int alert)
{
	const char *name = tl_names_alert(alert);

	if (alert < 0)
		return;
	if (name)
		tl_line_text(line, key, name);
	else
		tl_line_number(line, key, alert);
}

static void put_request(struct tl_line *line, const struct td_request *request)
{
	const struct td_job *job = &request->job;

	tl_line_text(line, "role", tl_names_role(job->role));
	tl_line_address(line, "peer", &job->remote);
	tl_line_text(line, "profile", *job->profile ? job->profile : "default");
	tl_line_text(line, "rule", request->policy.rule);
	if (td_request_is_kernels(request))
		tl_line_text(line, "consumer", tl_consumer_name(request->kernel.consumer));
	else
		tl_line_number(line, "uid", request->uid);
	if (request->pid)
		tl_line_number(line, "pid", request->pid);
}

static void put_session(struct tl_line *line, const struct td_request *request,
			const struct td_result *result)
{
	put_hex(line, "version", tl_names_version(result->version), result->version);
	put_hex(line, "suite", tl_names_suite(result->cipher), result->cipher);
	put_hex(line, "group", tl_names_group(result->group), result->group);
	tl_line_text(line, "name",
		     *result->server_name ? result->server_name : request->job.server_name);
	tl_line_text(line, "alpn", result->alpn);
	tl_line_text(line, "identity", td_peer_subject(&result->peer));
	if (result->psk)
		tl_line_number(line, "psk", result->psk);
	if (!result->error) {
		tl_line_text(line, "verified", result->verified ? "yes" : "no");
		tl_line_text(line, "resumed", result->resumed ? "yes" : "no");
	}
}

static void put_failure(struct tl_line *line, const struct td_result *result)
{
	const char *name = tl_names_errno(result->error);

	if (name)
		tl_line_text(line, "errno", name);
	else
		tl_line_number(line, "errno", result->error);
	tl_line_text(line, "stage", tl_names_stage(result->stage));
	put_alert(line, "alert-sent", result->alert_sent);
	put_alert(line, "alert-received", result->alert_received);
	if (result->verify_code) {
		tl_line_number(line, "verify-code", result->verify_code);
		tl_line_number(line, "verify-depth", result->verify_depth);
	}
	tl_line_text(line, "text", result->text);
}

/* What points at the helper or its set-up rather than at a peer is a warning. */
static int priority(const struct td_request *request, const struct td_result *result)
{
	if (!result->error || request->canceled)
		return LOG_INFO;
	if (result->error == EIO || result->error == ENOMEM ||
	    result->stage == TLSOCK_STAGE_CONFIG || result->stage == TLSOCK_STAGE_KEYS)
		return LOG_WARNING;
	return LOG_NOTICE;
}

static const char *verdict(const struct td_request *request, const struct td_result *result)
{
	if (request->canceled)
		return "canceled";
	return result->error ? "failed" : "ok";
}

static void count(struct td_outcomes *outcomes, const struct td_request *request,
		  const struct td_result *result)
{
	if (request->canceled)
		outcomes->canceled++;
	else if (result->error)
		outcomes->failed++;
	else
		outcomes->ok++;
}

static void measure(struct td_report *report, const struct td_request *request,
		    const struct td_result *result, int64_t now)
{
	if (result->resumed)
		report->resumed++;
	if (request->job.role <= TLSOCK_ROLE_SERVER && now > request->accepted_us)
		tl_latency_add(&report->latency[request->job.role],
			       (uint64_t)(now - request->accepted_us));
}

void td_report_handshake(struct td_report *report, const struct td_request *request,
			 const struct td_result *result, int64_t now)
{
	struct tl_line line = {};

	report->worker_nsec += result->cpu_nsec;
	count(&report->all, request, result);
	if (request->kernel.consumer < TL_CONSUMER_N)
		count(&report->consumers[request->kernel.consumer], request, result);
	if (!result->error && !request->canceled)
		measure(report, request, result, now);
	if (!tl_log_wants(priority(request, result)))
		return;
	put_request(&line, request);
	tl_line_number(&line, "ms", td_request_age(request, now / 1000));
	/* The kernel ends a canceled one from below: how that looks tells nothing. */
	if (result->error && !request->canceled)
		put_failure(&line, result);
	put_session(&line, request, result);
	tl_log(priority(request, result), "handshake %s %s", verdict(request, result), line.text);
}

void td_report_summary(struct td_report *report)
{
	const uint64_t *nsec = report->broker_nsec;
	const struct td_outcomes *all = &report->all;
	uint64_t n = all->ok + all->failed + all->canceled;
	uint64_t divisor = n ? n : 1;

	td_report_stage(report, TD_REPORT_OTHER);
	tl_log(LOG_NOTICE,
	       "summary handshakes=%" PRIu64 " ok=%" PRIu64 " failed=%" PRIu64 " canceled=%" PRIu64
	       " worker-ns=%" PRIu64 " broker-accept-ns=%" PRIu64 " broker-answer-ns=%" PRIu64
	       " broker-other-ns=%" PRIu64 " (ns per handshake)",
	       n, all->ok, all->failed, all->canceled, report->worker_nsec / divisor,
	       nsec[TD_REPORT_ACCEPT] / divisor, nsec[TD_REPORT_ANSWER] / divisor,
	       nsec[TD_REPORT_OTHER] / divisor);
}
