/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reader for INI files that knows the line of everything it finds and goes
 * on after a mistake, so that all of them can be told at once. What sections
 * and keys mean is the caller's business.
 */
#ifndef TLSOCK_LIB_INI_H
#define TLSOCK_LIB_INI_H

#include <stdio.h>

/* Longest line, without the newline */
#define TL_INI_MAX_LINE		4095

enum tl_ini_kind {
	TL_INI_SECTION,		/* name: what stands between the brackets */
	TL_INI_KEY,		/* name and value */
	TL_INI_MISTAKE,		/* value: a sentence that says what is wrong */
};

/**
 * struct tl_ini_entry - one thing found in a file
 * @kind: what it is
 * @line: line number, from 1; 0 if the file as a whole cannot be read
 * @name: without surrounding white space; "" where the kind has none
 * @value: without surrounding white space; "" where the kind has none
 *
 * Both strings are the reader's and change with the next entry.
 */
struct tl_ini_entry {
	enum tl_ini_kind	kind;
	int			line;
	const char		*name;
	const char		*value;
};

/**
 * tl_ini_read - read a whole file
 * @file: open for reading, stays the caller's
 * @each: called for each section heading, key and mistake in file order; ends
 *	the reading by returning a negative errno
 * @arg: passed to @each
 *
 * A comment begins at a '#' or ';' at the start of a line or behind a blank
 * and ends with the line. There are no continuation lines and no quotes.
 *
 * Return: 0, the error of @each, -ENOMEM
 */
int tl_ini_read(FILE *file, int (*each)(void *arg, const struct tl_ini_entry *entry), void *arg);

#endif
