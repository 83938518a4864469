// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL hands over a response and its own opinion, which does not count:
 * 5.9.2 takes a responder's certificate whose signature is wrong, and knows no
 * certificate that is named by hashes other than SHA-1. With TLS 1.2 it does so
 * after it has called td_verify_callback(), with TLS 1.3 before; where it found
 * no path to a trust anchor (but path.c does) it does not at all. What it cannot
 * parse, and what has expired, ends the handshake.
 */
#include "ocsp.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/ocsp.h"
#include "../lib/usage.h"
#include "digest.h"
#include "engine.h"
#include "path.h"
#include "profile.h"
#include "verify_text.h"
#include "wolf.h"

#define CLOCK_SKEW	300	/* seconds that a responder may be ahead of us */
#define RESPONDERS_MAX	4	/* certificates looked at */

/* id-pe-tlsfeature, and the two extensions of TLS by which a response is asked for */
static const uint8_t oid_feature[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18 };
enum {
	STATUS_REQUEST = 5,
	STATUS_REQUEST_V2 = 17,
};

/* extKeyUsage and id-kp-OCSPSigning */
static const uint8_t oid_purposes[] = { 0x55, 0x1d, 37 };
static const uint8_t oid_responder[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09 };

bool td_ocsp_must_staple(const struct tl_cert *cert)
{
	struct tl_extension found;
	struct tl_span list, number;

	if (!tl_cert_extension(cert, oid_feature, sizeof(oid_feature), &found) ||
	    !tl_der_take_tag(&found.value, TL_DER_SEQUENCE, &list))
		return false;
	while (tl_der_take_tag(&list, TL_DER_INTEGER, &number))
		if (number.length == 1 && (number.data[0] == STATUS_REQUEST ||
					   number.data[0] == STATUS_REQUEST_V2))
			return true;
	return false;
}

int td_ocsp_status(int ret, const struct tl_ocsp *found)
{
	int64_t now = time(NULL);

	if (ret)
		return TD_CODE_OCSP_INVALID;
	if (found->status == TL_OCSP_REVOKED)
		return TD_CODE_REVOKED;
	if (found->status == TL_OCSP_UNKNOWN)
		return TD_CODE_OCSP_UNKNOWN;
	if (found->start > now + CLOCK_SKEW)
		return TD_CODE_OCSP_NOT_YET_VALID;
	if (found->end >= 0 && found->end < now)
		return TD_CODE_OCSP_EXPIRED;
	return 0;
}

/* Is it about a certificate of that issuer? */
static bool is_of(const struct tl_ocsp *found, const struct tl_cert *issuer)
{
	int type = td_digest_type(found->digest);
	uint8_t name[WC_MAX_DIGEST_SIZE], key[WC_MAX_DIGEST_SIZE];
	int size = wc_HashGetDigestSize((enum wc_HashType)type);

	if (size <= 0 || issuer->key.length < 2 || td_digest_name(type, issuer->subject, name) ||
	    wc_Hash((enum wc_HashType)type, issuer->key.data + 1, (word32)issuer->key.length - 1,
		    key, sizeof(key)))
		return false;
	return tl_der_is(found->issuer_name, name, (size_t)size) &&
	       tl_der_is(found->issuer_key, key, (size_t)size);
}

static bool is_responder(const struct tl_cert *cert)
{
	struct tl_extension found;
	struct tl_span list, purpose;

	if (!tl_cert_extension(cert, oid_purposes, sizeof(oid_purposes), &found) ||
	    !tl_der_take_tag(&found.value, TL_DER_SEQUENCE, &list))
		return false;
	while (tl_der_take_tag(&list, TL_DER_OID, &purpose))
		if (tl_der_is(purpose, oid_responder, sizeof(oid_responder)))
			return true;
	return false;
}

/* May it speak for the issuer? (RFC 6960 section 4.2.2.2) */
static bool is_authorized(const struct tl_cert *cert, const struct tl_cert *issuer)
{
	int64_t now = time(NULL);
	int64_t start = tl_cert_time(cert->not_before_tag, cert->not_before);
	int64_t end = tl_cert_time(cert->not_after_tag, cert->not_after);

	return is_responder(cert) && tl_der_same(cert->issuer, issuer->subject) &&
	       start >= 0 && start <= now && end >= now && !tl_usage_weak_signature(cert) &&
	       !tl_usage_weak_key(cert) && td_path_has_signed(issuer, cert);
}

/*
 * wolfSSL's opinion stands in for kinds of signatures that are not known here, but
 * only where the one certificate that it looks at, the first, is good, or there is
 * none: with any other the signature may be of a key that nobody vouches for.
 */
static bool signed_by(const struct td_ocsp *ocsp, const struct tl_ocsp *found,
		      const struct tl_cert *signer, bool only)
{
	switch (td_digest_verify(signer->public_key, found->algorithm, found->data,
				 found->signature)) {
	case TD_SIGNATURE_GOOD:
		return true;
	case TD_SIGNATURE_UNKNOWN:
		return only && ocsp->error == 0;
	default:
		return false;
	}
}

static bool is_signed(const struct td_ocsp *ocsp, const struct tl_ocsp *found,
		      const struct tl_cert *issuer)
{
	struct tl_span rest = found->certs, der;
	struct tl_cert cert;

	for (int i = 0; i < RESPONDERS_MAX && tl_der_take_whole(&rest, TL_DER_SEQUENCE, &der); i++)
		if (!tl_cert_parse(der.data, der.length, &cert) && is_authorized(&cert, issuer) &&
		    signed_by(ocsp, found, &cert, i == 0))
			return true;
	return signed_by(ocsp, found, issuer, !found->certs.length);
}

static int check(const struct td_verify *verify, const struct tl_cert *issuer)
{
	const struct tlsock_peer *peer = &verify->peer.head;
	const struct tl_span serial = { peer->serial, peer->serial_length };
	const struct td_ocsp *ocsp = &verify->ocsp;
	struct tl_ocsp found = { 0 };
	int ret = tl_ocsp_parse(ocsp->response, ocsp->response_length, serial, &found);

	if (!ret && !is_of(&found, issuer))
		return TD_CODE_OCSP_INVALID;
	if (!ret && !is_signed(ocsp, &found, issuer))
		return TD_CODE_OCSP_SIGNATURE;
	return td_ocsp_status(ret, &found);
}

/* As soon as both the response and the issuer are known */
static void judge(struct td_verify *verify)
{
	const struct td_ocsp *ocsp = &verify->ocsp;
	struct tl_cert issuer = { 0 };
	int code;

	if (verify->code || !ocsp->response || !ocsp->issuer ||
	    tl_cert_parse(ocsp->issuer, ocsp->issuer_length, &issuer))
		return;
	code = check(verify, &issuer);
	if (code)
		td_verify_record(verify, &issuer, code, 0);
}

static uint8_t *keep(uint8_t **to, size_t *to_length, const uint8_t *data, size_t length)
{
	free(*to);
	*to_length = length;
	*to = malloc(length + 1);
	return *to ? memcpy(*to, data, length) : NULL;
}

void td_ocsp_certificate(struct td_verify *verify, const struct tl_cert *cert,
			 const struct tl_cert *issuer)
{
	struct td_ocsp *ocsp = &verify->ocsp;

	if (!ocsp->asked)
		return;
	ocsp->required |= td_ocsp_must_staple(cert);
	if (keep(&ocsp->issuer, &ocsp->issuer_length, issuer->der.data, issuer->der.length))
		judge(verify);
	else
		td_verify_record(verify, cert, TD_CODE_REJECTED, 0);
}

/* wolfSSL calls. Responses about authorities are left alone. */
static int look_at(WOLFSSL *ssl, int error, byte *response, word32 length, word32 depth,
		   void *unused)
{
	struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);
	struct td_verify *verify = &engine->verify;
	struct td_ocsp *ocsp = &verify->ocsp;

	(void)unused;
	if (depth)
		return 0;
	ocsp->error = error;
	if (!keep(&ocsp->response, &ocsp->response_length, response, length))
		return BAD_CERTIFICATE_STATUS_ERROR;
	judge(verify);
	return verify->code && verify->mode == TLSOCK_VERIFY_REQUIRED ?
		       BAD_CERTIFICATE_STATUS_ERROR : 0;
}

bool td_ocsp_prepare(WOLFSSL_CTX *ctx)
{
	return td_wolf_ocsp_look(ctx, look_at);
}

bool td_ocsp_ask(struct td_engine *engine)
{
	struct td_verify *verify = &engine->verify;
	int policy = engine->profile->config->ocsp_check;

	if (!TD_WOLF_OCSP || engine->by_psk || policy == TL_OCSP_NO ||
	    verify->mode == TLSOCK_VERIFY_NONE)
		return true;
	verify->ocsp.asked = true;
	verify->ocsp.required = policy == TL_OCSP_REQUIRED;
	return td_wolf_ocsp_ask(engine->ssl);
}

void td_ocsp_missing(struct td_verify *verify)
{
	const struct tl_cert unknown = { 0 };

	if (verify->ocsp.required && verify->seen && !verify->ocsp.response)
		td_verify_record(verify, &unknown, TD_CODE_OCSP_MISSING, 0);
}

void td_ocsp_free(struct td_ocsp *ocsp)
{
	free(ocsp->response);
	free(ocsp->issuer);
	*ocsp = (struct td_ocsp){ 0 };
}
