/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles with credentials that a program brings (TLSOCK_CERT, TLSOCK_KEY,
 * TLSOCK_CA), or that a mount has in a keyring, in the place of those that the
 * profile names. A worker makes them from what it gets to read, and keeps some for
 * the connections to come.
 */
#ifndef TLSOCKD_OWN_H
#define TLSOCKD_OWN_H

#include <stdint.h>

#include <linux/tlsock.h>

#include "../lib/config.h"
#include "profile.h"

#define TD_OWN_KEPT	16	/* so many that nobody uses */
#define TD_OWN_HASH	32	/* bytes, SHA-256 */

struct td_job;
struct td_result;

/**
 * struct td_own - one of them
 * @next: list, the one used last comes first
 * @users: handshakes that have it
 * @id: the kernel's number of these credentials, as told last
 * @hash: of the credentials
 * @base: profile of the configuration
 * @role: TLSOCK_ROLE_*
 * @config: that of @base with the names of options in the place of files
 * @tickets: whose a server's tickets are
 * @made: the context that has what the program brought, and the trust anchors
 *	that it brought
 * @profile: for engines; what is not from @made is @base's
 */
struct td_own {
	struct td_own		*next;
	unsigned int		users;
	uint64_t		id;
	uint8_t			hash[TD_OWN_HASH];
	const struct td_profile	*base;
	uint32_t		role;
	struct tl_profile	config;
	char			tickets[TLSOCK_MAX_PROFILE + 1 + 2 * TD_OWN_HASH + 1];
	struct td_profile	made;
	struct td_profile	profile;
};

/** struct td_owns - those of a worker; zero it before use */
struct td_owns {
	struct td_own	*first;
};

/**
 * td_own_get - the profile for a job whose program brings credentials
 * @owns: where it is looked for and kept
 * @base: the profile that the rules chose, of a generation that outlives @owns
 * @job: says what is brought
 * @fd: to read it from, stays the caller's
 * @result: says why it fails: EINVAL (it cannot be used), ENOMEM, EIO
 *
 * Return: to be given to td_own_put(), or NULL
 */
struct td_own *td_own_get(struct td_owns *owns, const struct td_profile *base,
			  const struct td_job *job, int fd, struct td_result *result);

/** td_own_put - the handshake is over; NULL is allowed */
void td_own_put(struct td_own *own);

/** td_own_free - drop all, none of which has a user */
void td_own_free(struct td_owns *owns);

#endif
