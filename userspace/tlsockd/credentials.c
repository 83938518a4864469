// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files are given to wolfSSL from memory. Trust anchors are loaded one by one,
 * so that one odd certificate in the system's bundle spoils nothing and one in
 * the profile's own file is named.
 */
#include "credentials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "crl.h"
#include "file.h"
#include "profile.h"
#include "wolf.h"

#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"
#define PEM_END		"-----END CERTIFICATE-----"

static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
};

static int use_pair(WOLFSSL_CTX *ctx, const struct td_file *chain, const struct td_file *key,
		    struct td_mistakes *mistakes)
{
	const struct tl_profile *profile = mistakes->profile;
	const byte *chain_data = (const byte *)chain->data, *key_data = (const byte *)key->data;

	if (wolfSSL_CTX_use_certificate_chain_buffer(ctx, chain_data, (long)chain->length) !=
	    WOLFSSL_SUCCESS)
		td_profile_mistake(mistakes, "%s holds no certificate chain in PEM form",
				   profile->certificate);
	else if (wolfSSL_CTX_use_PrivateKey_buffer(ctx, key_data, (long)key->length,
						   WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
		td_profile_mistake(mistakes,
				   "%s holds no private key in PEM form without passphrase",
				   profile->key);
	else if (wolfSSL_CTX_check_private_key(ctx) != WOLFSSL_SUCCESS)
		td_profile_mistake(mistakes, "key %s does not belong to certificate %s",
				   profile->key, profile->certificate);
	else
		return 0;
	return -EINVAL;
}

static int load_certificate(WOLFSSL_CTX *const *ctx, int count, struct td_mistakes *mistakes)
{
	const struct tl_profile *profile = mistakes->profile;
	struct td_file chain = { 0 }, key = { 0 };
	int ret, i;

	ret = td_file_read(profile->certificate, false, mistakes, &chain);
	if (ret)
		return ret;
	ret = td_file_read(profile->key, true, mistakes, &key);
	for (i = 0; ret == 0 && i < count; i++)
		ret = use_pair(ctx[i], &chain, &key, mistakes);
	td_file_free(&key);
	td_file_free(&chain);
	return ret;
}

static bool load_anchor(struct td_profile *profile, const char *pem, long length)
{
	int i;

	for (i = 0; i < TD_CTX_N; i++)
		if (profile->ctx[i] &&
		    wolfSSL_CTX_load_verify_buffer_ex(profile->ctx[i], (const byte *)pem, length,
						      WOLFSSL_FILETYPE_PEM, 0,
						      WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY) !=
		    WOLFSSL_SUCCESS)
			return false;
	return td_anchors_add(&profile->anchors, pem, (size_t)length) == 0;
}

/* Returns the number of anchors loaded; *refused is that of the others. */
static int load_anchors(struct td_profile *profile, const struct td_file *file, int *refused)
{
	const char *at = file->data, *end;
	int loaded = 0;

	*refused = 0;
	while ((at = strstr(at, PEM_BEGIN))) {
		end = strstr(at, PEM_END);
		if (!end)
			break;
		end += strlen(PEM_END);
		if (load_anchor(profile, at, end - at))
			loaded++;
		else
			(*refused)++;
		at = end;
	}
	return loaded;
}

static int load_own_anchors(struct td_profile *profile, struct td_mistakes *mistakes)
{
	const char *path = profile->config->ca;
	struct td_file file = { 0 };
	int refused, loaded, ret;

	ret = td_file_read(path, false, mistakes, &file);
	if (ret)
		return ret;
	loaded = load_anchors(profile, &file, &refused);
	td_file_free(&file);
	if (loaded && !refused)
		return 0;
	if (refused)
		td_profile_mistake(mistakes, "%d of %d certificates in %s cannot be used",
				   refused, refused + loaded, path);
	else
		td_profile_mistake(mistakes, "%s holds no certificate in PEM form", path);
	return -EINVAL;
}

/* A machine without a bundle trusts nobody, which is no mistake. */
static int load_system_anchors(struct td_profile *profile, struct td_mistakes *mistakes)
{
	struct td_file file = { 0 };
	const char *path = NULL;
	int refused, ret, i;

	for (i = 0; i < (int)(sizeof(system_bundles) / sizeof(system_bundles[0])) && !path; i++)
		if (access(system_bundles[i], R_OK) == 0)
			path = system_bundles[i];
	if (!path) {
		tl_log(LOG_WARNING, "no trust anchors: %s is missing", system_bundles[0]);
		return 0;
	}
	ret = td_file_read(path, false, mistakes, &file);
	if (ret)
		return ret;
	if (load_anchors(profile, &file, &refused) == 0 || refused)
		tl_log(LOG_DEBUG, "%d certificates in %s cannot be used", refused, path);
	td_file_free(&file);
	return 0;
}

int td_credentials_load(struct td_profile *profile, struct td_mistakes *mistakes)
{
	const struct tl_profile *config = profile->config;
	int ret = 0, next;

	if (!config->certificate != !config->key) {
		td_profile_mistake(mistakes, "certificate and key must be given together");
		ret = -EINVAL;
	} else if (config->certificate) {
		ret = load_certificate(profile->ctx, TD_CTX_ANONYMOUS, mistakes);
	}
	if (ret == -ENOMEM)
		return ret;
	if (config->ca)
		next = load_own_anchors(profile, mistakes);
	else
		next = load_system_anchors(profile, mistakes);
	ret = next ? next : ret;
	if (ret == 0 && config->crl)
		ret = td_crl_load(&profile->crls, config->crl, mistakes);
	return ret;
}
