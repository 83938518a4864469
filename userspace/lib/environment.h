/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of a program whose sockets are converted, and of its
 * children: the preload library first in LD_PRELOAD, and what it is told by
 * TLSOCK_* variables. A child whose parent cleans the environment gets them
 * back, since without them it would speak clear text.
 */
#ifndef TLSOCK_LIB_ENVIRONMENT_H
#define TLSOCK_LIB_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/tlsock_netlink.h>

#define TL_ENV_PRELOAD		"LD_PRELOAD"
#define TL_ENV_PROFILE		"TLSOCK_PROFILE"
#define TL_ENV_UNCOVERED	"TLSOCK_ALLOW_UNCOVERED"

#define TL_ENVIRONMENT_PATH	1024	/* longest path of the library */

/**
 * struct tl_environment - what children must be told
 * @preload: path of the preload library
 * @profile: value of TLSOCK_PROFILE, "" for none
 * @uncovered: programs that are not covered may run nevertheless
 */
struct tl_environment {
	char	preload[TL_ENVIRONMENT_PATH];
	char	profile[TLSOCK_MAX_PROFILE + 1];
	bool	uncovered;
};

/** tl_environment_size - bytes that tl_environment_build() needs for @envp */
size_t tl_environment_size(const struct tl_environment *want, char *const *envp);

/**
 * tl_environment_build - an environment that has what children must be told
 * @want: that
 * @envp: environment asked for, NULL terminated; NULL means an empty one
 * @space: aligned memory of tl_environment_size() bytes
 *
 * LD_PRELOAD keeps what it had, behind our library. A TLSOCK_* variable that
 * @envp has stays, what it lacks is added. Allocates nothing.
 *
 * Return: the new environment, inside @space; shares strings with @envp
 */
char **tl_environment_build(const struct tl_environment *want, char *const *envp, void *space);

/** tl_environment_get - value of a variable in @envp, NULL if absent */
const char *tl_environment_get(char *const *envp, const char *name);

/** tl_environment_listed - whether an LD_PRELOAD value holds the library */
bool tl_environment_listed(const char *value, const char *library);

#endif
