/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judgement on the peer's certificate: wolfSSL checks signatures, path.c the
 * path, this part the name, and it remembers what failed first.
 */
#ifndef TLSOCKD_VERIFY_H
#define TLSOCKD_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "identity.h"
#include "ocsp.h"
#include "path.h"
#include "peer.h"

struct WOLFSSL_X509_STORE_CTX;
struct td_anchors;
struct td_crls;
struct tl_cert;

/**
 * struct td_verify - judgement on one connection's peer
 * @mode: TLSOCK_VERIFY_*
 * @server: the peer is a server
 * @purpose: what its certificate has to be for
 * @check_name: @identity must stand in the certificate
 * @identity: whom a client means to talk to
 * @vouched: by the session that is resumed, whose peer had proved its identity
 * @anchors: who is trusted
 * @crls: revocation lists, NULL where they are not asked
 * @crl_required: a certificate without a current list is refused
 * @ocsp: OCSP response that a server sends along
 * @seen: the peer's own certificate was looked at
 * @long_chain: the peer sent more than one certificate
 * @judged: path.c has spoken
 * @doubt: wolfSSL did not find a path, path.c has to check signatures
 * @noted: what wolfSSL said first and path.c may overrule, 0 if nothing
 * @noted_depth: of which certificate
 * @code: X509_V_ERR_* of the first failure, 0 if there was none
 * @depth: of the certificate at fault, 0 is the peer's own
 * @text: sentence about it
 * @chain_wanted: the peer's certificates are to be kept
 * @chain: the peer's certificates, each with its length of three bytes before it;
 *	owned, NULL if there are none
 * @chain_length: bytes of it
 * @peer: whom the peer's own certificate is for, empty if it sent none
 */
struct td_verify {
	int			mode;
	bool			server;
	enum td_purpose		purpose;
	bool			check_name;
	struct td_identity	identity;
	bool			vouched;
	const struct td_anchors	*anchors;
	const struct td_crls	*crls;
	bool			crl_required;
	struct td_ocsp		ocsp;
	bool			seen;
	bool			long_chain;
	bool			judged;
	bool			doubt;
	int			noted;
	int			noted_depth;
	int			code;
	uint32_t		depth;
	char			text[TLSOCK_MAX_TEXT + 1];
	bool			chain_wanted;
	uint8_t			*chain;
	size_t			chain_length;
	struct td_peer		peer;
};

/** td_verify_callback - for wolfSSL_set_verify(); wolfSSL_SetCertCbCtx() gets a struct td_verify */
int td_verify_callback(int ok, struct WOLFSSL_X509_STORE_CTX *store);

/**
 * td_verify_record - note what is wrong with a certificate
 * @verify: stays as it is where a failure is known
 * @cert: the one at fault
 * @code: TD_CODE_*
 * @depth: where it stands in the chain
 */
void td_verify_record(struct td_verify *verify, const struct tl_cert *cert, int code, int depth);

/** td_verify_passed - did the peer prove its identity? */
bool td_verify_passed(const struct td_verify *verify);

/**
 * td_verify_failed - wolfSSL gave up without a call
 * @verify: stays as it is where a failure is known, or @error is about something else
 * @error: wolfSSL's code
 */
void td_verify_failed(struct td_verify *verify, int error);

/** td_verify_errno - positive errno of an X509_V_ERR_* */
int td_verify_errno(int code);

#endif
