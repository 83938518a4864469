// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs that the program executes: each is looked at first, and gets an
 * environment with the preload library, whatever the program made of its own.
 * No call of libc executes another of these functions through its public name,
 * so each is here. Everything works without the heap, for children of vfork().
 */
#include "preload.h"
#include "../lib/program.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_ENVIRONMENT	(1 << 20)	/* bytes on the stack */

int tp_exec_allowed(const char *path)
{
	const struct tl_environment *settings = tp_settings();
	enum tl_coverage coverage;
	int err;

	err = tl_program_check(path, &coverage);
	if (err)
		return err;
	if (coverage == TL_COVERED && !access(settings->preload, R_OK))
		return 0;
	if (settings->uncovered) {
		tp_say("warning: ", path, " may connect without TLS: it ",
		       coverage == TL_COVERED ? "cannot find the preload library" :
						tl_program_reason(coverage), NULL);
		return 0;
	}
	if (coverage == TL_COVERED)
		tp_say(path, " is not run: it cannot find ", settings->preload, NULL);
	else
		tp_say(path, " is not run: it ", tl_program_reason(coverage),
		       ", so its connections cannot be protected", NULL);
	return -EACCES;
}

/* Like execve(): sets errno and returns -1 */
static int run(const char *path, char *const *argv, char *const *envp)
{
	const struct tl_environment *settings = tp_settings();
	size_t size = tl_environment_size(settings, envp);
	int err = tp_exec_allowed(path);

	if (!err && size > MAX_ENVIRONMENT)
		err = -E2BIG;
	/* what the kernel does with formats of its own is let through on request only */
	if (err && !(err == -ENOEXEC && settings->uncovered)) {
		errno = -err;
		return -1;
	}
	return TP_NEXT(execve)(path, argv, tl_environment_build(settings, envp, alloca(size)));
}

static int count(char *const *argv)
{
	int n = 0;

	while (argv[n])
		n++;
	return n;
}

/* A file that is neither ELF nor "#!" is a script of the shell (POSIX execvp) */
static int run_shell(const char *path, char *const *argv, char *const *envp)
{
	int n = count(argv);
	char **shell = alloca((n + 3) * sizeof(char *));
	int out = 0;

	shell[out++] = (char *)(n ? argv[0] : path);
	shell[out++] = (char *)path;
	for (int i = 1; i < n; i++)
		shell[out++] = argv[i];
	shell[out] = NULL;
	return run("/bin/sh", shell, envp);
}

static int run_search(const char *name, char *const *argv, char *const *envp)
{
	const char *cursor = NULL;
	char path[PATH_MAX];
	int err = ENOENT;

	while (tl_program_next(name, &cursor, path, sizeof(path))) {
		run(path, argv, envp);
		if (errno == ENOEXEC)
			return run_shell(path, argv, envp);
		if (errno == EACCES)
			err = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
	}
	errno = err;
	return -1;
}

/* A file descriptor or a path relative to one, as a path */
static int descriptor_path(char path[PATH_MAX], int fd, const char *name)
{
	int n;

	if (name[0] == '/' || (fd == AT_FDCWD && name[0]))
		n = snprintf(path, PATH_MAX, "%s", name);
	else
		n = snprintf(path, PATH_MAX, "/proc/self/fd/%d%s%s", fd, name[0] ? "/" : "", name);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

TP_INTERPOSE int execve(const char *path, char *const argv[], char *const envp[])
{
	return run(path, argv, envp);
}

TP_INTERPOSE int execv(const char *path, char *const argv[])
{
	return run(path, argv, environ);
}

TP_INTERPOSE int execvp(const char *name, char *const argv[])
{
	return run_search(name, argv, environ);
}

TP_INTERPOSE int execvpe(const char *name, char *const argv[], char *const envp[])
{
	return run_search(name, argv, envp);
}

TP_INTERPOSE int fexecve(int fd, char *const argv[], char *const envp[])
{
	return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
}

TP_INTERPOSE int execveat(int fd, const char *name, char *const argv[], char *const envp[],
			  int flags)
{
	char path[PATH_MAX];
	int err = 0;

	if (!name[0] && !(flags & AT_EMPTY_PATH))
		err = -ENOENT;
	/* refuse what cannot be expressed by a path */
	else if (flags & ~AT_EMPTY_PATH)
		err = -EINVAL;
	else
		err = descriptor_path(path, fd, name);
	if (err) {
		errno = -err;
		return -1;
	}
	return run(path, argv, envp);
}

static size_t list_count(va_list *list)
{
	size_t n = 0;

	while (va_arg(*list, char *))
		n++;
	return n;
}

/* Copies up to the NULL, behind which execle() has its environment */
static void list_copy(char **argv, const char *first, va_list *list)
{
	size_t n = 0;

	argv[n++] = (char *)first;
	do
		argv[n] = va_arg(*list, char *);
	while (argv[n++]);
}

TP_INTERPOSE int execl(const char *path, const char *first, ...)
{
	char **argv;
	va_list list;

	va_start(list, first);
	argv = alloca((list_count(&list) + 2) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	list_copy(argv, first, &list);
	va_end(list);
	return run(path, argv, environ);
}

TP_INTERPOSE int execlp(const char *name, const char *first, ...)
{
	char **argv;
	va_list list;

	va_start(list, first);
	argv = alloca((list_count(&list) + 2) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	list_copy(argv, first, &list);
	va_end(list);
	return run_search(name, argv, environ);
}

TP_INTERPOSE int execle(const char *path, const char *first, ...)
{
	char **argv, **envp;
	va_list list;

	va_start(list, first);
	argv = alloca((list_count(&list) + 2) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	list_copy(argv, first, &list);
	envp = va_arg(list, char **);
	va_end(list);
	return run(path, argv, envp);
}
