// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files are read whole, after their kind and access rights were checked on
 * the open descriptor, and given to wolfSSL from memory; the memory of keys is
 * wiped. Trust anchors are loaded one by one, so that one odd certificate in
 * the system's bundle spoils nothing and one in the profile's own file is
 * named.
 */
#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "profile.h"
#include "wolf.h"

#define FILE_MAX	16777216
#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"
#define PEM_END		"-----END CERTIFICATE-----"

static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
};

struct file {
	char	*data;
	size_t	length;
};

static void file_free(struct file *file)
{
	if (file->data)
		explicit_bzero(file->data, file->length);
	free(file->data);
	*file = (struct file){ 0 };
}

static int check_kind(int fd, const char *path, bool secret, struct td_mistakes *mistakes,
		      size_t *length)
{
	struct stat st;

	if (fstat(fd, &st)) {
		td_profile_mistake(mistakes, "cannot look at %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		td_profile_mistake(mistakes, "%s must be a regular file of at most 16 MiB", path);
		return -EINVAL;
	}
	if (secret && (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))) {
		td_profile_mistake(mistakes, "private key %s is open to others: chmod 600 it",
				   path);
		return -EINVAL;
	}
	if (secret && (st.st_mode & S_IRGRP))
		tl_log(LOG_NOTICE, "private key %s is readable by its group", path);
	*length = (size_t)st.st_size;
	return 0;
}

static int file_read(const char *path, bool secret, struct td_mistakes *mistakes, struct file *out)
{
	struct file file = { 0 };
	size_t length;
	ssize_t some;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		td_profile_mistake(mistakes, "cannot open %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	ret = check_kind(fd, path, secret, mistakes, &length);
	if (ret)
		goto close_fd;
	file.data = malloc(length + 1);
	if (!file.data) {
		ret = -ENOMEM;
		goto close_fd;
	}
	while (file.length < length) {
		some = read(fd, file.data + file.length, length - file.length);
		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0) {
			td_profile_mistake(mistakes, "cannot read %s: %s", path, strerror(errno));
			ret = -EINVAL;
			goto free_file;
		}
		if (some == 0)
			break;
		file.length += (size_t)some;
	}
	file.data[file.length] = '\0';
	close(fd);
	*out = file;
	return 0;

free_file:
	file_free(&file);
close_fd:
	close(fd);
	return ret;
}

static int use_pair(WOLFSSL_CTX *ctx, const struct file *chain, const struct file *key,
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
	struct file chain = { 0 }, key = { 0 };
	int ret, i;

	ret = file_read(profile->certificate, false, mistakes, &chain);
	if (ret)
		return ret;
	ret = file_read(profile->key, true, mistakes, &key);
	for (i = 0; ret == 0 && i < count; i++)
		ret = use_pair(ctx[i], &chain, &key, mistakes);
	file_free(&key);
	file_free(&chain);
	return ret;
}

/* Returns the number of anchors loaded; *refused is that of the others. */
static int load_anchors(WOLFSSL_CTX *ctx, const struct file *file, int *refused)
{
	const char *at = file->data, *end;
	int loaded = 0;

	*refused = 0;
	while ((at = strstr(at, PEM_BEGIN))) {
		end = strstr(at, PEM_END);
		if (!end)
			break;
		end += strlen(PEM_END);
		if (wolfSSL_CTX_load_verify_buffer_ex(ctx, (const byte *)at, end - at,
						      WOLFSSL_FILETYPE_PEM, 0,
						      WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY) ==
		    WOLFSSL_SUCCESS)
			loaded++;
		else
			(*refused)++;
		at = end;
	}
	return loaded;
}

static int load_own_anchors(WOLFSSL_CTX *const *ctx, int count, struct td_mistakes *mistakes)
{
	const char *path = mistakes->profile->ca;
	struct file file = { 0 };
	int refused, loaded, ret, i;

	ret = file_read(path, false, mistakes, &file);
	for (i = 0; ret == 0 && i < count; i++) {
		loaded = load_anchors(ctx[i], &file, &refused);
		if (loaded && !refused)
			continue;
		if (refused)
			td_profile_mistake(mistakes, "%d of %d certificates in %s cannot be used",
					  refused, refused + loaded, path);
		else
			td_profile_mistake(mistakes, "%s holds no certificate in PEM form", path);
		ret = -EINVAL;
	}
	file_free(&file);
	return ret;
}

/* A machine without a bundle trusts nobody, which is no mistake. */
static int load_system_anchors(WOLFSSL_CTX *const *ctx, int count, struct td_mistakes *mistakes)
{
	struct file file = { 0 };
	const char *path = NULL;
	int refused, ret, i;

	for (i = 0; i < (int)(sizeof(system_bundles) / sizeof(system_bundles[0])) && !path; i++)
		if (access(system_bundles[i], R_OK) == 0)
			path = system_bundles[i];
	if (!path) {
		tl_log(LOG_WARNING, "no trust anchors: %s is missing", system_bundles[0]);
		return 0;
	}
	ret = file_read(path, false, mistakes, &file);
	for (i = 0; ret == 0 && i < count; i++)
		if (load_anchors(ctx[i], &file, &refused) == 0 || refused)
			tl_log(LOG_DEBUG, "%d certificates in %s cannot be used", refused, path);
	file_free(&file);
	return ret;
}

int td_credentials_load(WOLFSSL_CTX *const *ctx, int count, struct td_mistakes *mistakes)
{
	const struct tl_profile *profile = mistakes->profile;
	int ret = 0, next;

	if (!profile->certificate != !profile->key) {
		td_profile_mistake(mistakes, "certificate and key must be given together");
		ret = -EINVAL;
	} else if (profile->certificate) {
		ret = load_certificate(ctx, count, mistakes);
	}
	if (ret == -ENOMEM)
		return ret;
	if (profile->ca)
		next = load_own_anchors(ctx, count, mistakes);
	else
		next = load_system_anchors(ctx, count, mistakes);
	return next ? next : ret;
}
