// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters for people and, as JSON, for programs. Keys never change their
 * meaning; new ones may come.
 */
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

static int add(struct json_object *to, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(to, key, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_number(struct json_object *to, const char *key, uint64_t value)
{
	return add(to, key, json_object_new_uint64(value));
}

static int add_outcomes(struct json_object *to, const struct tc_status *status)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < TC_OUTCOMES; i++)
		err = add_number(to, tc_status_outcome(i), status->outcomes[i]);
	return err;
}

static int fill(struct json_object *root, const struct tc_status *status)
{
	struct json_object *outcomes;
	int err;

	err = add(root, "helper", json_object_new_boolean(status->helper));
	if (!err)
		err = add_number(root, "pending", status->pending);
	if (!err)
		err = add_number(root, "accepted", status->accepted);
	if (!err)
		err = add_number(root, "established", status->established);
	if (!err)
		err = add_number(root, "started", status->started);
	if (!err)
		err = add_number(root, "truncated", status->truncated);
	if (err)
		return err;
	outcomes = json_object_new_object();
	if (!outcomes)
		return -ENOMEM;
	err = add_outcomes(outcomes, status);
	if (err) {
		json_object_put(outcomes);
		return err;
	}
	return add(root, "outcomes", outcomes);
}

static int print_json(const struct tc_status *status)
{
	struct json_object *root = json_object_new_object();
	const char *text;
	int err;

	if (!root)
		return -ENOMEM;
	err = fill(root, status);
	if (!err) {
		text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
		if (!text)
			err = -ENOMEM;
		else
			puts(text);
	}
	json_object_put(root);
	return err;
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

int tc_status_print(const struct tc_status *status, bool json)
{
	int err = 0;

	if (json)
		err = print_json(status);
	else
		print_text(status);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -EIO;
	return err;
}
