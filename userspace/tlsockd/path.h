/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path from a peer's certificate to a trust anchor, and what RFC 5280
 * section 6 asks of it beyond what wolfSSL checks.
 */
#ifndef TLSOCKD_PATH_H
#define TLSOCKD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/cert.h"

/* Most certificates of a peer that wolfSSL takes */
#define TD_PATH_MAX	9

struct td_anchors;
struct WOLFSSL_CERT_MANAGER;

/* What a certificate has to be for */
enum td_purpose {
	TD_PURPOSE_TLS,
	TD_PURPOSE_RPC_TOO,	/* RPC over TLS will do as well (RFC 9289) */
	TD_PURPOSE_RPC,		/* nothing else will do for the peer's own */
};

/**
 * struct td_path_input - what is known
 * @sent: the peer's certificates, its own first
 * @count: their number, 1 to TD_PATH_MAX
 * @anchors: who is trusted
 * @server: the peer is a server
 * @purpose: enum td_purpose
 * @doubt: wolfSSL did not find a path: signatures have to be checked here
 * @now: seconds since 1970
 */
struct td_path_input {
	const struct tl_cert	*sent;
	size_t			count;
	const struct td_anchors	*anchors;
	bool			server;
	enum td_purpose		purpose;
	bool			doubt;
	int64_t			now;
};

/**
 * struct td_path - a path, or the first of those that will not do
 * @code: X509_V_ERR_* of what is wrong with it, 0 if nothing is
 * @depth: of the certificate at fault
 * @trusted: it ends at a trust anchor; if none does this is the longest
 * @length: number of certificates
 * @certs: the peer's first
 */
struct td_path {
	int			code;
	unsigned int		depth;
	bool			trusted;
	size_t			length;
	const struct tl_cert	*certs[TD_PATH_MAX + 1];
};

/**
 * td_path_find - find a path that will do
 * @in: input
 * @out: the path, or what is wrong
 *
 * wolfSSL checks signatures against the one certificate that has the issuer's
 * name. Where there are several, or under @doubt, they are checked here.
 *
 * Return: true if there is one
 */
bool td_path_find(const struct td_path_input *in, struct td_path *out);

/**
 * td_path_has_signed - has the key of one certificate signed another?
 * @issuer: an authority's
 * @cert: the one below it, with the issuer's name
 *
 * Return: true if it has; false also without memory
 */
bool td_path_has_signed(const struct tl_cert *issuer, const struct tl_cert *cert);

#endif
