/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that a configuration may have and what their values mean. */
#ifndef TLSOCK_LIB_SETTING_H
#define TLSOCK_LIB_SETTING_H

#include <stddef.h>
#include <stdint.h>

#define TL_SETTING_MAX_TEXT	511

struct setting;

/**
 * struct tl_settings - the keys of one kind of section
 * @table: the keys
 * @n: their number, 64 at most
 */
struct tl_settings {
	const struct setting	*table;
	size_t			n;
};

/* Keys of [tlsockd], for struct tl_config */
extern const struct tl_settings tl_settings_daemon;

/* Keys of [profile NAME], for struct tl_profile */
extern const struct tl_settings tl_settings_profile;

/* Keys of [rule NAME], for struct tl_rule */
extern const struct tl_settings tl_settings_rule;

/**
 * tl_setting_store - store one key's value
 * @settings: the keys that are allowed
 * @section: struct tl_config, tl_profile or tl_rule to store in
 * @folder: what relative file names start from, "" or with a '/' at its end
 * @name: the key
 * @value: its value as text
 * @seen: one bit for each key that the section had before, updated
 * @text: on -EINVAL a sentence that says what is wrong and what is allowed
 *
 * Return: 0, -EINVAL, -ENOMEM
 */
int tl_setting_store(const struct tl_settings *settings, void *section, const char *folder,
		     const char *name, const char *value, uint64_t *seen,
		     char text[TL_SETTING_MAX_TEXT + 1]);

#endif
