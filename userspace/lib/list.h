/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of what a connection may look like: users, networks, ports, names.
 * The configuration gives one to a key of a rule or of a profile; a value is
 * on the list if one of its words stands for it.
 */
#ifndef TLSOCK_LIB_LIST_H
#define TLSOCK_LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr_storage;

/* Bytes of the sentence that tl_list_parse() writes, without its end */
#define TL_LIST_MAX_TEXT	127

enum tl_list_kind {
	TL_LIST_USERS,		/* names, numbers, ranges */
	TL_LIST_GROUPS,		/* the same */
	TL_LIST_CGROUPS,	/* paths with wildcards, "id:" and a number */
	TL_LIST_PROGRAMS,	/* absolute paths with wildcards */
	TL_LIST_NETWORKS,	/* addresses with or without a prefix length */
	TL_LIST_PORTS,		/* numbers, ranges */
	TL_LIST_NAMES,		/* host names, "*." and a domain */
};

/**
 * struct tl_item - what one word stands for
 * @first: lowest user, group or port; id of a cgroup
 * @last: highest
 * @member: TL_LIST_GROUPS, it is a user: a member by the data base
 * @address: TL_LIST_NETWORKS, in network order
 * @length: bytes of @address, 4 or 16
 * @bits: of @address that count
 * @pattern: TL_LIST_NAMES and paths, else NULL
 */
struct tl_item {
	uint64_t	first;
	uint64_t	last;
	bool		member;
	uint8_t		address[16];
	uint8_t		length;
	uint8_t		bits;
	char		*pattern;
};

/**
 * struct tl_list - a list; all zero is an empty one
 * @text: as it stands in the configuration, NULL if empty
 * @items: what its words stand for
 * @n: their number
 */
struct tl_list {
	char		*text;
	struct tl_item	*items;
	size_t		n;
};

/**
 * tl_list_parse - read a list
 * @kind: what its words are
 * @value: words with blanks or commas between them
 * @list: an empty list; on error too to be freed with tl_list_free()
 * @text: on -EINVAL says what is wrong with a word; "" if the key's own
 *	sentence says enough
 *
 * Return: 0, -EINVAL, -ENOMEM
 */
int tl_list_parse(enum tl_list_kind kind, const char *value, struct tl_list *list,
		  char text[TL_LIST_MAX_TEXT + 1]);

/** tl_list_free - make it empty */
void tl_list_free(struct tl_list *list);

/** tl_list_has_number - a user of TL_LIST_USERS, or a port */
bool tl_list_has_number(const struct tl_list *list, uint64_t number);

/** tl_list_has_group - is the group on it, or the user a member of one that is? */
bool tl_list_has_group(const struct tl_list *list, uint32_t gid, uint32_t uid);

/** tl_list_has_cgroup - @path NULL if it is not known; those below a path count too */
bool tl_list_has_cgroup(const struct tl_list *list, uint64_t id, const char *path);

/** tl_list_asks_path - does it name a cgroup by its path? */
bool tl_list_asks_path(const struct tl_list *list);

/** tl_list_has_program - by its absolute path */
bool tl_list_has_program(const struct tl_list *list, const char *path);

/** tl_prefix_matches - does @address begin with the first @bits of @prefix? */
bool tl_prefix_matches(const uint8_t *prefix, unsigned int bits, const uint8_t *address);

/** tl_list_has_address - IPv4 mapped into IPv6 counts as IPv4; the port is left out */
bool tl_list_has_address(const struct tl_list *list, const struct sockaddr_storage *address);

/** tl_list_has_name - without regard to ASCII case and to a dot at the end */
bool tl_list_has_name(const struct tl_list *list, const char *name);

#endif
