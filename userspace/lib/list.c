// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words of lists, one parser for each kind. Users and groups are looked up
 * here and now, so that the data base is asked by a reload and never by a
 * handshake. What is on a list is in match.c.
 */
#include "list.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user.h"

#define ID_MAX		4294967294U	/* the highest number is "nobody at all" */
#define PORT_MAX	65535
#define PATTERN_MAX	1023
#define NAME_MAX_BYTES	253

/* More of them would let a long name keep the helper busy. */
#define STARS_MAX	3

/* A list that is being read */
struct reading {
	struct tl_list	*list;
	char		*text;
};

static int refuse(const struct reading *r, const char *format, const char *word)
{
	snprintf(r->text, TL_LIST_MAX_TEXT + 1, format, word);
	return -EINVAL;
}

static int add(const struct reading *r, const struct tl_item *item)
{
	struct tl_list *list = r->list;
	struct tl_item *items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	list->items[list->n++] = *item;
	return 0;
}

static int add_pattern(const struct reading *r, const char *word)
{
	struct tl_item item = { .pattern = strdup(word) };
	int err;

	if (!item.pattern)
		return -ENOMEM;
	err = add(r, &item);
	if (err)
		free(item.pattern);
	return err;
}

static int add_number(const struct reading *r, uint64_t number)
{
	const struct tl_item item = { .first = number, .last = number };

	return add(r, &item);
}

static int add_member(void *arg, uid_t uid)
{
	const struct reading *r = arg;
	const struct tl_item item = { .first = uid, .last = uid, .member = true };

	return add(r, &item);
}

/* Digits and nothing else, up to @max; moves *at behind them. */
static bool get_number(const char **at, uint64_t max, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	*out = strtoull(*at, &end, 10);
	*at = end;
	return !errno && *out <= max;
}

static bool get_range(const char *word, uint64_t max, struct tl_item *item)
{
	if (!get_number(&word, max, &item->first))
		return false;
	item->last = item->first;
	if (*word == '-') {
		word++;
		if (!get_number(&word, max, &item->last))
			return false;
	}
	return !*word && item->first <= item->last;
}

static int read_range(const struct reading *r, const char *word, uint64_t max)
{
	struct tl_item item = { 0 };

	return get_range(word, max, &item) ? add(r, &item) : -EINVAL;
}

static int read_user(struct reading *r, const char *word)
{
	uid_t uid;
	gid_t gid;
	int err;

	if (isdigit((unsigned char)*word))
		return read_range(r, word, ID_MAX);
	err = tl_user_find(word, &uid, &gid);
	if (err == -ENOMEM)
		return err;
	return err ? refuse(r, "there is no user \"%.40s\"", word) : add_number(r, uid);
}

static int read_group(struct reading *r, const char *word)
{
	gid_t gid;
	int err;

	if (isdigit((unsigned char)*word))
		return read_range(r, word, ID_MAX);
	err = tl_group_find(word, &gid, add_member, r);
	if (err == -ENOMEM)
		return err;
	return err ? refuse(r, "there is no group \"%.40s\"", word) : add_number(r, gid);
}

static int read_pattern(struct reading *r, const char *word)
{
	size_t stars = 0;

	if (*word != '/')
		return refuse(r, "\"%.60s\" does not begin with '/'", word);
	if (strlen(word) > PATTERN_MAX)
		return refuse(r, "\"%.40s...\" is longer than 1023 bytes", word);
	for (const char *at = word; *at; at++)
		stars += *at == '*';
	if (stars > STARS_MAX)
		return refuse(r, "\"%.60s\" has more than three '*'", word);
	return add_pattern(r, word);
}

static int read_cgroup(struct reading *r, const char *word)
{
	const char *at = word + 3;
	uint64_t id;

	if (strncmp(word, "id:", 3) != 0)
		return read_pattern(r, word);
	if (!get_number(&at, UINT64_MAX, &id) || *at)
		return refuse(r, "\"%.60s\" has no number behind \"id:\"", word);
	return add_number(r, id);
}

/* Bits behind the prefix are a mistake: what was meant is not clear. */
static bool has_host_bits(const struct tl_item *item)
{
	for (unsigned int bit = item->bits; bit < item->length * 8U; bit++)
		if (item->address[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

static int read_network(struct reading *r, const char *word)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct tl_item item = { 0 };
	size_t length = strcspn(word, "/");
	const char *at = word + length;
	uint64_t bits;

	if (length >= sizeof(text))
		return refuse(r, "\"%.60s\" is no address", word);
	memcpy(text, word, length);
	if (inet_pton(AF_INET, text, item.address) == 1)
		item.length = 4;
	else if (inet_pton(AF_INET6, text, item.address) == 1)
		item.length = 16;
	else
		return refuse(r, "\"%.60s\" is no address", word);
	item.bits = (uint8_t)(item.length * 8);
	if (*at) {
		at++;
		if (!get_number(&at, item.bits, &bits) || *at)
			return refuse(r, "\"%.60s\" has a wrong prefix length", word);
		item.bits = (uint8_t)bits;
	}
	if (has_host_bits(&item))
		return refuse(r, "\"%.60s\" has bits behind its prefix", word);
	return add(r, &item);
}

static int read_port(struct reading *r, const char *word)
{
	return read_range(r, word, PORT_MAX);
}

static int read_name(struct reading *r, const char *word)
{
	const char *name = strncmp(word, "*.", 2) == 0 ? word + 2 : word;

	if (!*name || strlen(word) > NAME_MAX_BYTES)
		return refuse(r, "\"%.60s\" is no name", word);
	if (strchr(name, '*'))
		return refuse(r, "\"%.60s\" has a '*' that is not a whole first label", word);
	if (strstr(name, "..") || *name == '.')
		return refuse(r, "\"%.60s\" has an empty label", word);
	return add_pattern(r, word);
}

static int (*const readers[])(struct reading *r, const char *word) = {
	[TL_LIST_USERS] = read_user,
	[TL_LIST_GROUPS] = read_group,
	[TL_LIST_CGROUPS] = read_cgroup,
	[TL_LIST_PROGRAMS] = read_pattern,
	[TL_LIST_NETWORKS] = read_network,
	[TL_LIST_PORTS] = read_port,
	[TL_LIST_NAMES] = read_name,
};

int tl_list_parse(enum tl_list_kind kind, const char *value, struct tl_list *list,
		  char text[TL_LIST_MAX_TEXT + 1])
{
	struct reading r = { .list = list, .text = text };
	char *words = strdup(value);
	char *rest = words;
	char *word;
	int err = 0;

	*text = '\0';
	if (!words)
		return -ENOMEM;
	list->text = strdup(value);
	if (!list->text)
		err = -ENOMEM;
	while (!err && (word = strsep(&rest, " \t,")))
		if (*word)
			err = readers[kind](&r, word);
	free(words);
	/* Commas alone say nothing. */
	return !err && !list->n ? -EINVAL : err;
}

void tl_list_free(struct tl_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i].pattern);
	free(list->items);
	free(list->text);
	*list = (struct tl_list){ 0 };
}
