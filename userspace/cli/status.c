// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock status`: the kernel's counters of this network namespace, for anyone,
 * and what the helper says of itself, for administrators.
 */
#include "cli.h"
#include "helper.h"
#include "kernel.h"
#include "status.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

int tc_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct tc_status status;
	struct tc_helper helper;
	bool json = false;
	int option, err, no_module, unknown;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return tc_misused("status", TC_EXIT_USAGE);
		json = true;
	}
	if (optind != argc) {
		tc_say("status takes no '%s'", argv[optind]);
		return tc_misused("status", TC_EXIT_USAGE);
	}
	no_module = tc_kernel_status(&status);
	unknown = tc_helper_status(&helper);
	if (unknown == -ETIMEDOUT)
		tc_say("the helper does not answer");
	/* Without the module a helper still serves the kernel's own consumers. */
	if (no_module && (no_module != -ENOENT || unknown))
		return tc_kernel_failed(no_module);
	err = tc_status_print(no_module ? NULL : &status, unknown ? NULL : &helper, json);
	if (err) {
		tc_say("cannot write the counters: %s", strerror(-err));
		return TC_EXIT_FAILURE;
	}
	return 0;
}
