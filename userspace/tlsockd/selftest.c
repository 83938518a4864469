// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two engines of one profile talk to each other in memory. Besides finding
 * certificates that cannot be used, it runs whatever wolfSSL puts off until
 * its first handshake, before workers give up the right to open files.
 */
#include "selftest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "engine.h"
#include "profile.h"

#define ROUNDS_MAX		16
#define ALERT_DECRYPT_ERROR	51	/* a signature that does not fit the certificate */

struct side {
	struct td_engine	*engine;
	struct td_result	result;
};

/* Gives all that one side has queued to the other. */
static void pass(struct side *from, struct side *to)
{
	size_t eaten;

	if (to->engine->state != TD_ENGINE_RUNNING)
		return;
	td_engine_feed(to->engine, from->engine->out, from->engine->out_length, &eaten);
	from->engine->out_length = 0;
}

static int talk(struct side *client, struct side *server)
{
	size_t eaten;
	int round;

	td_engine_feed(client->engine, NULL, 0, &eaten);
	for (round = 0; round < ROUNDS_MAX; round++) {
		pass(client, server);
		pass(server, client);
		if (server->engine->state == TD_ENGINE_DONE &&
		    client->engine->state == TD_ENGINE_DONE)
			return 0;
	}
	return -EINVAL;
}

static void explain(const struct side *client, const struct side *server, unsigned int leaf,
		    struct td_mistakes *mistakes)
{
	const struct tl_profile *profile = mistakes->profile;
	const char *certificate = profile->certificate, *key = profile->key;

	if (leaf) {
		certificate = profile->more_certificates.path[leaf - 1];
		key = profile->more_keys.path[leaf - 1];
	}
	if (client->result.alert_sent == ALERT_DECRYPT_ERROR)
		td_profile_mistake(mistakes, "key %s does not belong to certificate %s",
				   key, certificate);
	else
		td_profile_mistake(mistakes, "a handshake with certificate %s fails: %s",
				   certificate, server->result.error ? server->result.text :
							  client->result.text);
}

/* A handshake with one of the certificates */
static int test_leaf(const struct td_profile *profile, unsigned int leaf,
		     struct td_mistakes *mistakes)
{
	struct td_profile only = *profile;
	struct td_job job = {
		.verify = TLSOCK_VERIFY_NONE,
		.client_cert = TLSOCK_CLIENT_CERT_NONE,
	};
	struct side *client, *server;
	int ret = -ENOMEM;

	client = calloc(1, sizeof(*client));
	server = calloc(1, sizeof(*server));
	if (!client || !server)
		goto free_sides;
	only.ctx[TLSOCK_ROLE_SERVER] = only.leaves[leaf].ctx;
	only.leaves[0] = only.leaves[leaf];
	only.n_leaves = 1;
	job.role = TLSOCK_ROLE_CLIENT;
	ret = td_engine_new(&only, &job, &client->result, &client->engine);
	job.role = TLSOCK_ROLE_SERVER;
	if (ret == 0)
		ret = td_engine_new(&only, &job, &server->result, &server->engine);
	if (ret == 0)
		ret = talk(client, server);
	if (ret && ret != -ENOMEM) {
		explain(client, server, leaf, mistakes);
		ret = -EINVAL;
	}
free_sides:
	if (client)
		td_engine_free(client->engine);
	if (server)
		td_engine_free(server->engine);
	free(client);
	free(server);
	return ret;
}

int td_selftest_run(const struct td_profile *profile, struct td_mistakes *mistakes)
{
	int ret = 0, next;

	for (unsigned int i = 0; i < profile->n_leaves && ret != -ENOMEM; i++) {
		next = test_leaf(profile, i, mistakes);
		ret = next ? next : ret;
	}
	return ret;
}
