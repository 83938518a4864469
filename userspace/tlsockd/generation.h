/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration with all that was made of it. Each reload makes a new one
 * whole before the old one goes; workers have copies of their own by fork().
 */
#ifndef TLSOCKD_GENERATION_H
#define TLSOCKD_GENERATION_H

#include <sys/types.h>

struct tl_config;
struct td_contexts;

/**
 * struct td_generation - one configuration
 * @number: counts them from 1
 * @config: what the files say
 * @contexts: what wolfSSL made of it
 * @uid: user of the workers
 * @gid: their group
 */
struct td_generation {
	unsigned int		number;
	struct tl_config	*config;
	struct td_contexts	*contexts;
	uid_t			uid;
	gid_t			gid;
};

/**
 * td_generation_load - read the configuration and build its contexts
 * @path: main file
 * @number: its number
 * @out: owned by the caller; untouched on error
 *
 * Every mistake is logged with file and line.
 *
 * Return: 0, -EINVAL, -ENOENT (no such user), -ENOMEM
 */
int td_generation_load(const char *path, unsigned int number, struct td_generation **out);

/** td_generation_free - wipe the keys and free all; NULL is allowed */
void td_generation_free(struct td_generation *generation);

#endif
