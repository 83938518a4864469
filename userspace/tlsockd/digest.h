/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes of names, and signatures of what is no certificate. */
#ifndef TLSOCKD_DIGEST_H
#define TLSOCKD_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/der.h"

enum td_signature {
	TD_SIGNATURE_GOOD,
	TD_SIGNATURE_WRONG,
	TD_SIGNATURE_UNKNOWN,	/* good perhaps, but of a kind that is not known here */
};

/**
 * td_digest_name - hash a distinguished name
 * @type: an enum wc_HashType
 * @name: contents of its SEQUENCE
 * @out: receives as many bytes as @type has
 *
 * Return: 0 or -EIO
 */
int td_digest_name(int type, struct tl_span name, uint8_t *out);

/** td_digest_type - the enum wc_HashType of an OID; that of no hash at all if it is not known */
int td_digest_type(struct tl_span oid);

/**
 * td_digest_verify - check a signature
 * @public_key: SubjectPublicKeyInfo, DER
 * @algorithm: OID of the signature; with SHA-1 or older ones it is wrong
 * @data: what was signed
 * @signature: contents of a BIT STRING
 *
 * Return: TD_SIGNATURE_*; wrong also without memory
 */
enum td_signature td_digest_verify(struct tl_span public_key, struct tl_span algorithm,
				   struct tl_span data, struct tl_span signature);

#endif
