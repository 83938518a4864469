// SPDX-License-Identifier: GPL-2.0-or-later
/* From files to a configuration that workers can be forked with. */
#include "generation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "../lib/user.h"
#include "context.h"
#include "ticket_keys.h"

static void log_mistake(void *arg, const char *file, int line, const char *text)
{
	(void)arg;
	if (line)
		tl_log(LOG_ERR, "%s:%d: %s", file, line, text);
	else
		tl_log(LOG_ERR, "%s: %s", file, text);
}

static int find_user(struct td_generation *g, const char *path,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg)
{
	int err = tl_user_find(g->config->user, &g->uid, &g->gid);
	char text[512];

	if (!err || err == -ENOMEM)
		return err;
	snprintf(text, sizeof(text),
		 "workers cannot become user \"%s\": %s; create it or set `user`",
		 g->config->user, err == -ENOENT ? "there is no such user" : strerror(-err));
	report(arg, path, 0, text);
	return -EINVAL;
}

int td_generation_build(const char *path, unsigned int number, struct td_generation **out,
			void (*report)(void *arg, const char *file, int line, const char *text),
			void *arg)
{
	struct td_generation *g = calloc(1, sizeof(*g));
	int err, next;

	if (!g)
		return -ENOMEM;
	g->number = number;
	err = tl_config_read_on(path, &g->config, report, arg);
	if (err == -ENOMEM)
		goto failed;
	next = td_context_build(g->config, &g->contexts, report, arg);
	err = next ? next : err;
	if (err == -ENOMEM)
		goto failed;
	if (g->config->ticket_keys) {
		next = td_ticket_keys_read(g->config->ticket_keys, &g->ticket_keys, report, arg);
		err = next ? next : err;
	}
	if (err == -ENOMEM)
		goto failed;
	next = find_user(g, path, report, arg);
	err = next ? next : err;
	if (err)
		goto failed;
	*out = g;
	return 0;

failed:
	td_generation_free(g);
	return err;
}

int td_generation_load(const char *path, unsigned int number, struct td_generation **out)
{
	int err = td_generation_build(path, number, out, log_mistake, NULL);

	if (err == -ENOMEM)
		tl_log(LOG_ERR, "not enough memory for the configuration");
	return err;
}

void td_generation_free(struct td_generation *generation)
{
	if (!generation)
		return;
	td_context_free(generation->contexts);
	td_ticket_keys_free(generation->ticket_keys);
	tl_config_free(generation->config);
	free(generation);
}
