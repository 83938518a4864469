/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workers of a program that includes this are stand-ins. In the library it
 * would take the place of the real worker in every program.
 */
#ifndef TESTS_UNIT_STAND_IN_WORKER_H
#define TESTS_UNIT_STAND_IN_WORKER_H

#include "stand_in.h"
#include "tlsockd/worker.h"

int td_worker_run(int socket, struct td_contexts *contexts, const struct tl_config *config,
		  uid_t uid, gid_t gid)
{
	(void)contexts;
	(void)config;
	(void)uid;
	(void)gid;
	return t_stand_in_work(socket);
}

#endif
