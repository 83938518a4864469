/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `tlsock check --explain`: what the rules would say about a connection. */
#ifndef TLSOCK_CLI_EXPLAIN_H
#define TLSOCK_CLI_EXPLAIN_H

#include <stdbool.h>

#include "../lib/rule.h"

struct tl_config;

/**
 * tc_explain_parse - describe a connection with words
 * @words: KEY=VALUE each; their values stay where they are
 * @n: number of words
 * @subject: filled; what is not said is this process' own, or not known
 *
 * Return: 0, -EINVAL (said why)
 */
int tc_explain_parse(char *const *words, int n, struct tl_subject *subject);

/**
 * tc_explain_print - say which rule and profile a connection gets, and why
 * @config: the configuration
 * @subject: the connection
 * @json: as one JSON object
 * @allowed: set to whether it is allowed
 *
 * Return: 0, -ENOMEM
 */
int tc_explain_print(const struct tl_config *config, const struct tl_subject *subject, bool json,
		     bool *allowed);

#endif
