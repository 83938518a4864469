// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock top`: looks at the kernel and the helper again and again. On a
 * terminal it draws over what it drew before, and leaves the terminal as it was.
 */
#include "cli.h"
#include "kernel.h"
#include "session.h"
#include "top.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CLEAR		"\033[H\033[J"
#define MAX_INTERVAL	3600
#define DEFAULT_ROWS	10
#define OTHER_LINES	30	/* most that are no row of the two tallies */

struct options {
	double	interval;
	long	batch;		/* 0: until 'q' */
	bool	json;
};

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

static int parse_batch(const char *text, struct options *options)
{
	char *end;

	options->batch = strtol(text, &end, 10);
	return *end || options->batch < 1 ? -EINVAL : 0;
}

static int parse_interval(const char *text, struct options *options)
{
	char *end;

	options->interval = strtod(text, &end);
	return *end || !(options->interval >= 0.01 && options->interval <= MAX_INTERVAL) ?
		       -EINVAL : 0;
}

static int parse(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "batch", required_argument, NULL, 'b' },
		{ "once", no_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int option, err = 0;

	while (!err && (option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == 'i')
			err = parse_interval(optarg, options);
		else if (option == 'b')
			err = parse_batch(optarg, options);
		else if (option == 'o')
			options->batch = 1;
		else if (option == 'j')
			options->json = true;
		else
			return tc_misused("top", TC_EXIT_USAGE);
	}
	if (err)
		tc_say("%s: not a number that makes sense here", optarg);
	else if (optind != argc)
		tc_say("top takes no '%s'", argv[optind]);
	else if (!options->batch && options->json)
		tc_say("--json needs --batch or --once");
	else if (!options->batch && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
		tc_say("without a terminal --batch or --once is needed");
	else
		return 0;
	return tc_misused("top", TC_EXIT_USAGE);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int read_session(const void *attributes, size_t size, void *arg)
{
	struct tc_look *look = arg;
	struct tc_session session;
	char peer[TC_TALLY_KEY];
	char *colon;
	int err = tc_session_parse(attributes, size, &session);

	if (err)
		return err;
	tc_session_address(&session.remote, peer, sizeof(peer));
	colon = strrchr(peer, ':');
	if (colon)
		*colon = '\0';
	err = tc_tally_add(&look->profiles, *session.profile ? session.profile : "default");
	return err ? err : tc_tally_add(&look->peers, peer);
}

static void forget(struct tc_look *look)
{
	tc_tally_free(&look->profiles);
	tc_tally_free(&look->peers);
}

/* What others may not see is left out. Returns 0 or -errno of the kernel. */
static int look_around(struct tc_look *look)
{
	int err;

	forget(look);
	look->at_ms = now_ms();
	err = tc_kernel_status(&look->status);
	if (err)
		return err;
	look->has_helper = !tc_helper_status(&look->helper);
	err = tc_kernel_ask(TLSOCK_CMD_SESSIONS, read_session, look);
	look->has_sessions = !err;
	tc_tally_sum(&look->profiles);
	tc_tally_sum(&look->peers);
	return err == -EPERM ? 0 : err;
}

/* Waits for the time of the next look. Returns false if it is to end. */
static bool wait_until(int64_t when, bool keys)
{
	struct pollfd in = { .fd = keys ? STDIN_FILENO : -1, .events = POLLIN };
	int64_t left;
	char key;

	while (!told_to_end && (left = when - now_ms()) > 0) {
		if (poll(&in, 1, (int)left) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 3)
			return false;
	}
	return !told_to_end;
}

static size_t rows_of_terminal(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row <= OTHER_LINES)
		return DEFAULT_ROWS / 2;
	return (size_t)(size.ws_row - OTHER_LINES) / 2 + DEFAULT_ROWS / 2;
}

static int show(const struct options *options, const struct tc_look *before,
		const struct tc_look *now)
{
	int err = 0;

	if (options->json) {
		err = tc_top_json(stdout, before, now, DEFAULT_ROWS);
	} else if (options->batch) {
		tc_top_print(stdout, before, now, DEFAULT_ROWS);
		fputs("\n", stdout);
	} else {
		fputs(CLEAR, stdout);
		tc_top_print(stdout, before, now, rows_of_terminal());
	}
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -EIO;
	if (err)
		tc_say("cannot write: %s", strerror(-err));
	return err ? TC_EXIT_FAILURE : 0;
}

static int loop(const struct options *options)
{
	static struct tc_look looks[2];
	struct tc_look *before = &looks[0], *now = &looks[1], *other;
	long left = options->batch;
	int status = 0;
	int err = look_around(before);

	while (!err && !status && (left-- > 0 || !options->batch) &&
	       wait_until(before->at_ms + (int64_t)(options->interval * 1e3), !options->batch)) {
		err = look_around(now);
		if (!err)
			status = show(options, before, now);
		other = before;
		before = now;
		now = other;
	}
	forget(before);
	forget(now);
	return err ? tc_kernel_failed(err) : status;
}

int tc_top(int argc, char **argv)
{
	struct options options = { .interval = 2 };
	const struct sigaction action = { .sa_handler = on_signal };
	struct termios saved, raw;
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	if (options.batch)
		return loop(&options);
	if (tcgetattr(STDIN_FILENO, &saved)) {
		tc_say("cannot read keys: %s", strerror(errno));
		return TC_EXIT_FAILURE;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	status = loop(&options);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	return status;
}
