/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a profile, read into memory. */
#ifndef TLSOCKD_FILE_H
#define TLSOCKD_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct td_mistakes;

/**
 * struct td_file - contents of a file
 * @data: NUL terminated
 * @length: bytes without the NUL
 */
struct td_file {
	char	*data;
	size_t	length;
};

/**
 * td_file_read - read a regular file of at most 16 MiB
 * @path: its name, or TL_CREDENTIAL and the name of a credential
 * @secret: it must not be open to others
 * @mistakes: told what is wrong with it
 * @out: owned by the caller on success, to be given to td_file_free()
 *
 * Return: 0, -EINVAL (a mistake was reported), -ENOMEM
 */
int td_file_read(const char *path, bool secret, struct td_mistakes *mistakes,
		 struct td_file *out);

/**
 * td_file_lines - take a text line by line
 * @text: NUL terminated
 * @take: called with what stands in a line between blanks, and the line's number
 *	from 1 on; not for empty lines nor for those that begin with #
 * @arg: passed to @take
 *
 * Return: 0, or what @take returned if that was something else
 */
int td_file_lines(const char *text, int (*take)(void *arg, int line, const char *at, size_t length),
		  void *arg);

/** td_file_exists - is there a file of that name, or a credential? */
bool td_file_exists(const char *path);

/** td_file_free - wipe and free; all zero is allowed */
void td_file_free(struct td_file *file);

#endif
