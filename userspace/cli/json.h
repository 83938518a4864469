/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little that all --json answers have in common, over json-c. */
#ifndef TLSOCK_CLI_JSON_H
#define TLSOCK_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/** tc_json_add - add to an object; @value is taken over, NULL is -ENOMEM; 0 or -ENOMEM */
int tc_json_add(struct json_object *to, const char *key, struct json_object *value);

/** tc_json_number - add a number; 0 or -ENOMEM */
int tc_json_number(struct json_object *to, const char *key, uint64_t value);

/** tc_json_bool - add true or false; 0 or -ENOMEM */
int tc_json_bool(struct json_object *to, const char *key, bool value);

/** tc_json_text - add a text, or null for NULL; 0 or -ENOMEM */
int tc_json_text(struct json_object *to, const char *key, const char *value);

/** tc_json_print - write an object on one line; 0 or -ENOMEM */
int tc_json_print(struct json_object *object);

#endif
