/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The administrator's rules applied to a request: lib/rule.h decides, this
 * part finds out what it needs to know about the process.
 */
#ifndef TLSOCKD_POLICY_H
#define TLSOCKD_POLICY_H

#include <stdbool.h>

#include <linux/tlsock.h>

struct td_generation;
struct td_request;

/**
 * struct td_policy - what a request asked for, and what the rules made of it
 * @asked: profile that the program named, "" for none
 * @named: the program set a server name
 * @generation: number of the configuration that judged, 0 before
 * @rule: name of the rule that matched, "" for none
 */
struct td_policy {
	char		asked[TLSOCK_MAX_PROFILE + 1];
	bool		named;
	unsigned int	generation;
	char		rule[TLSOCK_MAX_PROFILE + 1];
};

/**
 * td_policy_apply - choose profile and server name of a request
 * @generation: the configuration to go by
 * @request: its job is changed
 * @why: on error a sentence that says why
 *
 * Return: 0, -EACCES if it is refused
 */
int td_policy_apply(const struct td_generation *generation, struct td_request *request,
		    char why[TLSOCK_MAX_TEXT + 1]);

/** td_policy_news - the profile of a request, NULL if it is what the program asked for */
const char *td_policy_news(const struct td_request *request);

#endif
