/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificate revocation lists (RFC 5280 section 5) from files: each is looked
 * at for every certificate below a trust anchor that its issuer signed.
 */
#ifndef TLSOCKD_CRL_H
#define TLSOCKD_CRL_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/der.h"

struct td_crl;
struct td_mistakes;
struct tl_cert;

/**
 * struct td_crls - some lists; all zero is none
 * @list: owned
 * @count: their number
 */
struct td_crls {
	struct td_crl	*list;
	size_t		count;
};

/**
 * td_crl_load - load a file, or all files of a folder, in PEM or DER form
 * @crls: where to
 * @path: file or folder
 * @mistakes: told what is wrong
 *
 * A list that has expired is logged and counts as missing.
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_crl_load(struct td_crls *crls, const char *path, struct td_mistakes *mistakes);

/**
 * td_crl_check - is a certificate on its issuer's list?
 * @crls: the lists; what wolfSSL made of one is kept for the next time
 * @cert: whose serial number is looked for
 * @issuer: has signed @cert, and has to have signed the list
 * @now: seconds since 1970
 *
 * Return: 0 if a current list does not have it, else TD_CODE_REVOKED,
 *	TD_CODE_CRL_MISSING, TD_CODE_CRL_EXPIRED
 */
int td_crl_check(const struct td_crls *crls, const struct tl_cert *cert,
		 const struct tl_cert *issuer, int64_t now);

/**
 * td_crl_walk - all that lists have, whether they are current or not
 * @crls: the lists; who signed them is not looked at
 * @take: called for each entry with the hash of its issuer as in struct
 *	tlsock_peer, and the serial number likewise
 * @arg: passed to @take
 */
void td_crl_walk(const struct td_crls *crls,
		 void (*take)(void *arg, const uint8_t *issuer_sha256, struct tl_span serial),
		 void *arg);

/** td_crl_free - drop all */
void td_crl_free(struct td_crls *crls);

#endif
