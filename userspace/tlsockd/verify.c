// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL calls back for each certificate at fault and for the peer's own in
 * any case (WOLFSSL_ALWAYS_VERIFY_CB); td_verify_passed() is false where that
 * call never came. Only bytes of the certificates are used here, not wolfSSL's
 * own name checks, which fall back to the common name.
 */
#include "verify.h"

#include <errno.h>
#include <stdio.h>

#include "../lib/cert.h"
#include "wolf.h"

/* Numbers of OpenSSL's x509_vfy.h, which programs know. */
enum {
	CODE_SIGNATURE = 7,
	CODE_NOT_YET_VALID = 9,
	CODE_EXPIRED = 10,
	CODE_SELF_SIGNED = 18,
	CODE_SELF_SIGNED_IN_CHAIN = 19,
	CODE_NO_ISSUER = 20,
	CODE_CHAIN_TOO_LONG = 22,
	CODE_REVOKED = 23,
	CODE_NOT_CA = 24,
	CODE_PATH_LENGTH = 25,
	CODE_PURPOSE = 26,
	CODE_REJECTED = 28,
	CODE_CRITICAL_EXTENSION = 34,
	CODE_NAME_CONSTRAINT = 47,
	CODE_HOST = 62,
	CODE_ADDRESS = 64,
	CODE_KEY_TOO_SMALL = 66,
};

/* wolfSSL's own codes; Debian's builds give most of them as X509_V_ERR_*. */
static const struct {
	int	wolf;
	int	code;
} codes[] = {
	{ ASN_BEFORE_DATE_E, CODE_NOT_YET_VALID },
	{ ASN_AFTER_DATE_E, CODE_EXPIRED },
	{ ASN_NO_SIGNER_E, CODE_NO_ISSUER },
	{ ASN_SELF_SIGNED_E, CODE_SELF_SIGNED },
	{ ASN_PATHLEN_INV_E, CODE_PATH_LENGTH },
	{ ASN_PATHLEN_SIZE_E, CODE_PATH_LENGTH },
	{ ASN_SIG_OID_E, CODE_SIGNATURE },
	{ ASN_SIG_CONFIRM_E, CODE_SIGNATURE },
	{ ASN_SIG_HASH_E, CODE_SIGNATURE },
	{ ASN_SIG_KEY_E, CODE_SIGNATURE },
	{ CRL_CERT_REVOKED, CODE_REVOKED },
	{ OCSP_CERT_REVOKED, CODE_REVOKED },
	{ NOT_CA_ERROR, CODE_NOT_CA },
	{ ASN_CRIT_EXT_E, CODE_CRITICAL_EXTENSION },
	{ ASN_NAME_INVALID_E, CODE_NAME_CONSTRAINT },
	{ EXTKEYUSE_AUTH_E, CODE_PURPOSE },
	{ KEYUSE_SIGNATURE_E, CODE_PURPOSE },
	{ KEYUSE_ENCIPHER_E, CODE_PURPOSE },
	{ RSA_KEY_SIZE_E, CODE_KEY_TOO_SMALL },
	{ ECC_KEY_SIZE_E, CODE_KEY_TOO_SMALL },
	{ MAX_CHAIN_ERROR, CODE_CHAIN_TOO_LONG },
};

static int code_of(int error)
{
	size_t i;

	if (error > 0)
		return error;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].wolf == error)
			return codes[i].code;
	return CODE_REJECTED;
}

int td_verify_errno(int code)
{
	switch (code) {
	case CODE_NOT_YET_VALID:
	case CODE_EXPIRED:
		return EKEYEXPIRED;
	case CODE_REVOKED:
		return EKEYREVOKED;
	default:
		return EKEYREJECTED;
	}
}

static void describe_name(struct td_verify *verify, const struct tl_cert *cert)
{
	char names[48], wanted[TD_IDENTITY_TEXT];

	tl_cert_describe(cert, names, sizeof(names));
	td_identity_text(&verify->identity, wanted);
	if (!cert->names.length)
		snprintf(verify->text, sizeof(verify->text),
			 "certificate has no subjectAltName, it should be for %.60s", wanted);
	else
		snprintf(verify->text, sizeof(verify->text), "certificate is for %s, not %.48s",
			 names, wanted);
}

static void describe(struct td_verify *verify, const struct tl_cert *cert, int error)
{
	const char *what = verify->depth ? "authority's certificate" : "certificate";
	char *text = verify->text;
	size_t size = sizeof(verify->text);
	char day[32];

	switch (verify->code) {
	case CODE_EXPIRED:
		tl_cert_date(cert->not_after_tag, cert->not_after, day, sizeof(day));
		snprintf(text, size, "%s expired on %s", what, day);
		break;
	case CODE_NOT_YET_VALID:
		tl_cert_date(cert->not_before_tag, cert->not_before, day, sizeof(day));
		snprintf(text, size, "%s is not valid before %s", what, day);
		break;
	case CODE_HOST:
	case CODE_ADDRESS:
		describe_name(verify, cert);
		break;
	case CODE_SELF_SIGNED:
	case CODE_SELF_SIGNED_IN_CHAIN:
		snprintf(text, size, "%s is self-signed and not among the trust anchors", what);
		break;
	case CODE_NO_ISSUER:
		snprintf(text, size, "%s is signed by an authority that is not trusted", what);
		break;
	case CODE_REVOKED:
		snprintf(text, size, "%s was revoked", what);
		break;
	case CODE_SIGNATURE:
		snprintf(text, size, "%s has a wrong signature", what);
		break;
	case CODE_PURPOSE:
		snprintf(text, size, "%s is not meant for %s", what,
			 verify->server ? "servers" : "clients");
		break;
	case CODE_KEY_TOO_SMALL:
		snprintf(text, size, "%s has a key that is too short", what);
		break;
	default:
		snprintf(text, size, "%s was refused: %s", what,
			 wolfSSL_X509_verify_cert_error_string(error > 0 ? error : verify->code));
		break;
	}
}

/* The first failure stays: wolfSSL may call again once it was overridden. */
static void record(struct td_verify *verify, const struct tl_cert *cert, int error, int depth)
{
	if (verify->code)
		return;
	verify->code = code_of(error);
	verify->depth = depth > 0 ? (uint32_t)depth : 0;
	if (verify->code == CODE_NO_ISSUER && tl_cert_self_issued(cert))
		verify->code = depth > 0 ? CODE_SELF_SIGNED_IN_CHAIN : CODE_SELF_SIGNED;
	describe(verify, cert, error);
}

static void note_subject(struct td_verify *verify, WOLFSSL_X509 *leaf)
{
	WOLFSSL_X509_NAME *name = leaf ? wolfSSL_X509_get_subject_name(leaf) : NULL;
	char *p;

	if (!name || !wolfSSL_X509_NAME_oneline(name, verify->subject, sizeof(verify->subject)))
		return;
	for (p = verify->subject; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

int td_verify_callback(int ok, WOLFSSL_X509_STORE_CTX *store)
{
	struct td_verify *verify = store->userCtx;
	int depth = store->error_depth, code;
	struct tl_cert cert;

	if (store->totalCerts == 0)	/* none sent: whether that will do is not asked here */
		return ok;
	if (depth < 0 || depth >= store->totalCerts ||
	    tl_cert_parse(store->certs[depth].buffer, store->certs[depth].length, &cert)) {
		verify->code = verify->code ? verify->code : CODE_REJECTED;
		snprintf(verify->text, sizeof(verify->text), "certificate cannot be read");
		return 0;
	}
	verify->chain |= store->totalCerts > 1;
	if (!ok)
		record(verify, &cert, store->error, depth);
	if (depth == 0) {
		if (!verify->seen)
			note_subject(verify, store->current_cert);
		verify->seen = true;
		code = verify->identity.address_length ? CODE_ADDRESS : CODE_HOST;
		if (verify->check_name && !td_identity_matches(&verify->identity, &cert))
			record(verify, &cert, code, 0);
	}
	return !verify->code || verify->mode != TLSOCK_VERIFY_REQUIRED;
}

bool td_verify_passed(const struct td_verify *verify)
{
	return verify->mode != TLSOCK_VERIFY_NONE && verify->seen && !verify->code;
}
