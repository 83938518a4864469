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
#include "staple.h"
#include "wolf.h"

#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"
#define PEM_END		"-----END CERTIFICATE-----"

static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
};

/* A certificate chain with its key, and the names of their files */
struct pair {
	const char	*certificate;
	const char	*key;
	struct tl_span	passphrase;	/* no data: the key is not encrypted */
	bool		brought;	/* and may be DER as well as PEM */
	struct td_file	chain_file;
	struct td_file	key_file;
};

static int give_passphrase(char *to, int room, int writing, void *arg)
{
	const struct tl_span *passphrase = arg;

	(void)writing;
	if (passphrase->length > (size_t)room)
		return 0;
	memcpy(to, passphrase->data, passphrase->length);
	return (int)passphrase->length;
}

static int form(const struct pair *pair, const struct td_file *file)
{
	return pair->brought && (uint8_t)file->data[0] == TL_DER_SEQUENCE ?
		       WOLFSSL_FILETYPE_ASN1 : WOLFSSL_FILETYPE_PEM;
}

static const char *forms(const struct pair *pair)
{
	return pair->brought ? "PEM or DER" : "PEM";
}

static int use_key(WOLFSSL_CTX *ctx, const struct pair *pair, struct td_mistakes *mistakes)
{
	const byte *key = (const byte *)pair->key_file.data;
	int ret;

	if (pair->passphrase.data) {
		wolfSSL_CTX_set_default_passwd_cb(ctx, give_passphrase);
		wolfSSL_CTX_set_default_passwd_cb_userdata(ctx, (void *)&pair->passphrase);
	}
	ret = wolfSSL_CTX_use_PrivateKey_buffer(ctx, key, (long)pair->key_file.length,
						form(pair, &pair->key_file));
	wolfSSL_CTX_set_default_passwd_cb(ctx, NULL);
	wolfSSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	if (ret == WOLFSSL_SUCCESS)
		return 0;
	td_profile_mistake(mistakes, pair->passphrase.data ?
			   "%s holds no private key in %s form that this passphrase opens" :
			   "%s holds no private key in %s form without passphrase", pair->key,
			   forms(pair));
	return -EINVAL;
}

static int use_pair(WOLFSSL_CTX *ctx, const struct pair *pair, struct td_mistakes *mistakes)
{
	const byte *chain = (const byte *)pair->chain_file.data;

	if (wolfSSL_CTX_use_certificate_chain_buffer_format(ctx, chain,
							    (long)pair->chain_file.length,
							    form(pair, &pair->chain_file)) !=
	    WOLFSSL_SUCCESS)
		td_profile_mistake(mistakes, "%s holds no certificate chain in %s form",
				   pair->certificate, forms(pair));
	else if (use_key(ctx, pair, mistakes))
		return -EINVAL;
	else if (wolfSSL_CTX_check_private_key(ctx) != WOLFSSL_SUCCESS)
		td_profile_mistake(mistakes, "key %s does not belong to certificate %s",
				   pair->key, pair->certificate);
	else
		return 0;
	return -EINVAL;
}

static int look_at(struct td_leaf *leaf, const struct pair *pair, struct td_mistakes *mistakes)
{
	int ret = td_leaf_init(leaf, pair->chain_file.data, pair->chain_file.length);

	if (ret != -EBADMSG)
		return ret;
	td_profile_mistake(mistakes, "%s cannot be read as a certificate", pair->certificate);
	return -EINVAL;
}

/* The same pair for all of the contexts, of which one is the leaf's */
static int load_pair(WOLFSSL_CTX *const *ctx, int count, struct td_leaf *leaf, struct pair pair,
		     struct td_mistakes *mistakes)
{
	int ret, i;

	ret = td_file_read(pair.certificate, false, mistakes, &pair.chain_file);
	if (ret)
		return ret;
	ret = td_file_read(pair.key, true, mistakes, &pair.key_file);
	for (i = 0; ret == 0 && i < count; i++)
		ret = use_pair(ctx[i], &pair, mistakes);
	if (ret == 0)
		ret = look_at(leaf, &pair, mistakes);
	if (ret == 0)
		ret = td_staple_load(leaf, pair.certificate, mistakes);
	td_file_free(&pair.key_file);
	td_file_free(&pair.chain_file);
	return ret;
}

/* Its first line */
static int read_passphrase(const char *path, struct td_mistakes *mistakes, struct td_file *file,
			   struct tl_span *passphrase)
{
	int ret = td_file_read(path, true, mistakes, file);

	if (ret)
		return ret;
	*passphrase = (struct tl_span) {
		(const uint8_t *)file->data, strcspn(file->data, "\r\n"),
	};
	if (passphrase->length)
		return 0;
	td_profile_mistake(mistakes, "%s holds no passphrase", path);
	return -EINVAL;
}

/* Clients show the first, servers choose from all. */
static int load_pairs(struct td_profile *profile, struct tl_span passphrase,
		      struct td_mistakes *mistakes)
{
	const struct tl_profile *config = profile->config;
	struct pair pair = { .certificate = config->certificate, .key = config->key,
			     .passphrase = passphrase };
	int ret, next;

	ret = load_pair(profile->ctx, TD_CTX_ANONYMOUS, &profile->leaves[0], pair, mistakes);
	for (unsigned int i = 0; i < config->more_certificates.n && ret != -ENOMEM; i++) {
		struct td_leaf *leaf = &profile->leaves[i + 1];

		pair.certificate = config->more_certificates.path[i];
		pair.key = config->more_keys.path[i];
		next = load_pair(&leaf->ctx, 1, leaf, pair, mistakes);
		ret = next ? next : ret;
	}
	return ret;
}

static int load_certificates(struct td_profile *profile, struct td_mistakes *mistakes)
{
	struct tl_span passphrase = { 0 };
	struct td_file file = { 0 };
	int ret = 0;

	if (profile->config->passphrase)
		ret = read_passphrase(profile->config->passphrase, mistakes, &file,
				      &passphrase);
	if (ret == 0)
		ret = load_pairs(profile, passphrase, mistakes);
	td_file_free(&file);
	return ret;
}

static bool load_anchor(struct td_profile *profile, const char *pem, long length)
{
	unsigned int at = 0;
	WOLFSSL_CTX *ctx;

	while ((ctx = td_profile_ctx(profile, &at)))
		if (wolfSSL_CTX_load_verify_buffer_ex(ctx, (const byte *)pem, length,
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

/* All of them have to be good. */
static int take_anchors(struct td_profile *profile, const struct td_file *file,
			struct td_mistakes *mistakes)
{
	const char *path = profile->config->ca;
	int refused, loaded;

	loaded = load_anchors(profile, file, &refused);
	if (loaded && !refused)
		return 0;
	if (refused)
		td_profile_mistake(mistakes, "%d of %d certificates in %s cannot be used",
				   refused, refused + loaded, path);
	else
		td_profile_mistake(mistakes, "%s holds no certificate in PEM form", path);
	return -EINVAL;
}

static int load_named_anchors(struct td_profile *profile, struct td_mistakes *mistakes)
{
	struct td_file file = { 0 };
	int ret;

	ret = td_file_read(profile->config->ca, false, mistakes, &file);
	if (ret == 0)
		ret = take_anchors(profile, &file, mistakes);
	td_file_free(&file);
	return ret;
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
		ret = load_certificates(profile, mistakes);
	}
	if (ret == 0 && config->psk)
		ret = td_psk_file_read(config->psk, mistakes, &profile->psks);
	if (ret == -ENOMEM)
		return ret;
	if (config->ca)
		next = load_named_anchors(profile, mistakes);
	else
		next = load_system_anchors(profile, mistakes);
	ret = next ? next : ret;
	if (ret == 0 && config->crl)
		ret = td_crl_load(&profile->crls, config->crl, mistakes);
	return ret;
}

int td_credentials_bring(struct td_profile *profile, const struct td_brought *files,
			 struct td_mistakes *mistakes)
{
	const struct pair pair = {
		.certificate = profile->config->certificate,
		.key = profile->config->key,
		.chain_file = files->certificate,
		.key_file = files->key,
		.brought = true,
	};
	unsigned int at = 0;
	WOLFSSL_CTX *ctx;
	int ret = 0;

	while (ret == 0 && pair.chain_file.length && (ctx = td_profile_ctx(profile, &at)))
		ret = use_pair(ctx, &pair, mistakes);
	if (ret == 0 && files->ca.length)
		ret = take_anchors(profile, &files->ca, mistakes);
	return ret;
}
