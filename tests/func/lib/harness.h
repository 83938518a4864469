/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's test harness, with what every program of tests/func says
 * besides: a fixture that has a network namespace and a helper of its own.
 */
#ifndef T_HARNESS_H
#define T_HARNESS_H

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "fakehelper.h"
#include "pair.h"
#include "tls.h"

/* The errno of a call that is to fail, 0 if it did not. */
#define T_ERRNO(call) ((call) < 0 ? errno : 0)

/* "No such option here": what programs expect where TCP's is not offered. */
#define EXPECT_REFUSED(err) \
	EXPECT_TRUE((err) == -EOPNOTSUPP || (err) == -ENOPROTOOPT || (err) == -EPERM)

/* A fixture in a network namespace of its own, with a helper thread. */
#define T_FIXTURE_HELPER(name, mode) \
	FIXTURE(name) { \
		struct t_helper *helper; \
	}; \
	FIXTURE_SETUP(name) \
	{ \
		signal(SIGPIPE, SIG_IGN); \
		ASSERT_EQ(0, t_net_private()); \
		self->helper = t_helper_start(mode); \
		ASSERT_NE(NULL, self->helper); \
	} \
	FIXTURE_TEARDOWN(name) \
	{ \
		t_helper_stop(self->helper); \
	}

#endif
