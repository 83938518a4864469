// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting by a key: collect all, sort, put the same ones together. */
#include "top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct tc_count *)a)->key, ((const struct tc_count *)b)->key);
}

static int by_count(const void *a, const void *b)
{
	unsigned int one = ((const struct tc_count *)a)->n, other = ((const struct tc_count *)b)->n;

	return one == other ? by_key(a, b) : one < other ? 1 : -1;
}

int tc_tally_add(struct tc_tally *tally, const char *key)
{
	size_t room = tally->room ? 2 * tally->room : 64;
	struct tc_count *counts;

	if (tally->n == tally->room) {
		counts = reallocarray(tally->counts, room, sizeof(*counts));
		if (!counts)
			return -ENOMEM;
		tally->counts = counts;
		tally->room = room;
	}
	counts = &tally->counts[tally->n++];
	snprintf(counts->key, sizeof(counts->key), "%s", key);
	counts->n = 1;
	return 0;
}

void tc_tally_sum(struct tc_tally *tally)
{
	struct tc_count *counts = tally->counts;
	size_t n = 0;

	if (!tally->n)
		return;
	qsort(counts, tally->n, sizeof(*counts), by_key);
	for (size_t i = 1; i < tally->n; i++) {
		if (strcmp(counts[n].key, counts[i].key))
			counts[++n] = counts[i];
		else
			counts[n].n += counts[i].n;
	}
	tally->n = n + 1;
	qsort(counts, tally->n, sizeof(*counts), by_count);
}

void tc_tally_free(struct tc_tally *tally)
{
	free(tally->counts);
	*tally = (struct tc_tally) { .n = 0 };
}
