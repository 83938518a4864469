// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All profiles of one configuration generation. Each profile with a
 * certificate has to pass a handshake with itself before it counts as built,
 * so that a certificate that no suite can use is found at once and not by the
 * first peer.
 */
#include "context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "profile.h"
#include "seal.h"
#include "selftest.h"
#include "wolf.h"

struct td_contexts {
	const struct tl_config	*config;
	size_t			count;
	struct td_profile	profiles[];
};

int td_context_init(void)
{
	if (wolfSSL_Init() != WOLFSSL_SUCCESS)
		return -EIO;
	return td_seal_init();
}

void td_context_exit(void)
{
	td_seal_exit();
	wolfSSL_Cleanup();
}

int td_context_build(const struct tl_config *config, struct td_contexts **out,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg)
{
	struct td_mistakes mistakes = { .report = report, .arg = arg };
	struct td_contexts *made;
	int ret = 0, next;
	size_t i;

	made = calloc(1, sizeof(*made) + config->n_profiles * sizeof(made->profiles[0]));
	if (!made)
		return -ENOMEM;
	made->config = config;
	made->count = config->n_profiles;
	for (i = 0; i < made->count && ret != -ENOMEM; i++) {
		if (config->profiles[i].mistaken)
			continue;
		next = td_profile_init(&made->profiles[i], &config->profiles[i], &mistakes);
		if (next == 0 && config->profiles[i].certificate)
			next = td_selftest_run(&made->profiles[i], &mistakes);
		if (next)
			ret = next;
	}
	if (ret) {
		td_context_free(made);
		return ret;
	}
	*out = made;
	return 0;
}

void td_context_free(struct td_contexts *contexts)
{
	size_t i;

	if (!contexts)
		return;
	for (i = 0; i < contexts->count; i++)
		td_profile_exit(&contexts->profiles[i]);
	free(contexts);
}

const struct td_profile *td_profile_find(const struct td_contexts *contexts, const char *name)
{
	size_t i;

	if (!name || !name[0])
		name = "default";
	for (i = 0; contexts && i < contexts->count; i++)
		if (strcmp(contexts->profiles[i].config->name, name) == 0)
			return &contexts->profiles[i];
	return NULL;
}
