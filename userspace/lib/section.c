// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections of configuration files: which there are, and where their keys go. */
#include "loading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ini.h"
#include "rule.h"
#include "setting.h"
#include "tlshd.h"

static int add_rule(struct tl_loading *l, const char *name, int line)
{
	struct tl_config *config = l->config;
	struct tl_rule *r;

	r = realloc(config->rules, (config->n_rules + 1) * sizeof(*r));
	if (!r)
		return -ENOMEM;
	config->rules = r;
	r += config->n_rules;
	*r = (struct tl_rule){
		.name = strdup(name),
		.file = strdup(l->file),
		.line = line,
		.role = -1,
		.consumer = -1,
	};
	if (!r->name || !r->file) {
		tl_rule_free(r);
		return -ENOMEM;
	}
	config->n_rules++;
	l->section = SECTION_RULE;
	return 0;
}

/* Is it "@kind NAME"? Then *name is set to the part behind the blanks. */
static bool is_kind(const char *heading, const char *kind, const char **name)
{
	size_t length = strlen(kind);

	if (strncmp(heading, kind, length) != 0)
		return false;
	*name = heading + length + strspn(heading + length, " \t");
	return !heading[length] || *name > heading + length;
}

static bool is_word(struct tl_loading *l, const char *kind, const char *name, int line)
{
	if (*name && strlen(name) <= TLSOCK_MAX_PROFILE && !strpbrk(name, " \t"))
		return true;
	tl_loading_mistake(l, l->file, line,
		"a %s's name must be one word of at most %d bytes", kind,
		TLSOCK_MAX_PROFILE);
	return false;
}

static int begin_profile(struct tl_loading *l, const char *name, int line)
{
	const struct tl_profile *other;

	if (!is_word(l, "profile", name, line))
		return 0;
	other = tl_config_profile(l->config, name);
	if (other) {
		tl_loading_mistake(l, l->file, line,
			"the profile \"%s\" is already defined in %s:%d", name,
			other->file, other->line);
		return 0;
	}
	return tl_loading_add_profile(l, name, line);
}

static int begin_rule(struct tl_loading *l, const char *name, int line)
{
	const struct tl_rule *other;

	if (!is_word(l, "rule", name, line))
		return 0;
	for (size_t i = 0; i < l->config->n_rules; i++) {
		other = &l->config->rules[i];
		if (strcmp(other->name, name) != 0)
			continue;
		tl_loading_mistake(l, l->file, line,
			"the rule \"%s\" is already defined in %s:%d", name,
			other->file, other->line);
		return 0;
	}
	return add_rule(l, name, line);
}

static int begin_section(struct tl_loading *l, const char *heading, int line)
{
	const char *name;

	l->section = SECTION_WRONG;
	l->seen = 0;
	if (is_kind(heading, "profile", &name))
		return begin_profile(l, name, line);
	if (is_kind(heading, "rule", &name))
		return begin_rule(l, name, line);
	if (l->main && tl_tlshd_has(heading))
		return tl_tlshd_begin(l, heading, line);
	if (strcmp(heading, "tlsockd") != 0) {
		tl_loading_mistake(l, l->file, line,
			"there is no section [%.40s], only %s[profile NAME] and [rule NAME]",
			heading, l->main ? "[tlsockd], " : "");
	} else if (!l->main) {
		tl_loading_mistake(l, l->file, line, "[tlsockd] belongs into the main file");
	} else if (l->daemon_line) {
		tl_loading_mistake(l, l->file, line,
			"[tlsockd] was already there in line %d", l->daemon_line);
	} else {
		l->daemon_line = line;
		l->section = SECTION_DAEMON;
	}
	return 0;
}

static int store_key(struct tl_loading *l, const struct tl_ini_entry *entry)
{
	const struct tl_settings *settings = &tl_settings_daemon;
	char text[TL_SETTING_MAX_TEXT + 1];
	void *section = l->config;
	int err;

	if (l->section == SECTION_WRONG)
		return 0;
	if (l->section == SECTION_NONE) {
		tl_loading_mistake(l, l->file, entry->line,
			"the key stands before the first [section]");
		return 0;
	}
	if (l->section >= SECTION_TLSHD_DEBUG)
		return tl_tlshd_store(l, entry);
	if (l->section == SECTION_PROFILE) {
		settings = &tl_settings_profile;
		section = &l->config->profiles[l->config->n_profiles - 1];
	} else if (l->section == SECTION_RULE) {
		settings = &tl_settings_rule;
		section = &l->config->rules[l->config->n_rules - 1];
	}
	err = tl_setting_store(settings, section, l->folder, entry->name, entry->value, &l->seen,
			       text);
	if (err != -EINVAL)
		return err;
	tl_loading_mistake(l, l->file, entry->line, "%s", text);
	return 0;
}

int tl_section_take(void *arg, const struct tl_ini_entry *entry)
{
	struct tl_loading *l = arg;

	switch (entry->kind) {
	case TL_INI_SECTION:
		return begin_section(l, entry->name, entry->line);
	case TL_INI_KEY:
		return store_key(l, entry);
	case TL_INI_MISTAKE:
		tl_loading_mistake(l, l->file, entry->line, "%s", entry->value);
		return 0;
	}
	return 0;
}
