// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock check`: everything that the helper would find wrong with its
 * configuration, without a helper, and what its rules would do.
 */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "../tlsockd/context.h"
#include "../tlsockd/expiry.h"
#include "../tlsockd/generation.h"
#include "explain.h"
#include "json.h"

#define DEFAULT_CONFIG	"/etc/tlsock/tlsockd.conf"

/**
 * struct findings - mistakes, or warnings
 * @what: "" or "warning: ", before the sentence
 * @n: their number
 * @array: where they are collected, NULL to print them at once
 * @err: 0 or -ENOMEM
 */
struct findings {
	const char		*what;
	unsigned int		n;
	struct json_object	*array;
	int			err;
};

struct request {
	const char	*file;
	bool		json;
	bool		explain;
};

static int collect(struct json_object *array, const char *file, int line, const char *text)
{
	struct json_object *object = json_object_new_object();
	int err;

	if (!object)
		return -ENOMEM;
	err = tc_json_text(object, "file", file);
	if (!err)
		err = tc_json_number(object, "line", (uint64_t)line);
	if (!err)
		err = tc_json_text(object, "text", text);
	if (err || json_object_array_add(array, object)) {
		json_object_put(object);
		return -ENOMEM;
	}
	return 0;
}

/* In the form of compilers, which editors understand; line 0 is the whole file. */
static void find(void *arg, const char *file, int line, const char *text)
{
	struct findings *f = arg;

	f->n++;
	if (f->array && !f->err)
		f->err = collect(f->array, file, line, text);
	else if (!f->array && line)
		fprintf(stderr, "%s:%d: %s%s\n", file, line, f->what, text);
	else if (!f->array)
		fprintf(stderr, "%s: %s%s\n", file, f->what, text);
}

/* Returns 0, -EINVAL if mistakes were found, -ENOMEM. */
static int look(const char *file, struct findings *mistakes, struct findings *warnings,
		struct td_generation **out)
{
	const struct tl_config *config;
	int err = td_generation_build(file, 1, out, find, mistakes);

	if (err)
		return err;
	config = (*out)->config;
	for (size_t i = 0; !err && i < config->n_profiles; i++)
		err = td_expiry_report(&config->profiles[i], time(NULL), find, warnings);
	return err;
}

static int print_json(const char *file, const struct tl_config *config,
		      struct findings *mistakes, struct findings *warnings)
{
	struct json_object *root = json_object_new_object();
	int err = root ? tc_json_text(root, "file", file) : -ENOMEM;

	if (!err)
		err = tc_json_bool(root, "good", config != NULL);
	if (!err && config)
		err = tc_json_number(root, "profiles", config->n_profiles);
	if (!err && config)
		err = tc_json_number(root, "rules", config->n_rules);
	if (!err)
		err = tc_json_add(root, "mistakes", json_object_get(mistakes->array));
	if (!err)
		err = tc_json_add(root, "warnings", json_object_get(warnings->array));
	if (!err)
		err = tc_json_print(root);
	json_object_put(root);
	return err;
}

static void print_text(const char *file, const struct tl_config *config,
		       const struct findings *mistakes)
{
	if (config)
		printf("%s is good: %zu profiles, %zu rules\n", file, config->n_profiles,
		       config->n_rules);
	else
		fprintf(stderr, "%s: %u mistakes\n", file, mistakes->n);
}

static int check(const struct request *request)
{
	struct findings warnings = { .what = "warning: " };
	struct findings mistakes = { .what = "" };
	struct td_generation *generation = NULL;
	const struct tl_config *config;
	int err = -ENOMEM, found;

	if (request->json) {
		mistakes.array = json_object_new_array();
		warnings.array = json_object_new_array();
		if (!mistakes.array || !warnings.array)
			goto out;
	}
	err = look(request->file, &mistakes, &warnings, &generation);
	if (err == -ENOMEM)
		goto out;
	config = generation ? generation->config : NULL;
	found = mistakes.err ? mistakes.err : warnings.err;
	if (!found && request->json)
		found = print_json(request->file, config, &mistakes, &warnings);
	else if (!found)
		print_text(request->file, config, &mistakes);
	err = found ? found : err;
out:
	json_object_put(mistakes.array);
	json_object_put(warnings.array);
	td_generation_free(generation);
	return err;
}

/* Rules can be explained without the right to read keys. */
static int explain(const struct request *request, char *const *words, int n)
{
	struct findings mistakes = { .what = "" };
	struct tl_subject subject;
	struct tl_config *config;
	bool allowed;
	int err;

	if (tc_explain_parse(words, n, &subject))
		return tc_misused("check", TC_EXIT_USAGE);
	err = tl_config_read(request->file, &config, find, &mistakes);
	if (!err) {
		err = tc_explain_print(config, &subject, request->json, &allowed);
		tl_config_free(config);
		if (!err && !allowed)
			err = -EACCES;
	}
	if (err == -ENOMEM)
		tc_say("%s", strerror(ENOMEM));
	return err ? TC_EXIT_FAILURE : 0;
}

static int run_check(const struct request *request)
{
	int err;

	tl_log_open("tlsock", LOG_WARNING);
	if (td_context_init()) {
		tc_say("cannot start wolfSSL");
		return TC_EXIT_FAILURE;
	}
	err = check(request);
	td_context_exit();
	if (err == -ENOMEM)
		tc_say("%s", strerror(ENOMEM));
	return err ? TC_EXIT_FAILURE : 0;
}

static int written(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	tc_say("cannot write to standard output");
	return TC_EXIT_FAILURE;
}

int tc_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "explain", no_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = { .file = DEFAULT_CONFIG };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return tc_misused("check", TC_EXIT_USAGE);
		request.json |= option == 'j';
		request.explain |= option == 'e';
	}
	/* A word of --explain has a '=' before any '/'. */
	if (optind < argc && (!request.explain || argv[optind][strcspn(argv[optind], "=/")] != '='))
		request.file = argv[optind++];
	if (request.explain)
		return written(explain(&request, argv + optind, argc - optind));
	if (optind < argc) {
		tc_say("check takes no '%s'", argv[optind]);
		return tc_misused("check", TC_EXIT_USAGE);
	}
	return written(run_check(&request));
}
