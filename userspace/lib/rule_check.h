/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mistakes in rules that no single key shows. */
#ifndef TLSOCK_LIB_RULE_CHECK_H
#define TLSOCK_LIB_RULE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "rule.h"

struct tl_config;

/**
 * tl_rule_check - does a rule fit to itself, its profile and those before it?
 * @config: whole; the role of a rule whose conditions tell it is set
 * @index: of the rule
 * @text: says what does not, untouched if all does
 *
 * Return: whether it fits
 */
bool tl_rule_check(struct tl_config *config, size_t index, char text[TL_RULE_MAX_TEXT + 1]);

#endif
