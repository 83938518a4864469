// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One row for each key of the configuration. A new key is a new row here, a
 * field in config.h and a paragraph in tlsockd.conf(5).
 */
#include "setting.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "config.h"
#include "setting_row.h"
#include "suite.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What one call of tl_setting_store() works with */
struct place {
	const struct setting	*setting;
	void			*field;
	const char		*folder;
	const char		*value;
	char			*text;
};

static const struct choice log_levels[] = {
	{ "error", LOG_ERR },
	{ "warning", LOG_WARNING },
	{ "notice", LOG_NOTICE },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
	{ NULL, 0 },
};

const struct choice tl_setting_versions[] = {
	{ "1.2", TL_VERSION_1_2 },
	{ "1.3", TL_VERSION_1_3 },
	{ NULL, 0 },
};

const struct choice tl_setting_verify_modes[] = {
	{ "none", TLSOCK_VERIFY_NONE },
	{ "optional", TLSOCK_VERIFY_OPTIONAL },
	{ "required", TLSOCK_VERIFY_REQUIRED },
	{ NULL, 0 },
};

const struct choice tl_setting_client_cert_modes[] = {
	{ "none", TLSOCK_CLIENT_CERT_NONE },
	{ "request", TLSOCK_CLIENT_CERT_REQUEST },
	{ "require", TLSOCK_CLIENT_CERT_REQUIRE },
	{ NULL, 0 },
};

static const struct choice truncations[] = {
	{ "error", TL_TRUNCATION_ERROR },
	{ "eof", TL_TRUNCATION_EOF },
	{ NULL, 0 },
};

static const struct choice switches[] = {
	{ "yes", 1 },
	{ "no", 0 },
	{ NULL, 0 },
};

static const struct choice crl_checks[] = {
	{ "required", TL_CRL_REQUIRED },
	{ "available", TL_CRL_AVAILABLE },
	{ NULL, 0 },
};

static const struct choice ocsp_checks[] = {
	{ "required", TL_OCSP_REQUIRED },
	{ "available", TL_OCSP_AVAILABLE },
	{ "no", TL_OCSP_NO },
	{ NULL, 0 },
};

static const struct choice rpc_purposes[] = {
	{ "accepted", TL_RPC_PURPOSE_ACCEPTED },
	{ "required", TL_RPC_PURPOSE_REQUIRED },
	{ NULL, 0 },
};

static const struct choice legacies[] = {
	{ "dhe", TL_LEGACY_DHE },
	{ "ccm", TL_LEGACY_CCM },
	{ "static-rsa", TL_LEGACY_STATIC_RSA },
	{ NULL, 0 },
};

static const struct setting daemon_table[] = {
	{ .name = "workers", .kind = KIND_NUMBER, .offset = offsetof(struct tl_config, workers),
	  .min = 0, .max = 1024, .allowed = "a number from 0 (one per processor) to 1024" },
	{ .name = "user", .kind = KIND_TEXT, .offset = offsetof(struct tl_config, user),
	  .max = 255, .allowed = "the name of a user" },
	{ .name = "handshakes", .kind = KIND_NUMBER,
	  .offset = offsetof(struct tl_config, handshakes),
	  .min = 1, .max = 4096, .allowed = "a number from 1 to 4096" },
	{ .name = "kernel-consumers", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_config, kernel_consumers),
	  .choices = switches, .allowed = "yes or no" },
	{ .name = "watch", .kind = KIND_CHOICE, .offset = offsetof(struct tl_config, watch),
	  .choices = switches, .allowed = "yes or no" },
	{ .name = "ticket-keys", .kind = KIND_FILE,
	  .offset = offsetof(struct tl_config, ticket_keys), .allowed = "the name of a file" },
	{ .name = "log-level", .kind = KIND_CHOICE, .offset = offsetof(struct tl_config, log_level),
	  .choices = log_levels, .allowed = "error, warning, notice, info or debug" },
};

static const struct setting profile_table[] = {
	{ .name = "certificate", .kind = KIND_FILES,
	  .offset = offsetof(struct tl_profile, certificate),
	  .more = offsetof(struct tl_profile, more_certificates), .allowed = "the name of a file" },
	{ .name = "key", .kind = KIND_FILES, .offset = offsetof(struct tl_profile, key),
	  .more = offsetof(struct tl_profile, more_keys), .allowed = "the name of a file" },
	{ .name = "passphrase", .kind = KIND_FILE,
	  .offset = offsetof(struct tl_profile, passphrase), .allowed = "the name of a file" },
	{ .name = "psk", .kind = KIND_FILE, .offset = offsetof(struct tl_profile, psk),
	  .allowed = "the name of a file" },
	{ .name = "ca", .kind = KIND_FILE, .offset = offsetof(struct tl_profile, ca),
	  .allowed = "the name of a file, or system" },
	{ .name = "crl", .kind = KIND_FILE, .offset = offsetof(struct tl_profile, crl),
	  .allowed = "the name of a file or a folder" },
	{ .name = "crl-check", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, crl_check),
	  .choices = crl_checks, .allowed = "required or available" },
	{ .name = "ocsp-check", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, ocsp_check),
	  .choices = ocsp_checks, .allowed = "required, available or no" },
	{ .name = "rpc-purpose", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, rpc_purpose),
	  .choices = rpc_purposes, .allowed = "accepted or required" },
	{ .name = "min-version", .kind = KIND_VERSION,
	  .offset = offsetof(struct tl_profile, min_version),
	  .choices = tl_setting_versions, .allowed = "1.2 or 1.3" },
	{ .name = "max-version", .kind = KIND_VERSION,
	  .offset = offsetof(struct tl_profile, max_version),
	  .choices = tl_setting_versions, .allowed = "1.2 or 1.3" },
	{ .name = "ciphers", .kind = KIND_LIST, .offset = offsetof(struct tl_profile, ciphers),
	  .separator = ':', .max_word = 63, .max = 2047,
	  .allowed = "names of cipher suites with ':' between them" },
	{ .name = "groups", .kind = KIND_LIST, .offset = offsetof(struct tl_profile, groups),
	  .separator = ':', .max_word = 63, .max = 1023,
	  .allowed = "names of groups with ':' between them" },
	{ .name = "signatures", .kind = KIND_LIST,
	  .offset = offsetof(struct tl_profile, signatures),
	  .separator = ':', .max_word = 63, .max = 1023,
	  .allowed = "names of signature schemes with ':' between them" },
	{ .name = "legacy", .kind = KIND_FLAGS, .offset = offsetof(struct tl_profile, legacy),
	  .choices = legacies, .separator = ':', .max_word = 63, .max = 1023,
	  .allowed = "dhe, ccm and static-rsa, with ':' between them" },
	{ .name = "alpn", .kind = KIND_LIST, .offset = offsetof(struct tl_profile, alpn),
	  .separator = ',', .max_word = TLSOCK_MAX_NAME - 1, .max = TLSOCK_MAX_NAME,
	  .allowed = "names of protocols with ',' between them, 255 bytes in all" },
	{ .name = "server-name", .kind = KIND_TEXT,
	  .offset = offsetof(struct tl_profile, server_name),
	  .max = TLSOCK_MAX_NAME, .allowed = "a host name or an address" },
	{ .name = "verify", .kind = KIND_CHOICE, .offset = offsetof(struct tl_profile, verify),
	  .choices = tl_setting_verify_modes, .allowed = "required, optional or none" },
	{ .name = "client-certificate", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, client_cert),
	  .choices = tl_setting_client_cert_modes, .allowed = "none, request or require" },
	{ .name = "truncation", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, truncation),
	  .choices = truncations, .allowed = "error or eof" },
	{ .name = "resumption", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, resumption),
	  .choices = switches, .allowed = "yes or no" },
	{ .name = "min-verify", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, min_verify),
	  .choices = tl_setting_verify_modes, .allowed = "required, optional or none" },
	{ .name = "min-client-certificate", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_profile, min_client_cert),
	  .choices = tl_setting_client_cert_modes, .allowed = "none, request or require" },
	{ .name = "allow-user", .kind = KIND_WORDS,
	  .offset = offsetof(struct tl_profile, allow_user), .list = TL_LIST_USERS,
	  .allowed = USERS_ALLOWED },
	{ .name = "allow-group", .kind = KIND_WORDS,
	  .offset = offsetof(struct tl_profile, allow_group), .list = TL_LIST_GROUPS,
	  .allowed = GROUPS_ALLOWED },
};

const struct tl_settings tl_settings_daemon = { daemon_table, ARRAY_SIZE(daemon_table) };
const struct tl_settings tl_settings_profile = { profile_table, ARRAY_SIZE(profile_table) };

static int refuse(const struct place *place)
{
	int length = snprintf(place->text, TL_SETTING_MAX_TEXT + 1, "%s must be %s",
			      place->setting->name, place->setting->allowed);

	if (*place->value)
		snprintf(place->text + length, (size_t)(TL_SETTING_MAX_TEXT + 1 - length),
			 ", not \"%.80s\"", place->value);
	return -EINVAL;
}

static int refuse_more(const struct place *place)
{
	snprintf(place->text, TL_SETTING_MAX_TEXT + 1, "%s may stand %d times at most",
		 place->setting->name, TL_CERTIFICATES_MAX);
	return -EINVAL;
}

static bool has_white_space(const char *text)
{
	return strpbrk(text, " \t\v\f") != NULL;
}

/* Takes over @copy, NULL if it could not be made. */
static int store_string(const struct place *place, char *copy)
{
	char **field = place->field;

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int store_number(const struct place *place, const char *value)
{
	unsigned long number;
	char *end;

	/* strtoul() would take a sign and white space too. */
	if (strspn(value, "0123456789") != strlen(value))
		return refuse(place);
	errno = 0;
	number = strtoul(value, &end, 10);
	if (errno || *end || number < place->setting->min || number > place->setting->max)
		return refuse(place);
	*(unsigned int *)place->field = (unsigned int)number;
	return 0;
}

static int store_choice(const struct place *place, const char *value)
{
	const struct choice *c = place->setting->choices;

	while (c->name && strcmp(c->name, value))
		c++;
	if (!c->name)
		return refuse(place);
	if (place->setting->kind == KIND_VERSION)
		*(uint16_t *)place->field = (uint16_t)c->value;
	else
		*(int *)place->field = c->value;
	return 0;
}

static int store_text(const struct place *place, const char *value)
{
	if (strlen(value) > place->setting->max || has_white_space(value))
		return refuse(place);
	return store_string(place, strdup(value));
}

static int store_file(const struct place *place, const char *value)
{
	char *path;

	/* "system" is what an absent ca means. */
	if (!strcmp(place->setting->name, "ca") && !strcmp(value, "system"))
		return 0;
	if (!strncmp(value, TL_CREDENTIAL, strlen(TL_CREDENTIAL))) {
		if (strchr(value, '/') || !value[strlen(TL_CREDENTIAL)])
			return refuse(place);
		return store_string(place, strdup(value));
	}
	if (asprintf(&path, "%s%s", *value == '/' ? "" : place->folder, value) < 0)
		path = NULL;
	return store_string(place, path);
}

/* Returns 0, or what @take returns for one of the words. */
static int each_word(const struct place *place, const char *value,
		     int (*take)(const struct place *place, const char *word, size_t length))
{
	const char separator[] = { place->setting->separator, '\0' };
	const char *word = value;
	int err;

	if (strlen(value) > place->setting->max || has_white_space(value))
		return refuse(place);
	for (;;) {
		size_t length = strcspn(word, separator);

		if (!length || length > place->setting->max_word)
			return refuse(place);
		err = take ? take(place, word, length) : 0;
		if (err || !word[length])
			return err;
		word += length + 1;
	}
}

static int store_list(const struct place *place, const char *value)
{
	int err = each_word(place, value, NULL);

	return err ? err : store_string(place, strdup(value));
}

static int add_flag(const struct place *place, const char *word, size_t length)
{
	const struct choice *c = place->setting->choices;

	while (c->name && (strncmp(c->name, word, length) != 0 || c->name[length]))
		c++;
	if (!c->name)
		return refuse(place);
	*(int *)place->field |= c->value;
	return 0;
}

static int store_words(const struct place *place, const char *value)
{
	char why[TL_LIST_MAX_TEXT + 1];
	int err = tl_list_parse(place->setting->list, value, place->field, why);

	if (err != -EINVAL)
		return err;
	if (!*why)
		return refuse(place);
	snprintf(place->text, TL_SETTING_MAX_TEXT + 1, "%s must be %s; %s", place->setting->name,
		 place->setting->allowed, why);
	return -EINVAL;
}

static int store(const struct place *place, const char *value)
{
	switch (place->setting->kind) {
	case KIND_NUMBER:
		return store_number(place, value);
	case KIND_CHOICE:
	case KIND_VERSION:
		return store_choice(place, value);
	case KIND_TEXT:
		return store_text(place, value);
	case KIND_FILE:
	case KIND_FILES:
		return store_file(place, value);
	case KIND_LIST:
		return store_list(place, value);
	case KIND_FLAGS:
		return each_word(place, value, add_flag);
	case KIND_WORDS:
		return store_words(place, value);
	}
	return -EINVAL;
}

static int refuse_name(const struct tl_settings *settings, const char *name, char *text)
{
	int length = snprintf(text, TL_SETTING_MAX_TEXT + 1, "there is no key \"%.40s\" here, only",
			      name);

	for (size_t i = 0; i < settings->n && length <= TL_SETTING_MAX_TEXT; i++)
		length += snprintf(text + length, TL_SETTING_MAX_TEXT + 1 - (size_t)length, "%s %s",
				   i ? "," : "", settings->table[i].name);
	return -EINVAL;
}

int tl_setting_store(const struct tl_settings *settings, void *section, const char *folder,
		     const char *name, const char *value, uint64_t *seen,
		     char text[TL_SETTING_MAX_TEXT + 1])
{
	struct place place = { .folder = folder, .value = value, .text = text };
	size_t i = 0;

	while (i < settings->n && strcmp(settings->table[i].name, name))
		i++;
	if (i == settings->n)
		return refuse_name(settings, name, text);
	place.setting = &settings->table[i];
	place.field = (char *)section + place.setting->offset;
	if ((*seen & (1ULL << i)) && place.setting->kind == KIND_FILES) {
		struct tl_more *more = (struct tl_more *)((char *)section + place.setting->more);

		if (more->n == TL_CERTIFICATES_MAX - 1)
			return refuse_more(&place);
		place.field = &more->path[more->n++];
	} else if (*seen & (1ULL << i)) {
		snprintf(text, TL_SETTING_MAX_TEXT + 1, "%s is set for the second time", name);
		return -EINVAL;
	}
	*seen |= 1ULL << i;
	if (!*value)
		return refuse(&place);
	return store(&place, value);
}
