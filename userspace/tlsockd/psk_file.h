/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pre-shared keys of a profile, from their file. */
#ifndef TLSOCKD_PSK_FILE_H
#define TLSOCKD_PSK_FILE_H

#include <stdint.h>

struct td_mistakes;
struct tl_psk;

/* Most keys of a profile */
#define TD_PSKS_MAX	4096

/**
 * struct td_psks - keys; all zero is none
 * @list: owned; @serial of the first is 1
 * @n: their number
 */
struct td_psks {
	struct tl_psk	*list;
	uint32_t	n;
};

/**
 * td_psk_file_read - read the keys of a profile
 * @path: one key per line as tl_psk_parse() says; a line that begins with # is a
 *	comment. It must not be open to others
 * @mistakes: told what is wrong, with the line
 * @out: to be given to td_psk_file_free(); untouched on error
 *
 * Return: 0, -EINVAL (a mistake was reported), -ENOMEM
 */
int td_psk_file_read(const char *path, struct td_mistakes *mistakes, struct td_psks *out);

/** td_psk_file_free - wipe and free; all zero is allowed */
void td_psk_file_free(struct td_psks *psks);

#endif
