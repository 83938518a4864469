/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judgement on the peer's certificate: wolfSSL checks chain, dates and usage,
 * this part the name, and it remembers what failed first.
 */
#ifndef TLSOCKD_VERIFY_H
#define TLSOCKD_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "identity.h"

struct WOLFSSL_X509_STORE_CTX;

/**
 * struct td_verify - judgement on one connection's peer
 * @mode: TLSOCK_VERIFY_*
 * @server: the peer is a server
 * @check_name: @identity must stand in the certificate
 * @identity: whom a client means to talk to
 * @seen: the peer's own certificate was looked at
 * @chain: the peer sent more than one certificate
 * @code: X509_V_ERR_* of the first failure, 0 if there was none
 * @depth: of the certificate at fault, 0 is the peer's own
 * @text: sentence about it
 * @subject: the peer's name, "" if it sent no certificate
 */
struct td_verify {
	int			mode;
	bool			server;
	bool			check_name;
	struct td_identity	identity;
	bool			seen;
	bool			chain;
	int			code;
	uint32_t		depth;
	char			text[TLSOCK_MAX_TEXT + 1];
	char			subject[TLSOCK_MAX_NAME + 1];
};

/** td_verify_callback - for wolfSSL_set_verify(); wolfSSL_SetCertCbCtx() gets a struct td_verify */
int td_verify_callback(int ok, struct WOLFSSL_X509_STORE_CTX *store);

/** td_verify_passed - did the peer prove its identity? */
bool td_verify_passed(const struct td_verify *verify);

/** td_verify_errno - positive errno of an X509_V_ERR_* */
int td_verify_errno(int code);

#endif
