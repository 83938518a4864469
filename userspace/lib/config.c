// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration: which files are read, which sections they may have, and
 * what must fit together. What a single key may say is in setting.c.
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
#include "setting.h"

#define DEFAULT_USER		"tlsock"
#define DEFAULT_HANDSHAKES	256
#define DEFAULT_PROFILE		"default"

enum section {
	SECTION_NONE,	/* before the first heading */
	SECTION_WRONG,	/* its heading was a mistake, its keys are skipped */
	SECTION_DAEMON,
	SECTION_PROFILE,
};

/**
 * struct loading - a configuration while it is read
 * @config: what was read so far
 * @file: file that is being read
 * @folder: its folder with the '/', "" for the working directory
 * @main: it is the main file
 * @section: the section that keys go to; a profile is the last one
 * @seen: keys that the section had
 * @daemon_line: line of [tlsockd], 0 if there was none
 * @mistakes: number of mistakes reported
 * @report: see tl_config_read()
 * @arg: see tl_config_read()
 */
struct loading {
	struct tl_config	*config;
	const char		*file;
	char			*folder;
	bool			main;
	enum section		section;
	uint64_t		seen;
	int			daemon_line;
	unsigned int		mistakes;
	void			(*report)(void *arg, const char *file, int line, const char *text);
	void			*arg;
};

static void mistake(struct loading *l, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void mistake(struct loading *l, const char *file, int line, const char *format, ...)
{
	char text[512];
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

static void free_profile(struct tl_profile *p)
{
	free(p->name);
	free(p->file);
	free(p->certificate);
	free(p->key);
	free(p->ca);
	free(p->ciphers);
	free(p->groups);
	free(p->alpn);
	free(p->server_name);
}

static int add_profile(struct loading *l, const char *name, int line)
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
	};
	if (!p->name || !p->file) {
		free_profile(p);
		return -ENOMEM;
	}
	config->n_profiles++;
	l->section = SECTION_PROFILE;
	return 0;
}

static int begin_profile(struct loading *l, const char *name, int line)
{
	const struct tl_profile *other;

	name += strspn(name, " \t");
	if (!*name || strlen(name) > TLSOCK_MAX_PROFILE || strpbrk(name, " \t")) {
		mistake(l, l->file, line,
			"a profile's name must be one word of at most %d bytes",
			TLSOCK_MAX_PROFILE);
		return 0;
	}
	other = find_profile(l->config, name);
	if (other) {
		mistake(l, l->file, line, "the profile \"%s\" is already defined in %s:%d", name,
			other->file, other->line);
		return 0;
	}
	return add_profile(l, name, line);
}

static int begin_section(struct loading *l, const char *name, int line)
{
	l->section = SECTION_WRONG;
	l->seen = 0;
	if (!strncmp(name, "profile", 7) && (!name[7] || name[7] == ' ' || name[7] == '\t'))
		return begin_profile(l, name + 7, line);
	if (strcmp(name, "tlsockd")) {
		mistake(l, l->file, line, "there is no section [%.40s], only %s[profile NAME]",
			name, l->main ? "[tlsockd] and " : "");
	} else if (!l->main) {
		mistake(l, l->file, line, "[tlsockd] belongs into the main file");
	} else if (l->daemon_line) {
		mistake(l, l->file, line, "[tlsockd] was already there in line %d", l->daemon_line);
	} else {
		l->daemon_line = line;
		l->section = SECTION_DAEMON;
	}
	return 0;
}

static int store_key(struct loading *l, const struct tl_ini_entry *entry)
{
	const struct tl_settings *settings = &tl_settings_daemon;
	char text[TL_SETTING_MAX_TEXT + 1];
	void *section = l->config;
	int err;

	if (l->section == SECTION_WRONG)
		return 0;
	if (l->section == SECTION_NONE) {
		mistake(l, l->file, entry->line, "the key stands before the first [section]");
		return 0;
	}
	if (l->section == SECTION_PROFILE) {
		settings = &tl_settings_profile;
		section = &l->config->profiles[l->config->n_profiles - 1];
	}
	err = tl_setting_store(settings, section, l->folder, entry->name, entry->value, &l->seen,
			       text);
	if (err != -EINVAL)
		return err;
	mistake(l, l->file, entry->line, "%s", text);
	return 0;
}

static int take_entry(void *arg, const struct tl_ini_entry *entry)
{
	struct loading *l = arg;

	switch (entry->kind) {
	case TL_INI_SECTION:
		return begin_section(l, entry->name, entry->line);
	case TL_INI_KEY:
		return store_key(l, entry);
	case TL_INI_MISTAKE:
		mistake(l, l->file, entry->line, "%s", entry->value);
		return 0;
	}
	return 0;
}

static int read_file(struct loading *l, const char *path)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file) {
		mistake(l, path, 0, "%s", strerror(errno));
		return 0;
	}
	l->file = path;
	l->section = SECTION_NONE;
	err = tl_ini_read(file, take_entry, l);
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

static int read_one(struct loading *l, const char *folder, const char *name)
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
static int read_folder(struct loading *l)
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
			mistake(l, folder, 0, "%s", strerror(errno));
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

static void check_profile(struct loading *l, const struct tl_profile *p)
{
	if (p->min_version > p->max_version)
		mistake(l, p->file, p->line, "profile \"%s\": min-version is above max-version",
			p->name);
	if (p->certificate && !p->key)
		mistake(l, p->file, p->line, "profile \"%s\": certificate needs key", p->name);
	if (p->key && !p->certificate)
		mistake(l, p->file, p->line, "profile \"%s\": key needs certificate", p->name);
}

static int read_all(struct loading *l, const char *path)
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
		err = add_profile(l, DEFAULT_PROFILE, 0);
		if (err)
			return err;
	}
	for (size_t i = 0; i < l->config->n_profiles; i++)
		check_profile(l, &l->config->profiles[i]);
	return l->mistakes ? -EINVAL : 0;
}

int tl_config_read(const char *path, struct tl_config **out,
		   void (*report)(void *arg, const char *file, int line, const char *text),
		   void *arg)
{
	struct loading l = { .report = report, .arg = arg };
	int err;

	l.config = calloc(1, sizeof(*l.config));
	if (!l.config)
		return -ENOMEM;
	l.config->handshakes = DEFAULT_HANDSHAKES;
	l.config->log_level = LOG_INFO;
	err = read_all(&l, path);
	free(l.folder);
	if (err) {
		tl_config_free(l.config);
		return err;
	}
	*out = l.config;
	return 0;
}

void tl_config_free(struct tl_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_profiles; i++)
		free_profile(&config->profiles[i]);
	free(config->profiles);
	free(config->user);
	free(config);
}

const struct tl_profile *tl_config_profile(const struct tl_config *config, const char *name)
{
	return find_profile(config, name && *name ? name : DEFAULT_PROFILE);
}
