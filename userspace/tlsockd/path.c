// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A search from the peer's certificate upwards. Wherever more than one
 * certificate may be the issuer, signatures decide, from there on to the top:
 * a peer must not be able to put a more lenient certificate of the same name
 * in the place of the one that wolfSSL went through.
 */
#include "path.h"

#include "../lib/constraint.h"
#include "../lib/usage.h"
#include "anchors.h"
#include "verify_text.h"
#include "wolf.h"

#define SIGNATURES_MAX	64	/* checked for one peer */

static const uint8_t oid_subject_key[] = { 0x55, 0x1d, 14 };
static const uint8_t oid_authority_key[] = { 0x55, 0x1d, 35 };

/* The search under way */
struct search {
	const struct td_path_input	*in;
	struct td_path			*out;
	struct td_path			path;
	int				budget;	/* of signatures */
};

static bool subject_key(const struct tl_cert *cert, struct tl_span *id)
{
	struct tl_extension found;

	return tl_cert_extension(cert, oid_subject_key, sizeof(oid_subject_key), &found) &&
	       tl_der_take_tag(&found.value, TL_DER_OCTET_STRING, id);
}

/* AuthorityKeyIdentifier ::= SEQUENCE { [0] keyIdentifier, ... } */
static bool authority_key(const struct tl_cert *cert, struct tl_span *id)
{
	struct tl_extension found;
	struct tl_span body;

	return tl_cert_extension(cert, oid_authority_key, sizeof(oid_authority_key), &found) &&
	       tl_der_take_tag(&found.value, TL_DER_SEQUENCE, &body) &&
	       tl_der_take_tag(&body, 0x80, id);
}

static bool may_have_signed(const struct tl_cert *issuer, const struct tl_cert *cert)
{
	struct tl_span wanted, has;

	if (!tl_der_same(issuer->subject, cert->issuer))
		return false;
	return !authority_key(cert, &wanted) || !subject_key(issuer, &has) ||
	       tl_der_same(wanted, has);
}

/* wolfSSL looks at signatures before it looks at dates, names and extensions. */
static bool behind_signature(int ret)
{
	return ret == WOLFSSL_SUCCESS || ret == ASN_BEFORE_DATE_E || ret == ASN_AFTER_DATE_E ||
	       ret == ASN_NAME_INVALID_E || ret == ASN_CRIT_EXT_E;
}

bool td_path_has_signed(const struct tl_cert *issuer, const struct tl_cert *cert)
{
	WOLFSSL_CERT_MANAGER *manager = wolfSSL_CertManagerNew();
	bool good;

	if (!manager)
		return false;
	good = wolfSSL_CertManagerLoadCABuffer_ex(manager, issuer->der.data,
						  (long)issuer->der.length,
						  WOLFSSL_FILETYPE_ASN1, 0,
						  WOLFSSL_LOAD_FLAG_DATE_ERR_OKAY) ==
	       WOLFSSL_SUCCESS &&
	       behind_signature(wolfSSL_CertManagerVerifyBuffer(manager, cert->der.data,
								(long)cert->der.length,
								WOLFSSL_FILETYPE_ASN1));
	wolfSSL_CertManagerFree(manager);
	return good;
}

static bool has_signed(struct search *search, const struct tl_cert *issuer,
		       const struct tl_cert *cert)
{
	return search->budget-- > 0 && td_path_has_signed(issuer, cert);
}

static bool is_for(const struct td_path_input *in, const struct tl_usage *usage, bool own)
{
	bool tls = in->server ? usage->servers : usage->clients;
	bool rpc = in->server ? usage->rpc_servers : usage->rpc_clients;

	if (in->purpose == TD_PURPOSE_RPC && own)
		return rpc;
	return tls || (rpc && in->purpose != TD_PURPOSE_TLS);
}

/* What is wrong with one certificate of the path. */
static int judge_one(const struct search *search, unsigned int depth)
{
	const struct td_path *path = &search->path;
	const struct tl_cert *cert = path->certs[depth];
	bool anchor = depth + 1 == path->length;
	int64_t start = tl_cert_time(cert->not_before_tag, cert->not_before);
	int64_t end = tl_cert_time(cert->not_after_tag, cert->not_after);
	struct tl_usage usage;

	if (!tl_usage_read(cert, &usage))
		return TD_CODE_REJECTED;
	if (!usage.understood)
		return TD_CODE_CRITICAL_EXTENSION;
	if (start < 0 || search->in->now < start)
		return TD_CODE_NOT_YET_VALID;
	if (end < 0 || search->in->now > end)
		return TD_CODE_EXPIRED;
	if (tl_usage_weak_key(cert))
		return TD_CODE_KEY_TOO_SMALL;
	if (!anchor && tl_usage_weak_signature(cert))
		return TD_CODE_WEAK_SIGNATURE;
	if (!is_for(search->in, &usage, depth == 0))
		return TD_CODE_PURPOSE;
	if (depth == 0)
		return usage.sign_messages ? 0 : TD_CODE_PURPOSE;
	/* A trust anchor of version 1 cannot say that it is an authority. */
	if (!usage.authority && !(anchor && !cert->extensions.length))
		return TD_CODE_NOT_CA;
	return usage.sign_certificates ? 0 : TD_CODE_NO_CERT_SIGN;
}

/* Limits of the authority at @depth to what lies below it. */
static int judge_below(const struct td_path *path, unsigned int depth, unsigned int *at)
{
	struct tl_usage usage;
	int between = 0;
	unsigned int i;

	if (!tl_usage_read(path->certs[depth], &usage))
		return TD_CODE_REJECTED;
	for (i = depth; i-- > 0;) {
		*at = i;
		/* Those that only change keys do not count (RFC 5280 section 6.1.4). */
		if (i && tl_cert_self_issued(path->certs[i]))
			continue;
		if (!tl_constraint_allows(path->certs[depth], path->certs[i]))
			return TD_CODE_NAME_CONSTRAINT;
		if (i)
			between++;
	}
	*at = depth;
	return usage.path_length >= 0 && between > usage.path_length ? TD_CODE_PATH_LENGTH : 0;
}

static bool judge(struct search *search)
{
	struct td_path *path = &search->path;
	unsigned int depth;

	path->code = 0;
	for (depth = 0; depth < path->length && !path->code; depth++) {
		path->depth = depth;
		path->code = judge_one(search, depth);
	}
	for (depth = 1; depth < path->length && !path->code; depth++)
		path->code = judge_below(path, depth, &path->depth);
	path->trusted = true;
	if (!path->code || !search->out->trusted)
		*search->out = *path;
	path->trusted = false;
	return path->code == 0;
}

static bool on_path(const struct td_path *path, const struct tl_cert *cert)
{
	size_t i;

	for (i = 0; i < path->length; i++)
		if (tl_der_same(path->certs[i]->der, cert->der))
			return true;
	return false;
}

static bool is_anchor(const struct td_anchors *anchors, const struct tl_cert *cert)
{
	size_t i;

	for (i = 0; i < anchors->count; i++)
		if (tl_der_same(anchors->certs[i].der, cert->der))
			return true;
	return false;
}

/* The n-th certificate that may have signed the last of the path; NULL at the end. */
static const struct tl_cert *candidate(const struct search *search, size_t n)
{
	const struct td_path *path = &search->path;
	const struct tl_cert *last = path->certs[path->length - 1];
	const struct td_anchors *anchors = search->in->anchors;
	size_t i, j;

	for (i = 0; i < anchors->count; i++)
		if (may_have_signed(&anchors->certs[i], last) && n-- == 0)
			return &anchors->certs[i];
	for (i = 1; i < search->in->count; i++) {
		const struct tl_cert *cert = &search->in->sent[i];

		if (!may_have_signed(cert, last) || on_path(path, cert) ||
		    is_anchor(anchors, cert))
			continue;
		for (j = 1; j < i; j++)
			if (tl_der_same(search->in->sent[j].der, cert->der))
				break;
		if (j == i && n-- == 0)
			return cert;
	}
	return NULL;
}

static bool extend(struct search *search, bool doubt) /* NOLINT(misc-no-recursion): bounded */
{
	struct td_path *path = &search->path;
	size_t length = path->length, n;
	const struct tl_cert *next;

	if (is_anchor(search->in->anchors, path->certs[length - 1]))
		return judge(search);
	if (length > TD_PATH_MAX)
		return false;
	doubt |= candidate(search, 1) != NULL;
	for (n = 0; (next = candidate(search, n)); n++) {
		if (doubt && !has_signed(search, next, path->certs[length - 1]))
			continue;
		path->certs[length] = next;
		path->length = length + 1;
		if (extend(search, doubt))
			return true;
		path->length = length;
	}
	if (!search->out->trusted && length > search->out->length) {
		*search->out = *path;
		search->out->depth = (unsigned int)length - 1;
		search->out->code = TD_CODE_NO_ISSUER;
	}
	return false;
}

bool td_path_find(const struct td_path_input *in, struct td_path *out)
{
	struct search search = {
		.in = in,
		.out = out,
		.path = { .length = 1, .certs = { &in->sent[0] } },
		.budget = SIGNATURES_MAX,
	};

	*out = (struct td_path){ 0 };
	return extend(&search, in->doubt);
}
