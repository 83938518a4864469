/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tlsock command: its subcommands. Each gets the arguments from its own
 * name on and returns the exit status of the command.
 */
#ifndef TLSOCK_CLI_CLI_H
#define TLSOCK_CLI_CLI_H

#define TC_EXIT_FAILURE	1
#define TC_EXIT_USAGE	2

/** tc_run - `tlsock run`: execute a program with its TCP sockets made TLS sockets */
int tc_run(int argc, char **argv);

/** tc_status - `tlsock status`: counters of this network namespace */
int tc_status(int argc, char **argv);

/** tc_check - `tlsock check`: mistakes of the configuration, and what its rules do */
int tc_check(int argc, char **argv);

/** tc_sessions - `tlsock sessions`: live TLS sockets of this network namespace */
int tc_sessions(int argc, char **argv);

/** tc_top - `tlsock top`: what goes on, again and again */
int tc_top(int argc, char **argv);

/** tc_metrics - `tlsock metrics`: all counters for a monitoring system */
int tc_metrics(int argc, char **argv);

/** tc_reload - `tlsock reload`: have the helper read its configuration again */
int tc_reload(int argc, char **argv);

/** tc_drain - `tlsock drain`: have the helper finish what it has, and end */
int tc_drain(int argc, char **argv);

/** tc_say - write "tlsock: " and a sentence to stderr */
void tc_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** tc_misused - point to the help of a subcommand; returns @status */
int tc_misused(const char *subcommand, int status);

#endif
