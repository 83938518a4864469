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

/*
 * The same with a connection, in either version of TLS, whose server is a raw
 * kTLS socket of the test.
 */
#define T_FIXTURE_RAW(name) \
	FIXTURE(name) { \
		struct t_helper *helper; \
		struct t_pair pair; \
	}; \
	FIXTURE_VARIANT(name) { \
		uint16_t version; \
	}; \
	FIXTURE_VARIANT_ADD(name, tls13) { .version = 0x0304 }; \
	FIXTURE_VARIANT_ADD(name, tls12) { .version = 0x0303 }; \
	FIXTURE_SETUP(name) \
	{ \
		signal(SIGPIPE, SIG_IGN); \
		ASSERT_EQ(0, t_net_private()); \
		self->helper = t_helper_start(T_HELPER_KEYS); \
		ASSERT_NE(NULL, self->helper); \
		self->helper->version = variant->version; \
		ASSERT_EQ(0, t_pair_raw(&self->pair, variant->version)); \
	} \
	FIXTURE_TEARDOWN(name) \
	{ \
		t_pair_close(&self->pair); \
		t_helper_stop(self->helper); \
	}

#endif
