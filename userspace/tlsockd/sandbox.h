/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker gives up before it hears the first peer. */
#ifndef TLSOCKD_SANDBOX_H
#define TLSOCKD_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * td_sandbox_drop - become a user without any privilege
 * @uid: user to become, no change if it is the current one
 * @gid: its group; supplementary groups are dropped
 *
 * No capabilities, no way to get new ones, no core dump, no debugger.
 *
 * Return: 0 or -errno, logged
 */
int td_sandbox_drop(uid_t uid, gid_t gid);

/**
 * td_sandbox_hide_files - take the file system away (Landlock)
 * @readable: the one file that may still be read, NULL for none
 *
 * Return: 0, also on kernels without Landlock (logged if there is a @readable,
 * because only the user's rights protect the other files then); -errno, logged
 */
int td_sandbox_hide_files(const char *readable);

/**
 * td_sandbox_seal - allow only the system calls that handshakes need
 *
 * @reading: leave open() for reading and read(), for td_sandbox_hide_files()
 *
 * Any other kills the process. No call is left that makes a socket or starts
 * a process, and none that opens a file but for @reading.
 *
 * Context: after the ring was set up and the log opened.
 * Return: 0 or -errno, logged
 */
int td_sandbox_seal(bool reading);

#endif
