// SPDX-License-Identifier: GPL-2.0-or-later
#include "staple.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/log.h"
#include "../lib/ocsp.h"
#include "engine.h"
#include "ocsp.h"
#include "profile.h"
#include "verify_text.h"
#include "wolf.h"

/* Why a response is not sent */
static const char *reason(int ret, int code)
{
	switch (code) {
	case TD_CODE_REVOKED:
		return "the certificate was revoked";
	case TD_CODE_OCSP_UNKNOWN:
		return "the responder does not know the certificate";
	case TD_CODE_OCSP_NOT_YET_VALID:
		return "it is not valid yet";
	case TD_CODE_OCSP_EXPIRED:
		return "it has expired";
	}
	return ret == -EAGAIN ? "the responder had no answer" : "it is for another certificate";
}

static int take(struct td_leaf *leaf, const char *path, struct td_mistakes *mistakes)
{
	struct tl_ocsp found = { 0 };
	struct td_file file;
	int ret, code;

	ret = td_file_read(path, false, mistakes, &file);
	if (ret)
		return ret;
	ret = tl_ocsp_parse((const uint8_t *)file.data, file.length, leaf->cert.serial, &found);
	if (ret == -EBADMSG) {
		td_profile_mistake(mistakes, "%s is no OCSP response in DER form", path);
		td_file_free(&file);
		return -EINVAL;
	}
	code = td_ocsp_status(ret, &found);
	if (code) {
		tl_log(LOG_WARNING, "profile %s: the OCSP response in %s is not used: %s",
		       mistakes->profile->name, path, reason(ret, code));
		td_file_free(&file);
		return 0;
	}
	leaf->staple = file;
	leaf->staple_end = found.end;
	return 0;
}

int td_staple_load(struct td_leaf *leaf, const char *certificate, struct td_mistakes *mistakes)
{
	char *path;
	int ret = 0;

	if (!TD_WOLF_OCSP)
		return 0;
	if (asprintf(&path, "%s" TD_STAPLE_SUFFIX, certificate) < 0)
		return -ENOMEM;
	if (td_file_exists(path))
		ret = take(leaf, path, mistakes);
	if (ret == 0 && !leaf->staple.data && td_ocsp_must_staple(&leaf->cert))
		tl_log(LOG_WARNING, "profile %s: clients will refuse the certificate in %s, which "
		       "asks for an OCSP response: there is none for it in %s",
		       mistakes->profile->name, certificate, path);
	free(path);
	return ret;
}

static const struct td_leaf *leaf_of(const struct td_engine *engine)
{
	const struct td_profile *profile = engine->profile;

	for (unsigned int i = 0; i < profile->n_leaves; i++)
		if (profile->leaves[i].ctx == engine->ctx)
			return &profile->leaves[i];
	return NULL;
}

/* wolfSSL calls when the certificate is about to be sent to a client that asks. */
static int answer(WOLFSSL *ssl, void *unused)
{
	const struct td_leaf *leaf = leaf_of(wolfSSL_GetIOReadCtx(ssl));
	unsigned char *copy;

	(void)unused;
	if (!leaf || !leaf->staple.length ||
	    (leaf->staple_end >= 0 && leaf->staple_end < time(NULL)))
		return WOLFSSL_OCSP_STATUS_CB_NOACK;
	copy = malloc(leaf->staple.length);	/* wolfSSL frees it */
	if (!copy)
		return WOLFSSL_OCSP_STATUS_CB_NOACK;
	memcpy(copy, leaf->staple.data, leaf->staple.length);
	if (wolfSSL_set_tlsext_status_ocsp_resp(ssl, copy, (int)leaf->staple.length) ==
	    WOLFSSL_SUCCESS)
		return WOLFSSL_OCSP_STATUS_CB_OK;
	free(copy);
	return WOLFSSL_OCSP_STATUS_CB_NOACK;
}

bool td_staple_prepare(const struct td_profile *profile)
{
	bool any = false;

	for (unsigned int i = 0; i < profile->n_leaves; i++)
		any |= profile->leaves[i].staple.length != 0;
	/* All of them, as one of them takes over where wolfSSL has begun with another. */
	for (unsigned int i = 0; any && i < profile->n_leaves; i++)
		if (!td_wolf_ocsp_answer(profile->leaves[i].ctx, answer))
			return false;
	/* wolfSSL asks where the trust anchors are. */
	return !any || !profile->trust[TLSOCK_ROLE_SERVER] ||
	       td_wolf_ocsp_answer(profile->trust[TLSOCK_ROLE_SERVER], answer);
}
