/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates, keys and trust anchors: from the files that a profile names
 * into wolfSSL's contexts. Runs in the broker, before any peer is heard.
 */
#ifndef TLSOCKD_CREDENTIALS_H
#define TLSOCKD_CREDENTIALS_H

struct WOLFSSL_CTX;
struct td_mistakes;

/**
 * td_credentials_load - load a profile's files into its contexts
 * @ctx: the contexts, both get the same
 * @count: their number
 * @mistakes: told of each one; its profile names the files
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_credentials_load(struct WOLFSSL_CTX *const *ctx, int count, struct td_mistakes *mistakes);

#endif
