// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * INI files, line by line. An own reader, since the libinih that Debian
 * ships neither tells its caller line numbers nor more than the first
 * mistake, and cuts lines of over 200 bytes in two without a word.
 */
#include "ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct reader {
	int	(*each)(void *arg, const struct tl_ini_entry *entry);
	void	*arg;
	int	line;
};

static int tell(const struct reader *reader, enum tl_ini_kind kind, const char *name,
		const char *value)
{
	const struct tl_ini_entry entry = {
		.kind = kind,
		.line = reader->line,
		.name = name,
		.value = value,
	};

	return reader->each(reader->arg, &entry);
}

static int mistake(const struct reader *reader, const char *text)
{
	return tell(reader, TL_INI_MISTAKE, "", text);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Cuts white space off both ends, in place. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	while (is_blank(*text))
		text++;
	return text;
}

static int read_heading(const struct reader *reader, char *text)
{
	char *end = strchr(text, ']');

	if (!end)
		return mistake(reader, "the section's heading lacks its ']'");
	if (end[1])
		return mistake(reader, "nothing may follow the ']' of a section's heading");
	*end = '\0';
	text = trim(text + 1);
	if (!*text)
		return mistake(reader, "the section has no name");
	return tell(reader, TL_INI_SECTION, text, "");
}

static int read_key(const struct reader *reader, char *text)
{
	char *equals = strchr(text, '=');
	char *name;
	char *value;

	if (!equals)
		return mistake(reader, "this is neither key = value nor [section] nor a comment");
	*equals = '\0';
	name = trim(text);
	value = trim(equals + 1);
	if (!*name)
		return mistake(reader, "there is no key before the '='");
	return tell(reader, TL_INI_KEY, name, value);
}

/* A comment begins at a '#' or ';' that is the first of the line or follows a blank. */
static void cut_comment(char *text)
{
	for (char *at = text; *at; at++) {
		if ((*at == '#' || *at == ';') && (at == text || is_blank(at[-1]))) {
			*at = '\0';
			return;
		}
	}
}

static int read_line(const struct reader *reader, char *text, size_t length)
{
	if (strlen(text) != length)
		return mistake(reader, "the line has a zero byte; is this a text file?");
	if (length > TL_INI_MAX_LINE)
		return mistake(reader, "the line is longer than 4095 bytes");
	cut_comment(text);
	text = trim(text);
	if (!*text)
		return 0;
	if (*text == '[')
		return read_heading(reader, text);
	return read_key(reader, text);
}

int tl_ini_read(FILE *file, int (*each)(void *arg, const struct tl_ini_entry *entry), void *arg)
{
	struct reader reader = { .each = each, .arg = arg };
	char *text = NULL;
	size_t size = 0;
	ssize_t length;
	int err = 0;

	errno = 0;
	while (!err && (length = getline(&text, &size, file)) >= 0) {
		reader.line++;
		if (length && text[length - 1] == '\n')
			text[--length] = '\0';
		err = read_line(&reader, text, (size_t)length);
	}
	if (!err && ferror(file)) {
		err = errno == ENOMEM ? -ENOMEM : 0;
		reader.line = 0;
		if (!err)
			err = mistake(&reader, strerror(errno));
	}
	free(text);
	return err;
}
