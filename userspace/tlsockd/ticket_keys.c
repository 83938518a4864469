// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a fleet, from their file. */
#include "ticket_keys.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "file.h"
#include "profile.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/coding.h>

/* Where keys go, and where a mistake is told */
struct place {
	struct td_ticket_keys *keys;
	const char	*path;
	int		line;
	void		(*report)(void *arg, const char *file, int line, const char *text);
	void		*arg;
};

static int refuse(const struct place *place, const char *text)
{
	place->report(place->arg, place->path, place->line, text);
	return -EINVAL;
}

static bool is_known(const struct td_ticket_keys *keys, const struct td_ticket_key *key)
{
	for (unsigned int i = 0; i < keys->n; i++)
		if (!memcmp(keys->key[i].name, key->name, sizeof(key->name)))
			return true;
	return false;
}

static int take_line(void *arg, int line, const char *text, size_t length)
{
	struct place *place = arg;
	struct td_ticket_keys *keys = place->keys;
	struct td_ticket_key key;
	byte raw[sizeof(key) + 4];
	word32 size = sizeof(raw);
	int ret;

	place->line = line;
	if (memchr(text, ' ', length) || memchr(text, '\t', length))
		return refuse(place, "a key is one word");
	ret = Base64_Decode((const byte *)text, (word32)length, raw, &size);
	if (ret || size != sizeof(key)) {
		ret = refuse(place, "this is no key: 48 random bytes in base64 are one, as "
			     "`openssl rand -base64 48` prints them");
		goto wipe;
	}
	memcpy(&key, raw, sizeof(key));
	if (is_known(keys, &key))
		ret = refuse(place, "this key is there for the second time");
	else if (keys->n == TD_TICKET_KEYS_MAX)
		ret = refuse(place, "there may be four keys at most");
	else
		keys->key[keys->n++] = key;
wipe:
	explicit_bzero(raw, sizeof(raw));
	explicit_bzero(&key, sizeof(key));
	return ret;
}

static int parse(const char *text, struct place *place)
{
	int ret = td_file_lines(text, take_line, place);

	place->line = 0;
	if (!ret && !place->keys->n)
		ret = refuse(place, "there is no key in it: `openssl rand -base64 48` makes one");
	return ret;
}

int td_ticket_keys_read(const char *path, struct td_ticket_keys **out,
			void (*report)(void *arg, const char *file, int line, const char *text),
			void *arg)
{
	const struct tl_profile whole = { .file = (char *)path };
	struct td_mistakes mistakes = { .report = report, .arg = arg, .profile = &whole };
	struct place place = { .path = path, .report = report, .arg = arg };
	struct td_ticket_keys *keys;
	struct td_file file;
	int ret;

	ret = td_file_read(path, true, &mistakes, &file);
	if (ret)
		return ret;
	place.keys = keys = calloc(1, sizeof(*keys));
	ret = keys ? parse(file.data, &place) : -ENOMEM;
	td_file_free(&file);
	if (ret)
		td_ticket_keys_free(keys);
	else
		*out = keys;
	return ret;
}

void td_ticket_keys_free(struct td_ticket_keys *keys)
{
	if (keys)
		explicit_bzero(keys, sizeof(*keys));
	free(keys);
}
