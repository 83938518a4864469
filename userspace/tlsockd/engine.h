/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One TLS handshake without any input or output of its own: bytes of the peer
 * are fed in, bytes for the peer and at last keys come out. Exactly the bytes
 * of the handshake are eaten; what the peer sent behind them is left alone.
 */
#ifndef TLSOCKD_ENGINE_H
#define TLSOCKD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/wire.h"
#include "message.h"
#include "verify.h"

struct WOLFSSL;
struct WOLFSSL_CTX;
struct td_profile;
struct tl_psk;

enum td_engine_state {
	TD_ENGINE_RUNNING,	/* send what is queued, feed what comes */
	TD_ENGINE_DONE,		/* send what is queued, then take the keys */
	TD_ENGINE_FAILED,	/* send what is queued (an alert), then close */
};

/**
 * struct td_engine - one handshake; the fields are for engine.c, outcome.c and tests
 * @ssl: wolfSSL's object
 * @profile: of the connection
 * @role: TLSOCK_ROLE_*
 * @ctx: context of the profile
 * @client_cert: TLSOCK_CLIENT_CERT_* in force on a server
 * @state: where it stands
 * @error: wolfSSL's code if it failed in there
 * @result: where the outcome is written, owned by the caller
 * @verify: judgement on the peer's certificate
 * @wire: what went by
 * @by_psk: the peer is to be known by a pre-shared key alone
 * @psks: the keys, its own or the profile's
 * @job_psks: its own, NULL if there are none
 * @n_psks: their number
 * @psk: a server's: the key that the client has named, NULL before
 * @resumable: a client whose session may be resumed, and may resume one
 * @started: key shares are made
 * @resume: the session that is offered, all zero if none is
 * @resume_peer: the server of that session
 * @alpn: protocols offered or accepted, comma list
 * @secret: TLS 1.3, traffic secrets of both roles
 * @secret_length: bytes of each, by role; 0 before it is known
 * @in: bytes being fed
 * @in_length: their number
 * @in_used: those that wolfSSL took
 * @out: queue of bytes to send
 * @out_length: their number
 * @out_size: room
 */
struct td_engine {
	struct WOLFSSL			*ssl;
	const struct td_profile		*profile;
	uint32_t			role;
	struct WOLFSSL_CTX		*ctx;
	int				client_cert;
	enum td_engine_state		state;
	int				error;
	struct td_result		*result;
	struct td_verify		verify;
	struct tl_wire			wire;
	bool				by_psk;
	const struct tl_psk		*psks;
	struct tl_psk			*job_psks;
	uint32_t			n_psks;
	const struct tl_psk		*psk;
	bool				resumable;
	bool				started;
	struct td_session		resume;
	struct td_peer			resume_peer;
	char				alpn[TLSOCK_MAX_NAME + 1];
	uint8_t				secret[2][TLSOCK_MAX_SECRET];
	size_t				secret_length[2];
	const uint8_t			*in;
	size_t				in_length;
	size_t				in_used;
	uint8_t				*out;
	size_t				out_length;
	size_t				out_size;
};

/**
 * td_engine_new - prepare a handshake
 * @profile: what td_profile_find() said, NULL included; must outlive the engine
 * @job: what to do; not kept
 * @result: cleared here and filled until td_engine_free(), the caller's
 * @out: the engine, owned by the caller; untouched on error
 *
 * Return: 0; -EACCES (no such profile), -ENOKEY (server without certificate),
 * -EINVAL (name or protocol list cannot be), -ENOMEM: @result says why
 */
int td_engine_new(const struct td_profile *profile, const struct td_job *job,
		  struct td_result *result, struct td_engine **out);

/** td_engine_free - drop it, with all keys; NULL is allowed */
void td_engine_free(struct td_engine *engine);

/**
 * td_engine_feed - go on with the handshake
 * @engine: a running one
 * @data: what the peer sent and was not eaten yet
 * @length: its bytes; 0 to start a client
 * @eaten: how many of them belong to the handshake: all while it runs
 *
 * At most one call of wolfSSL, of at most some milliseconds.
 *
 * Return: the new state
 */
enum td_engine_state td_engine_feed(struct td_engine *engine, const uint8_t *data, size_t length,
				    size_t *eaten);

#endif
