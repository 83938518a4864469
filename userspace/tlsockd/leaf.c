// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL asks once the extensions of a ClientHello are read and nothing is
 * chosen yet (RFC 8446 section 4.4.2.2, RFC 6066 section 3).
 */
#include "leaf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/scheme.h"
#include "engine.h"
#include "profile.h"
#include "wolf.h"

/* What a client says that matters here */
struct wish {
	char		name[TLSOCK_MAX_NAME + 1];
	const byte	*schemes;
	word16		schemes_length;
	const byte	*suites;
	word16		suites_length;
	bool		by_suite;	/* TLS 1.2, where suites say what signs */
};

int td_leaf_init(struct td_leaf *leaf, const char *pem, size_t length)
{
	int der_length;

	leaf->staple = (struct td_file){ 0 };
	leaf->der = malloc(length + 1);		/* DER is the shorter form */
	if (!leaf->der)
		return -ENOMEM;
	der_length = wolfSSL_CertPemToDer((const byte *)pem, (int)length, leaf->der, (int)length,
					  CERT_TYPE);
	if (der_length > 0 && !tl_cert_parse(leaf->der, (size_t)der_length, &leaf->cert))
		return 0;
	td_leaf_exit(leaf);
	return -EBADMSG;
}

void td_leaf_exit(struct td_leaf *leaf)
{
	free(leaf->der);
	leaf->der = NULL;
	td_file_free(&leaf->staple);
}

static void read_wish(WOLFSSL *ssl, struct wish *wish)
{
	void *name = NULL;
	unsigned short length = wolfSSL_SNI_GetRequest(ssl, WOLFSSL_SNI_HOST_NAME, &name);

	memset(wish, 0, sizeof(*wish));
	/* A NUL within ends it; no certificate is for such a name then. */
	if (name && length < sizeof(wish->name))
		memcpy(wish->name, name, length);
	wolfSSL_get_client_suites_sigalgs(ssl, &wish->suites, &wish->suites_length,
					  &wish->schemes, &wish->schemes_length);
	wish->by_suite = wolfSSL_version(ssl) == TL_VERSION_1_2;
}

static int score(const struct td_leaf *leaf, const struct wish *wish, int legacy)
{
	bool verifies = tl_scheme_offered(&leaf->cert, wish->schemes, wish->schemes_length) &&
			(!wish->by_suite || tl_scheme_suite_offered(&leaf->cert, wish->suites,
								    wish->suites_length,
								    legacy));

	return 2 * (*wish->name && tl_cert_has_host(&leaf->cert, wish->name)) + verifies;
}

int td_leaf_callback(WOLFSSL *ssl, void *unused)
{
	struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);
	const struct td_profile *profile = engine->profile;
	const struct td_leaf *best = &profile->leaves[0];
	struct wish wish;
	int best_score = -1;

	(void)unused;
	read_wish(ssl, &wish);
	for (unsigned int i = 0; i < profile->n_leaves; i++) {
		int this_score = score(&profile->leaves[i], &wish,
					   profile->config->legacy);

		if (this_score > best_score) {
			best = &profile->leaves[i];
			best_score = this_score;
		}
	}
	if (!wolfSSL_set_SSL_CTX(ssl, best->ctx))
		return 0;
	engine->ctx = best->ctx;
	return 1;
}
