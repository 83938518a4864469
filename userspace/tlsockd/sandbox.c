// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fence around a worker, which parses all that peers send. Its ring is
 * fenced in ring.c: system calls made through io_uring pass no filter.
 */
#include "sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <linux/tls.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../lib/log.h"

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

static int failed(const char *what, int error)
{
	tl_log(LOG_ERR, "cannot %s: %s", what, strerror(error));
	return -error;
}

int td_sandbox_drop(uid_t uid, gid_t gid)
{
	const struct rlimit no_core = { 0, 0 };

	if (uid != geteuid()) {
		if (setgroups(0, NULL))
			return failed("drop supplementary groups", errno);
		if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			return failed("become the workers' user", errno);
	}
	/* A change of user has cleared it; the broker's socket tells if it is dead already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return failed("die with the broker", errno);
	capng_clear(CAPNG_SELECT_ALL);
	/* The bounding set can only be shrunk with CAP_SETPCAP; no_new_privs makes it moot. */
	if (capng_apply(CAPNG_SELECT_CAPS))
		return failed("drop capabilities", EPERM);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed("forbid new privileges", errno);
	if (setrlimit(RLIMIT_CORE, &no_core))
		return failed("forbid core dumps", errno);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return failed("forbid debuggers", errno);
	return 0;
}

static int landlock(int rules, const char *readable)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE };
	int ret = 0;

	if (readable) {
		rule.parent_fd = open(readable, O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0)
			return failed("find the random numbers", errno);
		if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
			ret = failed("allow to read one file", errno);
		close(rule.parent_fd);
	}
	if (ret == 0 && syscall(SYS_landlock_restrict_self, rules, 0))
		ret = failed("hide the file system", errno);
	return ret;
}

int td_sandbox_hide_files(const char *readable)
{
	/* All rights that the first version knows. */
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	int ret;

	if (rules < 0) {
		tl_log(readable ? LOG_WARNING : LOG_DEBUG, "cannot hide the file system: %s",
		       strerror(errno));
		return 0;
	}
	ret = landlock((int)rules, readable);
	close((int)rules);
	return ret;
}

/* Calls whose arguments do not matter. */
static const int plain[] = {
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(close),
	SCMP_SYS(read),		/* what programs bring, see own.h */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(tgkill),	/* abort() */
	SCMP_SYS(sigaltstack),	/* the address sanitizer, before exit */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static int allow_reading(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp read_only =
		SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0);

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, read_only);
}

static int allow(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp to_log = SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO);
	const struct scmp_arg_cmp tls = SCMP_A1(SCMP_CMP_EQ, SOL_TLS);
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < sizeof(plain) / sizeof(plain[0]); i++)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0);
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, to_log);
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 1, tls);
	return ret;
}

int td_sandbox_seal(bool reading)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int ret;

	if (!filter)
		return failed("make the system call filter", ENOMEM);
	ret = allow(filter);
	if (ret == 0 && reading)
		ret = allow_reading(filter);
	if (ret == 0)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret ? failed("load the system call filter", -ret) : 0;
}
