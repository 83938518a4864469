/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshakes by pre-shared key alone, as NVMe over TCP and profiles with keys have
 * them: TLS 1.3 with ephemeral Diffie-Hellman (RFC 8446 section 2.2), and no
 * certificates.
 */
#ifndef TLSOCKD_PSK_H
#define TLSOCKD_PSK_H

#include <stdbool.h>
#include <stdint.h>

struct WOLFSSL_CTX;
struct td_engine;
struct td_job;
struct td_profile;
struct tl_psk;

/* Cipher suites of such contexts, wolfSSL's names: one for each hash */
#define TD_PSK_SUITES	"TLS13-AES128-GCM-SHA256:TLS13-AES256-GCM-SHA384"

/** td_psk_comes - does the kernel say which keys there are? */
bool td_psk_comes(const struct td_job *job);

/** td_psk_wanted - is the peer to be known by a key alone? */
bool td_psk_wanted(const struct td_profile *profile, const struct td_job *job);

/**
 * td_psk_prepare - make a context one for pre-shared keys alone
 * @ctx: a context for TLS 1.3
 * @role: TLSOCK_ROLE_*
 *
 * Return: whether wolfSSL can
 */
bool td_psk_prepare(struct WOLFSSL_CTX *ctx, uint32_t role);

/**
 * td_psk_set - give an engine the keys that came with its job
 * @engine: a new one
 * @psks: copied; a client offers the first for each hash
 * @n: their number
 *
 * Return: 0, -ENOMEM
 */
int td_psk_set(struct td_engine *engine, const struct tl_psk *psks, uint32_t n);

/** td_psk_free - wipe what td_psk_set() copied */
void td_psk_free(struct td_engine *engine);

/**
 * td_psk_limit - offer only suites that there are keys for
 * @engine: of a client with keys; does nothing before they are there
 *
 * A server may take another one first, and find no key then.
 *
 * Return: whether wolfSSL can
 */
bool td_psk_limit(const struct td_engine *engine);

/**
 * td_psk_explain - name the reason in the alert to a client without key
 * @engine: has failed; its alert, which is not encrypted yet, is internal_error for
 *	wolfSSL where there was no key
 */
void td_psk_explain(struct td_engine *engine);

/** td_psk_used - the key that both ends have, once the handshake is done; NULL without keys */
const struct tl_psk *td_psk_used(const struct td_engine *engine);

#endif
