// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL calls back for each certificate at fault and for the peer's own in
 * any case (WOLFSSL_ALWAYS_VERIFY_CB); td_verify_passed() is false where that
 * call never came. Names are compared here, because wolfSSL falls back to the
 * common name. Faults of authorities are only noted: the peer may have sent
 * more than is needed, or in another order. Whether there is a path that will
 * do is path.c's to say, when the peer's own certificate has its turn.
 */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crl.h"
#include "path.h"
#include "verify_text.h"
#include "wolf.h"

/* The first failure stays: wolfSSL may call again once it was overridden. */
void td_verify_record(struct td_verify *verify, const struct tl_cert *cert, int code, int depth)
{
	if (verify->code)
		return;
	verify->code = code;
	verify->depth = depth > 0 ? (uint32_t)depth : 0;
	if (code == TD_CODE_NO_ISSUER && tl_cert_self_issued(cert))
		verify->code = depth > 0 ? TD_CODE_SELF_SIGNED_IN_CHAIN : TD_CODE_SELF_SIGNED;
	td_verify_describe(verify, cert);
}

static void note_peer(struct td_verify *verify, WOLFSSL_X509 *leaf, const struct tl_cert *cert)
{
	WOLFSSL_X509_NAME *name = leaf ? wolfSSL_X509_get_subject_name(leaf) : NULL;
	char subject[TD_PEER_SUBJECT + 1] = "";

	if (name && !wolfSSL_X509_NAME_oneline(name, subject, sizeof(subject)))
		subject[0] = '\0';
	td_peer_set(&verify->peer, cert, subject);
}

/* As many as there is room for, from its own on. Without memory there are none. */
static void keep_chain(struct td_verify *verify, const struct tl_cert *sent, size_t count)
{
	uint8_t *at;
	size_t i, length = 0, n = 0;

	while (n < count && length + 3 + sent[n].der.length <= TLSOCK_MAX_CHAIN)
		length += 3 + sent[n++].der.length;
	at = length ? malloc(length) : NULL;
	if (!at)
		return;
	verify->chain = at;
	verify->chain_length = length;
	for (i = 0; i < n; i++) {
		*at++ = (uint8_t)(sent[i].der.length >> 16);
		*at++ = (uint8_t)(sent[i].der.length >> 8);
		*at++ = (uint8_t)sent[i].der.length;
		memcpy(at, sent[i].der.data, sent[i].der.length);
		at += sent[i].der.length;
	}
}

/* Is it something that path.c looks at itself? Revocation, for one, is not. */
static bool can_wait(int code, int depth)
{
	switch (code) {
	case TD_CODE_SIGNATURE:
	case TD_CODE_SELF_SIGNED:
	case TD_CODE_NO_ISSUER:
	case TD_CODE_NAME_CONSTRAINT:
	case TD_CODE_PURPOSE:
		return true;
	case TD_CODE_NOT_YET_VALID:
	case TD_CODE_EXPIRED:
	case TD_CODE_NOT_CA:
	case TD_CODE_PATH_LENGTH:
	case TD_CODE_CRITICAL_EXTENSION:
	case TD_CODE_KEY_TOO_SMALL:
		return depth > 0;
	}
	return false;
}

static void note_fault(struct td_verify *verify, const struct tl_cert *cert, int code, int depth)
{
	if (!can_wait(code, depth)) {
		td_verify_record(verify, cert, code, depth);
		return;
	}
	/* wolfSSL checks names last, and against the nearest authority only. */
	verify->doubt |= code != TD_CODE_NAME_CONSTRAINT;
	if (!verify->noted) {
		verify->noted = code;
		verify->noted_depth = depth;
	}
}

/* Of what is known to be revoked is told first, then of what is not known. */
static void judge_revocation(struct td_verify *verify, const struct td_path *path, int64_t now)
{
	int code, unknown = 0;
	size_t i, at = 0;

	for (i = 0; i + 1 < path->length && !verify->code; i++) {
		code = td_crl_check(verify->crls, path->certs[i], path->certs[i + 1], now);
		if (code == TD_CODE_REVOKED) {
			td_verify_record(verify, path->certs[i], code, (int)i);
		} else if (code && !unknown) {
			unknown = code;
			at = i;
		}
	}
	if (unknown && verify->crl_required)
		td_verify_record(verify, path->certs[at], unknown, (int)at);
}

static void judge_path(struct td_verify *verify, const struct tl_cert *sent, size_t count)
{
	const struct td_path_input in = {
		.sent = sent,
		.count = count,
		.anchors = verify->anchors,
		.server = verify->server,
		.purpose = verify->purpose,
		.doubt = verify->doubt,
		.now = time(NULL),
	};
	struct td_path path;

	if (verify->judged || verify->code)
		return;
	verify->judged = true;
	if (td_path_find(&in, &path)) {
		if (verify->crls)
			judge_revocation(verify, &path, in.now);
		td_ocsp_certificate(verify, &sent[0], path.certs[path.length > 1]);
		return;
	}
	if (!path.trusted && verify->noted && verify->noted != TD_CODE_NAME_CONSTRAINT &&
	    verify->noted != TD_CODE_NO_ISSUER && verify->noted_depth < (int)count)
		td_verify_record(verify, &sent[verify->noted_depth], verify->noted,
				 verify->noted_depth);
	else if (!path.trusted && count >= TD_PATH_MAX)
		td_verify_record(verify, &sent[0], TD_CODE_CHAIN_TOO_LONG, 0);
	else
		td_verify_record(verify, path.certs[path.depth], path.code, (int)path.depth);
}

static void judge_own(struct td_verify *verify, const struct tl_cert *sent, size_t count)
{
	int code = verify->identity.address_length ? TD_CODE_ADDRESS : TD_CODE_HOST;

	judge_path(verify, sent, count);
	if (verify->check_name && !td_identity_matches(&verify->identity, &sent[0]))
		td_verify_record(verify, &sent[0], code, 0);
}

static bool parse_all(const WOLFSSL_X509_STORE_CTX *store, struct tl_cert *certs)
{
	int i;

	if (store->totalCerts > TD_PATH_MAX)
		return false;
	for (i = 0; i < store->totalCerts; i++)
		if (tl_cert_parse(store->certs[i].buffer, store->certs[i].length, &certs[i]))
			return false;
	return store->error_depth >= 0 && store->error_depth < store->totalCerts;
}

int td_verify_callback(int ok, WOLFSSL_X509_STORE_CTX *store)
{
	struct td_verify *verify = store->userCtx;
	struct tl_cert sent[TD_PATH_MAX];
	int depth = store->error_depth;

	if (store->totalCerts == 0)	/* none sent: whether that will do is not asked here */
		return ok;
	if (!parse_all(store, sent)) {
		verify->code = verify->code ? verify->code : TD_CODE_REJECTED;
		snprintf(verify->text, sizeof(verify->text), "certificate cannot be read");
		return 0;
	}
	verify->long_chain |= store->totalCerts > 1;
	if (!ok)
		note_fault(verify, &sent[depth], td_verify_code(store->error), depth);
	if (depth == 0) {
		if (!verify->seen)
			note_peer(verify, store->current_cert, &sent[0]);
		if (verify->chain_wanted && !verify->chain)
			keep_chain(verify, sent, (size_t)store->totalCerts);
		verify->seen = true;
		judge_own(verify, sent, (size_t)store->totalCerts);
	}
	return !verify->code || verify->mode != TLSOCK_VERIFY_REQUIRED;
}

bool td_verify_passed(const struct td_verify *verify)
{
	return verify->mode != TLSOCK_VERIFY_NONE && !verify->code &&
	       (verify->vouched || (verify->seen && verify->judged));
}
