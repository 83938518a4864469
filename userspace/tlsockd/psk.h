/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshakes by pre-shared key alone, as NVMe over TCP has them: TLS 1.3 with
 * ephemeral Diffie-Hellman (RFC 8446 section 2.2), and no certificates.
 */
#ifndef TLSOCKD_PSK_H
#define TLSOCKD_PSK_H

#include <stdbool.h>
#include <stdint.h>

struct WOLFSSL_CTX;
struct td_engine;
struct td_job;
struct tl_psk;

/* Cipher suites of such contexts, wolfSSL's names: one for each hash */
#define TD_PSK_SUITES	"TLS13-AES128-GCM-SHA256:TLS13-AES256-GCM-SHA384"

/** td_psk_wanted - is the peer to be known by a key alone? */
bool td_psk_wanted(const struct td_job *job);

/**
 * td_psk_prepare - make a context one for pre-shared keys alone
 * @ctx: a context for TLS 1.3
 * @role: TLSOCK_ROLE_*
 *
 * Return: whether wolfSSL can
 */
bool td_psk_prepare(struct WOLFSSL_CTX *ctx, uint32_t role);

/**
 * td_psk_set - give an engine its keys
 * @engine: a new one of such a job
 * @psks: copied; a client offers the first for each hash
 * @n: their number
 *
 * Return: 0, -ENOMEM
 */
int td_psk_set(struct td_engine *engine, const struct tl_psk *psks, uint32_t n);

/** td_psk_free - wipe what td_psk_set() copied */
void td_psk_free(struct td_engine *engine);

/** td_psk_used - serial number of the key that both ends have, once the handshake is done */
int32_t td_psk_used(const struct td_engine *engine);

#endif
