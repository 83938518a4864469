// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock metrics`: counters in the text format of OpenMetrics 1.0. Of the
 * helper only administrators get to know more than whether there is one.
 */
#include "cli.h"
#include "helper.h"
#include "kernel.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../lib/names.h"

/* How many buckets of ours make one of the metric: its bounds double */
#define BUCKETS	TL_LATENCY_STEPS

static void family(const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE %s %s\n", name, type);
	if (unit)
		printf("# UNIT %s %s\n", name, unit);
	printf("# HELP %s %s\n", name, help);
}

static void gauge(const char *name, const char *help, uint64_t value)
{
	family(name, "gauge", NULL, help);
	printf("%s %" PRIu64 "\n", name, value);
}

static void counter(const char *name, const char *help, uint64_t value)
{
	family(name, "counter", NULL, help);
	printf("%s_total %" PRIu64 "\n", name, value);
}

static void labeled(const char *sample, const char *label, const char *value, uint64_t number)
{
	printf("%s{%s=\"%s\"} %" PRIu64 "\n", sample, label, value, number);
}

static void print_kernel(const struct tc_status *status)
{
	gauge("tlsock_helper_up", "Whether a helper serves this network namespace.",
	      status->helper);
	gauge("tlsock_handshakes_pending", "Handshakes that no helper has taken yet.",
	      status->pending);
	gauge("tlsock_handshakes_accepted", "Handshakes that a helper works on.",
	      status->accepted);
	gauge("tlsock_sessions", "Live TLS sockets.", status->established);
	counter("tlsock_handshakes_started", "Handshakes begun.", status->started);
	counter("tlsock_sessions_truncated", "Sessions that the peer ended without saying so.",
		status->truncated);
	family("tlsock_handshakes", "counter", NULL, "Handshakes that are over, by outcome.");
	for (unsigned int i = 0; i < TC_OUTCOMES; i++)
		labeled("tlsock_handshakes_total", "outcome", tc_status_outcome(i),
			status->outcomes[i]);
}

static void print_latency(const struct tc_helper *helper)
{
	static const char name[] = "tlsock_handshake_duration_seconds";

	family(name, "histogram", "seconds", "Time of handshakes that succeeded, in the helper.");
	for (uint32_t role = TLSOCK_ROLE_CLIENT; role <= TLSOCK_ROLE_SERVER; role++) {
		const struct tl_latency *latency = &helper->latency[role];
		const char *label = tl_names_role(role);
		uint64_t count = 0;

		for (unsigned int i = 0; i < TL_LATENCY_BUCKETS - 1; i++) {
			count += latency->buckets[i];
			if (i % BUCKETS == 0)
				printf("%s_bucket{role=\"%s\",le=\"%.9g\"} %" PRIu64 "\n", name,
				       label, (double)tl_latency_bound(i) / 1e6, count);
		}
		count = tl_latency_count(latency);
		printf("%s_bucket{role=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, label, count);
		printf("%s_count{role=\"%s\"} %" PRIu64 "\n", name, label, count);
		printf("%s_sum{role=\"%s\"} %.6f\n", name, label, (double)latency->sum_us / 1e6);
	}
}

static void print_consumers(const struct tc_helper *helper)
{
	static const char name[] = "tlsock_helper_consumer_handshakes";

	family(name, "counter", NULL, "Handshakes for programs and for parts of the kernel.");
	for (uint32_t i = 0; i < TL_CONSUMER_N; i++) {
		const struct tc_consumer *consumer = &helper->consumers[i];
		const struct { const char *result; uint64_t n; } results[] = {
			{ "ok", consumer->ok },
			{ "failed", consumer->failed },
			{ "canceled", consumer->canceled },
		};

		for (size_t j = 0; j < sizeof(results) / sizeof(results[0]); j++)
			printf("%s_total{consumer=\"%s\",result=\"%s\"} %" PRIu64 "\n", name,
			       tl_consumer_name(i), results[j].result, results[j].n);
	}
}

static void print_certificates(const struct tc_helper *helper)
{
	static const char name[] = "tlsock_helper_certificate_not_after_seconds";

	if (helper->n_certificates)
		family(name, "gauge", "seconds", "When a certificate expires, since 1970.");
	for (unsigned int i = 0; i < helper->n_certificates; i++) {
		const struct tc_certificate *certificate = &helper->certificates[i];

		printf("%s{profile=\"", name);
		for (const char *c = certificate->profile; *c; c++)
			printf("%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
		printf("\",number=\"%" PRIu64 "\"} %" PRIu64 "\n", certificate->number,
		       certificate->not_after);
	}
}

static void print_helper(const struct tc_helper *helper)
{
	static const char cpu[] = "tlsock_helper_cpu_seconds";

	family("tlsock_helper_uptime_seconds", "gauge", "seconds", "Since the helper serves.");
	printf("tlsock_helper_uptime_seconds %.3f\n", (double)helper->uptime_ms / 1e3);
	gauge("tlsock_helper_configuration", "Configurations that the helper has read.",
	      helper->generation);
	gauge("tlsock_helper_stopping", "Whether it takes no more handshakes.", helper->stopping);
	gauge("tlsock_helper_workers", "Worker processes.", helper->n_workers);
	gauge("tlsock_helper_tickets", "Tickets that clients may resume sessions with.",
	      helper->tickets);
	family("tlsock_helper_requests", "gauge", NULL, "Handshakes that the helper has.");
	labeled("tlsock_helper_requests", "state", "silent", helper->silent);
	labeled("tlsock_helper_requests", "state", "waiting", helper->waiting);
	labeled("tlsock_helper_requests", "state", "running", helper->running);
	labeled("tlsock_helper_requests", "state", "answered", helper->answered);
	family("tlsock_helper_handshakes", "counter", NULL, "Handshakes since the helper serves.");
	labeled("tlsock_helper_handshakes_total", "result", "full", helper->ok - helper->resumed);
	labeled("tlsock_helper_handshakes_total", "result", "resumed", helper->resumed);
	labeled("tlsock_helper_handshakes_total", "result", "failed", helper->failed);
	labeled("tlsock_helper_handshakes_total", "result", "canceled", helper->canceled);
	print_consumers(helper);
	print_certificates(helper);
	family(cpu, "counter", "seconds", "Processor time for handshakes.");
	printf("%s_total{process=\"workers\"} %.6f\n", cpu, (double)helper->worker_ns / 1e9);
	printf("%s_total{process=\"broker\"} %.6f\n", cpu, (double)helper->broker_ns / 1e9);
	print_latency(helper);
}

int tc_metrics(int argc, char **argv)
{
	struct tc_status status;
	struct tc_helper helper;
	int no_module, unknown;

	if (argc > 1) {
		tc_say("metrics takes no '%s'", argv[1]);
		return tc_misused("metrics", TC_EXIT_USAGE);
	}
	no_module = tc_kernel_status(&status);
	unknown = tc_helper_status(&helper);
	if (no_module && (no_module != -ENOENT || unknown))
		return tc_kernel_failed(no_module);
	gauge("tlsock_module_loaded", "Whether programs can have TLS sockets.", !no_module);
	if (!no_module)
		print_kernel(&status);
	if (!unknown)
		print_helper(&helper);
	puts("# EOF");
	if (fflush(stdout) || ferror(stdout)) {
		tc_say("cannot write the metrics: %s", strerror(EIO));
		return TC_EXIT_FAILURE;
	}
	return 0;
}
