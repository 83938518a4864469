// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entry of the tlsock command: finds the subcommand and holds the help texts.
 */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef TLSOCK_VERSION
#define TLSOCK_VERSION "0.1"
#endif

struct subcommand {
	const char	*name;
	int		(*function)(int argc, char **argv);
	const char	*help;
};

static int run_help(int argc, char **argv);

static const struct subcommand subcommands[] = {
	{ "run", tc_run,
	  "usage: tlsock run [-p PROFILE] [--allow-uncovered] [--] PROGRAM [ARGUMENT...]\n"
	  "Run a program whose TCP connections are TLS connections, and its children.\n"
	  "\n"
	  "  -p, --profile PROFILE  use this profile of tlsockd.conf\n"
	  "  --allow-uncovered      run programs that cannot be converted, in clear text,\n"
	  "                         with a warning instead of an error\n"
	  "\n"
	  "Exit status: 125 if tlsock itself fails or refuses the program, 126 if the\n"
	  "program cannot be executed, 127 if it is not found, else the program's own.\n" },
	{ "status", tc_status,
	  "usage: tlsock status [--json]\n"
	  "Show whether a helper runs in this network namespace, and what became of the\n"
	  "handshakes.\n"
	  "\n"
	  "  --json  as one JSON object\n" },
	{ "check", tc_check,
	  "usage: tlsock check [--json] [FILE]\n"
	  "       tlsock check --explain [--json] [FILE] KEY=VALUE...\n"
	  "Check the configuration of tlsockd, with all files that it names; or say which\n"
	  "rule and profile a connection gets, and why not another.\n"
	  "\n"
	  "  FILE       instead of /etc/tlsock/tlsockd.conf\n"
	  "  --json     as one JSON object\n"
	  "  --explain  the connection is described by\n"
	  "             role=client|server uid=USER gid=GROUP cgroup=PATH exe=PATH\n"
	  "             dst=ADDRESS:PORT name=HOST (clients)\n"
	  "             listen=ADDRESS:PORT src=ADDRESS:PORT (servers)\n"
	  "             and what the program sets: profile=NAME verify=MODE\n"
	  "             client-certificate=MODE\n"
	  "\n"
	  "Exit status: 0 if all is well, 1 if there are mistakes or if the connection is\n"
	  "denied, 2 if called wrongly.\n" },
	{ "sessions", tc_sessions,
	  "usage: tlsock sessions [FILTER...] [--json]\n"
	  "List the live TLS sockets of this network namespace.\n"
	  "\n"
	  "  --role client|server   of one side\n"
	  "  --peer ADDRESS[/BITS]  with such a remote address\n"
	  "  --port PORT            with this port, local or remote\n"
	  "  --user USER            of this user\n"
	  "  --name NAME            with this server name; *.NAME: any below it\n"
	  "  --suite TEXT           whose cipher suite's name has this in it, or number 0xNNNN\n"
	  "  --resumed              that resumed a session\n"
	  "  --json                 as a JSON array\n" },
	{ "top", tc_top,
	  "usage: tlsock top [--interval SECONDS] [--batch N | --once] [--json]\n"
	  "Show the handshakes of each second and who has sessions. 'q' ends it.\n"
	  "\n"
	  "  --interval SECONDS  between two looks; 2 if not given\n"
	  "  --batch N           print N times, one below the other\n"
	  "  --once              the same as --batch 1, after one interval\n"
	  "  --json              one JSON object for each look; needs --batch or --once\n" },
	{ "metrics", tc_metrics,
	  "usage: tlsock metrics\n"
	  "Print all counters in the text format of OpenMetrics.\n" },
	{ "reload", tc_reload,
	  "usage: tlsock reload [--json]\n"
	  "Have the helper read its configuration again. If it has mistakes the old one\n"
	  "stays, and this fails.\n"
	  "\n"
	  "  --json  answer with a JSON object\n" },
	{ "drain", tc_drain,
	  "usage: tlsock drain [--json]\n"
	  "Have the helper take no more handshakes, finish those it has, and end. Waits\n"
	  "until it has ended. TLS connections go on.\n"
	  "\n"
	  "  --json  answer with a JSON object\n" },
	{ "help", run_help,
	  "usage: tlsock help [SUBCOMMAND]\n"
	  "Show what tlsock or a subcommand of it does.\n" },
};

static const char general_help[] =
	"usage: tlsock SUBCOMMAND [ARGUMENT...]\n"
	"       tlsock --help | --version\n"
	"TLS sockets of the kernel for programs that know nothing of them.\n"
	"\n"
	"  run       run a program with TLS instead of TCP\n"
	"  status    show the helper and the counters of handshakes\n"
	"  sessions  list live TLS sockets\n"
	"  top       show handshakes and sessions as they come and go\n"
	"  metrics   print all counters for a monitoring system\n"
	"  check     check tlsockd's configuration, explain its rules\n"
	"  reload    have the helper read its configuration again\n"
	"  drain     have the helper finish its handshakes and end\n"
	"  help      explain a subcommand\n";

void tc_say(const char *format, ...)
{
	va_list values;

	fputs("tlsock: ", stderr);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
}

static const struct subcommand *find(const char *name)
{
	for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
		if (!strcmp(subcommands[i].name, name))
			return &subcommands[i];
	return NULL;
}

int tc_misused(const char *subcommand, int status)
{
	fprintf(stderr, "Try 'tlsock help %s'.\n", subcommand);
	return status;
}

static int unknown(const char *name)
{
	tc_say("there is no subcommand '%s'", name);
	fputs(general_help, stderr);
	return TC_EXIT_USAGE;
}

/* What was printed is worth nothing if it did not get out */
static int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout)) {
		tc_say("cannot write to standard output");
		return TC_EXIT_FAILURE;
	}
	return 0;
}

static int run_help(int argc, char **argv)
{
	const struct subcommand *found;

	if (argc < 2)
		return print(general_help);
	found = find(argv[1]);
	return found ? print(found->help) : unknown(argv[1]);
}

int main(int argc, char **argv)
{
	const struct subcommand *found;

	if (argc < 2) {
		fputs(general_help, stderr);
		return TC_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print(general_help);
	if (!strcmp(argv[1], "--version"))
		return print("tlsock " TLSOCK_VERSION "\n");
	found = find(argv[1]);
	if (!found)
		return unknown(argv[1]);
	if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")))
		return print(found->help);
	return found->function(argc - 1, argv + 1);
}
