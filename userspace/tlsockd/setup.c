// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup.h"

#include <errno.h>
#include <string.h>

#include "../lib/config.h"
#include "engine.h"
#include "ocsp.h"
#include "outcome.h"
#include "profile.h"
#include "wolf.h"

#define KEY_SHARES	2

static enum td_purpose purpose_of(const struct tl_profile *profile, const struct td_job *job)
{
	if (job->consumer != TL_CONSUMER_NFS && job->consumer != TL_CONSUMER_NFSD)
		return TD_PURPOSE_TLS;
	return profile->rpc_purpose == TL_RPC_PURPOSE_REQUIRED ? TD_PURPOSE_RPC :
								 TD_PURPOSE_RPC_TOO;
}

static int set_verify(struct td_engine *engine, const struct td_job *job)
{
	const struct tl_profile *profile = engine->profile->config;
	bool client = engine->role == TLSOCK_ROLE_CLIENT;
	struct td_verify *verify = &engine->verify;
	const char *name = job->server_name;
	int flags = WOLFSSL_VERIFY_NONE;

	if (client && !name[0] && profile->server_name)
		name = profile->server_name;
	verify->server = client;
	verify->purpose = purpose_of(profile, job);
	verify->mode = TLSOCK_VERIFY_REQUIRED;
	if (engine->by_psk)	/* which proves more than a name */
		return client && name[0] ?
			       td_identity_set(&verify->identity, name, &job->remote) : 0;
	verify->chain_wanted = job->peer_cert;
	verify->anchors = &engine->profile->anchors;
	verify->crls = profile->crl ? &engine->profile->crls : NULL;
	verify->crl_required = profile->crl_check == TL_CRL_REQUIRED;
	if (client)
		verify->mode = profile->verify;
	if (job->verify >= 0)
		verify->mode = job->verify;
	engine->client_cert = job->client_cert >= 0 ? job->client_cert : profile->client_cert;
	/* Whether an anonymous client will do is the kernel's to say. */
	if (job->consumer != TL_CONSUMER_PROGRAM &&
	    engine->client_cert == TLSOCK_CLIENT_CERT_NONE)
		engine->client_cert = TLSOCK_CLIENT_CERT_REQUEST;
	if (client && verify->mode != TLSOCK_VERIFY_NONE)
		flags = WOLFSSL_VERIFY_PEER;
	if (!client && engine->client_cert != TLSOCK_CLIENT_CERT_NONE)
		flags = WOLFSSL_VERIFY_PEER;
	if (!client && engine->client_cert == TLSOCK_CLIENT_CERT_REQUIRE)
		flags |= WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	wolfSSL_set_verify(engine->ssl, flags, td_verify_callback);
	wolfSSL_SetCertCbCtx(engine->ssl, verify);
	if (!client)
		return 0;

	verify->check_name = verify->mode != TLSOCK_VERIFY_NONE;
	if (!name[0] && !verify->check_name)
		return 0;
	return td_identity_set(&verify->identity, name, &job->remote);
}

static const char *alpn_of(const struct td_engine *engine, const struct td_job *job)
{
	if (job->alpn[0])
		return job->alpn;
	if (engine->profile->config->alpn)
		return engine->profile->config->alpn;
	/* RFC 9289 section 4.2.1 */
	if (job->consumer == TL_CONSUMER_NFS || job->consumer == TL_CONSUMER_NFSD)
		return "sunrpc";
	return NULL;
}

static int set_alpn(struct td_engine *engine, const struct td_job *job)
{
	const char *list = alpn_of(engine, job);

	if (!list || !list[0])
		return 0;
	if (strlen(list) >= sizeof(engine->alpn))
		return -EINVAL;
	memcpy(engine->alpn, list, strlen(list) + 1);
	if (wolfSSL_UseALPN(engine->ssl, engine->alpn, (unsigned int)strlen(list),
			    WOLFSSL_ALPN_FAILED_ON_MISMATCH) != WOLFSSL_SUCCESS)
		return -EINVAL;
	return 0;
}

static int set_client(struct td_engine *engine)
{
	const char *host = engine->verify.identity.host;

	if (host[0] && wolfSSL_UseSNI(engine->ssl, WOLFSSL_SNI_HOST_NAME, host,
				      (unsigned short)strlen(host)) != WOLFSSL_SUCCESS)
		return -ENOMEM;
	return td_ocsp_ask(engine) ? 0 : -ENOMEM;
}

/* What a client has proved with its certificate does not stand in a ticket. */
static int set_server(struct td_engine *engine)
{
	if (engine->client_cert == TLSOCK_CLIENT_CERT_NONE)
		return 0;
	if (engine->profile->max_version >= TL_VERSION_1_3 &&
	    wolfSSL_no_ticket_TLSv13(engine->ssl))
		return -EIO;
	if (engine->profile->min_version <= TL_VERSION_1_2 &&
	    wolfSSL_NoTicketTLSv12(engine->ssl) != WOLFSSL_SUCCESS)
		return -EIO;
	return 0;
}

int td_setup_run(struct td_engine *engine, const struct td_job *job)
{
	int ret;

	ret = set_verify(engine, job);
	if (ret) {
		td_outcome_set(engine->result, EINVAL, TLSOCK_STAGE_CONFIG,
			       "server name is neither a host name nor an IP address");
		return ret;
	}
	ret = set_alpn(engine, job);
	if (ret) {
		td_outcome_set(engine->result, EINVAL, TLSOCK_STAGE_CONFIG,
			       "application protocols are not a comma separated list");
		return ret;
	}
	ret = engine->role == TLSOCK_ROLE_CLIENT ? set_client(engine) : set_server(engine);
	if (ret)
		td_outcome_set(engine->result, -ret, TLSOCK_STAGE_CONFIG, "out of memory");
	return ret;
}

/*
 * More than one key share costs a little and saves a round trip with older
 * peers. What group the server of an earlier session takes is known. With a
 * pre-shared key wolfSSL 5.9 fails if the server takes another than the first.
 */
int td_setup_key_shares(struct td_engine *engine)
{
	const struct td_profile *profile = engine->profile;
	int shares = engine->by_psk ? 1 : KEY_SHARES;
	int i;

	if (profile->max_version < TL_VERSION_1_3)
		return 0;
	if (engine->resume.group)
		return wolfSSL_UseKeyShare(engine->ssl, engine->resume.group) == WOLFSSL_SUCCESS ?
			       0 : -ENOMEM;
	for (i = 0; i < profile->n_groups && i < shares; i++) {
		if (wolfSSL_UseKeyShare(engine->ssl, (word16)profile->groups[i]) != WOLFSSL_SUCCESS)
			return -ENOMEM;
		if (profile->groups[i] == WOLFSSL_ECC_X25519)
			break;
	}
	return 0;
}
