/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of an X.509 certificate (RFC 5280) that the helper reads by
 * itself: the names it is for, its dates, its extensions. Signatures are
 * wolfSSL's business. Nothing is copied; spans point into the certificate.
 */
#ifndef TLSOCK_LIB_CERT_H
#define TLSOCK_LIB_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "der.h"

/* Kinds of names in subjectAltName (RFC 5280 section 4.2.1.6) */
enum {
	TL_NAME_EMAIL = 0x81,
	TL_NAME_DNS = 0x82,
	TL_NAME_DIRECTORY = 0xa4,
	TL_NAME_URI = 0x86,
	TL_NAME_ADDRESS = 0x87,
};

/**
 * struct tl_cert - where the parts of a certificate are
 * @der: all of it
 * @serial: serial number, big endian
 * @algorithm: OID of the signature
 * @issuer: distinguished name of the signer, DER
 * @subject: distinguished name, DER
 * @not_before: text of the time, with @not_before_tag
 * @not_after: text of the time, with @not_after_tag
 * @key_algorithm: OID of the key
 * @key_parameter: its parameters, for EC the curve's OID
 * @key: contents of the bit string
 * @public_key: all of the key, DER
 * @extensions: contents of their sequence, empty if there are none
 * @names: contents of the subjectAltName extension's sequence, empty if absent
 * @not_before_tag: 0x17 UTCTime, 0x18 GeneralizedTime
 * @not_after_tag: the same
 */
struct tl_cert {
	struct tl_span	der;
	struct tl_span	serial;
	struct tl_span	algorithm;
	struct tl_span	issuer;
	struct tl_span	subject;
	struct tl_span	not_before;
	struct tl_span	not_after;
	struct tl_span	key_algorithm;
	struct tl_span	key_parameter;
	struct tl_span	key;
	struct tl_span	public_key;
	struct tl_span	extensions;
	struct tl_span	names;
	uint8_t		not_before_tag;
	uint8_t		not_after_tag;
};

/**
 * tl_cert_parse - find the parts
 * @der: the certificate
 * @length: its bytes
 * @out: filled on success, points into @der
 *
 * Return: 0, or -EBADMSG where the structure is not that of a certificate
 */
int tl_cert_parse(const uint8_t *der, size_t length, struct tl_cert *out);

/**
 * struct tl_extension - one extension
 * @oid: what it is
 * @critical: who does not know it must refuse the certificate
 * @value: DER inside of its OCTET STRING
 */
struct tl_extension {
	struct tl_span	oid;
	bool		critical;
	struct tl_span	value;
};

/** tl_cert_next_extension - take the next off the front of @rest; false at the end */
bool tl_cert_next_extension(struct tl_span *rest, struct tl_extension *out);

/** tl_cert_extension - find the extension with the OID of @length bytes; false if absent */
bool tl_cert_extension(const struct tl_cert *cert, const uint8_t *oid, size_t length,
		       struct tl_extension *out);

/**
 * tl_cert_has_host - is it for this host name? (RFC 9525 section 6.3)
 * @cert: a parsed certificate
 * @host: name without trailing dot, compared without regard to ASCII case
 *
 * Only dNSName entries count, never the common name. A wildcard stands for
 * exactly the leftmost label, with at least two labels behind it.
 *
 * Return: true if it is
 */
bool tl_cert_has_host(const struct tl_cert *cert, const char *host);

/**
 * tl_cert_has_address - is it for this IP address? (RFC 9525 section 6.5)
 * @cert: a parsed certificate
 * @address: in network order
 * @length: 4 or 16
 *
 * Return: true if it is
 */
bool tl_cert_has_address(const struct tl_cert *cert, const uint8_t *address, size_t length);

/**
 * tl_cert_describe - the names that it is for, as text for people
 * @cert: a parsed certificate
 * @text: receives "a, b and 3 more" or "no name"
 * @size: bytes of @text
 */
void tl_cert_describe(const struct tl_cert *cert, char *text, size_t size);

/**
 * tl_cert_next_name - take the next name that stands for itself as text
 * @rest: what is left of @names of a certificate
 * @text: receives "DNS:host", "IP:address", "URI:text" or "EMAIL:address"
 * @size: bytes of @text
 *
 * Return: its length with the NUL; 0 for a name of another kind, with other
 * than printable ASCII or without room; -1 at the end
 */
int tl_cert_next_name(struct tl_span *rest, char *text, size_t size);

/** tl_cert_time - a time as seconds since 1970, 0 if it is before that, -1 if it is no time */
int64_t tl_cert_time(uint8_t tag, struct tl_span time);

/**
 * tl_cert_date - day of a certificate's time
 * @tag: 0x17 or 0x18
 * @time: its text
 * @day: receives "2026-01-31", or "an unknown day"
 * @size: bytes of @day
 */
void tl_cert_date(uint8_t tag, struct tl_span time, char *day, size_t size);

/** tl_cert_self_issued - are issuer and subject the same? */
bool tl_cert_self_issued(const struct tl_cert *cert);

#endif
