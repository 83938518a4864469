// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conditions of a rule, one after the other, and why one does not hold.
 * What follows from a rule that matches is in choose.c.
 */
#include "rule.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "names.h"

/* One condition that is being looked at */
struct check {
	const struct tl_list	*list;
	const struct tl_subject	*subject;
	char			*found;	/* TL_RULE_MAX_TEXT + 1 bytes, NULL if not wanted */
};

static void found(const struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void found(const struct check *c, const char *format, ...)
{
	va_list args;

	if (!c->found)
		return;
	va_start(args, format);
	vsnprintf(c->found, TL_RULE_MAX_TEXT + 1, format, args);
	va_end(args);
}

static enum tl_match verdict(bool holds)
{
	return holds ? TL_MATCH_YES : TL_MATCH_NO;
}

/* The kernel is nobody's process. */
static bool is_kernel(const struct check *c)
{
	if (c->subject->consumer == TL_CONSUMER_PROGRAM)
		return false;
	found(c, "the kernel's");
	return true;
}

static enum tl_match match_user(const struct check *c)
{
	if (is_kernel(c))
		return TL_MATCH_NO;
	found(c, "%" PRIu32, c->subject->uid);
	return verdict(tl_list_has_number(c->list, c->subject->uid));
}

static enum tl_match match_group(const struct check *c)
{
	if (is_kernel(c))
		return TL_MATCH_NO;
	found(c, "%" PRIu32, c->subject->gid);
	return verdict(tl_list_has_group(c->list, c->subject->gid, c->subject->uid));
}

static enum tl_match match_address(const struct check *c, const struct sockaddr_storage *address)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	char text[INET6_ADDRSTRLEN] = "not known";

	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	else if (address->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	found(c, "%s", text);
	return verdict(tl_list_has_address(c->list, address));
}

static enum tl_match match_port(const struct check *c, const struct sockaddr_storage *address)
{
	/* The port of both families is at the same place. */
	uint16_t port = ntohs(((const struct sockaddr_in *)address)->sin_port);

	if (!address->ss_family) {
		found(c, "not known");
		return TL_MATCH_NO;
	}
	found(c, "%u", port);
	return verdict(tl_list_has_number(c->list, port));
}

static enum tl_match match_remote(const struct check *c)
{
	return match_address(c, &c->subject->remote);
}

static enum tl_match match_remote_port(const struct check *c)
{
	return match_port(c, &c->subject->remote);
}

static enum tl_match match_local(const struct check *c)
{
	return match_address(c, &c->subject->local);
}

static enum tl_match match_local_port(const struct check *c)
{
	return match_port(c, &c->subject->local);
}

static enum tl_match match_name(const struct check *c)
{
	const char *name = c->subject->server_name;

	found(c, "%s", *name ? name : "none");
	return verdict(*name && tl_list_has_name(c->list, name));
}

/* A program that is not known could be any copy of one: it is not this one. */
static enum tl_match match_program(const struct check *c)
{
	const char *program = c->subject->program;

	found(c, "%s", program ? program : "not known");
	return verdict(program && tl_list_has_program(c->list, program));
}

static enum tl_match match_cgroup(const struct check *c)
{
	const struct tl_subject *s = c->subject;

	if (is_kernel(c))
		return TL_MATCH_NO;
	if (s->cgroup_path)
		found(c, "%s", s->cgroup_path);
	else if (s->cgroup)
		found(c, "id:%" PRIu64, s->cgroup);
	else
		found(c, "not known");
	if (tl_list_has_cgroup(c->list, s->cgroup, s->cgroup_path))
		return TL_MATCH_YES;
	if (s->cgroup_path || (s->cgroup && !tl_list_asks_path(c->list)))
		return TL_MATCH_NO;
	return TL_MATCH_UNKNOWN;
}

static const struct {
	const char	*name;
	int		role;
	enum tl_match	(*match)(const struct check *check);
} conditions[TL_WHEN_N] = {
	[TL_WHEN_USER] = { "user", -1, match_user },
	[TL_WHEN_GROUP] = { "group", -1, match_group },
	[TL_WHEN_DESTINATION] = { "destination", TLSOCK_ROLE_CLIENT, match_remote },
	[TL_WHEN_DESTINATION_PORT] = { "destination-port", TLSOCK_ROLE_CLIENT, match_remote_port },
	[TL_WHEN_NAME] = { "name", TLSOCK_ROLE_CLIENT, match_name },
	[TL_WHEN_LISTENER] = { "listener", TLSOCK_ROLE_SERVER, match_local },
	[TL_WHEN_LISTENER_PORT] = { "listener-port", TLSOCK_ROLE_SERVER, match_local_port },
	[TL_WHEN_SOURCE] = { "source", TLSOCK_ROLE_SERVER, match_remote },
	[TL_WHEN_PROGRAM] = { "program", -1, match_program },
	[TL_WHEN_CGROUP] = { "cgroup", -1, match_cgroup },
};

void tl_rule_free(struct tl_rule *rule)
{
	for (int i = 0; i < TL_WHEN_N; i++)
		tl_list_free(&rule->when[i]);
	free(rule->name);
	free(rule->file);
	free(rule->profile);
	free(rule->server_name);
}

const char *tl_rule_condition(enum tl_when when)
{
	return conditions[when].name;
}

int tl_rule_role(enum tl_when when)
{
	return conditions[when].role;
}

/* The sentence about condition @i; what was found stands in @why already. */
static void explain(const struct tl_rule *rule, int i, char *why)
{
	char value[TL_RULE_MAX_TEXT + 1];

	if (!why)
		return;
	snprintf(value, sizeof(value), "%s", why);
	snprintf(why, TL_RULE_MAX_TEXT + 1, "%s is %.120s, not %.90s", conditions[i].name, value,
		 rule->when[i].text);
}

enum tl_match tl_rule_match(const struct tl_rule *rule, const struct tl_subject *subject,
			    char why[TL_RULE_MAX_TEXT + 1])
{
	struct check check = { .subject = subject, .found = why };
	enum tl_match match;

	if (rule->role >= 0 && (uint32_t)rule->role != subject->role) {
		found(&check, "the role is %s, not %s", tl_names_role(subject->role),
		      tl_names_role((uint32_t)rule->role));
		return TL_MATCH_NO;
	}
	if (rule->consumer >= 0 && (uint32_t)rule->consumer != subject->consumer) {
		found(&check, "the consumer is %s, not %s", tl_consumer_name(subject->consumer),
		      tl_consumer_name((uint32_t)rule->consumer));
		return TL_MATCH_NO;
	}
	for (int i = 0; i < TL_WHEN_N; i++) {
		if (!rule->when[i].n)
			continue;
		check.list = &rule->when[i];
		match = conditions[i].match(&check);
		if (match == TL_MATCH_YES)
			continue;
		explain(rule, i, why);
		return match;
	}
	if (why)
		*why = '\0';
	return TL_MATCH_YES;
}
