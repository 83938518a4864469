// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contexts have neither certificate nor trust anchors, and a server's
 * certificate is refused whatever it is: who gets through has the key.
 */
#include "psk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/psk.h"
#include "../lib/suite.h"
#include "engine.h"
#include "wolf.h"

bool td_psk_wanted(const struct td_job *job)
{
	return job->consumer != TL_CONSUMER_PROGRAM && job->auth == TL_AUTH_PSK;
}

static int refuse_certificate(int ok, WOLFSSL_X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 0;
}

static unsigned int take(const struct tl_psk *psk, unsigned char *key, unsigned int room)
{
	if (psk->length > room)
		return 0;
	memcpy(key, psk->key, psk->length);
	return psk->length;
}

/* The first key for a cipher suite, NULL if there is none */
static const struct tl_psk *find(const struct td_engine *engine, uint16_t suite)
{
	for (uint32_t i = 0; i < engine->n_psks; i++)
		if (tl_psk_suite(&engine->psks[i]) == suite)
			return &engine->psks[i];
	return NULL;
}

/* Asked for each suite of ours */
static unsigned int offer(WOLFSSL *ssl, const char *hint, char *identity,
			  unsigned int identity_room, unsigned char *key, unsigned int key_room,
			  const char *wolf_suite)
{
	const struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);
	const struct tl_psk *psk = NULL;

	(void)hint;
	for (size_t i = 0; i < tl_suites_count && !psk; i++)
		if (!strcmp(tl_suites[i].wolf, wolf_suite))
			psk = find(engine, tl_suites[i].number);
	if (!psk || strlen(psk->identity) >= identity_room)
		return 0;
	memcpy(identity, psk->identity, strlen(psk->identity) + 1);
	return take(psk, key, key_room);
}

/* Asked for each identity of the client */
static unsigned int look_up(WOLFSSL *ssl, const char *identity, unsigned char *key,
			    unsigned int key_room, const char **wolf_suite)
{
	struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);

	for (uint32_t i = 0; i < engine->n_psks; i++) {
		const struct tl_psk *psk = &engine->psks[i];

		if (strcmp(psk->identity, identity) != 0)
			continue;
		*wolf_suite = tl_suite_by_number(tl_psk_suite(psk))->wolf;
		engine->psk = psk->serial;
		return take(psk, key, key_room);
	}
	return 0;
}

/* A server without certificate has no connections unless keys are there before. */
bool td_psk_prepare(WOLFSSL_CTX *ctx, uint32_t role)
{
	if (role == TLSOCK_ROLE_CLIENT) {
		wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, refuse_certificate);
		wolfSSL_CTX_set_psk_client_cs_callback(ctx, offer);
		return !wolfSSL_CTX_only_dhe_psk(ctx);
	}
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, refuse_certificate);
	wolfSSL_CTX_set_psk_server_tls13_callback(ctx, look_up);
	return !wolfSSL_CTX_only_dhe_psk(ctx) && !wolfSSL_CTX_no_ticket_TLSv13(ctx);
}

int td_psk_set(struct td_engine *engine, const struct tl_psk *psks, uint32_t n)
{
	engine->psks = malloc(n * sizeof(*psks));
	if (!engine->psks)
		return -ENOMEM;
	memcpy(engine->psks, psks, n * sizeof(*psks));
	engine->n_psks = n;
	return 0;
}

void td_psk_free(struct td_engine *engine)
{
	if (!engine->psks)
		return;
	explicit_bzero(engine->psks, engine->n_psks * sizeof(*engine->psks));
	free(engine->psks);
}

int32_t td_psk_used(const struct td_engine *engine)
{
	const struct tl_psk *psk;

	if (engine->role == TLSOCK_ROLE_SERVER)
		return engine->psk;
	psk = find(engine, (uint16_t)wolfSSL_get_current_cipher_suite(engine->ssl));
	return psk ? psk->serial : 0;
}
