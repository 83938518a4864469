/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several certificates of one profile: which of them a client of its server
 * gets, by the name that it asks for and by what it can verify.
 */
#ifndef TLSOCKD_LEAF_H
#define TLSOCKD_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/cert.h"
#include "file.h"

struct WOLFSSL;
struct WOLFSSL_CTX;

/**
 * struct td_leaf - a server's certificate
 * @ctx: the server's context with this certificate
 * @der: the certificate, which @cert points into
 * @cert: its parts
 * @staple: OCSP response to send along, in DER form; none if it is empty
 * @staple_end: seconds since 1970 up to which it is good, -1 if it does not say
 */
struct td_leaf {
	struct WOLFSSL_CTX	*ctx;
	uint8_t			*der;
	struct tl_cert		cert;
	struct td_file		staple;
	int64_t			staple_end;
};

/**
 * td_leaf_init - look at a certificate
 * @leaf: freed by td_leaf_exit()
 * @pem: NUL terminated; the first certificate in it is the leaf
 * @length: bytes of @pem
 *
 * Return: 0, -EBADMSG (it cannot be read), -ENOMEM
 */
int td_leaf_init(struct td_leaf *leaf, const char *pem, size_t length);

/** td_leaf_exit - free what td_leaf_init() took, not the context */
void td_leaf_exit(struct td_leaf *leaf);

/**
 * td_leaf_callback - for wolfSSL_CTX_set_cert_cb() of a profile's server
 * @ssl: connection whose ClientHello was read
 * @unused: nothing
 *
 * The first certificate that is for the name and whose key the client can
 * verify; without one, the first that is for the name; the first that the
 * client can verify; the first.
 *
 * Return: 1, 0 without memory
 */
int td_leaf_callback(struct WOLFSSL *ssl, void *unused);

#endif
