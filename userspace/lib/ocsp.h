/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an OCSP response (RFC 6960 section 4.2) says about one certificate. Who
 * signed it is not looked at. Nothing is copied.
 */
#ifndef TLSOCK_LIB_OCSP_H
#define TLSOCK_LIB_OCSP_H

#include <stddef.h>
#include <stdint.h>

#include "der.h"

enum {
	TL_OCSP_GOOD,
	TL_OCSP_REVOKED,
	TL_OCSP_UNKNOWN,
};

/**
 * struct tl_ocsp - status of one certificate, and what proves it
 * @status: TL_OCSP_*
 * @start: thisUpdate, seconds since 1970
 * @end: nextUpdate, -1 if there is none
 * @digest: OID of the hash function of @issuer_name and @issuer_key
 * @issuer_name: hash of the issuer's name
 * @issuer_key: hash of the issuer's key
 * @data: what is signed, DER
 * @algorithm: OID of the signature
 * @signature: contents of its BIT STRING
 * @certs: contents of a sequence of certificates, which may be empty
 */
struct tl_ocsp {
	int		status;
	int64_t		start;
	int64_t		end;
	struct tl_span	digest;
	struct tl_span	issuer_name;
	struct tl_span	issuer_key;
	struct tl_span	data;
	struct tl_span	algorithm;
	struct tl_span	signature;
	struct tl_span	certs;
};

/**
 * tl_ocsp_parse - find the status of a certificate
 * @der: an OCSPResponse
 * @length: its bytes
 * @serial: serial number of the certificate; zeros before it do not matter
 * @out: filled on success
 *
 * Return: 0; -EBADMSG (this is no such response), -EAGAIN (the responder had no
 * answer), -ENOENT (it is about other certificates)
 */
int tl_ocsp_parse(const uint8_t *der, size_t length, struct tl_span serial, struct tl_ocsp *out);

#endif
