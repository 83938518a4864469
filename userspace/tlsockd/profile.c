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
#include "ocsp.h"
#include "seal.h"
#include "staple.h"
#include "wolf.h"

#define RSA_BITS_MIN	2048
#define EC_BITS_MIN	256
#define LIST_SIZE	512

/* What is left of a profile's wishes after they were checked. */
struct choice {
	uint16_t	min_version;
	uint16_t	max_version;
	char		suites[LIST_SIZE];
};

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

static void append(char *list, size_t size, const char *name)
{
	size_t length = strlen(list);

	snprintf(list + length, size - length, "%s%s", length ? ":" : "", name);
}

static bool add_suite(const struct tl_profile *config, const struct tl_suite *suite,
		      struct choice *choice)
{
	if (suite->version < config->min_version || suite->version > config->max_version)
		return false;
	append(choice->suites, sizeof(choice->suites), suite->wolf);
	if (!choice->min_version || suite->version < choice->min_version)
		choice->min_version = suite->version;
	if (suite->version > choice->max_version)
		choice->max_version = suite->version;
	return true;
}

static void unknown_suite(struct td_mistakes *mistakes, const char *name, size_t length)
{
	char known[LIST_SIZE] = "";
	size_t i;

	for (i = 0; i < tl_suites_count; i++)
		append(known, sizeof(known), tl_suites[i].name);
	td_profile_mistake(mistakes, "unknown cipher suite %.*s; known are %s", (int)length, name,
			  known);
}

/* The versions that a profile allows are narrowed to those it has suites of. */
static int choose_suites(const struct tl_profile *config, struct choice *choice,
			 struct td_mistakes *mistakes)
{
	const struct tl_suite *suite;
	const char *at = config->ciphers;
	unsigned int before = mistakes->count;
	size_t length, i;

	for (i = 0; !at && i < tl_suites_count; i++)
		add_suite(config, &tl_suites[i], choice);
	for (; at && *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		suite = tl_suite_by_name(at, length);
		if (suite)
			add_suite(config, suite, choice);
		else
			unknown_suite(mistakes, at, length);
	}
	if (mistakes->count != before)
		return -EINVAL;
	if (choice->suites[0])
		return 0;
	td_profile_mistake(mistakes,
			   "no cipher suite in \"ciphers\" belongs to the versions allowed");
	return -EINVAL;
}

static void unknown_group(struct td_mistakes *mistakes, const char *name, size_t length)
{
	char known[LIST_SIZE] = "";
	size_t i;

	for (i = 0; i < tl_groups_count; i++)
		if (TD_WOLF_HYBRID || !tl_groups[i].hybrid)
			append(known, sizeof(known), tl_groups[i].name);
	td_profile_mistake(mistakes, "unknown key exchange group %.*s; known are %s", (int)length,
			  name, known);
}

static void add_group(struct td_profile *profile, const struct tl_group *group, uint16_t version)
{
	int max = (int)(sizeof(profile->groups) / sizeof(profile->groups[0]));

	if (group->hybrid && version < TL_VERSION_1_3)
		return;
	if (profile->n_groups < max)
		profile->groups[profile->n_groups++] = group->number;
}

static int choose_groups(struct td_profile *profile, uint16_t version, struct td_mistakes *mistakes)
{
	const char *at = profile->config->groups;
	const struct tl_group *group;
	unsigned int before = mistakes->count;
	size_t length, i;

	for (i = 0; !at && i < tl_groups_count; i++)
		if (tl_groups[i].standard && (TD_WOLF_HYBRID || !tl_groups[i].hybrid))
			add_group(profile, &tl_groups[i], version);
	for (; at && *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		group = tl_group_by_name(at, length);
		if (group && (TD_WOLF_HYBRID || !group->hybrid))
			add_group(profile, group, version);
		else
			unknown_group(mistakes, at, length);
	}
	if (mistakes->count != before)
		return -EINVAL;
	if (profile->n_groups)
		return 0;
	td_profile_mistake(mistakes,
			   "no group in \"groups\" can be used with the versions allowed");
	return -EINVAL;
}

static WOLFSSL_METHOD *method(const struct choice *choice, int role)
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
static int new_tickets(const struct td_profile *profile, const struct choice *choice,
		       WOLFSSL_CTX *ctx, struct td_mistakes *mistakes)
{
	if (profile->config->resumption) {
		if (wolfSSL_CTX_set_TicketEncCb(ctx, td_seal_callback) != WOLFSSL_SUCCESS ||
		    wolfSSL_CTX_set_TicketEncCtx(ctx, profile->config->name) != WOLFSSL_SUCCESS ||
		    wolfSSL_CTX_set_TicketHint(ctx, TD_SEAL_LIFETIME) != WOLFSSL_SUCCESS ||
		    wolfSSL_CTX_set_timeout(ctx, TD_SEAL_LIFETIME) != WOLFSSL_SUCCESS)
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

static int new_ctx(struct td_profile *profile, const struct choice *choice, int role,
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
	if (TD_WOLF_SIGNATURES &&
	    wolfSSL_CTX_set1_sigalgs_list(ctx, TD_WOLF_SIGNATURES) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "signature algorithms");
	if (wolfSSL_CTX_set_groups(ctx, profile->groups, profile->n_groups) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "groups");
	if (wolfSSL_CTX_SetMinRsaKey_Sz(ctx, RSA_BITS_MIN) != WOLFSSL_SUCCESS ||
	    wolfSSL_CTX_SetMinEccKey_Sz(ctx, EC_BITS_MIN) != WOLFSSL_SUCCESS)
		return refuse(mistakes, "key lengths");
	if (role != TLSOCK_ROLE_SERVER)
		return td_ocsp_prepare(ctx) ? 0 : refuse(mistakes, "OCSP responses");
	return new_tickets(profile, choice, ctx, mistakes);
}

/* They know no certificate and trust nobody; a ticket would break the connection. */
static int new_psk_contexts(struct td_profile *profile, const struct choice *choice,
			    struct td_mistakes *mistakes)
{
	struct choice psk = *choice;
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
static int new_contexts(struct td_profile *profile, const struct choice *choice,
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
	struct td_profile made = { .config = config };
	struct choice choice = { 0 };
	int ret;

	mistakes->profile = config;
	ret = choose_suites(config, &choice, mistakes);
	if (ret == 0)
		ret = choose_groups(&made, choice.max_version, mistakes);
	if (ret == 0)
		ret = new_contexts(&made, &choice, mistakes);
	if (ret == 0)
		ret = td_credentials_load(&made, mistakes);
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
