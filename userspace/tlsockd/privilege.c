// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities, limits and users of the helper. */
#include "privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../lib/log.h"

#define FILES_WANTED	65536	/* more than twice max_handshakes of the kernel */

static const struct {
	unsigned int	number;
	const char	*purpose;
} wanted[] = {
	{ CAP_NET_ADMIN, "serve requests of the kernel" },
	{ CAP_SETUID, "give workers a user of their own" },
	{ CAP_SETGID, "give workers a group of their own" },
	{ CAP_KILL, "end workers that hang" },
	{ CAP_IPC_LOCK, "keep keys out of swap" },
	{ CAP_DAC_READ_SEARCH, "read keys that belong to other users, find cgroups for rules" },
	{ CAP_SYS_PTRACE, "tell rules which program a process runs" },
};

#define N_WANTED (sizeof(wanted) / sizeof(wanted[0]))

static int drop_capabilities(void)
{
	bool kept[N_WANTED];
	bool bounding;

	if (capng_get_caps_process())
		return -EPERM;
	bounding = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	for (size_t i = 0; i < N_WANTED; i++)
		kept[i] = capng_have_capability(CAPNG_PERMITTED, wanted[i].number);
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < N_WANTED; i++) {
		if (!kept[i])
			tl_log(LOG_NOTICE, "lacks %s to %s",
			       capng_capability_to_name(wanted[i].number), wanted[i].purpose);
		else if (capng_update(CAPNG_ADD,
				      CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
				      wanted[i].number))
			return -EPERM;
	}
	if (capng_apply(bounding ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS))
		return -EPERM;
	return 0;
}

/*
 * Each handshake is a descriptor. The soft limit is meant for select(); the hard
 * one may be raised by CAP_SYS_RESOURCE, as far as the kernel has it.
 */
static void raise_file_limit(void)
{
	const struct rlimit more = { FILES_WANTED, FILES_WANTED };
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) ||
	    (files.rlim_max < FILES_WANTED && !setrlimit(RLIMIT_NOFILE, &more)))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int td_privilege_drop(void)
{
	const struct rlimit none = {};

	if (capng_get_caps_process() || !capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN)) {
		tl_log(LOG_ERR, "must be started as root, or with CAP_NET_ADMIN");
		return -EPERM;
	}
	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		tl_log(LOG_ERR, "cannot forbid core dumps: %s", strerror(errno));
		return -EPERM;
	}
	raise_file_limit();
	if (drop_capabilities()) {
		tl_log(LOG_ERR, "cannot drop capabilities: %s", strerror(errno));
		return -EPERM;
	}
	return 0;
}

void td_privilege_lock(void)
{
	/* Without the capability a limit holds, at which allocations would fail. */
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_IPC_LOCK))
		return;
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		tl_log(LOG_NOTICE, "keys may get into swap: mlockall: %s", strerror(errno));
}
