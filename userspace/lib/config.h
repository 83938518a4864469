/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of tlsockd as plain data: what the INI files say, checked
 * and with defaults filled in. No file that it names is opened here.
 */
#ifndef TLSOCK_LIB_CONFIG_H
#define TLSOCK_LIB_CONFIG_H

#include <stddef.h>

#include "profile_settings.h"

struct tl_rule;

/**
 * struct tl_config - everything that the files say
 * @workers: worker processes, 0 for one per processor
 * @user: user that workers run as
 * @handshakes: most handshakes that one worker runs at a time
 * @kernel_consumers: NFS and NVMe are served as well
 * @watch: read anew when files change that are named here
 * @ticket_keys: file with the keys of tickets that a fleet shares, NULL for own ones
 * @log_level: syslog priority up to which messages are written
 * @profiles: all profiles; there is always one called "default"
 * @n_profiles: their number
 * @rules: all rules, in the order in which they are tried
 * @n_rules: their number
 */
struct tl_config {
	unsigned int		workers;
	char			*user;
	unsigned int		handshakes;
	int			kernel_consumers;
	int			watch;
	char			*ticket_keys;
	int			log_level;
	struct tl_profile	*profiles;
	size_t			n_profiles;
	struct tl_rule		*rules;
	size_t			n_rules;
};

/**
 * tl_config_read - read the configuration file and its profiles.d folder
 * @path: main file; "profiles.d/" beside it is read too, in name order
 * @out: the configuration, owned by the caller; untouched on error
 * @report: called for each mistake with file, line (0: the whole file) and a
 *	sentence that says what is allowed
 * @arg: passed to @report
 *
 * All mistakes are reported, not only the first. A missing main file is one.
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int tl_config_read(const char *path, struct tl_config **out,
		   void (*report)(void *arg, const char *file, int line, const char *text),
		   void *arg);

/**
 * tl_config_read_on - read the configuration, and keep it in spite of mistakes
 * @path: as for tl_config_read()
 * @out: the configuration; after -EINVAL what was good in it, to look for more
 *	mistakes. Owned by the caller, NULL after -ENOMEM
 * @report: as for tl_config_read()
 * @arg: passed to @report
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int tl_config_read_on(const char *path, struct tl_config **out,
		      void (*report)(void *arg, const char *file, int line, const char *text),
		      void *arg);

/** tl_config_free - free a configuration; NULL is allowed */
void tl_config_free(struct tl_config *config);

/** tl_config_profile - find a profile; "" and NULL mean "default"; NULL if absent */
const struct tl_profile *tl_config_profile(const struct tl_config *config, const char *name);

#endif
