/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wolfSSL contexts of one configuration generation: for each profile one
 * for clients and one for servers, with certificates, keys and trust anchors
 * loaded. Built by the broker before it forks workers, read-only afterwards.
 */
#ifndef TLSOCKD_CONTEXT_H
#define TLSOCKD_CONTEXT_H

#include <stddef.h>

struct tl_config;
struct td_contexts;

/** td_context_init - start wolfSSL and make keys for tickets, once per process; 0 or -errno */
int td_context_init(void);

/** td_context_exit - end wolfSSL */
void td_context_exit(void);

/**
 * td_context_build - make all contexts of a configuration
 * @config: kept by reference; must outlive the contexts. Profiles that are
 *	mistaken are left out
 * @out: the contexts, owned by the caller; untouched on error
 * @report: called for each mistake (file that cannot be read, key that does
 *	not fit its certificate, unknown suite or group) with the profile's
 *	file and line and a sentence
 * @arg: passed to @report
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_context_build(const struct tl_config *config, struct td_contexts **out,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg);

/** td_context_free - free contexts and wipe their keys; NULL is allowed */
void td_context_free(struct td_contexts *contexts);

#endif
