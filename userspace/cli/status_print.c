// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters for people and, as JSON, for programs. Keys never change their
 * meaning; new ones may come.
 */
#include "helper.h"
#include "json.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "../lib/names.h"
#include "../tlsockd/expiry.h"

/* Ends that are told of, seconds before: those that the helper warns of */
#define EXPIRES_SOON	((uint64_t)TD_EXPIRY_DAYS * 86400)

static bool add_outcomes(struct json_object *root, const struct tc_status *status)
{
	struct json_object *to = json_object_new_object();
	bool good = !tc_json_add(root, "outcomes", to);

	for (unsigned int i = 0; good && i < TC_OUTCOMES; i++)
		good = !tc_json_number(to, tc_status_outcome(i), status->outcomes[i]);
	return good;
}

static bool add_status(struct json_object *root, const struct tc_status *status)
{
	return !tc_json_bool(root, "helper", status->helper) &&
	       !tc_json_number(root, "pending", status->pending) &&
	       !tc_json_number(root, "accepted", status->accepted) &&
	       !tc_json_number(root, "established", status->established) &&
	       !tc_json_number(root, "started", status->started) &&
	       !tc_json_number(root, "truncated", status->truncated) &&
	       add_outcomes(root, status);
}

static bool add_latency(struct json_object *root, const struct tc_helper *helper)
{
	struct json_object *all = json_object_new_object(), *to;
	bool good = !tc_json_add(root, "latency_us", all);

	for (uint32_t role = TLSOCK_ROLE_CLIENT; good && role <= TLSOCK_ROLE_SERVER; role++) {
		const struct tl_latency *latency = &helper->latency[role];

		to = json_object_new_object();
		good = !tc_json_add(all, tl_names_role(role), to) &&
		       !tc_json_number(to, "count", tl_latency_count(latency)) &&
		       !tc_json_number(to, "sum", latency->sum_us) &&
		       !tc_json_number(to, "p50", tl_latency_quantile(latency, 500)) &&
		       !tc_json_number(to, "p99", tl_latency_quantile(latency, 990));
	}
	return good;
}

static bool add_consumers(struct json_object *root, const struct tc_helper *helper)
{
	struct json_object *all = json_object_new_object(), *to;
	bool good = !tc_json_add(root, "consumers", all);

	for (uint32_t i = 0; good && i < TL_CONSUMER_N; i++) {
		const struct tc_consumer *consumer = &helper->consumers[i];

		to = json_object_new_object();
		good = !tc_json_add(all, tl_consumer_name(i), to) &&
		       !tc_json_number(to, "ok", consumer->ok) &&
		       !tc_json_number(to, "failed", consumer->failed) &&
		       !tc_json_number(to, "canceled", consumer->canceled) &&
		       !tc_json_number(to, "under_way", consumer->under_way);
	}
	return good;
}

static bool add_certificate(struct json_object *all, const struct tc_certificate *certificate)
{
	struct json_object *to = json_object_new_object();

	if (to && !tc_json_text(to, "profile", certificate->profile) &&
	    !tc_json_number(to, "number", certificate->number) &&
	    !tc_json_number(to, "not_after", certificate->not_after) &&
	    !json_object_array_add(all, to))
		return true;
	json_object_put(to);
	return false;
}

static bool add_certificates(struct json_object *root, const struct tc_helper *helper)
{
	struct json_object *all = json_object_new_array();
	bool good = !tc_json_add(root, "certificates", all);

	for (unsigned int i = 0; good && i < helper->n_certificates; i++)
		good = add_certificate(all, &helper->certificates[i]);
	return good;
}

static bool add_worker(struct json_object *all, const struct tc_worker *worker)
{
	struct json_object *to = json_object_new_object();

	if (to && !tc_json_number(to, "pid", worker->pid) &&
	    !tc_json_number(to, "configuration", worker->generation) &&
	    !tc_json_number(to, "handshakes", worker->load) &&
	    !tc_json_number(to, "limit", worker->limit) &&
	    !tc_json_number(to, "total", worker->jobs) &&
	    !tc_json_bool(to, "draining", worker->draining) && !json_object_array_add(all, to))
		return true;
	json_object_put(to);
	return false;
}

static bool add_workers(struct json_object *root, const struct tc_helper *helper)
{
	struct json_object *all = json_object_new_array();
	bool good = !tc_json_add(root, "workers", all);

	for (unsigned int i = 0; good && i < helper->n_workers && i < TC_WORKERS; i++)
		good = add_worker(all, &helper->workers[i]);
	return good;
}

static bool add_helper(struct json_object *root, const struct tc_helper *helper)
{
	struct json_object *to = json_object_new_object();

	return !tc_json_add(root, "process", to) && !tc_json_number(to, "pid", helper->pid) &&
	       !tc_json_number(to, "uptime_ms", helper->uptime_ms) &&
	       !tc_json_number(to, "configuration", helper->generation) &&
	       !tc_json_bool(to, "stopping", helper->stopping) &&
	       !tc_json_number(to, "silent", helper->silent) &&
	       !tc_json_number(to, "waiting", helper->waiting) &&
	       !tc_json_number(to, "running", helper->running) &&
	       !tc_json_number(to, "answered", helper->answered) &&
	       !tc_json_number(to, "tickets", helper->tickets) &&
	       !tc_json_number(to, "ok", helper->ok) &&
	       !tc_json_number(to, "resumed", helper->resumed) &&
	       !tc_json_number(to, "failed", helper->failed) &&
	       !tc_json_number(to, "canceled", helper->canceled) &&
	       !tc_json_number(to, "worker_ns", helper->worker_ns) &&
	       !tc_json_number(to, "broker_ns", helper->broker_ns) && add_workers(to, helper) &&
	       add_consumers(to, helper) && add_certificates(to, helper) &&
	       add_latency(to, helper);
}

static int print_json(const struct tc_status *status, const struct tc_helper *helper)
{
	struct json_object *root = json_object_new_object();
	const char *text = NULL;

	if (root && !tc_json_bool(root, "module", status) &&
	    (!status || add_status(root, status)) && (!helper || add_helper(root, helper)))
		text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
	if (text)
		puts(text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}

static void print_consumers(const struct tc_helper *helper)
{
	for (uint32_t i = 0; i < TL_CONSUMER_N; i++) {
		const struct tc_consumer *consumer = &helper->consumers[i];

		if (!consumer->ok && !consumer->failed && !consumer->canceled &&
		    !consumer->under_way)
			continue;
		printf("%-12s %" PRIu64 " ok, %" PRIu64 " failed, %" PRIu64 " canceled, %" PRIu64
		       " under way\n",
		       tl_consumer_name(i), consumer->ok, consumer->failed, consumer->canceled,
		       consumer->under_way);
	}
}

/* Those that somebody has to renew */
static void print_certificates(const struct tc_helper *helper)
{
	uint64_t now = (uint64_t)time(NULL);
	char day[32];

	for (unsigned int i = 0; i < helper->n_certificates; i++) {
		const struct tc_certificate *certificate = &helper->certificates[i];
		time_t end = (time_t)certificate->not_after;
		struct tm tm;

		if (certificate->not_after > now + EXPIRES_SOON)
			break;
		if (!gmtime_r(&end, &tm) || !strftime(day, sizeof(day), "%F", &tm))
			continue;
		printf("certificate  %s, number %" PRIu64 ": %s on %s\n", certificate->profile,
		       certificate->number,
		       certificate->not_after < now ? "expired" : "expires", day);
	}
}

static void print_helper(const struct tc_helper *helper)
{
	unsigned int limit = 0;

	for (unsigned int i = 0; i < helper->n_workers && i < TC_WORKERS; i++)
		limit += helper->workers[i].draining ? 0 : helper->workers[i].limit;
	printf("process      %" PRIu64 "%s, up %" PRIu64 " s, configuration %" PRIu64
	       ", %u workers with room for %u handshakes\n",
	       helper->pid, helper->stopping ? ", stopping" : "", helper->uptime_ms / 1000,
	       helper->generation, helper->n_workers, limit);
	printf("requests     %" PRIu64 " of silent peers, %" PRIu64 " waiting, %" PRIu64
	       " in workers, %" PRIu64 " to answer again\n",
	       helper->silent, helper->waiting, helper->running, helper->answered);
	printf("resumed      %" PRIu64 " of %" PRIu64 ", %" PRIu64 " tickets for clients\n",
	       helper->resumed, helper->ok, helper->tickets);
	print_consumers(helper);
	print_certificates(helper);
	for (uint32_t role = TLSOCK_ROLE_CLIENT; role <= TLSOCK_ROLE_SERVER; role++) {
		const struct tl_latency *latency = &helper->latency[role];

		if (tl_latency_count(latency))
			printf("%-12s half within %.1f ms, 99 of 100 within %.1f ms\n",
			       tl_names_role(role),
			       (double)tl_latency_quantile(latency, 500) / 1e3,
			       (double)tl_latency_quantile(latency, 990) / 1e3);
	}
}

static void print_text(const struct tc_status *status)
{
	const char *separator = "";

	printf("helper       %s\n", status->helper ? "running" : "not running");
	printf("handshakes   %" PRIu64 " started, %" PRIu32 " waiting, %" PRIu32 " at the helper\n",
	       status->started, status->pending, status->accepted);
	printf("established  %" PRIu32 "\n", status->established);
	printf("truncated    %" PRIu64 "\n", status->truncated);
	printf("outcomes     ");
	for (unsigned int i = 0; i < TC_OUTCOMES; i++) {
		if (!status->outcomes[i])
			continue;
		printf("%s%s %" PRIu64, separator, tc_status_outcome(i), status->outcomes[i]);
		separator = ", ";
	}
	puts(*separator ? "" : "none yet");
}

int tc_status_print(const struct tc_status *status, const struct tc_helper *helper, bool json)
{
	int err = 0;

	if (json)
		err = print_json(status, helper);
	else if (status)
		print_text(status);
	else
		puts("module       not loaded");
	if (!json && helper)
		print_helper(helper);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -EIO;
	return err;
}
