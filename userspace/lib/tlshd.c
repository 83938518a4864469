// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a key asks for is done, or told to be missing: none is passed over.
 * tlshd speaks TLS 1.3 only, and a certificate whose issuer has no revocation
 * list is good to it.
 */
#include "tlshd.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "config.h"
#include "ini.h"
#include "loading.h"
#include "setting.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char	*heading;
	enum tl_section	section;
} sections[] = {
	{ "debug", SECTION_TLSHD_DEBUG },
	{ "authenticate", SECTION_TLSHD_KEYRINGS },
	{ "authenticate.client", SECTION_TLSHD_CLIENT },
	{ "authenticate.server", SECTION_TLSHD_SERVER },
};

static const struct {
	const char	*key;
	const char	*setting;	/* of a profile */
} files[] = {
	{ "x509.truststore", "ca" },
	{ "x509.crl", "crl" },
	{ "x509.certificate", "certificate" },
	{ "x509.private_key", "key" },
};

/* Those that are used in any case */
static const char *const keyrings[] = { ".nvme", ".nfs", ".nfsd" };

static enum tl_section section_of(const char *heading)
{
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!strcmp(sections[i].heading, heading))
			return sections[i].section;
	return SECTION_WRONG;
}

bool tl_tlshd_has(const char *heading)
{
	return section_of(heading) != SECTION_WRONG;
}

int tl_tlshd_begin(struct tl_loading *l, const char *heading, int line)
{
	enum tl_section section = section_of(heading);
	const char *name = section == SECTION_TLSHD_CLIENT ? "nfs" : "nfsd";
	struct tl_profile *profile;
	int err;

	l->config->kernel_consumers = 1;
	if (section == SECTION_TLSHD_CLIENT || section == SECTION_TLSHD_SERVER) {
		if (tl_config_profile(l->config, name)) {
			tl_loading_mistake(l, l->file, line,
					   "[%s] was already there, or a profile \"%s\"", heading,
					   name);
			return 0;
		}
		err = tl_loading_add_profile(l, name, line);
		if (err)
			return err;
		profile = &l->config->profiles[l->config->n_profiles - 1];
		profile->min_version = TL_VERSION_1_3;
		profile->crl_check = TL_CRL_AVAILABLE;
	}
	l->section = section;
	return 0;
}

static void refuse(struct tl_loading *l, const struct tl_ini_entry *entry, const char *why)
{
	tl_loading_mistake(l, l->file, entry->line, "tlshd's %s: %s", entry->name, why);
}

/* More than nothing is shown by "debug" here, which leaves out no handshake anyway. */
static void store_level(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	char *end;
	unsigned long level = strtoul(entry->value, &end, 10);

	if (!*entry->value || *end || strspn(entry->value, "0123456789") != strlen(entry->value))
		refuse(l, entry, "must be a number");
	else if (level)
		l->config->log_level = LOG_DEBUG;
}

static void store_debug(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	if (!strcmp(entry->name, "loglevel") || !strcmp(entry->name, "tls") ||
	    !strcmp(entry->name, "nl"))
		store_level(l, entry);
	else
		refuse(l, entry, "is not known here, only loglevel, tls and nl");
}

static bool is_keyring(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(keyrings); i++)
		if (strlen(keyrings[i]) == length && !strncmp(keyrings[i], name, length))
			return true;
	return false;
}

static void store_keyrings(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	const char *at = entry->value;
	size_t length;

	if (strcmp(entry->name, "keyrings") != 0) {
		refuse(l, entry, "is not known here, only keyrings");
		return;
	}
	for (; *at; at += length) {
		at += strspn(at, "; \t");
		length = strcspn(at, "; \t");
		if (length && !is_keyring(at, length)) {
			refuse(l, entry, "other keyrings than .nvme are not searched, except for "
					 "one that `nvme connect --keyring` names");
			return;
		}
	}
}

/* The second certificate of a server; there is no order among the keys. */
static int store_second(struct tl_loading *l, const struct tl_ini_entry *entry,
			struct tl_more *more)
{
	if (l->section == SECTION_TLSHD_CLIENT) {
		refuse(l, entry, "clients have one certificate here");
		return 0;
	}
	if (more->n || *entry->value != '/') {
		refuse(l, entry, "must be the absolute name of a file, once");
		return 0;
	}
	more->path[0] = strdup(entry->value);
	more->n = more->path[0] != NULL;
	return more->n ? 0 : -ENOMEM;
}

static int store_file(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	struct tl_profile *profile = &l->config->profiles[l->config->n_profiles - 1];
	char text[TL_SETTING_MAX_TEXT + 1];
	int err;

	if (!strcmp(entry->name, "x509.pq.certificate"))
		return store_second(l, entry, &profile->more_certificates);
	if (!strcmp(entry->name, "x509.pq.private_key"))
		return store_second(l, entry, &profile->more_keys);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (strcmp(files[i].key, entry->name) != 0)
			continue;
		if (*entry->value != '/') {
			refuse(l, entry, "must be the absolute name of a file");
			return 0;
		}
		err = tl_setting_store(&tl_settings_profile, profile, "", files[i].setting,
				       entry->value, &l->seen, text);
		if (err == -EINVAL)
			refuse(l, entry, text);
		return err == -EINVAL ? 0 : err;
	}
	refuse(l, entry, "is not known here, only x509.truststore, x509.crl, x509.certificate, "
			 "x509.private_key and x509.pq.");
	return 0;
}

int tl_tlshd_store(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	switch (l->section) {
	case SECTION_TLSHD_DEBUG:
		store_debug(l, entry);
		return 0;
	case SECTION_TLSHD_KEYRINGS:
		store_keyrings(l, entry);
		return 0;
	default:
		return store_file(l, entry);
	}
}
