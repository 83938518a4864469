// SPDX-License-Identifier: GPL-2.0-or-later
#include "negotiate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/tlsock.h>

#include "../lib/config.h"
#include "../lib/suite.h"
#include "profile.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/dh.h>

#define DH_BITS_MIN	2048

static void append(char list[TD_LIST_SIZE], const char *name)
{
	size_t length = strlen(list);

	snprintf(list + length, TD_LIST_SIZE - length, "%s%s", length ? ":" : "", name);
}

/* What a profile must say before it may have what is obsolete */
static const char *permit(int legacy)
{
	switch (legacy) {
	case TL_LEGACY_DHE:
		return "dhe";
	case TL_LEGACY_CCM:
		return "ccm";
	default:
		return "static-rsa";
	}
}

/* May a profile that names it have it? The mistake is told. */
static bool is_permitted(const struct tl_profile *config, int legacy, const char *name,
			 struct td_mistakes *mistakes)
{
	if (legacy & ~config->legacy)
		td_profile_mistake(mistakes, "%s is obsolete and needs \"legacy = %s\"", name,
				   permit(legacy));
	return !(legacy & ~config->legacy);
}

static bool check_legacy(const struct tl_profile *config, struct td_mistakes *mistakes)
{
	int missing = config->legacy & ~TD_WOLF_LEGACY;

	if (missing)
		td_profile_mistake(mistakes, "this build of wolfSSL has no %s",
				   permit(missing & -missing));
	return !missing;
}

static void add_suite(const struct tl_profile *config, const struct tl_suite *suite,
		      struct td_choice *choice)
{
	if (suite->version < config->min_version || suite->version > config->max_version)
		return;
	append(choice->suites, suite->wolf);
	if (!choice->min_version || suite->version < choice->min_version)
		choice->min_version = suite->version;
	if (suite->version > choice->max_version)
		choice->max_version = suite->version;
}

static void unknown_suite(struct td_mistakes *mistakes, const char *name, size_t length)
{
	char known[TD_LIST_SIZE] = "";
	size_t i;

	for (i = 0; i < tl_suites_count; i++)
		if (!tl_suites[i].legacy)
			append(known, tl_suites[i].name);
	td_profile_mistake(mistakes, "unknown cipher suite %.*s; known are %s", (int)length, name,
			  known);
}

/* The versions that a profile allows are narrowed to those it has suites of. */
static void choose_suites(const struct tl_profile *config, struct td_choice *choice,
			  struct td_mistakes *mistakes)
{
	const struct tl_suite *suite;
	const char *at = config->ciphers;
	unsigned int before = mistakes->count;
	size_t length, i;

	for (i = 0; !at && i < tl_suites_count; i++)
		if (!(tl_suites[i].legacy & ~config->legacy))
			add_suite(config, &tl_suites[i], choice);
	for (; at && *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		suite = tl_suite_by_name(at, length);
		if (!suite)
			unknown_suite(mistakes, at, length);
		else if (is_permitted(config, suite->legacy, suite->name, mistakes))
			add_suite(config, suite, choice);
	}
	if (mistakes->count == before && !choice->suites[0])
		td_profile_mistake(mistakes, "no cipher suite in \"ciphers\" belongs to the "
				   "versions allowed");
}

static bool is_built(const struct tl_group *group)
{
	return (TD_WOLF_HYBRID || !group->hybrid) && !(group->legacy & ~TD_WOLF_LEGACY);
}

static void unknown_group(struct td_mistakes *mistakes, const char *name, size_t length)
{
	char known[TD_LIST_SIZE] = "";
	size_t i;

	for (i = 0; i < tl_groups_count; i++)
		if (is_built(&tl_groups[i]) && !tl_groups[i].legacy)
			append(known, tl_groups[i].name);
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

static void choose_groups(struct td_profile *profile, uint16_t version,
			  struct td_mistakes *mistakes)
{
	const struct tl_profile *config = profile->config;
	const char *at = config->groups;
	const struct tl_group *group;
	unsigned int before = mistakes->count;
	size_t length, i;

	for (i = 0; !at && i < tl_groups_count; i++)
		if (tl_groups[i].standard && is_built(&tl_groups[i]) &&
		    !(tl_groups[i].legacy & ~config->legacy))
			add_group(profile, &tl_groups[i], version);
	for (; at && *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		group = tl_group_by_name(at, length);
		if (!group || !is_built(group))
			unknown_group(mistakes, at, length);
		else if (is_permitted(config, group->legacy, group->name, mistakes))
			add_group(profile, group, version);
	}
	if (mistakes->count == before && !profile->n_groups)
		td_profile_mistake(mistakes,
				   "no group in \"groups\" can be used with the versions allowed");
}

static void unknown_scheme(struct td_mistakes *mistakes, const char *name, size_t length)
{
	char known[TD_LIST_SIZE] = "";
	size_t i;

	for (i = 0; i < tl_schemes_count; i++)
		append(known, tl_schemes[i].name);
	td_profile_mistake(mistakes, "unknown signature scheme %.*s; known are %s", (int)length,
			  name, known);
}

static void choose_signatures(const struct tl_profile *config, struct td_choice *choice,
			      struct td_mistakes *mistakes)
{
	const struct tl_scheme *scheme;
	const char *at = config->signatures;
	size_t length;

	if (!at && TD_WOLF_SIGNATURES[0])
		append(choice->signatures, TD_WOLF_SIGNATURES);
	for (; at && *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		scheme = tl_scheme_by_name(at, length);
		if (scheme)
			append(choice->signatures, scheme->wolf);
		else
			unknown_scheme(mistakes, at, length);
	}
}

int td_negotiate(struct td_profile *profile, struct td_choice *choice,
		 struct td_mistakes *mistakes)
{
	const struct tl_profile *config = profile->config;
	unsigned int before = mistakes->count;

	if (!check_legacy(config, mistakes))
		return -EINVAL;
	choose_suites(config, choice, mistakes);
	choose_groups(profile, choice->max_version, mistakes);
	choose_signatures(config, choice, mistakes);
	return mistakes->count == before ? 0 : -EINVAL;
}

bool td_negotiate_dhe(WOLFSSL_CTX *ctx, int role)
{
	byte p[DH_BITS_MIN / 8], g[1];
	word32 p_length = sizeof(p), g_length = sizeof(g), none = 0;

	if (role != TLSOCK_ROLE_SERVER)
		return wolfSSL_CTX_SetMinDhKey_Sz(ctx, DH_BITS_MIN) == WOLFSSL_SUCCESS;
	return wc_DhCopyNamedKey(WC_FFDHE_2048, p, &p_length, g, &g_length, NULL, &none) == 0 &&
	       wolfSSL_CTX_SetTmpDH(ctx, p, (int)p_length, g, (int)g_length) == WOLFSSL_SUCCESS;
}
