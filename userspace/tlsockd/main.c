// SPDX-License-Identifier: GPL-2.0-or-later
/* tlsockd: the helper that runs the TLS handshakes of TLS sockets. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "broker.h"
#include "context.h"
#include "generation.h"
#include "privilege.h"

#ifndef TLSOCK_VERSION
#define TLSOCK_VERSION "0.1"
#endif

#define DEFAULT_CONFIG "/etc/tlsock/tlsockd.conf"

struct options {
	const char	*config;
	bool		check;
};

static const char help[] =
	"Usage: tlsockd [--config FILE | --tlshd-config FILE] [--check] [--foreground]\n"
	"Runs the TLS handshakes of TLS sockets for the tlsock kernel module.\n"
	"\n"
	"  -c, --config FILE  read FILE instead of " DEFAULT_CONFIG "\n"
	"      --tlshd-config FILE\n"
	"                     the same for tlshd's: serve NFS and NVMe as it does\n"
	"  -k, --check        check the configuration, its certificates and keys, and end\n"
	"  -f, --foreground   stay in the foreground, messages to stderr (it always does)\n"
	"  -V, --version      show the version and end\n"
	"  -h, --help         show this and end\n"
	"\n"
	"SIGHUP reads the configuration again, SIGTERM ends after the handshakes that run,\n"
	"SIGUSR1 writes sums to the log.\n";

/* Ends the process for options that ask for nothing else. */
static struct options parse_options(int argc, char **argv)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "tlshd-config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct options options = { .config = DEFAULT_CONFIG };
	int c;

	while ((c = getopt_long(argc, argv, "c:kfVh", table, NULL)) >= 0) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'k':
			options.check = true;
			break;
		case 'f':
			break;
		case 'V':
			puts("tlsockd " TLSOCK_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs("Try `tlsockd --help`.\n", stderr);
			exit(EXIT_FAILURE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "tlsockd: there is no argument \"%s\". Try `tlsockd --help`.\n",
			argv[optind]);
		exit(EXIT_FAILURE);
	}
	return options;
}

int main(int argc, char **argv)
{
	struct options options = parse_options(argc, argv);
	struct td_generation *generation;
	int status = EXIT_SUCCESS;

	tl_log_open("tlsockd", LOG_INFO);
	if (!options.check && td_privilege_drop())
		return EXIT_FAILURE;
	if (td_context_init()) {
		tl_log(LOG_ERR, "cannot start wolfSSL");
		return EXIT_FAILURE;
	}
	if (td_generation_load(options.config, 1, &generation)) {
		td_context_exit();
		return EXIT_FAILURE;
	}
	if (options.check) {
		printf("%s is good\n", options.config);
		td_generation_free(generation);
	} else {
		tl_log_open("tlsockd", generation->config->log_level);
		status = td_broker_run(options.config, generation);
	}
	td_context_exit();
	return status;
}
