// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock sessions`: the live TLS sockets of this network namespace.
 */
#include "cli.h"
#include "kernel.h"
#include "session.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

struct listing {
	struct tc_filter	filter;
	bool			json;
	bool			begun;
};

/* One object on each line, so that a long list needs no memory */
static int print_json(struct listing *listing, const struct tc_session *session)
{
	struct json_object *object = tc_session_json(session);
	const char *text;

	text = object ? json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN) : NULL;
	if (text)
		printf("%s\n%s", listing->begun ? "," : "", text);
	listing->begun = true;
	json_object_put(object);
	return text ? 0 : -ENOMEM;
}

static int read_session(const void *attributes, size_t size, void *arg)
{
	struct listing *listing = arg;
	struct tc_session session;
	int err = tc_session_parse(attributes, size, &session);

	if (err || !tc_filter_wants(&listing->filter, &session))
		return err;
	if (listing->json)
		return print_json(listing, &session);
	tc_session_line(stdout, &session);
	return 0;
}

static int misused(const char *what, const char *value)
{
	tc_say("%s: not a %s", value, what);
	return tc_misused("sessions", TC_EXIT_USAGE);
}

static int parse_option(int option, struct listing *listing)
{
	struct tc_filter *filter = &listing->filter;

	switch (option) {
	case 'r':
		return tc_filter_role(filter, optarg) ? misused("role", optarg) : 0;
	case 'a':
		return tc_filter_peer(filter, optarg) ? misused("peer ADDRESS[/BITS]", optarg) : 0;
	case 'p':
		return tc_filter_port(filter, optarg) ? misused("port", optarg) : 0;
	case 'u':
		return tc_filter_user(filter, optarg) ? misused("user", optarg) : 0;
	case 'n':
		filter->name = optarg;
		return 0;
	case 's':
		filter->suite = optarg;
		return 0;
	case 'R':
		filter->has |= TC_FILTER_RESUMED;
		return 0;
	case 'j':
		listing->json = true;
		return 0;
	default:
		return tc_misused("sessions", TC_EXIT_USAGE);
	}
}

int tc_sessions(int argc, char **argv)
{
	static const struct option options[] = {
		{ "role", required_argument, NULL, 'r' },
		{ "peer", required_argument, NULL, 'a' },
		{ "port", required_argument, NULL, 'p' },
		{ "user", required_argument, NULL, 'u' },
		{ "name", required_argument, NULL, 'n' },
		{ "suite", required_argument, NULL, 's' },
		{ "resumed", no_argument, NULL, 'R' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct listing listing = { .json = false };
	int option, status, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		status = parse_option(option, &listing);
		if (status)
			return status;
	}
	if (optind != argc) {
		tc_say("sessions takes no '%s'", argv[optind]);
		return tc_misused("sessions", TC_EXIT_USAGE);
	}
	if (listing.json)
		printf("[");
	err = tc_kernel_ask(TLSOCK_CMD_SESSIONS, read_session, &listing);
	if (err)
		return tc_kernel_failed(err);
	if (listing.json)
		puts(listing.begun ? "\n]" : "]");
	if (fflush(stdout) || ferror(stdout)) {
		tc_say("cannot write the sessions: %s", strerror(EIO));
		return TC_EXIT_FAILURE;
	}
	return 0;
}
