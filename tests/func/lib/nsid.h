/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a network namespace still live? Asked by a number, which does not keep
 * it alive as a descriptor would.
 */
#ifndef T_NSID_H
#define T_NSID_H

#include <stdbool.h>
#include <sys/types.h>

/** t_nsid_set - number the network namespace of a process; 0 or -errno */
int t_nsid_set(int id, pid_t pid);

/** t_nsid_get - 1 if the network namespace with a number lives, 0 if not, -errno */
int t_nsid_get(int id);

/** t_nsid_wait_gone - wait until it does not; 0, -ETIME or -errno */
int t_nsid_wait_gone(int id);

#endif
