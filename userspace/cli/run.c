// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock run`: checks that the kernel has TLS sockets and that the program
 * can be converted, then becomes the program, with the preload library in its
 * environment. Exit statuses are those of env(1).
 */
#include "cli.h"
#include "../lib/environment.h"
#include "../lib/program.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tlsock.h>

#define EXIT_OWN	125
#define EXIT_CANNOT	126
#define EXIT_NOT_FOUND	127

#define PRELOAD_LIBRARY		TLSOCK_PREFIX "/lib/tlsock/libtlsock-preload.so"
#define PRELOAD_VARIABLE	"TLSOCK_PRELOAD_LIBRARY"	/* for tests */

static int set_profile(struct tl_environment *environment, const char *name)
{
	if (!*name || strlen(name) >= sizeof(environment->profile)) {
		tc_say("the name of a profile has 1 to %zu characters",
		       sizeof(environment->profile) - 1);
		return EXIT_OWN;
	}
	snprintf(environment->profile, sizeof(environment->profile), "%s", name);
	return 0;
}

/* Leaves optind at the program */
static int parse(int argc, char **argv, struct tl_environment *environment)
{
	static const struct option options[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "allow-uncovered", no_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	const char *inherited = getenv(TL_ENV_PROFILE);
	const char *profile = inherited && *inherited ? inherited : NULL;
	int option;

	while ((option = getopt_long(argc, argv, "+p:", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			profile = optarg;
			break;
		case 'u':
			environment->uncovered = true;
			break;
		default:
			return tc_misused("run", EXIT_OWN);
		}
	}
	if (optind == argc) {
		tc_say("no program to run");
		return tc_misused("run", EXIT_OWN);
	}
	return profile ? set_profile(environment, profile) : 0;
}

/* The dynamic loader skips a library that it cannot read, and splits at ' ' and ':' */
static int find_library(struct tl_environment *environment)
{
	const char *library = secure_getenv(PRELOAD_VARIABLE);

	if (!library)
		library = PRELOAD_LIBRARY;
	if (library[0] != '/' || strpbrk(library, ": ") ||
	    strlen(library) >= sizeof(environment->preload)) {
		tc_say("%s: not a path that LD_PRELOAD can hold", library);
		return EXIT_OWN;
	}
	if (access(library, R_OK)) {
		tc_say("%s: %s", library, strerror(errno));
		return EXIT_OWN;
	}
	snprintf(environment->preload, sizeof(environment->preload), "%s", library);
	return 0;
}

/* Opens one TLS socket, as the program is going to do */
static int probe(const struct tl_environment *environment)
{
	const char *profile = environment->profile;
	int fd, status = 0;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TLS);
	if (fd < 0 && errno == EAFNOSUPPORT)
		fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TLS);
	if (fd < 0) {
		tc_say("the kernel has no TLS sockets (%s): load its module with 'modprobe tlsock'",
		       strerror(errno));
		return EXIT_OWN;
	}
	if (*profile &&
	    setsockopt(fd, SOL_TLSOCK, TLSOCK_PROFILE, profile, (socklen_t)strlen(profile))) {
		tc_say("the kernel refuses the profile '%s': %s", profile, strerror(errno));
		status = EXIT_OWN;
	}
	close(fd);
	return status;
}

static int explain(const char *path, int err)
{
	tc_say("%s: %s", path, strerror(-err));
	return err == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT;
}

static int check(const char *path, enum tl_coverage coverage, bool uncovered)
{
	if (coverage == TL_COVERED)
		return 0;
	if (uncovered) {
		tc_say("warning: %s may connect without TLS: it %s", path,
		       tl_program_reason(coverage));
		return 0;
	}
	tc_say("%s is not run: it %s, so its connections cannot be protected", path,
	       tl_program_reason(coverage));
	return EXIT_OWN;
}

/*
 * The first place of PATH that has an executable file decides. One that is
 * neither ELF nor "#!" is a script of the shell, as for execvp().
 */
static int find_program(const char *name, char path[PATH_MAX], enum tl_coverage *coverage)
{
	const char *cursor = NULL;
	int err = -ENOENT;

	while (tl_program_next(name, &cursor, path, PATH_MAX)) {
		int now = tl_program_check(path, coverage);

		if (!now || now == -ENOEXEC)
			return now;
		if (now != -ENOENT && now != -ENOTDIR)
			err = now;
	}
	return err;
}

static int become(const char *path, char **argv, char **envp, bool shell)
{
	char *shell_argv[] = { argv[0], (char *)path };
	size_t n = 0;
	char **all;

	if (!shell) {
		execve(path, argv, envp);
		return explain(path, -errno);
	}
	while (argv[n])
		n++;
	all = calloc(n + 2, sizeof(*all));
	if (!all)
		return explain(path, -ENOMEM);
	memcpy(all, shell_argv, sizeof(shell_argv));
	memcpy(all + 2, argv + 1, n * sizeof(*argv));
	execve("/bin/sh", all, envp);
	free(all);
	return explain("/bin/sh", -errno);
}

int tc_run(int argc, char **argv)
{
	struct tl_environment environment = { .uncovered = false };
	enum tl_coverage coverage;
	char path[PATH_MAX];
	void *space;
	int err, status;

	status = parse(argc, argv, &environment);
	if (!status)
		status = find_library(&environment);
	if (!status)
		status = probe(&environment);
	if (status)
		return status;

	err = find_program(argv[optind], path, &coverage);
	if (err == -ENOEXEC && tl_program_check("/bin/sh", &coverage))
		return explain("/bin/sh", -ENOENT);
	if (err && err != -ENOEXEC)
		return explain(argv[optind], err);
	status = check(path, coverage, environment.uncovered);
	if (status)
		return status;

	if (environment.profile[0])
		unsetenv(TL_ENV_PROFILE);
	space = malloc(tl_environment_size(&environment, environ));
	if (!space)
		return explain(path, -ENOMEM);
	status = become(path, argv + optind, tl_environment_build(&environment, environ, space),
			err == -ENOEXEC);
	free(space);
	return status;
}
