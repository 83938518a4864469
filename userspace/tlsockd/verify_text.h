/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a certificate is refused: as a number of OpenSSL's x509_vfy.h, which
 * programs know, as an errno and as a sentence.
 */
#ifndef TLSOCKD_VERIFY_TEXT_H
#define TLSOCKD_VERIFY_TEXT_H

struct td_verify;
struct tl_cert;

enum {
	TD_CODE_CRL_MISSING = 3,
	TD_CODE_SIGNATURE = 7,
	TD_CODE_NOT_YET_VALID = 9,
	TD_CODE_EXPIRED = 10,
	TD_CODE_CRL_EXPIRED = 12,
	TD_CODE_SELF_SIGNED = 18,
	TD_CODE_SELF_SIGNED_IN_CHAIN = 19,
	TD_CODE_NO_ISSUER = 20,
	TD_CODE_CHAIN_TOO_LONG = 22,
	TD_CODE_REVOKED = 23,
	TD_CODE_NOT_CA = 24,
	TD_CODE_PATH_LENGTH = 25,
	TD_CODE_PURPOSE = 26,
	TD_CODE_REJECTED = 28,
	TD_CODE_NO_CERT_SIGN = 32,
	TD_CODE_CRITICAL_EXTENSION = 34,
	TD_CODE_NAME_CONSTRAINT = 47,
	TD_CODE_HOST = 62,
	TD_CODE_ADDRESS = 64,
	TD_CODE_KEY_TOO_SMALL = 66,
	TD_CODE_WEAK_SIGNATURE = 68,
	TD_CODE_OCSP_UNKNOWN = 75,
	TD_CODE_OCSP_INVALID = 96,
	TD_CODE_OCSP_SIGNATURE = 97,
	TD_CODE_OCSP_NOT_YET_VALID = 98,
	TD_CODE_OCSP_EXPIRED = 99,
	TD_CODE_OCSP_MISSING = 100,
};

/** td_verify_code - number of one of wolfSSL's codes or of an X509_V_ERR_* */
int td_verify_code(int error);

/** td_verify_describe - put a sentence about @cert into @verify, whose code and depth are set */
void td_verify_describe(struct td_verify *verify, const struct tl_cert *cert);

#endif
