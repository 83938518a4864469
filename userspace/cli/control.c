// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock reload` and `tlsock drain`: requests to the helper, and what came of
 * them.
 */
#include "cli.h"
#include "helper.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/operator.h"

/* A helper that reads its configuration answers nothing else meanwhile. */
#define PATIENCE	30	/* seconds */

static int parse(int argc, char **argv, const char *name, bool *json)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*json = false;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return tc_misused(name, TC_EXIT_USAGE);
		*json = true;
	}
	if (optind == argc)
		return 0;
	tc_say("%s takes no '%s'", name, argv[optind]);
	return tc_misused(name, TC_EXIT_USAGE);
}

static int failed(int err)
{
	if (err == -ENOENT || err == -ECONNREFUSED)
		tc_say("no helper runs in this network namespace");
	else if (err == -EACCES || err == -EPERM)
		tc_say("only root may do this");
	else
		tc_say("cannot ask the helper: %s", strerror(-err));
	return TC_EXIT_FAILURE;
}

/*
 * Returns the connection, with the number that the helper answered with, or -1
 * if that was told.
 */
static int request(const char *what, const char *key, unsigned int *number)
{
	static char reply[TL_OPERATOR_REPLY + 1];
	size_t length = strlen(key);
	char *end;
	int fd = tc_helper_call(what, PATIENCE, reply);

	if (fd < 0) {
		failed(fd);
		return -1;
	}
	if (!strncmp(reply, key, length) && reply[length] == ' ') {
		*number = (unsigned int)strtoul(reply + length, &end, 10);
		if (*end == '\n')
			return fd;
	}
	reply[strcspn(reply, "\n")] = '\0';
	if (strncmp(reply, "error ", 6))
		tc_say("the helper's answer makes no sense");
	else
		tc_say("%s", reply + 6);
	close(fd);
	return -1;
}

/* What was done is not told if it cannot be printed */
static int finish(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	tc_say("cannot write to standard output");
	return TC_EXIT_FAILURE;
}

int tc_reload(int argc, char **argv)
{
	unsigned int generation;
	bool json;
	int status = parse(argc, argv, "reload", &json);
	int fd;

	if (status)
		return status;
	fd = request(TL_OPERATOR_RELOAD, "generation", &generation);
	if (fd < 0)
		return TC_EXIT_FAILURE;
	close(fd);
	if (json)
		printf("{\"configuration\":%u}\n", generation);
	return finish();
}

int tc_drain(int argc, char **argv)
{
	unsigned int requests;
	bool json;
	int status = parse(argc, argv, "drain", &json);
	ssize_t size;
	char byte;
	int fd, err;

	if (status)
		return status;
	fd = request(TL_OPERATOR_DRAIN, "requests", &requests);
	if (fd < 0)
		return TC_EXIT_FAILURE;
	/* The connection ends when the helper does, for which it gives itself 20 s. */
	size = recv(fd, &byte, 1, 0);
	err = size < 0 && errno != ECONNRESET ? errno : 0;
	close(fd);
	if (err) {
		tc_say("the helper has not ended yet: %s", strerror(err));
		return TC_EXIT_FAILURE;
	}
	if (json)
		printf("{\"finished\":%u}\n", requests);
	return finish();
}
