// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * posix_spawn(), and the calls that run a shell: system(), popen() and
 * wordexp() use the C library's own spawn with the environment of the process,
 * so that one is put right first.
 */
#include "preload.h"
#include "../lib/program.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

/*
 * The file is looked up here and not after the file actions: a path relative
 * to a folder that an action goes to is not found, which is an error and not
 * a program that nobody looked at.
 */
static int spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const *argv, char *const *envp)
{
	const struct tl_environment *settings = tp_settings();
	int err = tp_exec_allowed(path);
	void *space;

	if (err && !(err == -ENOEXEC && settings->uncovered))
		return -err;
	space = malloc(tl_environment_size(settings, envp));
	if (!space)
		return ENOMEM;
	err = TP_NEXT(posix_spawn)(pid, path, actions, attributes, argv,
				   tl_environment_build(settings, envp, space));
	free(space);
	return err;
}

TP_INTERPOSE int posix_spawn(pid_t *restrict pid, const char *restrict path,
			     const posix_spawn_file_actions_t *restrict actions,
			     const posix_spawnattr_t *restrict attributes,
			     char *const argv[restrict], char *const envp[restrict])
{
	return spawn(pid, path, actions, attributes, argv, envp);
}

TP_INTERPOSE int posix_spawnp(pid_t *restrict pid, const char *restrict name,
			      const posix_spawn_file_actions_t *restrict actions,
			      const posix_spawnattr_t *restrict attributes,
			      char *const argv[restrict], char *const envp[restrict])
{
	const char *cursor = NULL;
	char path[PATH_MAX];
	int err = ENOENT;

	while (tl_program_next(name, &cursor, path, sizeof(path))) {
		int now = spawn(pid, path, actions, attributes, argv, envp);

		if (now == EACCES)
			err = EACCES;
		else if (now != ENOENT && now != ENOTDIR)
			return now;
	}
	return err;
}

/* Puts back what the program took out of its own environment */
static int restore_environment(void)
{
	const struct tl_environment *settings = tp_settings();
	const char *preload = getenv(TL_ENV_PRELOAD);
	char value[2 * TL_ENVIRONMENT_PATH];
	int err = 0;

	if (!tl_environment_listed(preload, settings->preload)) {
		if (snprintf(value, sizeof(value), "%s%s%s", settings->preload, preload ? ":" : "",
			     preload ? preload : "") >= (int)sizeof(value)) {
			errno = E2BIG;
			return -1;
		}
		err = setenv(TL_ENV_PRELOAD, value, 1);
	}
	if (!err && settings->profile[0])
		err = setenv(TL_ENV_PROFILE, settings->profile, 0);
	if (!err && settings->uncovered)
		err = setenv(TL_ENV_UNCOVERED, "1", 0);
	return err;
}

TP_INTERPOSE int system(const char *command)
{
	if (restore_environment())
		return -1;
	return TP_NEXT(system)(command);
}

TP_INTERPOSE FILE *popen(const char *command, const char *mode)
{
	if (restore_environment())
		return NULL;
	return TP_NEXT(popen)(command, mode);
}

TP_INTERPOSE int wordexp(const char *restrict words, wordexp_t *restrict result, int flags)
{
	if (restore_environment())
		return WRDE_NOSPACE;
	return TP_NEXT(wordexp)(words, result, flags);
}
