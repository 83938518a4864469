// SPDX-License-Identifier: GPL-2.0-or-later
#include "ocsp.h"

#include <errno.h>
#include <stdbool.h>

#include "cert.h"

/* Tags of RFC 6960 section 4.2.1 */
enum {
	ENUMERATED = 0x0a,
	STATUS_GOOD = 0x80,
	STATUS_UNKNOWN = 0x82,
	EXPLICIT_0 = 0xa0,
	EXPLICIT_1 = 0xa1,
	EXPLICIT_2 = 0xa2,
};

/* id-pkix-ocsp-basic */
static const uint8_t basic[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01 };

static bool take_time(struct tl_span *rest, int64_t *out)
{
	struct tl_span value;

	if (!tl_der_take_tag(rest, TL_DER_GENERALIZED_TIME, &value))
		return false;
	*out = tl_cert_time(TL_DER_GENERALIZED_TIME, value);
	return *out >= 0;
}

static bool take_status(struct tl_span *rest, int *out)
{
	struct tl_span value;
	uint8_t tag;

	if (!tl_der_take(rest, &tag, &value))
		return false;
	switch (tag) {
	case STATUS_GOOD:
		*out = TL_OCSP_GOOD;
		return true;
	case EXPLICIT_1:
		*out = TL_OCSP_REVOKED;
		return true;
	case STATUS_UNKNOWN:
		*out = TL_OCSP_UNKNOWN;
		return true;
	}
	return false;
}

/* SingleResponse ::= SEQUENCE { SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash,
 * serialNumber }, certStatus, thisUpdate, nextUpdate [0] OPTIONAL, extensions OPTIONAL }
 */
static bool parse_single(struct tl_span rest, struct tl_span *serial, struct tl_ocsp *out)
{
	struct tl_span id, algorithm, end;

	if (!tl_der_take_tag(&rest, TL_DER_SEQUENCE, &id) ||
	    !tl_der_take_tag(&id, TL_DER_SEQUENCE, &algorithm) ||
	    !tl_der_take_tag(&algorithm, TL_DER_OID, &out->digest) ||
	    !tl_der_take_tag(&id, TL_DER_OCTET_STRING, &out->issuer_name) ||
	    !tl_der_take_tag(&id, TL_DER_OCTET_STRING, &out->issuer_key) ||
	    !tl_der_take_tag(&id, TL_DER_INTEGER, serial))
		return false;
	if (!take_status(&rest, &out->status) || !take_time(&rest, &out->start))
		return false;
	out->end = -1;
	return !tl_der_take_tag(&rest, EXPLICIT_0, &end) || take_time(&end, &out->end);
}

/* ResponseData ::= SEQUENCE { version [0] OPTIONAL, responderID, producedAt, responses,
 * extensions OPTIONAL }
 */
static bool find_responses(struct tl_span whole, struct tl_span *responses)
{
	struct tl_span rest, value;
	uint8_t tag;

	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &rest) ||
	    !tl_der_take(&rest, &tag, &value))
		return false;
	if (tag == EXPLICIT_0 && !tl_der_take(&rest, &tag, &value))
		return false;
	return (tag == EXPLICIT_1 || tag == EXPLICIT_2) &&
	       tl_der_take_tag(&rest, TL_DER_GENERALIZED_TIME, &value) &&
	       tl_der_take_tag(&rest, TL_DER_SEQUENCE, responses);
}

/* BasicOCSPResponse ::= SEQUENCE { ResponseData, algorithm, signature, [0] SEQUENCE OPTIONAL } */
static bool parse_basic(struct tl_span whole, struct tl_ocsp *out)
{
	struct tl_span rest, algorithm, certs;

	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &rest) ||
	    !tl_der_take_whole(&rest, TL_DER_SEQUENCE, &out->data) ||
	    !tl_der_take_tag(&rest, TL_DER_SEQUENCE, &algorithm) ||
	    !tl_der_take_tag(&algorithm, TL_DER_OID, &out->algorithm) ||
	    !tl_der_take_tag(&rest, TL_DER_BIT_STRING, &out->signature))
		return false;
	return !rest.length || (tl_der_take_tag(&rest, EXPLICIT_0, &certs) &&
				tl_der_take_tag(&certs, TL_DER_SEQUENCE, &out->certs));
}

/* OCSPResponse ::= SEQUENCE { ENUMERATED, [0] SEQUENCE { type, OCTET STRING } OPTIONAL } */
static int find_basic(struct tl_span whole, struct tl_span *out)
{
	struct tl_span rest, value, bytes;

	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &rest) ||
	    !tl_der_take_tag(&rest, ENUMERATED, &value) || value.length != 1)
		return -EBADMSG;
	if (value.data[0] != 0)		/* successful */
		return -EAGAIN;
	if (!tl_der_take_tag(&rest, EXPLICIT_0, &bytes) ||
	    !tl_der_take_tag(&bytes, TL_DER_SEQUENCE, &rest) ||
	    !tl_der_take_tag(&rest, TL_DER_OID, &value) ||
	    !tl_der_is(value, basic, sizeof(basic)) ||
	    !tl_der_take_tag(&rest, TL_DER_OCTET_STRING, out))
		return -EBADMSG;
	return 0;
}

int tl_ocsp_parse(const uint8_t *der, size_t length, struct tl_span serial, struct tl_ocsp *out)
{
	struct tl_span whole, responses, single, its_serial;
	struct tl_ocsp made = { 0 };
	int ret = find_basic((struct tl_span){ der, length }, &whole);

	if (ret)
		return ret;
	serial = tl_der_unsigned(serial);
	if (!parse_basic(whole, &made) || !find_responses(made.data, &responses))
		return -EBADMSG;
	while (responses.length) {
		if (!tl_der_take_tag(&responses, TL_DER_SEQUENCE, &single) ||
		    !parse_single(single, &its_serial, &made))
			return -EBADMSG;
		if (!tl_der_same(tl_der_unsigned(its_serial), serial))
			continue;
		*out = made;
		return 0;
	}
	return -ENOENT;
}
