// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a connection to its profile: the first rule that matches, then what
 * the program itself asked for, then what rule and profile demand of it.
 * Whatever is not allowed is refused; nothing is mended silently.
 */
#include "choose.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "rule.h"

#define DEFAULT_PROFILE	"default"

static bool refuse(struct tl_choice *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(struct tl_choice *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->text, sizeof(out->text), format, args);
	va_end(args);
	out->error = EACCES;
	out->profile = NULL;
	out->server_name = NULL;
	return false;
}

bool tl_choose_asks_program(const struct tl_config *config, const char *path)
{
	for (size_t i = 0; i < config->n_rules; i++) {
		const struct tl_list *list = &config->rules[i].when[TL_WHEN_PROGRAM];

		if (path ? tl_list_has_program(list, path) : list->n)
			return true;
	}
	return false;
}

bool tl_choose_asks_cgroup(const struct tl_config *config)
{
	for (size_t i = 0; i < config->n_rules; i++)
		if (tl_list_asks_path(&config->rules[i].when[TL_WHEN_CGROUP]))
			return true;
	return false;
}

static bool find_rule(const struct tl_config *config, const struct tl_subject *subject,
		      struct tl_choice *out)
{
	enum tl_match match;

	for (size_t i = 0; i < config->n_rules; i++) {
		match = tl_rule_match(&config->rules[i], subject, NULL);
		if (match == TL_MATCH_NO)
			continue;
		out->rule = &config->rules[i];
		if (match == TL_MATCH_UNKNOWN)
			return refuse(out, "rule %s asks for the cgroup, which is not known",
				      out->rule->name);
		if (out->rule->deny)
			return refuse(out, "rule %s denies it", out->rule->name);
		return true;
	}
	return true;
}

/* One that is named after a consumer in the kernel is for that one. */
static const char *default_profile(const struct tl_config *config, const struct tl_subject *subject)
{
	const char *consumer = tl_consumer_name(subject->consumer);

	if (subject->consumer != TL_CONSUMER_PROGRAM && tl_config_profile(config, consumer))
		return consumer;
	return DEFAULT_PROFILE;
}

static bool find_profile(const struct tl_config *config, const struct tl_subject *subject,
			 struct tl_choice *out)
{
	const struct tl_rule *rule = out->rule;
	const char *name = rule && rule->profile ? rule->profile : default_profile(config, subject);

	if (*subject->profile && rule && rule->named == TL_NAMED_REFUSE &&
	    strcmp(subject->profile, name) != 0)
		return refuse(out, "rule %s allows no other profile than %s", rule->name, name);
	if (*subject->profile && !(rule && rule->named == TL_NAMED_REPLACE))
		name = subject->profile;
	out->profile = tl_config_profile(config, name);
	return out->profile ? true : refuse(out, "no profile is called %s", name);
}

static bool check_user(const struct tl_subject *subject, struct tl_choice *out)
{
	const struct tl_profile *p = out->profile;

	if (subject->consumer != TL_CONSUMER_PROGRAM || (!p->allow_user.n && !p->allow_group.n))
		return true;
	if (tl_list_has_number(&p->allow_user, subject->uid) ||
	    tl_list_has_group(&p->allow_group, subject->gid, subject->uid))
		return true;
	return refuse(out, "profile %s is not for user %u", p->name, subject->uid);
}

static bool check_version(struct tl_choice *out)
{
	if (!out->rule || out->profile->min_version >= out->rule->min_version)
		return true;
	return refuse(out, "profile %s allows TLS 1.2, rule %s does not", out->profile->name,
		      out->rule->name);
}

/* @mode is what the program set, or the profile's for those that set none. */
static bool check_verify(const struct tl_subject *subject, struct tl_choice *out)
{
	const struct tl_profile *p = out->profile;
	int mode = subject->verify >= 0 ? subject->verify : p->verify;

	if (subject->role != TLSOCK_ROLE_CLIENT)
		return true;
	if (mode < p->min_verify)
		return refuse(out, "TLSOCK_VERIFY is below min-verify of profile %s", p->name);
	if (out->rule && mode < out->rule->min_verify)
		return refuse(out, "verify is below min-verify of rule %s", out->rule->name);
	if (subject->own_ca && p->min_verify > TLSOCK_VERIFY_NONE)
		return refuse(out, "TLSOCK_CA would get around min-verify of profile %s", p->name);
	if (subject->own_ca && out->rule && out->rule->min_verify > TLSOCK_VERIFY_NONE)
		return refuse(out, "TLSOCK_CA would get around min-verify of rule %s",
			      out->rule->name);
	return true;
}

static bool check_client_cert(const struct tl_subject *subject, struct tl_choice *out)
{
	const struct tl_profile *p = out->profile;
	int mode = subject->client_cert >= 0 ? subject->client_cert : p->client_cert;

	if (subject->role != TLSOCK_ROLE_SERVER)
		return true;
	if (mode < p->min_client_cert)
		return refuse(out, "TLSOCK_CLIENT_CERT is below the least of profile %s", p->name);
	if (out->rule && mode < out->rule->min_client_cert)
		return refuse(out, "client-certificate is below the least of rule %s",
			      out->rule->name);
	if (subject->own_ca && p->min_client_cert > TLSOCK_CLIENT_CERT_NONE)
		return refuse(out, "TLSOCK_CA would get around the least of profile %s", p->name);
	if (subject->own_ca && out->rule && out->rule->min_client_cert > TLSOCK_CLIENT_CERT_NONE)
		return refuse(out, "TLSOCK_CA would get around the least of rule %s",
			      out->rule->name);
	return true;
}

static void choose_name(const struct tl_subject *subject, struct tl_choice *out)
{
	if (subject->role != TLSOCK_ROLE_CLIENT || *subject->server_name)
		return;
	if (out->rule && out->rule->server_name)
		out->server_name = out->rule->server_name;
	else
		out->server_name = out->profile->server_name;
}

void tl_choose(const struct tl_config *config, const struct tl_subject *subject,
		    struct tl_choice *out)
{
	*out = (struct tl_choice){ 0 };
	if (find_rule(config, subject, out) && find_profile(config, subject, out) &&
	    check_user(subject, out) && check_version(out) && check_verify(subject, out) &&
	    check_client_cert(subject, out))
		choose_name(subject, out);
}
