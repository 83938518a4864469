// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each list gets a certificate manager of its own with the issuer as its one
 * trust anchor: wolfSSL checks the signature when the list is loaded into it.
 * Issuers below a trust anchor are known only when a peer sends them; so this
 * happens at the first need, in each worker, and is remembered.
 */
#include "crl.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../lib/cert.h"
#include "../lib/log.h"
#include "file.h"
#include "peer.h"
#include "profile.h"
#include "verify_text.h"
#include "wolf.h"

#define PEM_BEGIN	"-----BEGIN X509 CRL-----"
#define PEM_END		"-----END X509 CRL-----"

/**
 * struct td_crl - one list
 * @der: all of it, owned
 * @issuer: distinguished name, in @der
 * @revoked: the entries, in @der
 * @end: nextUpdate, seconds since 1970, -1 if there is none
 * @key: of the issuer that @manager trusts, owned
 * @manager: NULL until it was needed
 */
struct td_crl {
	struct tl_span		der;
	struct tl_span		issuer;
	struct tl_span		revoked;
	int64_t			end;
	struct tl_span		key;
	WOLFSSL_CERT_MANAGER	*manager;
};

/* CertificateList ::= SEQUENCE { SEQUENCE { version OPTIONAL, algorithm, issuer,
 * thisUpdate, nextUpdate OPTIONAL, revokedCertificates OPTIONAL, ... }, algorithm,
 * signature }
 */
static bool parse(struct td_crl *crl)
{
	struct tl_span whole = crl->der, list, body, value;
	uint8_t tag;

	crl->end = -1;
	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &list) ||
	    !tl_der_take_tag(&list, TL_DER_SEQUENCE, &body) || !tl_der_take(&body, &tag, &value))
		return false;
	if (tag == TL_DER_INTEGER && !tl_der_take(&body, &tag, &value))
		return false;
	if (!tl_der_take_tag(&body, TL_DER_SEQUENCE, &crl->issuer) ||
	    !tl_der_take(&body, &tag, &value))
		return false;
	if (!tl_der_take(&body, &tag, &value))
		return true;
	if (tag == TL_DER_UTC_TIME || tag == TL_DER_GENERALIZED_TIME) {
		crl->end = tl_cert_time(tag, value);
		if (!tl_der_take(&body, &tag, &value))
			return true;
	}
	if (tag == TL_DER_SEQUENCE)
		crl->revoked = value;
	return true;
}

/* Takes over @der on success. */
static int add(struct td_crls *crls, uint8_t *der, size_t length)
{
	struct td_crl made = { .der = { der, length } };
	struct td_crl *grown;

	if (!parse(&made))
		return -EBADMSG;
	grown = realloc(crls->list, (crls->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[crls->count++] = made;
	crls->list = grown;
	return 0;
}

static int add_copy(struct td_crls *crls, const void *data, size_t length)
{
	uint8_t *der = malloc(length + 1);
	int ret;

	if (!der)
		return -ENOMEM;
	memcpy(der, data, length);
	ret = add(crls, der, length);
	if (ret)
		free(der);
	return ret;
}

static int add_pem(struct td_crls *crls, const char *pem, size_t length)
{
	DerBuffer *der = NULL;
	int ret = -EBADMSG;

	if (wc_PemToDer((const uint8_t *)pem, (long)length, CRL_TYPE, &der, NULL, NULL, NULL) == 0)
		ret = add_copy(crls, der->buffer, der->length);
	wc_FreeDer(&der);
	return ret;
}

static int add_file(struct td_crls *crls, const struct td_file *file)
{
	const char *at = strstr(file->data, PEM_BEGIN), *end;
	int ret = 0;

	if (!at)
		return add_copy(crls, file->data, file->length);
	for (; at && ret == 0; at = strstr(end, PEM_BEGIN)) {
		end = strstr(at, PEM_END);
		if (!end)
			return -EBADMSG;
		end += strlen(PEM_END);
		ret = add_pem(crls, at, (size_t)(end - at));
	}
	return ret;
}

static int load_file(struct td_crls *crls, const char *path, struct td_mistakes *mistakes)
{
	struct td_file file = { 0 };
	size_t i = crls->count;
	int ret;

	ret = td_file_read(path, false, mistakes, &file);
	if (ret)
		return ret;
	ret = add_file(crls, &file);
	td_file_free(&file);
	if (ret == -EBADMSG) {
		td_profile_mistake(mistakes, "%s holds no certificate revocation list", path);
		ret = -EINVAL;
	}
	for (; i < crls->count; i++)
		if (crls->list[i].end < time(NULL))
			tl_log(LOG_WARNING, "revocation list %s has expired", path);
	return ret;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int load_folder(struct td_crls *crls, const char *path, struct td_mistakes *mistakes)
{
	struct dirent **entries;
	char *name;
	int count, i, ret = 0;

	count = scandir(path, &entries, is_shown, alphasort);
	if (count < 0) {
		td_profile_mistake(mistakes, "cannot read %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	for (i = 0; i < count; i++) {
		if (ret == 0 && asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
			ret = -ENOMEM;
		if (ret == 0) {
			ret = load_file(crls, name, mistakes);
			free(name);
		}
		free(entries[i]);
	}
	free(entries);
	return ret;
}

int td_crl_load(struct td_crls *crls, const char *path, struct td_mistakes *mistakes)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return load_folder(crls, path, mistakes);
	return load_file(crls, path, mistakes);
}

static WOLFSSL_CERT_MANAGER *make_manager(const struct td_crl *crl, const struct tl_cert *issuer)
{
	WOLFSSL_CERT_MANAGER *manager = wolfSSL_CertManagerNew();

	if (manager &&
	    wolfSSL_CertManagerLoadCABuffer_ex(manager, issuer->der.data,
					       (long)issuer->der.length, WOLFSSL_FILETYPE_ASN1,
					       0, WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY) ==
	    WOLFSSL_SUCCESS &&
	    wolfSSL_CertManagerEnableCRL(manager, 0) == WOLFSSL_SUCCESS &&
	    wolfSSL_CertManagerLoadCRLBuffer(manager, crl->der.data, (long)crl->der.length,
					     WOLFSSL_FILETYPE_ASN1) == WOLFSSL_SUCCESS)
		return manager;
	wolfSSL_CertManagerFree(manager);
	return NULL;
}

/* Remembers the manager; the issuer may have been renewed with another key meanwhile. */
static WOLFSSL_CERT_MANAGER *get_manager(struct td_crl *crl, const struct tl_cert *issuer)
{
	WOLFSSL_CERT_MANAGER *manager;
	uint8_t *key;

	if (crl->manager && tl_der_same(crl->key, issuer->key))
		return crl->manager;
	manager = make_manager(crl, issuer);
	key = manager ? malloc(issuer->key.length + 1) : NULL;
	if (!key) {
		wolfSSL_CertManagerFree(manager);
		return NULL;
	}
	memcpy(key, issuer->key.data, issuer->key.length);
	wolfSSL_CertManagerFree(crl->manager);
	free((void *)crl->key.data);
	crl->manager = manager;
	crl->key = (struct tl_span){ key, issuer->key.length };
	return manager;
}

int td_crl_check(const struct td_crls *crls, const struct tl_cert *cert,
		 const struct tl_cert *issuer, int64_t now)
{
	int best = TD_CODE_CRL_MISSING, ret;
	WOLFSSL_CERT_MANAGER *manager;
	size_t i;

	for (i = 0; i < crls->count; i++) {
		struct td_crl *crl = &crls->list[i];

		if (!tl_der_same(crl->issuer, cert->issuer))
			continue;
		if (crl->end < now) {
			best = best ? TD_CODE_CRL_EXPIRED : 0;
			continue;
		}
		manager = get_manager(crl, issuer);
		if (!manager)
			continue;
		ret = wolfSSL_CertManagerCheckCRL(manager, cert->der.data, (int)cert->der.length);
		if (ret == CRL_CERT_REVOKED)
			return TD_CODE_REVOKED;
		if (ret == WOLFSSL_SUCCESS)
			best = 0;
	}
	return best;
}

void td_crl_walk(const struct td_crls *crls,
		 void (*take)(void *arg, const uint8_t *issuer_sha256, struct tl_span serial),
		 void *arg)
{
	struct tl_span rest, entry, serial;
	uint8_t issuer[TD_PEER_HASH];

	for (size_t i = 0; i < crls->count; i++) {
		if (td_peer_hash_issuer(crls->list[i].issuer, issuer))
			continue;
		rest = crls->list[i].revoked;
		while (tl_der_take_tag(&rest, TL_DER_SEQUENCE, &entry) &&
		       tl_der_take_tag(&entry, TL_DER_INTEGER, &serial))
			take(arg, issuer, tl_der_unsigned(serial));
	}
}

void td_crl_free(struct td_crls *crls)
{
	size_t i;

	for (i = 0; i < crls->count; i++) {
		wolfSSL_CertManagerFree(crls->list[i].manager);
		free((void *)crls->list[i].key.data);
		free((void *)crls->list[i].der.data);
	}
	free(crls->list);
	*crls = (struct td_crls){ 0 };
}
