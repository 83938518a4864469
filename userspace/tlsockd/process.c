// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about processes and cgroups, asked in a way that the process
 * cannot turn against the helper: numbers that are used again, programs
 * mounted over others, and file systems that never answer.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* A cgroup's id is its file handle; the type is the kernel's FILEID_KERNFS. */
#define HANDLE_TYPE	0xfe

struct cgroup_handle {
	struct file_handle	head;
	uint64_t		id;
};

static const char *const cgroup_mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

/* Is @uid one of real, effective, saved and file system user of the status' text? */
static bool has_user(const char *status, uint32_t uid)
{
	const char *line = strstr(status, "\nUid:");
	uint32_t users[4];

	if (!line || sscanf(line, "\nUid: %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32,
			    &users[0], &users[1], &users[2], &users[3]) != 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (users[i] == uid)
			return true;
	return false;
}

static int check_user(int process, uint32_t uid)
{
	int fd = openat(process, "status", O_RDONLY | O_CLOEXEC);
	char status[2048];
	ssize_t length;

	if (fd < 0)
		return -ESRCH;
	length = read(fd, status, sizeof(status) - 1);
	close(fd);
	if (length < 0)
		return -ESRCH;
	status[length] = '\0';
	return has_user(status, uid) ? 0 : -ESRCH;
}

int td_process_open(uint32_t pid, uint32_t uid)
{
	char path[sizeof("/proc/4294967295")];
	int process;

	snprintf(path, sizeof(path), "/proc/%" PRIu32, pid);
	process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return -ESRCH;
	if (check_user(process, uid)) {
		close(process);
		return -ESRCH;
	}
	return process;
}

static int read_link(int folder, const char *name, char path[PATH_MAX])
{
	ssize_t length = readlinkat(folder, name, path, PATH_MAX);

	if (length < 0)
		return -errno;
	if (length == PATH_MAX)
		return -ENAMETOOLONG;
	path[length] = '\0';
	return 0;
}

int td_process_program(int process, char path[PATH_MAX])
{
	return read_link(process, "exe", path);
}

/*
 * Which file it is, without asking a file system that some process may run:
 * what the kernel remembers is enough, since inode numbers do not change.
 */
static bool identify(int folder, const char *path, struct statx *out)
{
	return statx(folder, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, out) == 0;
}

bool td_process_runs(int process, const char *path)
{
	struct statx running, found;

	return identify(process, "exe", &running) && identify(AT_FDCWD, path, &found) &&
	       running.stx_ino == found.stx_ino &&
	       running.stx_dev_major == found.stx_dev_major &&
	       running.stx_dev_minor == found.stx_dev_minor;
}

static int open_cgroups(const char **mount)
{
	struct statfs fs;
	int fd;

	for (size_t i = 0; i < sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]); i++) {
		fd = open(cgroup_mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		*mount = cgroup_mounts[i];
		if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		close(fd);
	}
	return -ENOENT;
}

/* From a path of the file system to one of the hierarchy */
static int cut_mount(char path[PATH_MAX], const char *mount)
{
	size_t length = strlen(mount);

	if (strncmp(path, mount, length) != 0 || (path[length] && path[length] != '/'))
		return -ENOENT;
	if (!path[length])
		memcpy(path, "/", sizeof("/"));
	else
		memmove(path, path + length, strlen(path + length) + 1);
	return 0;
}

int td_process_cgroup(uint64_t id, char path[PATH_MAX])
{
	struct cgroup_handle handle = {
		.head.handle_bytes = sizeof(handle.id),
		.head.handle_type = HANDLE_TYPE,
		.id = id,
	};
	char link[sizeof("/proc/self/fd/2147483647")];
	const char *mount;
	int root, fd, err;

	root = open_cgroups(&mount);
	if (root < 0)
		return root;
	fd = open_by_handle_at(root, &handle.head, O_PATH | O_CLOEXEC);
	err = fd < 0 ? -errno : 0;
	close(root);
	if (err)
		return err;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	err = read_link(AT_FDCWD, link, path);
	close(fd);
	return err ? err : cut_mount(path, mount);
}
