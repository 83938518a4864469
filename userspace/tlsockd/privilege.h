/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker may do, and the user that workers become. */
#ifndef TLSOCKD_PRIVILEGE_H
#define TLSOCKD_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * td_privilege_user - look the workers' user up
 * @name: name of the user
 * @uid: filled
 * @gid: filled with its primary group
 *
 * Return: 0, -ENOENT (logged) if there is no such user
 */
int td_privilege_user(const char *name, uid_t *uid, gid_t *gid);

/**
 * td_privilege_drop - keep only what the broker needs
 *
 * No core dumps, no debugger, no setuid programs, and the capabilities to
 * serve requests, to start, become and end workers, and to read and lock
 * keys. Before the first key is read.
 *
 * Return: 0; -EPERM (logged) if CAP_NET_ADMIN is missing or on failure
 */
int td_privilege_drop(void);

/** td_privilege_lock - keep memory out of swap; failure is logged only */
void td_privilege_lock(void);

#endif
