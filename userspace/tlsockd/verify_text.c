// SPDX-License-Identifier: GPL-2.0-or-later
/* What wolfSSL's codes mean, and what is said about a certificate that is refused. */
#include "verify_text.h"

#include <errno.h>
#include <stdio.h>

#include "../lib/cert.h"
#include "verify.h"
#include "wolf.h"

/* wolfSSL's own codes; Debian's builds give most of them as X509_V_ERR_*. */
static const struct {
	int	wolf;
	int	code;
} codes[] = {
	{ ASN_BEFORE_DATE_E, TD_CODE_NOT_YET_VALID },
	{ ASN_AFTER_DATE_E, TD_CODE_EXPIRED },
	{ ASN_NO_SIGNER_E, TD_CODE_NO_ISSUER },
	{ ASN_SELF_SIGNED_E, TD_CODE_SELF_SIGNED },
	{ ASN_PATHLEN_INV_E, TD_CODE_PATH_LENGTH },
	{ ASN_PATHLEN_SIZE_E, TD_CODE_PATH_LENGTH },
	{ ASN_SIG_OID_E, TD_CODE_SIGNATURE },
	{ ASN_SIG_CONFIRM_E, TD_CODE_SIGNATURE },
	{ ASN_SIG_HASH_E, TD_CODE_SIGNATURE },
	{ ASN_SIG_KEY_E, TD_CODE_SIGNATURE },
	{ CRL_CERT_REVOKED, TD_CODE_REVOKED },
	{ OCSP_CERT_REVOKED, TD_CODE_REVOKED },
	{ NOT_CA_ERROR, TD_CODE_NOT_CA },
	{ ASN_CRIT_EXT_E, TD_CODE_CRITICAL_EXTENSION },
	{ ASN_NAME_INVALID_E, TD_CODE_NAME_CONSTRAINT },
	{ EXTKEYUSE_AUTH_E, TD_CODE_PURPOSE },
	{ KEYUSE_SIGNATURE_E, TD_CODE_PURPOSE },
	{ KEYUSAGE_E, TD_CODE_NOT_CA },	/* keyCertSign where there is no authority */
	{ KEYUSE_ENCIPHER_E, TD_CODE_PURPOSE },
	{ RSA_KEY_SIZE_E, TD_CODE_KEY_TOO_SMALL },
	{ ECC_KEY_SIZE_E, TD_CODE_KEY_TOO_SMALL },
	{ MAX_CHAIN_ERROR, TD_CODE_CHAIN_TOO_LONG },
	{ BAD_CERTIFICATE_STATUS_ERROR, TD_CODE_OCSP_INVALID },
};

int td_verify_code(int error)
{
	size_t i;

	if (error > 0)
		return error;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].wolf == error)
			return codes[i].code;
	return TD_CODE_REJECTED;
}

/* Certificates that wolfSSL cannot parse, one of which ends the handshake without a call. */
void td_verify_failed(struct td_verify *verify, int error)
{
	int code = td_verify_code(error);
	const struct tl_cert unknown = { 0 };
	bool malformed = code == TD_CODE_REJECTED && error <= ASN_PARSE_E &&
		error >= ASN_ALT_NAME_E;

	if (error >= 0 || verify->code || (verify->seen && code != TD_CODE_OCSP_INVALID) ||
	    (code == TD_CODE_REJECTED && !malformed))
		return;
	verify->code = error == KEYUSAGE_E ? TD_CODE_PURPOSE : code;
	/* Only an authority's certificate can lack an authority's rights. */
	verify->depth = verify->code == TD_CODE_NOT_CA;
	if (malformed)
		snprintf(verify->text, sizeof(verify->text),
			 "certificate is malformed: %.60s (wolfSSL %d)",
			 wolfSSL_ERR_reason_error_string((unsigned long)error), error);
	else
		td_verify_describe(verify, &unknown);
}

int td_verify_errno(int code)
{
	switch (code) {
	case TD_CODE_NOT_YET_VALID:
	case TD_CODE_EXPIRED:
		return EKEYEXPIRED;
	case TD_CODE_REVOKED:
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

/* Sentences about one certificate; the code is known. */
static const struct {
	int		code;
	const char	*text;
} sentences[] = {
	{ TD_CODE_CRL_MISSING, "no current list says whether %s was revoked" },
	{ TD_CODE_CRL_EXPIRED, "the list that would say whether %s was revoked has expired" },
	{ TD_CODE_SIGNATURE, "%s has a wrong signature" },
	{ TD_CODE_SELF_SIGNED, "%s is self-signed and not among the trust anchors" },
	{ TD_CODE_SELF_SIGNED_IN_CHAIN, "%s is self-signed and not among the trust anchors" },
	{ TD_CODE_NO_ISSUER, "%s is signed by an authority that is not trusted" },
	{ TD_CODE_CHAIN_TOO_LONG, "%s has too many authorities above it" },
	{ TD_CODE_REVOKED, "%s was revoked" },
	{ TD_CODE_NOT_CA, "%s is not one of an authority, yet it signed another" },
	{ TD_CODE_PATH_LENGTH, "%s has more authorities below it than it allows" },
	{ TD_CODE_REJECTED, "%s was refused" },
	{ TD_CODE_NO_CERT_SIGN, "%s may not sign certificates, yet it signed another" },
	{ TD_CODE_CRITICAL_EXTENSION, "%s has a critical extension that is not known here" },
	{ TD_CODE_NAME_CONSTRAINT, "%s has a name that an authority above it may not give" },
	{ TD_CODE_KEY_TOO_SMALL, "%s has a key that is too short" },
	{ TD_CODE_WEAK_SIGNATURE, "%s has a signature of a kind that is too weak" },
	{ TD_CODE_OCSP_UNKNOWN, "%s is not known to its OCSP responder" },
	{ TD_CODE_OCSP_INVALID,
	  "%s came with an OCSP response that is malformed, out of date or not about it" },
	{ TD_CODE_OCSP_SIGNATURE,
	  "%s came with an OCSP response that its authority has not signed" },
	{ TD_CODE_OCSP_NOT_YET_VALID, "%s came with an OCSP response that is not valid yet" },
	{ TD_CODE_OCSP_EXPIRED, "%s came with an OCSP response that has expired" },
	{ TD_CODE_OCSP_MISSING, "%s came without the OCSP response that it has to have" },
};

static void describe_fixed(struct td_verify *verify, const char *what)
{
	const char *text = "%s was refused";
	size_t i;

	for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].code == verify->code)
			text = sentences[i].text;
	snprintf(verify->text, sizeof(verify->text), text, what);
}

void td_verify_describe(struct td_verify *verify, const struct tl_cert *cert)
{
	const char *what = verify->depth ? "authority's certificate" : "certificate";
	char *text = verify->text;
	size_t size = sizeof(verify->text);
	char day[32];

	switch (verify->code) {
	case TD_CODE_EXPIRED:
		tl_cert_date(cert->not_after_tag, cert->not_after, day, sizeof(day));
		snprintf(text, size, "%s expired on %s", what, day);
		break;
	case TD_CODE_NOT_YET_VALID:
		tl_cert_date(cert->not_before_tag, cert->not_before, day, sizeof(day));
		snprintf(text, size, "%s is not valid before %s", what, day);
		break;
	case TD_CODE_HOST:
	case TD_CODE_ADDRESS:
		describe_name(verify, cert);
		break;
	case TD_CODE_PURPOSE:
		snprintf(text, size, "%s is not meant for %s", what,
			 verify->server ? "servers" : "clients");
		break;
	default:
		describe_fixed(verify, what);
		break;
	}
}
