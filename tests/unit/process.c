// SPDX-License-Identifier: GPL-2.0-or-later
/* What the helper learns of processes and cgroups, asked about this very one. */
#include "tlsockd/process.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

TEST(own_process)
{
	char path[PATH_MAX], wanted[PATH_MAX] = "";
	int process = td_process_open((uint32_t)getpid(), getuid());

	ASSERT_LE(0, process);
	ASSERT_EQ(0, td_process_program(process, path));
	ASSERT_LT(0, readlink("/proc/self/exe", wanted, sizeof(wanted) - 1));
	EXPECT_STREQ(wanted, path);
	EXPECT_TRUE(td_process_runs(process, path));
	EXPECT_FALSE(td_process_runs(process, "/bin/sh"));
	EXPECT_FALSE(td_process_runs(process, "/nowhere"));
	close(process);
}

TEST(other_users)
{
	EXPECT_EQ(-ESRCH, td_process_open((uint32_t)getpid(), getuid() + 12345));
	EXPECT_EQ(-ESRCH, td_process_open(4294967295U, 0));
	EXPECT_EQ(-ESRCH, td_process_open(0, 0));
}

/* The descriptor stays with the process, whoever has its number afterwards. */
TEST(a_process_that_ends)
{
	char path[PATH_MAX];
	int ends[2], process;
	pid_t child;

	ASSERT_EQ(0, pipe(ends));
	child = fork();
	if (!child) {
		close(ends[1]);
		if (read(ends[0], path, 1))
			_exit(1);
		_exit(0);
	}
	ASSERT_LT(0, child);
	process = td_process_open((uint32_t)child, getuid());
	ASSERT_LE(0, process);
	EXPECT_EQ(0, td_process_program(process, path));
	close(ends[1]);
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	EXPECT_GT(0, td_process_program(process, path));
	EXPECT_FALSE(td_process_runs(process, "/proc/self/exe"));
	EXPECT_EQ(-ESRCH, td_process_open((uint32_t)child, getuid()));
	close(process);
	close(ends[0]);
}

TEST(cgroups)
{
	char path[PATH_MAX];
	struct statfs fs;
	struct stat st;

	if (statfs("/sys/fs/cgroup", &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || geteuid())
		SKIP(return, "needs cgroup v2 and root");
	ASSERT_EQ(0, stat("/sys/fs/cgroup", &st));
	ASSERT_EQ(0, td_process_cgroup(st.st_ino, path));
	EXPECT_STREQ("/", path);
	ASSERT_EQ(0, mkdir("/sys/fs/cgroup/tlsock-unit", 0700));
	EXPECT_EQ(0, stat("/sys/fs/cgroup/tlsock-unit", &st));
	EXPECT_EQ(0, td_process_cgroup(st.st_ino, path));
	EXPECT_STREQ("/tlsock-unit", path);
	ASSERT_EQ(0, rmdir("/sys/fs/cgroup/tlsock-unit"));
	EXPECT_EQ(-ESTALE, td_process_cgroup(st.st_ino, path));
}

TEST_HARNESS_MAIN
