// SPDX-License-Identifier: GPL-2.0-or-later
#include "pair.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tlsockd/profile.h"

static const char *folder(void)
{
	static char made[] = "/tmp/tlsock-pki-XXXXXX";
	static const char *found;
	char command[128];

	if (found)
		return found;
	if (access("/etc/tlsock/pki/server.key", R_OK) == 0)
		return found = "/etc/tlsock/pki";
	if (!mkdtemp(made))
		abort();
	snprintf(command, sizeof(command), "tests/pki %s >/dev/null 2>&1", made);
	if (system(command))	/* NOLINT: a constant command */
		abort();
	return found = made;
}

const char *t_chains(void)
{
	static char made[] = "/tmp/tlsock-chains-XXXXXX";
	char command[128];

	if (access("/etc/tlsock/chains/table", R_OK) == 0)
		return "/etc/tlsock/chains";
	if (!mkdtemp(made))
		abort();
	snprintf(command, sizeof(command), "tests/chains/make %s", made);
	if (system(command))	/* NOLINT: a constant command */
		abort();
	return made;
}

char *t_pki(const char *file)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder(), file) < 0)
		abort();
	return path;
}

struct tl_profile t_profile(const char *name, const char *certificate)
{
	struct tl_profile profile = {
		.name = (char *)name,
		.file = (char *)"test.conf",
		.min_version = TL_VERSION_1_2,
		.max_version = TL_VERSION_1_3,
		.verify = TLSOCK_VERIFY_REQUIRED,
	};
	char file[64];

	profile.ca = t_pki("ca.pem");
	if (!certificate[0])
		return profile;
	snprintf(file, sizeof(file), "%s.pem", certificate);
	profile.certificate = t_pki(file);
	snprintf(file, sizeof(file), "%s.key", certificate);
	profile.key = t_pki(file);
	return profile;
}

static void show(void *arg, const char *file, int line, const char *text)
{
	(void)arg;
	fprintf(stderr, "# %s:%d: %s\n", file, line, text);
}

struct td_contexts *t_contexts(struct tl_profile *profiles, size_t count)
{
	static struct tl_config config;
	struct td_contexts *contexts;

	config.profiles = profiles;
	config.n_profiles = count;
	config.handshakes = 16;
	if (td_context_init() || td_context_build(&config, &contexts, show, NULL))
		abort();
	return contexts;
}

static void side_init(struct t_side *side, uint32_t role, const char *profile)
{
	struct sockaddr_in *remote = (struct sockaddr_in *)&side->job.remote;

	side->job.role = role;
	side->job.timeout_ms = 15000;
	side->job.verify = -1;
	side->job.client_cert = -1;
	side->job.resume = 1;
	remote->sin_family = AF_INET;
	remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	side->job.local = side->job.remote;
	strcpy(side->job.profile, profile);
}

void t_pair_init(struct t_pair *pair)
{
	memset(pair, 0, sizeof(*pair));
	side_init(&pair->client, TLSOCK_ROLE_CLIENT, "");
	side_init(&pair->server, TLSOCK_ROLE_SERVER, "server");
	strcpy(pair->client.job.server_name, "web.test");
}

int t_side_start(struct t_side *side, const struct td_contexts *contexts)
{
	return td_engine_new(td_profile_find(contexts, side->job.profile), &side->job,
			     &side->result, &side->engine);
}

void t_pass(struct t_side *from, struct t_side *to)
{
	size_t length = from->engine->out_length, eaten;
	uint8_t *copy = malloc(length + 1);

	if (!copy)
		abort();
	/* A copy of exact length: the sanitizer sees reads behind it. */
	memcpy(copy, from->engine->out, length);
	from->engine->out_length = 0;
	td_engine_feed(to->engine, copy, length, &eaten);
	free(copy);
}

void t_pair_run(struct t_pair *pair, const struct td_contexts *contexts)
{
	size_t eaten;
	int round;

	if (t_side_start(&pair->client, contexts) || t_side_start(&pair->server, contexts))
		return;
	td_engine_feed(pair->client.engine, NULL, 0, &eaten);
	for (round = 0; round < 8; round++) {
		t_pass(&pair->client, &pair->server);
		t_pass(&pair->server, &pair->client);
	}
}

void t_pair_free(struct t_pair *pair)
{
	td_engine_free(pair->client.engine);
	td_engine_free(pair->server.engine);
	pair->client.engine = NULL;
	pair->server.engine = NULL;
}
