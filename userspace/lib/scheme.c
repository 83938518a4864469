// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Schemes by the OID of the key that they need. In TLS 1.3 a scheme of ECDSA
 * names the curve; a client of TLS 1.2 that has the scheme has the curve too.
 */
#include "scheme.h"

#include <string.h>

#include "cert.h"
#include "config.h"
#include "suite.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BYTES(...)	sizeof((const uint8_t[]){ __VA_ARGS__ })
#define OID(...)	BYTES(__VA_ARGS__), { __VA_ARGS__ }
#define SCHEMES_MAX	6

/* A kind of key: OID of the key, or of its curve, and what it signs by */
static const struct kind {
	size_t		length;
	uint8_t		oid[9];
	bool		rsa;
	uint16_t	schemes[SCHEMES_MAX];
} kinds[] = {
	{ OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7), false, { 0x0403 } },
	{ OID(0x2b, 0x81, 4, 0, 34), false, { 0x0503 } },
	{ OID(0x2b, 0x81, 4, 0, 35), false, { 0x0603 } },
	{ OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1), true,
	  { 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601 } },
	{ OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10), true, { 0x0809, 0x080a, 0x080b } },
	{ OID(0x2b, 101, 112), false, { 0x0807 } },
	{ OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17), false, { 0x0904 } },
	{ OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18), false, { 0x0905 } },
	{ OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 19), false, { 0x0906 } },
};

static bool is(struct tl_span span, const struct kind *kind)
{
	return span.length == kind->length && !memcmp(span.data, kind->oid, kind->length);
}

static const struct kind *kind_of(const struct tl_cert *cert)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (is(cert->key_algorithm, &kinds[i]) || is(cert->key_parameter, &kinds[i]))
			return &kinds[i];
	return NULL;
}

bool tl_scheme_offered(const struct tl_cert *cert, const uint8_t *schemes, size_t length)
{
	const struct kind *kind = kind_of(cert);

	for (size_t at = 0; kind && at + 1 < length; at += 2)
		for (size_t i = 0; i < SCHEMES_MAX && kind->schemes[i]; i++)
			if (kind->schemes[i] == (schemes[at] << 8 | schemes[at + 1]))
				return true;
	return false;
}

bool tl_scheme_suite_offered(const struct tl_cert *cert, const uint8_t *suites, size_t length,
			     int legacy)
{
	const struct kind *kind = kind_of(cert);
	const struct tl_suite *suite;

	for (size_t at = 0; kind && at + 1 < length; at += 2) {
		suite = tl_suite_by_number((uint16_t)(suites[at] << 8 | suites[at + 1]));
		if (suite && suite->version == TL_VERSION_1_2 && !(suite->legacy & ~legacy) &&
		    (strstr(suite->name, "_RSA_") != NULL) == kind->rsa)
			return true;
	}
	return false;
}
