// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL behind two callbacks: it reads from the bytes being fed, and as it
 * asks for a record's header and then for exactly its body, it never takes
 * more than the handshake; what it writes is queued whole, so that a flight
 * leaves in one piece. The same bytes are shown to lib/wire.c.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/names.h"
#include "../lib/psk.h"
#include "../lib/suite.h"
#include "ocsp.h"
#include "outcome.h"
#include "profile.h"
#include "psk.h"
#include "setup.h"
#include "wolf.h"

#define OUT_FIRST	2048
#define OUT_MAX		262144
#define RECORD_MAX	16384
#define TAG_LENGTH	16

static int take_input(WOLFSSL *ssl, char *buffer, int size, void *arg)
{
	struct td_engine *engine = arg;
	size_t some = engine->in_length - engine->in_used;

	(void)ssl;
	if (size <= 0)
		return 0;
	if (some == 0)
		return WOLFSSL_CBIO_ERR_WANT_READ;
	if (some > (size_t)size)
		some = (size_t)size;
	memcpy(buffer, engine->in + engine->in_used, some);
	tl_wire_feed(&engine->wire, TL_WIRE_IN, engine->in + engine->in_used, some);
	engine->in_used += some;
	return (int)some;
}

static int queue_output(WOLFSSL *ssl, char *buffer, int size, void *arg)
{
	struct td_engine *engine = arg;
	size_t want, room = engine->out_size ? engine->out_size : OUT_FIRST;
	uint8_t *grown;

	(void)ssl;
	if (size <= 0)
		return 0;
	want = engine->out_length + (size_t)size;
	if (want > OUT_MAX)
		return WOLFSSL_CBIO_ERR_GENERAL;
	while (room < want)
		room *= 2;
	if (room != engine->out_size) {
		grown = realloc(engine->out, room);
		if (!grown)
			return WOLFSSL_CBIO_ERR_GENERAL;
		engine->out = grown;
		engine->out_size = room;
	}
	memcpy(engine->out + engine->out_length, buffer, (size_t)size);
	engine->out_length = want;
	tl_wire_feed(&engine->wire, TL_WIRE_OUT, (const uint8_t *)buffer, (size_t)size);
	return size;
}

static int keep_secret(WOLFSSL *ssl, int id, const unsigned char *secret, int length, void *arg)
{
	struct td_engine *engine = arg;
	int role = id == CLIENT_TRAFFIC_SECRET ? TLSOCK_ROLE_CLIENT : TLSOCK_ROLE_SERVER;

	(void)ssl;
	if ((id == CLIENT_TRAFFIC_SECRET || id == SERVER_TRAFFIC_SECRET) && length > 0 &&
	    (size_t)length <= sizeof(engine->secret[role])) {
		memcpy(engine->secret[role], secret, (size_t)length);
		engine->secret_length[role] = (size_t)length;
	}
	return 0;
}

/* The one whose trust anchors judge the peer */
static WOLFSSL_CTX *trusted(const struct td_engine *engine)
{
	WOLFSSL_CTX *other = engine->by_psk ? NULL : engine->profile->trust[engine->role];

	return other ? other : engine->ctx;
}

static int make_ssl(struct td_engine *engine, const struct td_job *job)
{
	engine->ctx = engine->by_psk ? engine->profile->psk[engine->role] :
				       engine->profile->ctx[engine->role];
	/* What is to stay anonymous shows no certificate, whoever asks. */
	if (job->consumer != TL_CONSUMER_PROGRAM && job->auth == TL_AUTH_NONE &&
	    engine->profile->ctx[TD_CTX_ANONYMOUS])
		engine->ctx = engine->profile->ctx[TD_CTX_ANONYMOUS];
	engine->ssl = wolfSSL_new(engine->ctx);
	if (!engine->ssl) {
		td_outcome_set(engine->result, ENOMEM, TLSOCK_STAGE_CONFIG, "out of memory");
		return -ENOMEM;
	}
	if (trusted(engine) != engine->ctx &&
	    wolfSSL_set0_verify_cert_store(engine->ssl,
					   wolfSSL_CTX_get_cert_store(trusted(engine))) !=
	    WOLFSSL_SUCCESS) {
		td_outcome_set(engine->result, ENOMEM, TLSOCK_STAGE_CONFIG, "out of memory");
		return -ENOMEM;
	}
	wolfSSL_SSLSetIORecv(engine->ssl, take_input);
	wolfSSL_SSLSetIOSend(engine->ssl, queue_output);
	wolfSSL_SetIOReadCtx(engine->ssl, engine);
	wolfSSL_SetIOWriteCtx(engine->ssl, engine);
	if (!td_wolf_watch_secrets(engine->ssl, keep_secret, engine)) {
		td_outcome_set(engine->result, ENOMEM, TLSOCK_STAGE_CONFIG, "out of memory");
		return -ENOMEM;
	}
	return 0;
}

static bool needs_certificate(const struct td_profile *profile, const struct td_job *job)
{
	return (job->role == TLSOCK_ROLE_SERVER && !td_psk_wanted(profile, job)) ||
	       (job->consumer != TL_CONSUMER_PROGRAM && job->auth == TL_AUTH_X509);
}

int td_engine_new(const struct td_profile *profile, const struct td_job *job,
		  struct td_result *result, struct td_engine **out)
{
	struct td_engine *engine;
	int ret;

	td_outcome_clear(result);
	if (!profile) {
		td_outcome_set(result, EACCES, TLSOCK_STAGE_CONFIG, "no profile is called %s",
			       job->profile);
		return -EACCES;
	}
	if (td_psk_wanted(profile, job) && !profile->psk[job->role]) {
		td_outcome_set(result, EOPNOTSUPP, TLSOCK_STAGE_CONFIG,
			       "profile %s has no TLS 1.3, which pre-shared keys need",
			       profile->config->name);
		return -EOPNOTSUPP;
	}
	if (needs_certificate(profile, job) && !profile->config->certificate) {
		td_outcome_set(result, ENOKEY, TLSOCK_STAGE_CONFIG,
			       "profile %s has no certificate for %ss", profile->config->name,
			       tl_names_role(job->role));
		return -ENOKEY;
	}
	engine = calloc(1, sizeof(*engine));
	if (!engine) {
		td_outcome_set(result, ENOMEM, TLSOCK_STAGE_CONFIG, "out of memory");
		return -ENOMEM;
	}
	engine->profile = profile;
	engine->role = job->role;
	engine->by_psk = td_psk_wanted(profile, job);
	if (engine->by_psk) {
		engine->psks = profile->psks.list;
		engine->n_psks = profile->psks.n;
	}
	engine->result = result;
	engine->resumable = job->role == TLSOCK_ROLE_CLIENT && job->resume && !engine->by_psk &&
			    profile->config->resumption;
	result->truncation_eof = profile->config->truncation == TL_TRUNCATION_EOF;
	ret = make_ssl(engine, job);
	if (!ret)
		ret = td_setup_run(engine, job);
	if (ret) {
		td_engine_free(engine);
		return ret;
	}
	*out = engine;
	return 0;
}

void td_engine_free(struct td_engine *engine)
{
	if (!engine)
		return;
	wolfSSL_free(engine->ssl);
	td_psk_free(engine);
	free(engine->verify.chain);
	td_ocsp_free(&engine->verify.ocsp);
	free(engine->out);
	explicit_bzero(engine, sizeof(*engine));
	free(engine);
}

/*
 * wolfSSL adds a peer's intermediate certificates to the trust anchors that all
 * connections of the profile share; under TLSOCK_VERIFY_OPTIONAL even some
 * that failed. Each connection has to bring its own chain, so out they go.
 */
static void forget_chain(struct td_engine *engine)
{
	if (!engine->verify.long_chain)
		return;
	wolfSSL_CertManagerUnloadIntermediateCerts(wolfSSL_CTX_GetCertManager(trusted(engine)));
	engine->verify.long_chain = false;
}

/* Does everything hold that kernel TLS and the caller rely on? */
static bool acceptable(struct td_engine *engine)
{
	const struct tl_suite *suite =
		tl_suite_by_number((uint16_t)wolfSSL_get_current_cipher_suite(engine->ssl));
	struct td_result *result = engine->result;
	bool must = engine->by_psk || engine->role == TLSOCK_ROLE_CLIENT ||
		engine->client_cert == TLSOCK_CLIENT_CERT_REQUIRE || engine->verify.seen;

	if (must && engine->verify.mode == TLSOCK_VERIFY_REQUIRED &&
	    !td_verify_passed(&engine->verify))
		td_outcome_set(result, td_verify_errno(engine->verify.code), TLSOCK_STAGE_VERIFY,
			       "%s", engine->verify.code ? engine->verify.text :
			       "the peer's certificate was not verified");
	else if (!suite || wolfSSL_GetAeadMacSize(engine->ssl) != TAG_LENGTH)
		td_outcome_set(result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "kernel TLS does not have the cipher suite that was negotiated");
	else if (wolfSSL_version(engine->ssl) == TL_VERSION_1_2 &&
		 !engine->wire.facts.extended_master_secret)
		td_outcome_set(result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer speaks TLS 1.2 without extended master secret (RFC 7627)");
	else if (wolfSSL_GetMaxOutputSize(engine->ssl) != RECORD_MAX)
		td_outcome_set(result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer wants records of at most %d bytes",
			       wolfSSL_GetMaxOutputSize(engine->ssl));
	return result->error == 0;
}

static void note_psk(struct td_engine *engine)
{
	const struct tl_psk *psk = engine->by_psk ? td_psk_used(engine) : NULL;

	if (!psk)
		return;
	engine->result->psk = psk->serial;
	td_peer_set_psk(&engine->verify.peer, psk->identity);
}

/* Not earlier: only now it is known whether a session is resumed. */
static bool start(struct td_engine *engine)
{
	if (engine->started || engine->role != TLSOCK_ROLE_CLIENT)
		return true;
	engine->started = true;
	if (!td_setup_key_shares(engine) && (!engine->by_psk || td_psk_limit(engine)))
		return true;
	td_outcome_set(engine->result, ENOMEM, TLSOCK_STAGE_CONFIG, "out of memory");
	return false;
}

static enum td_engine_state step(struct td_engine *engine)
{
	int ret;

	if (!start(engine))
		return TD_ENGINE_FAILED;
	if (engine->role == TLSOCK_ROLE_CLIENT)
		ret = wolfSSL_connect(engine->ssl);
	else
		ret = wolfSSL_accept(engine->ssl);
	forget_chain(engine);
	if (ret == WOLFSSL_SUCCESS) {
		note_psk(engine);
		/* By the key, or the server proved who it is when the session began. */
		engine->verify.vouched = engine->result->psk || (engine->resume.verified &&
					 wolfSSL_session_reused(engine->ssl));
		if (!engine->verify.vouched)
			td_ocsp_missing(&engine->verify);
		td_outcome_success(engine);
		if (acceptable(engine))
			return TD_ENGINE_DONE;
		engine->out_length = 0;	/* it may hold our Finished */
		return TD_ENGINE_FAILED;
	}
	engine->error = wolfSSL_get_error(engine->ssl, ret);
	if (engine->error == WOLFSSL_ERROR_WANT_READ && !engine->wire.flow[TL_WIRE_IN].garbage)
		return TD_ENGINE_RUNNING;
	td_outcome_failure(engine);
	td_psk_explain(engine);
	return TD_ENGINE_FAILED;
}

enum td_engine_state td_engine_feed(struct td_engine *engine, const uint8_t *data, size_t length,
				    size_t *eaten)
{
	engine->in = data;
	engine->in_length = length;
	engine->in_used = 0;
	if (engine->state == TD_ENGINE_RUNNING)
		engine->state = step(engine);
	*eaten = engine->in_used;
	engine->in = NULL;
	engine->in_length = 0;
	return engine->state;
}
