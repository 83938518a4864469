// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration: which files are read, and what must fit together. What
 * sections there are is in section.c, what a single key may say in setting.c.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "ini.h"
#include "loading.h"
#include "rule.h"
#include "rule_check.h"
#include "setting.h"

#define DEFAULT_USER		"tlsock"
#define DEFAULT_HANDSHAKES	256
#define DEFAULT_PROFILE		"default"

void tl_loading_mistake(struct tl_loading *l, const char *file, int line, const char *format, ...)
{
	char text[TL_SETTING_MAX_TEXT + 1];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	l->mistakes++;
	l->report(l->arg, file, line, text);
}

static struct tl_profile *find_profile(const struct tl_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_profiles; i++)
		if (!strcmp(config->profiles[i].name, name))
			return &config->profiles[i];
	return NULL;
}

static void free_more(struct tl_more *more)
{
	for (unsigned int i = 0; i < more->n; i++)
		free(more->path[i]);
}

static void free_profile(struct tl_profile *p)
{
	free(p->name);
	free(p->file);
	free(p->certificate);
	free(p->key);
	free_more(&p->more_certificates);
	free_more(&p->more_keys);
	free(p->passphrase);
	free(p->psk);
	free(p->ca);
	free(p->crl);
	free(p->ciphers);
	free(p->groups);
	free(p->signatures);
	free(p->alpn);
	free(p->server_name);
	tl_list_free(&p->allow_user);
	tl_list_free(&p->allow_group);
}

int tl_loading_add_profile(struct tl_loading *l, const char *name, int line)
{
	struct tl_config *config = l->config;
	struct tl_profile *p;

	p = realloc(config->profiles, (config->n_profiles + 1) * sizeof(*p));
	if (!p)
		return -ENOMEM;
	config->profiles = p;
	p += config->n_profiles;
	*p = (struct tl_profile){
		.name = strdup(name),
		.file = strdup(l->file),
		.line = line,
		.min_version = TL_VERSION_1_2,
		.max_version = TL_VERSION_1_3,
		.verify = TLSOCK_VERIFY_REQUIRED,
		.client_cert = TLSOCK_CLIENT_CERT_NONE,
		.truncation = TL_TRUNCATION_ERROR,
		.resumption = 1,
	};
	if (!p->name || !p->file) {
		free_profile(p);
		return -ENOMEM;
	}
	config->n_profiles++;
	l->section = SECTION_PROFILE;
	return 0;
}

static int read_file(struct tl_loading *l, const char *path)
{
	FILE *file = fopen(path, "re");
	int err;

	l->section = SECTION_NONE;
	if (!file) {
		tl_loading_mistake(l, path, 0, "%s", strerror(errno));
		return 0;
	}
	l->file = path;
	err = tl_ini_read(file, tl_section_take, l);
	fclose(file);
	return err;
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".conf");
}

/* Byte order, so that it does not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_one(struct tl_loading *l, const char *folder, const char *name)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	err = read_file(l, path);
	free(path);
	return err;
}

/* Reads profiles.d; file names in there are relative to the main file too. */
static int read_folder(struct tl_loading *l)
{
	struct dirent **names;
	char *folder;
	int err = 0;
	int n;

	if (asprintf(&folder, "%sprofiles.d", l->folder) < 0)
		return -ENOMEM;
	n = scandir(folder, &names, is_conf, by_name);
	if (n < 0) {
		if (errno == ENOMEM)
			err = -ENOMEM;
		else if (errno != ENOENT)
			tl_loading_mistake(l, folder, 0, "%s", strerror(errno));
		free(folder);
		return err;
	}
	for (int i = 0; i < n; i++) {
		if (!err)
			err = read_one(l, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	free(folder);
	return err;
}

static void check_profile(struct tl_loading *l, struct tl_profile *p)
{
	const char *wrong[] = {
		p->min_version > p->max_version ? "min-version is above max-version" : NULL,
		p->certificate && !p->key ? "certificate needs key" : NULL,
		p->key && !p->certificate ? "key needs certificate" : NULL,
		p->more_certificates.n && !p->certificate ?
			"the second certificate needs a first" : NULL,
		p->more_certificates.n != p->more_keys.n ?
			"each certificate needs its key, in the same order" : NULL,
		p->passphrase && !p->key ? "passphrase needs key" : NULL,
		p->psk && p->certificate ? "psk stands in place of a certificate" : NULL,
		p->psk && p->max_version < TL_VERSION_1_3 ? "psk needs TLS 1.3" : NULL,
		p->verify < p->min_verify ? "verify is below min-verify" : NULL,
		p->client_cert < p->min_client_cert ?
			"client-certificate is below min-client-certificate" : NULL,
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (!wrong[i])
			continue;
		tl_loading_mistake(l, p->file, p->line, "profile \"%s\": %s", p->name, wrong[i]);
		p->mistaken = true;
	}
}

static void check_rule(struct tl_loading *l, size_t index)
{
	const struct tl_rule *r = &l->config->rules[index];
	char text[TL_RULE_MAX_TEXT + 1];

	if (!tl_rule_check(l->config, index, text))
		tl_loading_mistake(l, r->file, r->line, "rule \"%s\": %s", r->name, text);
}

static int read_all(struct tl_loading *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	int err;

	l->folder = strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
	l->config->user = strdup(DEFAULT_USER);
	if (!l->folder || !l->config->user)
		return -ENOMEM;
	l->main = true;
	err = read_file(l, path);
	if (err)
		return err;
	l->main = false;
	err = read_folder(l);
	if (err)
		return err;
	if (!find_profile(l->config, DEFAULT_PROFILE)) {
		l->file = path;
		err = tl_loading_add_profile(l, DEFAULT_PROFILE, 0);
		if (err)
			return err;
	}
	for (size_t i = 0; i < l->config->n_profiles; i++)
		check_profile(l, &l->config->profiles[i]);
	for (size_t i = 0; i < l->config->n_rules; i++)
		check_rule(l, i);
	return l->mistakes ? -EINVAL : 0;
}

int tl_config_read_on(const char *path, struct tl_config **out,
		      void (*report)(void *arg, const char *file, int line, const char *text),
		      void *arg)
{
	struct tl_loading l = { .report = report, .arg = arg };
	int err;

	*out = NULL;
	l.config = calloc(1, sizeof(*l.config));
	if (!l.config)
		return -ENOMEM;
	l.config->handshakes = DEFAULT_HANDSHAKES;
	l.config->log_level = LOG_INFO;
	l.config->watch = 1;
	err = read_all(&l, path);
	free(l.folder);
	if (err && err != -EINVAL) {
		tl_config_free(l.config);
		return err;
	}
	*out = l.config;
	return err;
}

int tl_config_read(const char *path, struct tl_config **out,
		   void (*report)(void *arg, const char *file, int line, const char *text),
		   void *arg)
{
	struct tl_config *config;
	int err;

	err = tl_config_read_on(path, &config, report, arg);
	if (err)
		tl_config_free(config);
	else
		*out = config;
	return err;
}

void tl_config_free(struct tl_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_profiles; i++)
		free_profile(&config->profiles[i]);
	free(config->profiles);
	for (size_t i = 0; i < config->n_rules; i++)
		tl_rule_free(&config->rules[i]);
	free(config->rules);
	free(config->user);
	free(config->ticket_keys);
	free(config);
}

const struct tl_profile *tl_config_profile(const struct tl_config *config, const char *name)
{
	return find_profile(config, name && *name ? name : DEFAULT_PROFILE);
}
