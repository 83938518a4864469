/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker process and the broker's end of its socket. */
#ifndef TESTS_UNIT_CHILD_H
#define TESTS_UNIT_CHILD_H

#include <sys/types.h>

#include "tlsockd/message.h"

#define T_CHILD_LIMIT	64	/* handshakes at a time */

struct td_contexts;

struct t_child {
	int	socket;
	pid_t	pid;
};

void t_child_start(struct t_child *child, struct td_contexts *contexts);

/* Closes the socket and waits for the end. */
void t_child_stop(struct t_child *child);

/* Waits for the end; the wait status. */
int t_child_exit(struct t_child *child);

/* Sends any bytes, with a descriptor if it is not -1. */
void t_child_give(struct t_child *child, const void *message, size_t length, int fd);

void t_child_job(struct t_child *child, uint32_t id, const struct td_job *job, int fd);

void t_child_order(struct t_child *child, enum td_message_type type, uint32_t id);

/* The next result; all ones if none came. */
struct td_message t_child_result(struct t_child *child);

#endif
