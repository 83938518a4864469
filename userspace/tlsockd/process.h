/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the helper can learn of a process and of a cgroup, for rules. */
#ifndef TLSOCKD_PROCESS_H
#define TLSOCKD_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * td_process_open - take hold of a process
 * @pid: its number, as the kernel reported it a moment ago
 * @uid: user that made the socket
 *
 * All that is read by the descriptor is of one and the same process, even if
 * its number is used again. If it was used again before, the new process has
 * the same user, or is refused.
 *
 * Return: a descriptor of its folder in /proc, owned by the caller; -ESRCH if
 * there is no such process or none of its users is @uid
 */
int td_process_open(uint32_t pid, uint32_t uid);

/**
 * td_process_program - path of the program that a process runs
 * @process: of td_process_open()
 * @path: receives it, as the process sees it
 *
 * Looks at no file of the path.
 *
 * Return: 0, -errno (-EACCES without CAP_SYS_PTRACE)
 */
int td_process_program(int process, char path[PATH_MAX]);

/** td_process_runs - does a process run the very file that has this path here? */
bool td_process_runs(int process, const char *path);

/**
 * td_process_cgroup - path of a cgroup (v2)
 * @id: its id
 * @path: receives the path below the root of the hierarchy, "/" for the root
 *
 * Return: 0, -errno (-ESTALE if it was removed, -EPERM without CAP_DAC_READ_SEARCH)
 */
int td_process_cgroup(uint64_t id, char path[PATH_MAX]);

#endif
