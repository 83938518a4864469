/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which profile a connection gets, and what its program may not change. */
#ifndef TLSOCK_LIB_CHOOSE_H
#define TLSOCK_LIB_CHOOSE_H

#include <stdbool.h>

#include <linux/tlsock.h>

struct tl_config;
struct tl_profile;
struct tl_rule;
struct tl_subject;

/**
 * struct tl_choice - what the rules say about a connection
 * @rule: the first that matches or cannot be told, NULL if there is none
 * @profile: profile to use, NULL if @error
 * @server_name: name for a client that set none, NULL for none
 * @error: 0 or EACCES
 * @text: why it is refused, "" if it is not
 *
 * All pointers belong to the configuration.
 */
struct tl_choice {
	const struct tl_rule	*rule;
	const struct tl_profile	*profile;
	const char		*server_name;
	int			error;
	char			text[TLSOCK_MAX_TEXT + 1];
};

/** tl_choose_asks_program - does any rule ask for this program? NULL: for any at all? */
bool tl_choose_asks_program(const struct tl_config *config, const char *path);

/** tl_choose_asks_cgroup - does any rule ask for the path of the cgroup? */
bool tl_choose_asks_cgroup(const struct tl_config *config);

/** tl_choose - apply all rules, in order, and the chosen profile's own demands */
void tl_choose(const struct tl_config *config, const struct tl_subject *subject,
		    struct tl_choice *out);

#endif
