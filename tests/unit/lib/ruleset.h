/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration with rules in a file, and a connection to try them on. */
#ifndef TLSOCK_UNIT_LIB_RULESET_H
#define TLSOCK_UNIT_LIB_RULESET_H

#include <stdint.h>

#include "lib/choose.h"
#include "lib/rule.h"

/**
 * struct t_ruleset - all that a test needs
 * @path: the file
 * @config: what was read last, NULL if it had a mistake
 * @subject: a client of user 1000, from curl to 192.0.2.7 port 443
 * @choice: what was chosen last
 * @reports: mistakes of the last file
 * @line: line of the last one
 * @text: its sentence
 */
struct t_ruleset {
	char			path[64];
	struct tl_config	*config;
	struct tl_subject	subject;
	struct tl_choice	choice;
	int			reports;
	int			line;
	char			text[600];
};

/** t_ruleset_init - make the file and the connection */
void t_ruleset_init(struct t_ruleset *set);

/** t_ruleset_exit - remove the file */
void t_ruleset_exit(struct t_ruleset *set);

/** t_ruleset_address - fill an address of either family from text */
void t_ruleset_address(struct sockaddr_storage *address, const char *text, uint16_t port);

/** t_ruleset_load - read this as the configuration; returns what tl_config_read() does */
int t_ruleset_load(struct t_ruleset *set, const char *text);

/** t_ruleset_choose - profile that is chosen; "!" and the reason if it is refused */
const char *t_ruleset_choose(struct t_ruleset *set);

#endif
