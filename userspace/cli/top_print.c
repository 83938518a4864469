// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One look of `tlsock top` beside the one before: rates, and who has sessions.
 */
#include "top.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "../lib/names.h"
#include "json.h"

/* Of a second; a counter that began anew gives none */
static double rate(uint64_t before, uint64_t now, int64_t ms)
{
	return now > before && ms > 0 ? (double)(now - before) * 1e3 / (double)ms : 0;
}

static double rate_of(const struct tc_look *before, const struct tc_look *now, unsigned int outcome)
{
	return rate(before->status.outcomes[outcome], now->status.outcomes[outcome],
		    now->at_ms - before->at_ms);
}

static void print_tally(FILE *out, const char *head, const struct tc_tally *tally, size_t rows)
{
	fprintf(out, "\n%8s  %s\n", "sessions", head);
	for (size_t i = 0; i < tally->n && i < rows; i++)
		fprintf(out, "%8u  %s\n", tally->counts[i].n, tally->counts[i].key);
	if (tally->n > rows)
		fprintf(out, "%8s  and %zu more\n", "", tally->n - rows);
}

static void print_helper(FILE *out, const struct tc_helper *helper)
{
	fprintf(out, "process      %" PRIu64 ", %u workers; %" PRIu64 " silent, %" PRIu64
		     " waiting, %" PRIu64 " running\n",
		helper->pid, helper->n_workers, helper->silent, helper->waiting, helper->running);
	for (uint32_t role = TLSOCK_ROLE_CLIENT; role <= TLSOCK_ROLE_SERVER; role++)
		if (tl_latency_count(&helper->latency[role]))
			fprintf(out, "%-12s p50 %.1f ms, p99 %.1f ms\n", tl_names_role(role),
				(double)tl_latency_quantile(&helper->latency[role], 500) / 1e3,
				(double)tl_latency_quantile(&helper->latency[role], 990) / 1e3);
}

void tc_top_print(FILE *out, const struct tc_look *before, const struct tc_look *now, size_t rows)
{
	const struct tc_status *status = &now->status;

	fprintf(out, "helper       %s\n", status->helper ? "running" : "not running");
	fprintf(out, "established  %" PRIu32 ", %" PRIu32 " waiting, %" PRIu32 " at the helper\n",
		status->established, status->pending, status->accepted);
	if (now->has_helper)
		print_helper(out, &now->helper);
	fprintf(out, "\n%8s  %12s  outcome\n", "per s", "total");
	for (unsigned int i = 0; i < TC_OUTCOMES; i++)
		if (status->outcomes[i])
			fprintf(out, "%8.1f  %12" PRIu64 "  %s\n", rate_of(before, now, i),
				status->outcomes[i], tc_status_outcome(i));
	if (!now->has_sessions) {
		fputs("\nSessions are for root to see.\n", out);
		return;
	}
	print_tally(out, "profile", &now->profiles, rows);
	print_tally(out, "peer", &now->peers, rows);
}

static bool add_tally(struct json_object *root, const char *key, const struct tc_tally *tally,
		      size_t rows)
{
	struct json_object *to = json_object_new_object();
	bool good = !tc_json_add(root, key, to);

	for (size_t i = 0; good && i < tally->n && i < rows; i++)
		good = !tc_json_number(to, tally->counts[i].key, tally->counts[i].n);
	return good;
}

static bool add_rates(struct json_object *root, const struct tc_look *before,
		      const struct tc_look *now)
{
	struct json_object *to = json_object_new_object();
	bool good = !tc_json_add(root, "per_second", to);

	for (unsigned int i = 0; good && i < TC_OUTCOMES; i++)
		good = !tc_json_add(to, tc_status_outcome(i),
				   json_object_new_double(rate_of(before, now, i)));
	return good;
}

int tc_top_json(FILE *out, const struct tc_look *before, const struct tc_look *now, size_t rows)
{
	struct json_object *root = json_object_new_object();
	const char *text = NULL;

	if (root && !tc_json_bool(root, "helper", now->status.helper) &&
	    !tc_json_number(root, "established", now->status.established) &&
	    !tc_json_number(root, "pending", now->status.pending) &&
	    !tc_json_number(root, "accepted", now->status.accepted) &&
	    add_rates(root, before, now) &&
	    (!now->has_sessions || (add_tally(root, "profiles", &now->profiles, rows) &&
				    add_tally(root, "peers", &now->peers, rows))))
		text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
