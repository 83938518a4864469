// SPDX-License-Identifier: GPL-2.0-or-later
/* What is on a list of list.c. An empty list has nothing on it. */
#include "list.h"

#include <fnmatch.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static bool in_range(const struct tl_item *item, uint64_t number)
{
	return number >= item->first && number <= item->last;
}

bool tl_list_has_number(const struct tl_list *list, uint64_t number)
{
	for (size_t i = 0; i < list->n; i++)
		if (in_range(&list->items[i], number))
			return true;
	return false;
}

bool tl_list_has_group(const struct tl_list *list, uint32_t gid, uint32_t uid)
{
	for (size_t i = 0; i < list->n; i++)
		if (in_range(&list->items[i], list->items[i].member ? uid : gid))
			return true;
	return false;
}

/* In names of cgroups a '\' is nothing special: systemd's have some. */
static bool matches(const char *pattern, const char *path, int flags)
{
	return fnmatch(pattern, path, FNM_PATHNAME | FNM_NOESCAPE | flags) == 0;
}

bool tl_list_has_cgroup(const struct tl_list *list, uint64_t id, const char *path)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *pattern = list->items[i].pattern;

		if (!pattern && in_range(&list->items[i], id))
			return true;
		if (!pattern || !path)
			continue;
		/* All are below the root, which ends in a '/' itself. */
		if (strcmp(pattern, "/") == 0 || matches(pattern, path, FNM_LEADING_DIR))
			return true;
	}
	return false;
}

bool tl_list_asks_path(const struct tl_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].pattern)
			return true;
	return false;
}

bool tl_list_has_program(const struct tl_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (matches(list->items[i].pattern, path, 0))
			return true;
	return false;
}

/* The bytes of an address; returns their number, 0 for another family. */
static size_t get_address(const struct sockaddr_storage *address, const uint8_t **bytes)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	if (address->ss_family == AF_INET) {
		*bytes = (const uint8_t *)&in->sin_addr;
		return 4;
	}
	if (address->ss_family != AF_INET6)
		return 0;
	*bytes = in6->sin6_addr.s6_addr;
	if (!IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return 16;
	*bytes += 12;
	return 4;
}

bool tl_prefix_matches(const uint8_t *prefix, unsigned int bits, const uint8_t *address)
{
	unsigned int whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (memcmp(prefix, address, whole) != 0)
		return false;
	return !rest || !((prefix[whole] ^ address[whole]) & mask);
}

bool tl_list_has_address(const struct tl_list *list, const struct sockaddr_storage *address)
{
	const uint8_t *bytes;
	size_t length = get_address(address, &bytes);

	for (size_t i = 0; length && i < list->n; i++) {
		const struct tl_item *item = &list->items[i];

		if (item->length == length && tl_prefix_matches(item->address, item->bits, bytes))
			return true;
	}
	return false;
}

/* Bytes of a name without the dot at its end */
static size_t name_length(const char *name)
{
	size_t length = strlen(name);

	return length && name[length - 1] == '.' ? length - 1 : length;
}

bool tl_list_has_name(const struct tl_list *list, const char *name)
{
	size_t length = name_length(name);

	for (size_t i = 0; i < list->n; i++) {
		const char *pattern = list->items[i].pattern;
		size_t wanted = name_length(pattern);
		const char *at = name;

		if (pattern[0] == '*') {
			/* The dot behind the '*' is compared too; a label comes before it. */
			pattern++;
			wanted--;
			if (length <= wanted)
				continue;
			at += length - wanted;
		} else if (length != wanted) {
			continue;
		}
		if (strncasecmp(pattern, at, wanted) == 0)
			return true;
	}
	return false;
}
