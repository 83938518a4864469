/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker may do. */
#ifndef TLSOCKD_PRIVILEGE_H
#define TLSOCKD_PRIVILEGE_H

/**
 * td_privilege_drop - keep only what the broker needs
 *
 * No core dumps, no debugger, no setuid programs, and the capabilities to
 * serve requests, to start, become and end workers, to read and lock keys,
 * and to see which program a process runs. Before the first key is read.
 *
 * Return: 0; -EPERM (logged) if CAP_NET_ADMIN is missing or on failure
 */
int td_privilege_drop(void);

/** td_privilege_lock - keep memory out of swap; failure is logged only */
void td_privilege_lock(void);

#endif
