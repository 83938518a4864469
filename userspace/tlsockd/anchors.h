/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trust anchors of a profile as certificates: wolfSSL keeps only their
 * names and keys, but their dates and extensions count too.
 */
#ifndef TLSOCKD_ANCHORS_H
#define TLSOCKD_ANCHORS_H

#include <stddef.h>

#include "../lib/cert.h"

/**
 * struct td_anchors - some certificates; all zero is none
 * @certs: parsed; their bytes are owned
 * @count: their number
 */
struct td_anchors {
	struct tl_cert	*certs;
	size_t		count;
};

/**
 * td_anchors_add - add a certificate
 * @anchors: where to
 * @pem: one certificate in PEM form
 * @length: its bytes
 *
 * Return: 0, -EBADMSG, -ENOMEM
 */
int td_anchors_add(struct td_anchors *anchors, const char *pem, size_t length);

/** td_anchors_free - drop all */
void td_anchors_free(struct td_anchors *anchors);

#endif
