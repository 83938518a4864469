// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds environments in memory that the caller gives: the caller may be the
 * child of a vfork() or a signal handler. Knows names and values only, not
 * where they come from.
 */
#include "environment.h"

#include <string.h>

#define ADDED	3	/* variables that may be added */

const char *tl_environment_get(char *const *envp, const char *name)
{
	size_t length = strlen(name);

	for (; envp && *envp; envp++)
		if (!strncmp(*envp, name, length) && (*envp)[length] == '=')
			return *envp + length + 1;
	return NULL;
}

bool tl_environment_listed(const char *value, const char *library)
{
	size_t length = strlen(library);

	while (value && *value) {
		size_t n = strcspn(value, ": ");

		if (n == length && !memcmp(value, library, n))
			return true;
		value += n + (value[n] != '\0');
	}
	return false;
}

static size_t count(char *const *envp)
{
	size_t n = 0;

	while (envp && envp[n])
		n++;
	return n;
}

size_t tl_environment_size(const struct tl_environment *want, char *const *envp)
{
	const char *preload = tl_environment_get(envp, TL_ENV_PRELOAD);
	size_t size = (count(envp) + ADDED + 1) * sizeof(char *);

	size += sizeof(TL_ENV_PRELOAD "=:") + strlen(want->preload);
	size += preload ? strlen(preload) : 0;
	size += sizeof(TL_ENV_PROFILE "=") + strlen(want->profile);
	size += sizeof(TL_ENV_UNCOVERED "=1");
	return size;
}

/* Writes "name=value" to *at and moves it behind the terminator */
static char *put(char **at, const char *name, const char *value)
{
	char *start = *at;

	*at = stpcpy(stpcpy(stpcpy(*at, name), "="), value) + 1;
	return start;
}

static char *put_preload(char **at, const char *library, const char *old)
{
	char *start = put(at, TL_ENV_PRELOAD, library);

	if (old && *old)
		*at = stpcpy(stpcpy(*at - 1, ":"), old) + 1;
	return start;
}

char **tl_environment_build(const struct tl_environment *want, char *const *envp, void *space)
{
	const char *preload = tl_environment_get(envp, TL_ENV_PRELOAD);
	char **out = space;
	char *text = (char *)(out + count(envp) + ADDED + 1);
	size_t n = 0;

	if (tl_environment_listed(preload, want->preload))
		out[n++] = (char *)preload - strlen(TL_ENV_PRELOAD "=");
	else
		out[n++] = put_preload(&text, want->preload, preload);
	if (want->profile[0] && !tl_environment_get(envp, TL_ENV_PROFILE))
		out[n++] = put(&text, TL_ENV_PROFILE, want->profile);
	if (want->uncovered && !tl_environment_get(envp, TL_ENV_UNCOVERED))
		out[n++] = put(&text, TL_ENV_UNCOVERED, "1");
	for (; envp && *envp; envp++)
		if (strncmp(*envp, TL_ENV_PRELOAD "=", strlen(TL_ENV_PRELOAD "=")))
			out[n++] = *envp;
	out[n] = NULL;
	return out;
}
