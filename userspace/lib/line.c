// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of key=value pairs for the log, safe against what peers put in. */
#include "line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_.:/@+*[],", c));
}

static bool needs_quotes(const char *value)
{
	for (; *value; value++)
		if (!is_plain((unsigned char)*value))
			return true;
	return false;
}

/* Appends all of @text or, if there is no room for it, nothing. */
static bool put(struct tl_line *line, const char *text, size_t length)
{
	if (length > TL_LINE_MAX - line->length)
		return false;
	memcpy(line->text + line->length, text, length);
	line->length += length;
	line->text[line->length] = '\0';
	return true;
}

static bool put_escaped(struct tl_line *line, const char *value)
{
	char hex[sizeof("\\x00")];
	bool fits = true;

	for (; fits && *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			fits = put(line, "\\", 1) && put(line, value, 1);
		else if (c >= ' ' && c <= '~')
			fits = put(line, value, 1);
		else
			fits = put(line, hex, (size_t)snprintf(hex, sizeof(hex), "\\x%02x", c));
	}
	return fits;
}

static bool put_value(struct tl_line *line, const char *value)
{
	if (!needs_quotes(value))
		return put(line, value, strlen(value));
	return put(line, "\"", 1) && put_escaped(line, value) && put(line, "\"", 1);
}

void tl_line_text(struct tl_line *line, const char *key, const char *value)
{
	size_t start = line->length;

	if (!value || !*value)
		return;
	if ((start && !put(line, " ", 1)) || !put(line, key, strlen(key)) || !put(line, "=", 1) ||
	    !put_value(line, value)) {
		/* A pair that does not fit goes as a whole: half a value misleads. */
		line->length = start;
		line->text[start] = '\0';
	}
}

void tl_line_number(struct tl_line *line, const char *key, long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", number);
	tl_line_text(line, key, text);
}

void tl_line_address(struct tl_line *line, const char *key, const struct sockaddr_storage *address)
{
	char host[INET6_ADDRSTRLEN] = "?";
	char text[INET6_ADDRSTRLEN + sizeof("[]:65535")];

	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(text, sizeof(text), "%s:%u", host, ntohs(in->sin_port));
	} else if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;

		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(text, sizeof(text), "[%s]:%u", host, ntohs(in6->sin6_port));
	} else {
		return;
	}
	tl_line_text(line, key, text);
}
