// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contexts have neither certificate nor trust anchors, and a server's
 * certificate is refused whatever it is: who gets through has the key.
 */
#include "psk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/psk.h"
#include "../lib/suite.h"
#include "engine.h"
#include "profile.h"
#include "wolf.h"

#define ALERT_LENGTH			7
#define ALERT_INTERNAL_ERROR		80
#define ALERT_UNKNOWN_PSK_IDENTITY	115

bool td_psk_comes(const struct td_job *job)
{
	return job->consumer != TL_CONSUMER_PROGRAM && job->auth == TL_AUTH_PSK;
}

bool td_psk_wanted(const struct td_profile *profile, const struct td_job *job)
{
	return td_psk_comes(job) || (job->consumer == TL_CONSUMER_PROGRAM && profile->psks.n);
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
		engine->psk = psk;
		return take(psk, key, key_room);
	}
	return 0;
}

/* Asked when a ClientHello was read: nothing but a key will do. */
static int has_key(WOLFSSL *ssl, void *unused)
{
	const struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);

	(void)unused;
	return engine->psk != NULL;
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
	wolfSSL_CTX_set_cert_cb(ctx, has_key, NULL);
	return !wolfSSL_CTX_only_dhe_psk(ctx) && !wolfSSL_CTX_no_ticket_TLSv13(ctx);
}

int td_psk_set(struct td_engine *engine, const struct tl_psk *psks, uint32_t n)
{
	engine->job_psks = malloc(n * sizeof(*psks));
	if (!engine->job_psks)
		return -ENOMEM;
	memcpy(engine->job_psks, psks, n * sizeof(*psks));
	engine->psks = engine->job_psks;
	engine->n_psks = n;
	return 0;
}

void td_psk_free(struct td_engine *engine)
{
	if (!engine->job_psks)
		return;
	explicit_bzero(engine->job_psks, engine->n_psks * sizeof(*engine->job_psks));
	free(engine->job_psks);
}

const struct tl_psk *td_psk_used(const struct td_engine *engine)
{
	if (engine->role == TLSOCK_ROLE_SERVER)
		return engine->psk;
	return find(engine, (uint16_t)wolfSSL_get_current_cipher_suite(engine->ssl));
}

bool td_psk_limit(const struct td_engine *engine)
{
	char list[128] = "";
	size_t length = 0;

	for (size_t i = 0; i < tl_suites_count; i++)
		if (find(engine, tl_suites[i].number))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   length ? ":" : "", tl_suites[i].wolf);
	return !length || wolfSSL_set_cipher_list(engine->ssl, list) == WOLFSSL_SUCCESS;
}

void td_psk_explain(struct td_engine *engine)
{
	if (!engine->by_psk || engine->role != TLSOCK_ROLE_SERVER || engine->psk ||
	    engine->out_length != ALERT_LENGTH ||
	    engine->out[ALERT_LENGTH - 1] != ALERT_INTERNAL_ERROR)
		return;
	engine->out[ALERT_LENGTH - 1] = ALERT_UNKNOWN_PSK_IDENTITY;
	engine->result->alert_sent = ALERT_UNKNOWN_PSK_IDENTITY;
}
