// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must fit together in a rule. A rule that can never match, or that
 * refuses what it has chosen itself, is a mistake of whoever wrote it.
 */
#include "rule_check.h"

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "names.h"

/* A condition that had a mistake is one nevertheless. */
static bool has(const struct tl_rule *rule, int when)
{
	return rule->when[when].text != NULL;
}

static bool matches_all(const struct tl_rule *rule)
{
	for (int i = 0; i < TL_WHEN_N; i++)
		if (has(rule, i))
			return false;
	return rule->role < 0 && rule->consumer < 0;
}

/* Sets the role of a rule whose conditions tell it. */
static bool check_roles(struct tl_rule *rule, char *text)
{
	int role = tl_consumer_role(rule->consumer);
	const char *by = role < 0 ? "role" : "consumer";

	if (role >= 0 && rule->role >= 0 && role != rule->role) {
		snprintf(text, TL_RULE_MAX_TEXT + 1, "it can never match: %s is for the role %s",
			 tl_consumer_name((uint32_t)rule->consumer), tl_names_role((uint32_t)role));
		return false;
	}
	if (role < 0)
		role = rule->role;
	for (int i = 0; i < TL_WHEN_N; i++) {
		int other = has(rule, i) ? tl_rule_role(i) : -1;

		if (other < 0)
			continue;
		if (role >= 0 && role != other) {
			snprintf(text, TL_RULE_MAX_TEXT + 1,
				 "it can never match: %s is for the role %s, %s for the role %s",
				 by, tl_names_role((uint32_t)role), tl_rule_condition(i),
				 tl_names_role((uint32_t)other));
			return false;
		}
		role = other;
		by = tl_rule_condition(i);
	}
	rule->role = role;
	if (role == TLSOCK_ROLE_SERVER && rule->server_name) {
		snprintf(text, TL_RULE_MAX_TEXT + 1, "server-name is for clients, %s for servers",
			 by);
		return false;
	}
	return true;
}

static bool check_denial(const struct tl_rule *rule, char *text)
{
	if (!rule->deny || (!rule->profile && !rule->server_name &&
			    rule->named == TL_NAMED_KEEP && !rule->min_version &&
			    !rule->min_verify && !rule->min_client_cert))
		return true;
	snprintf(text, TL_RULE_MAX_TEXT + 1,
		 "what it denies gets no profile, name or least value: remove those keys");
	return false;
}

static bool check_profile(const struct tl_config *config, const struct tl_rule *rule, char *text)
{
	const struct tl_profile *p = tl_config_profile(config, rule->profile);
	const char *key = NULL;

	if (!p) {
		snprintf(text, TL_RULE_MAX_TEXT + 1, "there is no profile \"%s\"", rule->profile);
		return false;
	}
	if (p->min_version < rule->min_version)
		key = "min-version";
	else if (p->verify < rule->min_verify && rule->role != TLSOCK_ROLE_SERVER)
		key = "verify";
	else if (p->client_cert < rule->min_client_cert && rule->role != TLSOCK_ROLE_CLIENT)
		key = "client-certificate";
	if (!key)
		return true;
	snprintf(text, TL_RULE_MAX_TEXT + 1, "its profile \"%s\" has a lower %s than it asks for",
		 p->name, key);
	return false;
}

bool tl_rule_check(struct tl_config *config, size_t index, char text[TL_RULE_MAX_TEXT + 1])
{
	struct tl_rule *rule = &config->rules[index];

	for (size_t i = 0; i < index; i++) {
		if (!matches_all(&config->rules[i]))
			continue;
		snprintf(text, TL_RULE_MAX_TEXT + 1,
			 "it can never match: rule \"%s\" before it has no condition",
			 config->rules[i].name);
		return false;
	}
	return check_roles(rule, text) && check_denial(rule, text) &&
	       (rule->deny || check_profile(config, rule, text));
}
