/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of key=value pairs for the log. Values may come from a peer: none of
 * them can end the line, start a second pair or leave its quotes.
 */
#ifndef TLSOCK_LIB_LINE_H
#define TLSOCK_LIB_LINE_H

#include <stddef.h>
#include <sys/socket.h>

/* Room for the longest line: what does not fit is cut, pair by pair */
#define TL_LINE_MAX	1023

/**
 * struct tl_line - a line being built; zero it before the first pair
 * @text: the line, always terminated
 * @length: its bytes
 */
struct tl_line {
	char	text[TL_LINE_MAX + 1];
	size_t	length;
};

/**
 * tl_line_text - append key=value
 * @line: the line
 * @key: a literal
 * @value: any bytes; left out with its key if NULL or ""
 *
 * A value is quoted if it has other characters than letters, digits and
 * "-_.:/@+*[],"; inside quotes '"' and '\' get a '\' before them and all
 * that is not printable ASCII becomes \xNN.
 */
void tl_line_text(struct tl_line *line, const char *key, const char *value);

/** tl_line_number - append key=number in decimal */
void tl_line_number(struct tl_line *line, const char *key, long long number);

/** tl_line_address - append key=address:port, IPv6 as [address]:port */
void tl_line_address(struct tl_line *line, const char *key, const struct sockaddr_storage *address);

#endif
