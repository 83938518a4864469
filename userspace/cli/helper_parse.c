// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A helper's words on itself, from text to struct tc_helper. Talks to nobody.
 */
#include "helper.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/names.h"

#define WORDS	8

static const struct {
	const char	*name;
	size_t		offset;
} numbers[] = {
	{ "pid", offsetof(struct tc_helper, pid) },
	{ "uptime-ms", offsetof(struct tc_helper, uptime_ms) },
	{ "generation", offsetof(struct tc_helper, generation) },
	{ "stopping", offsetof(struct tc_helper, stopping) },
	{ "silent", offsetof(struct tc_helper, silent) },
	{ "waiting", offsetof(struct tc_helper, waiting) },
	{ "running", offsetof(struct tc_helper, running) },
	{ "answered", offsetof(struct tc_helper, answered) },
	{ "tickets", offsetof(struct tc_helper, tickets) },
	{ "ok", offsetof(struct tc_helper, ok) },
	{ "resumed", offsetof(struct tc_helper, resumed) },
	{ "failed", offsetof(struct tc_helper, failed) },
	{ "canceled", offsetof(struct tc_helper, canceled) },
	{ "worker-ns", offsetof(struct tc_helper, worker_ns) },
	{ "broker-ns", offsetof(struct tc_helper, broker_ns) },
};

static int number(const char *word, uint64_t max, uint64_t *out)
{
	char *end;

	if (*word < '0' || *word > '9')
		return -EBADMSG;
	errno = 0;
	*out = strtoull(word, &end, 10);
	return errno || *end || *out > max ? -EBADMSG : 0;
}

/* The numbers behind the first word */
static int all_numbers(char **words, int n, uint64_t *out, int wanted)
{
	int err = n < wanted ? -EBADMSG : 0;

	for (int i = 0; !err && i < wanted; i++)
		err = number(words[i], UINT64_MAX, &out[i]);
	return err;
}

static int parse_worker(char **words, int n, struct tc_helper *helper)
{
	uint64_t value[6];
	int err = all_numbers(words, n, value, 6);

	if (err)
		return err;
	if (helper->n_workers++ < TC_WORKERS)
		helper->workers[helper->n_workers - 1] = (struct tc_worker) {
			.pid = (uint32_t)value[0],
			.generation = (uint32_t)value[1],
			.load = (uint32_t)value[2],
			.limit = (uint32_t)value[3],
			.jobs = value[4],
			.draining = value[5],
		};
	return 0;
}

/* A helper of later may know more of them. */
static int parse_consumer(char **words, int n, struct tc_helper *helper)
{
	uint64_t value[4];
	int err = n ? all_numbers(words + 1, n - 1, value, 4) : -EBADMSG;

	for (uint32_t i = 0; !err && i < TL_CONSUMER_N; i++)
		if (!strcmp(words[0], tl_consumer_name(i)))
			helper->consumers[i] = (struct tc_consumer) {
				value[0], value[1], value[2], value[3],
			};
	return err;
}

static int parse_certificate(char **words, int n, struct tc_helper *helper)
{
	struct tc_certificate *to = &helper->certificates[helper->n_certificates];
	uint64_t value[2];
	int err = n ? all_numbers(words + 1, n - 1, value, 2) : -EBADMSG;

	if (err || strlen(words[0]) >= sizeof(to->profile))
		return -EBADMSG;
	if (helper->n_certificates == TL_OPERATOR_CERTIFICATES)
		return 0;
	memcpy(to->profile, words[0], strlen(words[0]) + 1);
	to->number = value[0];
	to->not_after = value[1];
	helper->n_certificates++;
	return 0;
}

/* The distribution of a role, NULL for a role that is not known */
static struct tl_latency *latency_of(struct tc_helper *helper, const char *role)
{
	for (uint32_t i = TLSOCK_ROLE_CLIENT; i <= TLSOCK_ROLE_SERVER; i++)
		if (!strcmp(role, tl_names_role(i)))
			return &helper->latency[i];
	return NULL;
}

static int parse_latency(char **words, int n, struct tc_helper *helper)
{
	struct tl_latency *latency = n == 3 ? latency_of(helper, words[0]) : NULL;
	uint64_t bucket;

	if (!latency || number(words[1], TL_LATENCY_BUCKETS - 1, &bucket))
		return -EBADMSG;
	return number(words[2], UINT64_MAX, &latency->buckets[bucket]);
}

static int parse_sum(char **words, int n, struct tc_helper *helper)
{
	struct tl_latency *latency = n == 2 ? latency_of(helper, words[0]) : NULL;

	return latency ? number(words[1], UINT64_MAX, &latency->sum_us) : -EBADMSG;
}

static int parse_line(char *line, struct tc_helper *helper)
{
	char *words[WORDS], *rest = NULL;
	int n = 0;

	for (char *word = strtok_r(line, " ", &rest); word && n < WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	if (n < 2)
		return -EBADMSG;
	if (!strcmp(words[0], "worker"))
		return parse_worker(words + 1, n - 1, helper);
	if (!strcmp(words[0], "consumer"))
		return parse_consumer(words + 1, n - 1, helper);
	if (!strcmp(words[0], "certificate"))
		return parse_certificate(words + 1, n - 1, helper);
	if (!strcmp(words[0], "latency"))
		return parse_latency(words + 1, n - 1, helper);
	if (!strcmp(words[0], "latency-sum"))
		return parse_sum(words + 1, n - 1, helper);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(words[0], numbers[i].name))
			return number(words[1], UINT64_MAX,
				      (uint64_t *)((char *)helper + numbers[i].offset));
	return 0;
}

int tc_helper_parse(const char *text, struct tc_helper *helper)
{
	char *copy = strdup(text), *rest = NULL;
	int err = copy ? 0 : -ENOMEM;

	memset(helper, 0, sizeof(*helper));
	for (char *line = copy ? strtok_r(copy, "\n", &rest) : NULL; !err && line;
	     line = strtok_r(NULL, "\n", &rest))
		err = parse_line(line, helper);
	free(copy);
	return err || helper->pid ? err : -EBADMSG;
}
