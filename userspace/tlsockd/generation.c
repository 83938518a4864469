// SPDX-License-Identifier: GPL-2.0-or-later
/* From files to a configuration that workers can be forked with. */
#include "generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "context.h"
#include "privilege.h"

static void report(void *arg, const char *file, int line, const char *text)
{
	(void)arg;
	if (line)
		tl_log(LOG_ERR, "%s:%d: %s", file, line, text);
	else
		tl_log(LOG_ERR, "%s: %s", file, text);
}

int td_generation_load(const char *path, unsigned int number, struct td_generation **out)
{
	struct td_generation *g = calloc(1, sizeof(*g));
	int err;

	if (!g)
		return -ENOMEM;
	g->number = number;
	err = tl_config_read(path, &g->config, report, NULL);
	if (err)
		goto failed;
	err = td_context_build(g->config, &g->contexts, report, NULL);
	if (err)
		goto failed;
	err = td_privilege_user(g->config->user, &g->uid, &g->gid);
	if (err)
		goto failed;
	*out = g;
	return 0;

failed:
	if (err == -ENOMEM)
		tl_log(LOG_ERR, "not enough memory for the configuration");
	td_generation_free(g);
	return err;
}

void td_generation_free(struct td_generation *generation)
{
	if (!generation)
		return;
	td_context_free(generation->contexts);
	tl_config_free(generation->config);
	free(generation);
}
