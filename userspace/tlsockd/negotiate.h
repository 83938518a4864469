/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a profile lets a handshake negotiate, from its configuration to wolfSSL's names. */
#ifndef TLSOCKD_NEGOTIATE_H
#define TLSOCKD_NEGOTIATE_H

#include <stdbool.h>
#include <stdint.h>

#define TD_LIST_SIZE	512	/* bytes of a list of names */

struct WOLFSSL_CTX;
struct td_mistakes;
struct td_profile;

/**
 * struct td_choice - what is left of a profile's wishes after they were checked
 * @min_version: lowest version that has a suite
 * @max_version: highest version that has one
 * @suites: cipher suites by wolfSSL's names, ':' between them
 * @signatures: signature schemes likewise, "" for those that wolfSSL has
 */
struct td_choice {
	uint16_t	min_version;
	uint16_t	max_version;
	char		suites[TD_LIST_SIZE];
	char		signatures[TD_LIST_SIZE];
};

/**
 * td_negotiate - check the wishes of a profile
 * @profile: its configuration is set; gets the groups
 * @choice: filled on success
 * @mistakes: told of each mistake
 *
 * Return: 0 or -EINVAL (mistakes were reported)
 */
int td_negotiate(struct td_profile *profile, struct td_choice *choice,
		 struct td_mistakes *mistakes);

/**
 * td_negotiate_dhe - make a context ready for Diffie-Hellman in finite fields
 * @ctx: the context
 * @role: TLSOCK_ROLE_*
 *
 * Servers get the group of 2048 bits for clients that know no groups (RFC 7919);
 * clients refuse shorter ones.
 *
 * Return: false if wolfSSL refuses
 */
bool td_negotiate_dhe(struct WOLFSSL_CTX *ctx, int role);

#endif
