/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration while its files are read; shared by config.c, section.c and tlshd.c. */
#ifndef TLSOCK_LIB_LOADING_H
#define TLSOCK_LIB_LOADING_H

#include <stdbool.h>
#include <stdint.h>

struct tl_config;
struct tl_ini_entry;

enum tl_section {
	SECTION_NONE,	/* before the first heading */
	SECTION_WRONG,	/* its heading was a mistake, its keys are skipped */
	SECTION_DAEMON,
	SECTION_PROFILE,
	SECTION_RULE,
	SECTION_TLSHD_DEBUG,	/* those of tlshd, see tlshd.h */
	SECTION_TLSHD_KEYRINGS,
	SECTION_TLSHD_CLIENT,
	SECTION_TLSHD_SERVER,
};

/**
 * struct tl_loading - a configuration while it is read
 * @config: what was read so far
 * @file: file that is being read
 * @folder: its folder with the '/', "" for the working directory
 * @main: it is the main file
 * @section: the section that keys go to; a profile or rule is the last one
 * @seen: keys that the section had
 * @daemon_line: line of [tlsockd], 0 if there was none
 * @mistakes: number of mistakes reported
 * @report: see tl_config_read()
 * @arg: see tl_config_read()
 */
struct tl_loading {
	struct tl_config	*config;
	const char		*file;
	char			*folder;
	bool			main;
	enum tl_section		section;
	uint64_t		seen;
	int			daemon_line;
	unsigned int		mistakes;
	void			(*report)(void *arg, const char *file, int line, const char *text);
	void			*arg;
};

/** tl_loading_mistake - report a sentence about a line, and count it */
void tl_loading_mistake(struct tl_loading *l, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** tl_loading_add_profile - begin a profile with the defaults; 0 or -ENOMEM */
int tl_loading_add_profile(struct tl_loading *l, const char *name, int line);

/** tl_section_take - take what was found in a file; @arg is a struct tl_loading; 0 or -ENOMEM */
int tl_section_take(void *arg, const struct tl_ini_entry *entry);

#endif
