/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which certificate a client can do with: signature schemes of TLS
 * (RFC 8446 section 4.2.3) and what key each needs.
 */
#ifndef TLSOCK_LIB_SCHEME_H
#define TLSOCK_LIB_SCHEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_cert;

/**
 * tl_scheme_offered - can the certificate's key sign by one of these schemes?
 * @cert: a parsed certificate
 * @schemes: IANA numbers, two bytes each in network order, as in ClientHello
 * @length: bytes of @schemes
 *
 * Return: true if it can
 */
bool tl_scheme_offered(const struct tl_cert *cert, const uint8_t *schemes, size_t length);

/**
 * tl_scheme_suite_offered - has the client a suite of TLS 1.2 for that key?
 * @cert: a parsed certificate
 * @suites: IANA numbers, two bytes each in network order, as in ClientHello
 * @length: bytes of @suites
 * @legacy: TL_LEGACY_* that are allowed
 *
 * Return: true if it has one that the helper has too
 */
bool tl_scheme_suite_offered(const struct tl_cert *cert, const uint8_t *suites, size_t length,
			     int legacy);

#endif
