/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixture of the programs that inject faults.
 */
#ifndef T_FAULTS_FIXTURE_H
#define T_FAULTS_FIXTURE_H

#include <stdlib.h>

#include "faults.h"
#include "harness.h"

/* A helper thread installs keys; faults are the main thread's. */
FIXTURE(faults) {
	struct t_helper *helper;
	struct t_faults faults;
	struct t_pair pair;
	struct t_addr addr;
	int listener;
};

/* Other kernels have none of these tests. */
static void __attribute__((constructor)) need_faults(void)
{
	struct t_faults faults;

	if (!t_faults_open(&faults))
		exit(KSFT_SKIP);
	t_faults_close(&faults);
}

FIXTURE_SETUP(faults)
{
	ASSERT_TRUE(t_faults_open(&self->faults));
	signal(SIGPIPE, SIG_IGN);
	self->pair = (struct t_pair) { .client = -1, .server = -1 };
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->secret_length = 32;
	self->listener = t_listen(AF_INET, IPPROTO_TLS, &self->addr);
}

FIXTURE_TEARDOWN(faults)
{
	t_pair_close(&self->pair);
	close(self->listener);
	t_faults_close(&self->faults);
	t_helper_stop(self->helper);
}

#endif
