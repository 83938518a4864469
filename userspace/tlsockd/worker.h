/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker: a process without privileges that runs handshakes on the sockets
 * that the broker passes to it. It owns an io_uring and nothing else.
 */
#ifndef TLSOCKD_WORKER_H
#define TLSOCKD_WORKER_H

#include <sys/types.h>

struct td_contexts;
struct tl_config;

/**
 * td_worker_run - the body of a worker process
 * @socket: SEQPACKET socket to the broker (message.h); end of file on it
 *	means that the broker is gone: exit at once
 * @contexts: built before the fork
 * @config: limits
 * @uid: user to become; no change if it is the current one
 * @gid: group to become
 *
 * Drops privileges (groups, gid, uid, all capabilities, no_new_privs,
 * non-dumpable, file system by seccomp) before it reads the first message.
 *
 * Return: the process's exit status; never returns to the broker's loop
 */
int td_worker_run(int socket, struct td_contexts *contexts, const struct tl_config *config,
		  uid_t uid, gid_t gid);

#endif
