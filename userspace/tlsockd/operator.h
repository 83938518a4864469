/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the broker tells and does for administrators, on a socket that only they
 * can open (lib/operator.h). It never waits for them.
 */
#ifndef TLSOCKD_OPERATOR_H
#define TLSOCKD_OPERATOR_H

#include <sys/types.h>

#include "loop.h"

struct td_broker;

/* Administrators at a time; more are turned away. */
#define TD_OPERATOR_CALLERS	8

/** struct td_caller - a connection; fd is -1 if there is none */
struct td_caller {
	struct td_source	source;
	struct td_broker	*broker;
};

/**
 * struct td_operator - the socket
 * @listener: fd is -1 if it could not be opened
 * @inode: of the name in the file system
 * @started: monotonic milliseconds
 * @callers: the connections
 */
struct td_operator {
	struct td_source	listener;
	ino_t			inode;
	int64_t			started;
	struct td_caller	callers[TD_OPERATOR_CALLERS];
};

/** td_operator_open - listen; the helper goes on without if that fails, and logs it */
void td_operator_open(struct td_broker *broker);

/** td_operator_close - stop, also if td_operator_open() never was called */
void td_operator_close(struct td_broker *broker);

#endif
