/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration with all that was made of it. Each reload makes a new one
 * whole before the old one goes; workers have copies of their own by fork().
 */
#ifndef TLSOCKD_GENERATION_H
#define TLSOCKD_GENERATION_H

#include <stdint.h>
#include <sys/types.h>

struct tl_config;
struct td_contexts;
struct td_ticket_keys;

/**
 * struct td_generation - one configuration
 * @number: counts them from 1
 * @config: what the files say
 * @contexts: what wolfSSL made of it
 * @ticket_keys: those of the fleet, NULL if it has none
 * @uid: user of the workers
 * @gid: their group
 * @expiry_at: of td_expiry_tick(): due then, monotonic milliseconds; 0 at once
 */
struct td_generation {
	unsigned int		number;
	struct tl_config	*config;
	struct td_contexts	*contexts;
	struct td_ticket_keys	*ticket_keys;
	uid_t			uid;
	gid_t			gid;
	int64_t			expiry_at;
};

/**
 * td_generation_load - read the configuration and build its contexts
 * @path: main file
 * @number: its number
 * @out: owned by the caller; untouched on error
 *
 * Every mistake is logged with file and line.
 *
 * Return: 0, -EINVAL, -ENOMEM
 */
int td_generation_load(const char *path, unsigned int number, struct td_generation **out);

/**
 * td_generation_build - td_generation_load() with mistakes to the caller
 * @path: main file
 * @number: its number
 * @out: owned by the caller; untouched on error
 * @report: called for each mistake with file, line (0: the whole file) and a
 *	sentence
 * @arg: passed to @report
 *
 * Goes on after a mistake, so that all are told at once.
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_generation_build(const char *path, unsigned int number, struct td_generation **out,
			void (*report)(void *arg, const char *file, int line, const char *text),
			void *arg);

/** td_generation_free - wipe the keys and free all; NULL is allowed */
void td_generation_free(struct td_generation *generation);

#endif
