/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name constraints: whom an authority may speak for (RFC 5280 section 4.2.1.10). */
#ifndef TLSOCK_LIB_CONSTRAINT_H
#define TLSOCK_LIB_CONSTRAINT_H

#include <stdbool.h>

struct tl_cert;

/**
 * tl_constraint_allows - does an authority's certificate allow another's names?
 * @authority: any certificate above @cert in its chain
 * @cert: whose subject and subjectAltName are looked at
 *
 * A constraint that cannot be understood allows nothing. A name of a kind that
 * no subtree of the authority speaks of is allowed.
 *
 * Return: true if it does, or if it has no constraints
 */
bool tl_constraint_allows(const struct tl_cert *authority, const struct tl_cert *cert);

#endif
