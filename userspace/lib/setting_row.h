/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a row of the tables of keys consists of; for those who have tables. */
#ifndef TLSOCK_LIB_SETTING_ROW_H
#define TLSOCK_LIB_SETTING_ROW_H

#include <stddef.h>

#include "list.h"

struct choice {
	const char	*name;
	int		value;
};

/* The type of the field that a setting is stored in */
enum kind {
	KIND_NUMBER,	/* unsigned int */
	KIND_CHOICE,	/* int */
	KIND_FLAGS,	/* int, the sum of choices between @separator */
	KIND_VERSION,	/* uint16_t */
	KIND_TEXT,	/* char *, any text without white space */
	KIND_FILE,	/* char *, made absolute */
	KIND_FILES,	/* the same; others go to the struct tl_more at @more */
	KIND_LIST,	/* char *, words between @separator */
	KIND_WORDS,	/* struct tl_list of @list */
};

struct setting {
	const char		*name;
	enum kind		kind;
	size_t			offset;
	size_t			more;
	const struct choice	*choices;
	const char		*allowed;	/* ends the sentence "... must be" */
	unsigned int		min;		/* of a number */
	unsigned int		max;		/* of a number, or bytes of a text */
	char			separator;
	size_t			max_word;	/* bytes of a word in a list */
	enum tl_list_kind	list;
};

/* Values that profiles and rules have in common */
extern const struct choice tl_setting_versions[];
extern const struct choice tl_setting_verify_modes[];
extern const struct choice tl_setting_client_cert_modes[];

/* The words of a list of users and of one of groups, in that sentence */
#define USERS_ALLOWED	"names or numbers of users, or ranges of numbers"
#define GROUPS_ALLOWED	"names or numbers of groups, or ranges of numbers"

#endif
