/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OCSP responses that come stapled to a server's certificate (RFC 6066 section 8,
 * RFC 6960): what a client makes of one. Nobody is asked over the network.
 */
#ifndef TLSOCKD_OCSP_H
#define TLSOCKD_OCSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct WOLFSSL_CTX;
struct td_engine;
struct td_verify;
struct tl_cert;
struct tl_ocsp;

/**
 * struct td_ocsp - a client's question; all zero is none
 * @asked: the server was asked for a response
 * @required: it must send one
 * @response: what it sent, owned; NULL before
 * @response_length: bytes of it
 * @error: what wolfSSL thinks of it
 * @issuer: certificate of the issuer of the server's, owned; NULL before
 * @issuer_length: bytes of it
 */
struct td_ocsp {
	bool		asked;
	bool		required;
	uint8_t		*response;
	size_t		response_length;
	int		error;
	uint8_t		*issuer;
	size_t		issuer_length;
};

/** td_ocsp_prepare - make a client's context look at responses; false if wolfSSL refuses */
bool td_ocsp_prepare(struct WOLFSSL_CTX *ctx);

/**
 * td_ocsp_ask - have a client ask for a response
 * @engine: verify mode and profile are set
 *
 * Return: false without memory
 */
bool td_ocsp_ask(struct td_engine *engine);

/**
 * td_ocsp_certificate - the server's certificate is good so far
 * @verify: its judgement; a failure is noted in it
 * @cert: the certificate
 * @issuer: has signed @cert
 */
void td_ocsp_certificate(struct td_verify *verify, const struct tl_cert *cert,
			 const struct tl_cert *issuer);

/** td_ocsp_missing - note in @verify if there should have been a response; last */
void td_ocsp_missing(struct td_verify *verify);

/** td_ocsp_free - drop what is owned */
void td_ocsp_free(struct td_ocsp *ocsp);

/**
 * td_ocsp_status - what a response says
 * @ret: what tl_ocsp_parse() returned
 * @found: what it found
 *
 * Return: 0 if the certificate is good today, or TD_CODE_*
 */
int td_ocsp_status(int ret, const struct tl_ocsp *found);

/** td_ocsp_must_staple - does the certificate ask for a response? (RFC 7633) */
bool td_ocsp_must_staple(const struct tl_cert *cert);

#endif
