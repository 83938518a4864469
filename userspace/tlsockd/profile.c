// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From one profile of the configuration to its two wolfSSL contexts: versions,
 * cipher suites, groups, limits. Everything that wolfSSL would decide by itself
 * is set here, because its builds decide differently: Debian's verify nobody,
 * some start with P-256, some with AES-256.
 */
#include "profile.h"
#include "psk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/tlsock.h>

#include "../lib/config.h"
#include "../lib/suite.h"
#include "credentials.h"
#include "negotiate.h"
#include "ocsp.h"
#include "seal.h"
#include "staple.h"
#include "wolf.h"

#define RSA_BITS_MIN	2048
#define EC_BITS_MIN	256

void td_profile_mistake(struct td_mistakes *mistakes, const char *format, ...)
{
	const struct tl_profile *profile = mistakes->profile;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mistakes->count++;
	if (mistakes->report)
		mistakes->report(mistakes->arg, profile->file ? profile->file : "",
				 profile->line, text);
}

static WOLFSSL_METHOD *method(const struct td_choice *choice, int role)
{
	bool client = role == TLSOCK_ROLE_CLIENT;

	if (choice->max_version == TL_VERSION_1_2)
		return client ? wolfTLSv1_2_client_method() : wolfTLSv1_2_server_method();
	if (choice->min_version == TL_VERSION_1_3)
		return client ? wolfTLSv1_3_client_method() : wolfTLSv1_3_server_method();
	return client ? wolfSSLv23_client_method() : wolfSSLv23_server_method();
}

static int refuse(struct td_mistakes *mistakes, const char *what)
{
	td_profile_mistake(mistakes, "this build of wolfSSL refuses the %s", what);
	return -EINVAL;
}

/* What a server's tickets are. */
static int new_tickets(const struct td_profile *profile, const struct td_choice *choice,
		       WOLFSSL_CTX *ctx, struct td_mistakes *mistakes)
{
	if (profile->config->resumption) {
		if (wolfSSL_CTX_set_TicketEncCb(ctx, td_seal_callback) != WOLFSSL_SUCCESS ||
		    wolfSSL_CTX_set_TicketHint(ctx, TD_SEAL_LIFETIME) != WOLFSSL_SUCCESS ||
		    !td_wolf_set_timeout(ctx, TD_SEAL_LIFETIME))
			return refuse(mistakes, "tickets");
		return 0;
	}
	/* A ticket would cost the peer memory for nothing. */
	if (choice->max_version == TL_VERSION_1_3 && wolfSSL_CTX_no_ticket_TLSv13(ctx))
		return refuse(mistakes, "ban on tickets");
	if (choice->min_version == TL_VERSION_1_2 &&
	    wolfSSL_CTX_NoTicketTLSv12(ctx) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "ban on tickets");
	return 0;
}

static int new_ctx(struct td_profile *profile, const struct td_choice *choice, int role,
		   WOLFSSL_CTX **out, struct td_mistakes *mistakes)
{
	WOLFSSL_CTX *ctx = wolfSSL_CTX_new(method(choice, role));
	int lowest = choice->min_version == TL_VERSION_1_3 ? WOLFSSL_TLSV1_3 : WOLFSSL_TLSV1_2;

	if (!ctx)
		return -ENOMEM;
	*out = ctx;
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
	wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_OFF);
	if (choice->min_version != choice->max_version &&
	    wolfSSL_CTX_SetMinVersion(ctx, lowest) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "lowest version");
	if (wolfSSL_CTX_set_cipher_list(ctx, choice->suites) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "cipher suites");
	if (choice->signatures[0] &&
	    wolfSSL_CTX_set1_sigalgs_list(ctx, choice->signatures) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "signature schemes");
	if (wolfSSL_CTX_set_groups(ctx, profile->groups, profile->n_groups) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "groups");
	if (wolfSSL_CTX_SetMinRsaKey_Sz(ctx, RSA_BITS_MIN) != WOLFSSL_SUCCESS ||
	    wolfSSL_CTX_SetMinEccKey_Sz(ctx, EC_BITS_MIN) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "key lengths");
	if ((profile->config->legacy & TL_LEGACY_DHE) && !td_negotiate_dhe(ctx, role))
		return refuse(mistakes, "Diffie-Hellman parameters");
	if (role != TLSOCK_ROLE_SERVER)
		return td_ocsp_prepare(ctx) ? 0 : refuse(mistakes, "OCSP responses");
	return new_tickets(profile, choice, ctx, mistakes);
}

/* They know no certificate and trust nobody; a ticket would break the connection. */
static int new_psk_contexts(struct td_profile *profile, const struct td_choice *choice,
			    struct td_mistakes *mistakes)
{
	struct td_choice psk = *choice;
	int ret = 0;

	if (choice->max_version < TL_VERSION_1_3)
		return 0;
	psk.min_version = TL_VERSION_1_3;
	snprintf(psk.suites, sizeof(psk.suites), "%s", TD_PSK_SUITES);
	for (int role = TLSOCK_ROLE_CLIENT; ret == 0 && role <= TLSOCK_ROLE_SERVER; role++) {
		ret = new_ctx(profile, &psk, role, &profile->psk[role], mistakes);
		if (ret == 0 && !td_psk_prepare(profile->psk[role], (uint32_t)role))
			ret = refuse(mistakes, "pre-shared keys");
	}
	return ret;
}

/* Those of the roles, and of the server one for each further certificate. */
static int new_contexts(struct td_profile *profile, const struct td_choice *choice,
			struct td_mistakes *mistakes)
{
	const struct tl_profile *config = profile->config;
	int count = config->certificate ? TD_CTX_N : TD_CTX_ANONYMOUS;
	int ret = 0, which;

	for (which = 0; ret == 0 && which < count; which++)
		ret = new_ctx(profile, choice,
			      which == TD_CTX_ANONYMOUS ? TLSOCK_ROLE_CLIENT : which,
			      &profile->ctx[which], mistakes);
	if (ret == 0)
		ret = new_psk_contexts(profile, choice, mistakes);
	if (ret || !config->certificate)
		return ret;
	profile->leaves[0].ctx = profile->ctx[TLSOCK_ROLE_SERVER];
	for (profile->n_leaves = 1; ret == 0 && profile->n_leaves <= config->more_certificates.n;
	     profile->n_leaves++)
		ret = new_ctx(profile, choice, TLSOCK_ROLE_SERVER,
			      &profile->leaves[profile->n_leaves].ctx, mistakes);
	if (profile->n_leaves > 1)
		wolfSSL_CTX_set_cert_cb(profile->leaves[0].ctx, td_leaf_callback, NULL);
	return ret;
}

int td_profile_init(struct td_profile *profile, const struct tl_profile *config,
		    struct td_mistakes *mistakes)
{
	struct td_profile made = { .config = config, .tickets = config->name };
	struct td_choice choice = { 0 };
	int ret;

	mistakes->profile = config;
	ret = td_negotiate(&made, &choice, mistakes);
	if (ret == 0)
		ret = new_contexts(&made, &choice, mistakes);
	if (ret == 0)
		ret = td_credentials_load(&made, mistakes);
	if (ret == 0 && !TD_WOLF_OCSP && config->ocsp_check == TL_OCSP_REQUIRED)
		ret = refuse(mistakes, "check of OCSP responses");
	if (ret == 0 && !td_staple_prepare(&made))
		ret = refuse(mistakes, "OCSP responses");
	if (ret) {
		td_profile_exit(&made);
		return ret;
	}
	made.min_version = choice.min_version;
	made.max_version = choice.max_version;
	*profile = made;
	return 0;
}

int td_profile_init_role(struct td_profile *profile, const struct tl_profile *config, int role,
			 struct td_mistakes *mistakes)
{
	struct td_choice choice = { 0 };
	int ret;

	*profile = (struct td_profile) { .config = config };
	mistakes->profile = config;
	ret = td_negotiate(profile, &choice, mistakes);
	if (ret == 0)
		ret = new_ctx(profile, &choice, role, &profile->ctx[role], mistakes);
	if (ret)
		td_profile_exit(profile);
	return ret;
}

WOLFSSL_CTX *td_profile_ctx(const struct td_profile *profile, unsigned int *at)
{
	WOLFSSL_CTX *ctx = NULL;

	while (!ctx && *at < TD_CTX_N)
		ctx = profile->ctx[(*at)++];
	/* The first of the leaves is one of those. */
	if (!ctx && *at - TD_CTX_N + 1 < profile->n_leaves)
		ctx = profile->leaves[(*at)++ - TD_CTX_N + 1].ctx;
	return ctx;
}

void td_profile_exit(struct td_profile *profile)
{
	unsigned int i;
	int which;

	for (i = 0; i < TL_CERTIFICATES_MAX; i++) {
		td_leaf_exit(&profile->leaves[i]);
		if (i)
			wolfSSL_CTX_free(profile->leaves[i].ctx);
	}
	for (which = 0; which < TD_CTX_N; which++)
		wolfSSL_CTX_free(profile->ctx[which]);
	wolfSSL_CTX_free(profile->psk[TLSOCK_ROLE_CLIENT]);
	wolfSSL_CTX_free(profile->psk[TLSOCK_ROLE_SERVER]);
	td_psk_file_free(&profile->psks);
	td_anchors_free(&profile->anchors);
	td_crl_free(&profile->crls);
	memset(profile, 0, sizeof(*profile));
}
