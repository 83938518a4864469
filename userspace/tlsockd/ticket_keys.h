/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a fleet: a file that several helpers share, so that each opens
 * the tickets of the others (RFC 5077 section 4).
 */
#ifndef TLSOCKD_TICKET_KEYS_H
#define TLSOCKD_TICKET_KEYS_H

#include <stdint.h>

/* Keys in a file: the one in use, and those that are coming and going */
#define TD_TICKET_KEYS_MAX	4

/* Bytes of a line in the file, without base64: the name first */
#define TD_TICKET_KEY_NAME	16
#define TD_TICKET_KEY_SECRET	32

/** struct td_ticket_key - what a ticket is sealed with, AES-256-GCM */
struct td_ticket_key {
	uint8_t	name[TD_TICKET_KEY_NAME];
	uint8_t	key[TD_TICKET_KEY_SECRET];
};

/**
 * struct td_ticket_keys - the keys of a file
 * @n: their number
 * @key: the first seals, all open
 */
struct td_ticket_keys {
	unsigned int		n;
	struct td_ticket_key	key[TD_TICKET_KEYS_MAX];
};

/**
 * td_ticket_keys_read - read the keys of a fleet
 * @path: one key per line, 48 bytes in base64; a line that begins with # is a
 *	comment. It must not be open to others
 * @out: the keys, owned by the caller; untouched on error
 * @report: called for a mistake with file, line (0: the whole file) and a
 *	sentence
 * @arg: passed to @report
 *
 * Return: 0, -EINVAL (a mistake was reported), -ENOMEM
 */
int td_ticket_keys_read(const char *path, struct td_ticket_keys **out,
			void (*report)(void *arg, const char *file, int line, const char *text),
			void *arg);

/** td_ticket_keys_free - wipe and free; NULL is allowed */
void td_ticket_keys_free(struct td_ticket_keys *keys);

#endif
