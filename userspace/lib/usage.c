// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The extensions of RFC 5280 section 4.2.1 that limit the use of a
 * certificate. Algorithms: what is weak is listed for signatures, because
 * wolfSSL can check nothing else that is; what is strong for curves.
 */
#include "usage.h"

#include "cert.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BYTES(...)	sizeof((const uint8_t[]){ __VA_ARGS__ })
#define OID(...)	{ .length = BYTES(__VA_ARGS__), .data = { __VA_ARGS__ } }

struct oid {
	size_t	length;
	uint8_t	data[10];
};

/* id-ce: 2.5.29 */
static const struct oid key_usage = OID(0x55, 0x1d, 15);
static const struct oid basic_constraints = OID(0x55, 0x1d, 19);
static const struct oid extended_key_usage = OID(0x55, 0x1d, 37);
static const struct oid any_purpose = OID(0x55, 0x1d, 37, 0);
static const struct oid server_auth = OID(0x2b, 6, 1, 5, 5, 7, 3, 1);
static const struct oid client_auth = OID(0x2b, 6, 1, 5, 5, 7, 3, 2);
static const struct oid rpc_client = OID(0x2b, 6, 1, 5, 5, 7, 3, 33);
static const struct oid rpc_server = OID(0x2b, 6, 1, 5, 5, 7, 3, 34);

/* What is heeded here, in constraint.c or in wolfSSL. */
static const struct oid known_extensions[] = {
	OID(0x55, 0x1d, 14),			/* subjectKeyIdentifier */
	OID(0x55, 0x1d, 15),			/* keyUsage */
	OID(0x55, 0x1d, 17),			/* subjectAltName */
	OID(0x55, 0x1d, 19),			/* basicConstraints */
	OID(0x55, 0x1d, 30),			/* nameConstraints */
	OID(0x55, 0x1d, 31),			/* cRLDistributionPoints */
	OID(0x55, 0x1d, 32),			/* certificatePolicies */
	OID(0x55, 0x1d, 35),			/* authorityKeyIdentifier */
	OID(0x55, 0x1d, 37),			/* extKeyUsage */
	OID(0x2b, 6, 1, 5, 5, 7, 1, 1),		/* authorityInfoAccess */
	OID(0x2b, 6, 1, 5, 5, 7, 1, 24),	/* TLS features */
	OID(0x2b, 6, 1, 5, 5, 7, 48, 1, 5),	/* OCSP no check */
};

static const struct oid rsa_keys[] = {
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1),
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10),
};
static const struct oid ec_key = OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1);
static const struct oid strong_curves[] = {
	OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
	OID(0x2b, 0x81, 4, 0, 34),
	OID(0x2b, 0x81, 4, 0, 35),
};
static const struct oid weak_signatures[] = {
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 2),	/* MD2 */
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 3),	/* MD4 */
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 4),	/* MD5 */
	OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5),	/* SHA-1 with RSA */
	OID(0x2b, 14, 3, 2, 29),				/* the same, older */
	OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1),		/* SHA-1 with ECDSA */
	OID(0x2a, 0x86, 0x48, 0xce, 56, 4, 3),			/* SHA-1 with DSA */
};

static bool is(struct tl_span span, const struct oid *oid)
{
	return tl_der_is(span, oid->data, oid->length);
}

static bool is_among(struct tl_span span, const struct oid *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is(span, &list[i]))
			return true;
	return false;
}

/* BasicConstraints ::= SEQUENCE { BOOLEAN DEFAULT FALSE, INTEGER OPTIONAL } */
static bool read_constraints(struct tl_span value, struct tl_usage *out)
{
	struct tl_span body, part;
	uint8_t tag;

	if (!tl_der_take_tag(&value, TL_DER_SEQUENCE, &body))
		return false;
	while (body.length) {
		if (!tl_der_take(&body, &tag, &part) || part.length == 0)
			return false;
		if (tag == TL_DER_BOOLEAN)
			out->authority = part.data[0] != 0;
		else if (tag == TL_DER_INTEGER && part.length == 1 && part.data[0] < 128)
			out->path_length = part.data[0];
	}
	return true;
}

static bool read_key_usage(struct tl_span value, struct tl_usage *out)
{
	struct tl_span bits;

	if (!tl_der_take_tag(&value, TL_DER_BIT_STRING, &bits) || bits.length == 0)
		return false;
	out->sign_messages = bits.length > 1 && (bits.data[1] & 0x80);
	out->sign_certificates = bits.length > 1 && (bits.data[1] & 0x04);
	return true;
}

static bool read_purposes(struct tl_span value, struct tl_usage *out)
{
	struct tl_span list, oid;

	if (!tl_der_take_tag(&value, TL_DER_SEQUENCE, &list))
		return false;
	out->servers = out->clients = false;
	while (list.length) {
		if (!tl_der_take_tag(&list, TL_DER_OID, &oid))
			return false;
		out->servers |= is(oid, &server_auth) || is(oid, &any_purpose);
		out->clients |= is(oid, &client_auth) || is(oid, &any_purpose);
		out->rpc_servers |= is(oid, &rpc_server);
		out->rpc_clients |= is(oid, &rpc_client);
	}
	return true;
}

bool tl_usage_read(const struct tl_cert *cert, struct tl_usage *out)
{
	struct tl_span rest = cert->extensions;
	struct tl_extension one;
	bool good = true;

	*out = (struct tl_usage){ .path_length = -1, .sign_certificates = true,
		.sign_messages = true, .servers = true, .clients = true, .understood = true };
	while (good && rest.length) {
		good = tl_cert_next_extension(&rest, &one);
		if (good && one.critical &&
		    !is_among(one.oid, known_extensions, ARRAY_SIZE(known_extensions)))
			out->understood = false;
		if (good && is(one.oid, &basic_constraints))
			good = read_constraints(one.value, out);
		else if (good && is(one.oid, &key_usage))
			good = read_key_usage(one.value, out);
		else if (good && is(one.oid, &extended_key_usage))
			good = read_purposes(one.value, out);
	}
	return good;
}

/* Bit string of SEQUENCE { modulus, exponent }, a byte of unused bits before it */
static size_t rsa_bits(struct tl_span key)
{
	struct tl_span body, modulus;
	size_t bits;
	uint8_t top;

	if (key.length < 1)
		return 0;
	key = (struct tl_span){ key.data + 1, key.length - 1 };
	if (!tl_der_take_tag(&key, TL_DER_SEQUENCE, &body) ||
	    !tl_der_take_tag(&body, TL_DER_INTEGER, &modulus))
		return 0;
	while (modulus.length && modulus.data[0] == 0)
		modulus = (struct tl_span){ modulus.data + 1, modulus.length - 1 };
	bits = modulus.length * 8;
	if (bits == 0)
		return 0;
	for (top = modulus.data[0]; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

bool tl_usage_weak_key(const struct tl_cert *cert)
{
	if (is_among(cert->key_algorithm, rsa_keys, ARRAY_SIZE(rsa_keys)))
		return rsa_bits(cert->key) < TL_USAGE_RSA_MIN;
	if (is(cert->key_algorithm, &ec_key))
		return !is_among(cert->key_parameter, strong_curves, ARRAY_SIZE(strong_curves));
	return false;
}

bool tl_usage_weak_signature(const struct tl_cert *cert)
{
	return is_among(cert->algorithm, weak_signatures, ARRAY_SIZE(weak_signatures));
}
