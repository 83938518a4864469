/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the family `tlsock` of this network namespace.
 */
#ifndef TLSOCK_CLI_KERNEL_H
#define TLSOCK_CLI_KERNEL_H

#include <stddef.h>

struct tc_status;

/**
 * tc_kernel_ask - ask, and have each answer read
 * @command: TLSOCK_CMD_STATUS, or TLSOCK_CMD_SESSIONS, which is a dump
 * @read: gets the attributes of each answer and @arg; 0 or -errno, which ends it
 * @arg: of @read
 *
 * Return: 0, -ENOENT if the module is not loaded, -EPERM, or another -errno
 */
int tc_kernel_ask(int command, int (*read)(const void *attributes, size_t size, void *arg),
		  void *arg);

/** tc_kernel_failed - say why a question failed; returns the exit status */
int tc_kernel_failed(int err);

/** tc_kernel_status - the counters; 0 or -errno as tc_kernel_ask() */
int tc_kernel_status(struct tc_status *status);

#endif
