// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects of json-c whose lack of memory does not get lost. */
#include "json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>

int tc_json_add(struct json_object *to, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(to, key, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

int tc_json_number(struct json_object *to, const char *key, uint64_t value)
{
	return tc_json_add(to, key, json_object_new_uint64(value));
}

int tc_json_bool(struct json_object *to, const char *key, bool value)
{
	return tc_json_add(to, key, json_object_new_boolean(value));
}

int tc_json_text(struct json_object *to, const char *key, const char *value)
{
	/* null is no object to json-c. */
	if (!value)
		return json_object_object_add(to, key, NULL) ? -ENOMEM : 0;
	return tc_json_add(to, key, json_object_new_string(value));
}

int tc_json_print(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);

	if (!text)
		return -ENOMEM;
	puts(text);
	return 0;
}
