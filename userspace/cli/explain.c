// SPDX-License-Identifier: GPL-2.0-or-later
/* What the rules say about a connection, told rule by rule. */
#include "explain.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "../lib/choose.h"
#include "../lib/config.h"
#include "../lib/names.h"
#include "json.h"

static const char *const verdicts[] = {
	[TL_MATCH_YES] = "yes",
	[TL_MATCH_NO] = "no",
	[TL_MATCH_UNKNOWN] = "unknown",
};

static void print_rule(const struct tl_rule *rule, enum tl_match match, const char *why)
{
	printf("rule %s (%s:%d): %s%s%s\n", rule->name, rule->file, rule->line, verdicts[match],
	       *why ? ": " : "", why);
}

static int add_rule(struct json_object *to, const struct tl_rule *rule, enum tl_match match,
		    const char *why)
{
	struct json_object *object = json_object_new_object();
	int err;

	if (!object)
		return -ENOMEM;
	err = tc_json_text(object, "name", rule->name);
	if (!err)
		err = tc_json_text(object, "file", rule->file);
	if (!err)
		err = tc_json_number(object, "line", (uint64_t)rule->line);
	if (!err)
		err = tc_json_text(object, "matches", verdicts[match]);
	if (!err)
		err = tc_json_text(object, "why", *why ? why : NULL);
	if (err || json_object_array_add(to, object)) {
		json_object_put(object);
		return -ENOMEM;
	}
	return 0;
}

/* Each rule up to the one that decides, to @array or as text if that is NULL */
static int tell_rules(const struct tl_config *config, const struct tl_subject *subject,
		      struct json_object *array)
{
	char why[TL_RULE_MAX_TEXT + 1];
	enum tl_match match = TL_MATCH_NO;
	int err = 0;

	for (size_t i = 0; !err && match == TL_MATCH_NO && i < config->n_rules; i++) {
		match = tl_rule_match(&config->rules[i], subject, why);
		if (array)
			err = add_rule(array, &config->rules[i], match, why);
		else
			print_rule(&config->rules[i], match, why);
	}
	return err;
}

static void print_choice(const struct tl_choice *choice)
{
	const struct tl_profile *p = choice->profile;

	if (!choice->rule)
		puts("no rule matches");
	if (!p) {
		printf("denied: %s: %s\n", tl_names_errno(choice->error), choice->text);
		return;
	}
	if (p->line)
		printf("profile %s (%s:%d)\n", p->name, p->file, p->line);
	else
		printf("profile %s (built in)\n", p->name);
	if (choice->server_name)
		printf("server-name %s\n", choice->server_name);
	puts("allowed");
}

static int fill(struct json_object *root, const struct tl_choice *choice)
{
	int err;

	err = tc_json_bool(root, "allowed", !choice->error);
	if (!err)
		err = tc_json_text(root, "rule", choice->rule ? choice->rule->name : NULL);
	if (!err)
		err = tc_json_text(root, "profile", choice->profile ? choice->profile->name : NULL);
	if (!err)
		err = tc_json_text(root, "server-name", choice->server_name);
	if (!err)
		err = tc_json_text(root, "errno", tl_names_errno(choice->error));
	if (!err)
		err = tc_json_text(root, "text", choice->error ? choice->text : NULL);
	return err;
}

static int print_json(const struct tl_config *config, const struct tl_subject *subject,
		      const struct tl_choice *choice)
{
	struct json_object *root = json_object_new_object();
	struct json_object *rules = json_object_new_array();
	int err = -ENOMEM;

	if (root && rules)
		err = tell_rules(config, subject, rules);
	if (!err) {
		err = tc_json_add(root, "rules", rules);
		rules = NULL;	/* taken over in any case */
	}
	if (!err)
		err = fill(root, choice);
	if (!err)
		err = tc_json_print(root);
	json_object_put(rules);
	json_object_put(root);
	return err;
}

int tc_explain_print(const struct tl_config *config, const struct tl_subject *subject, bool json,
		     bool *allowed)
{
	struct tl_choice choice;

	tl_choose(config, subject, &choice);
	*allowed = !choice.error;
	if (json)
		return print_json(config, subject, &choice);
	tell_rules(config, subject, NULL);
	print_choice(&choice);
	return 0;
}
