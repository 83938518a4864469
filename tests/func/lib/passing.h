/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors on their way between processes (SCM_RIGHTS).
 */
#ifndef T_PASSING_H
#define T_PASSING_H

/** t_send_fd - send a descriptor over a UNIX socket; 0 or -errno */
int t_send_fd(int to, int fd);

/** t_receive_fd - receive one; the descriptor or -errno */
int t_receive_fd(int from);

#endif
