/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixture of the programs that hold a TLS socket against TCP: each test
 * runs over plain TCP too, so what it expects is what TCP does.
 */
#ifndef T_STREAM_H
#define T_STREAM_H

#include <sys/time.h>

#include "bytes.h"
#include "harness.h"

/* Connected; reads that get nothing fail at last. */
FIXTURE(stream) {
	struct t_helper *helper;
	struct t_pair pair;
};

/* @version: of TLS, 0 for TCP */
FIXTURE_VARIANT(stream) {
	uint16_t version;
};

FIXTURE_VARIANT_ADD(stream, tcp) { .version = 0 };
FIXTURE_VARIANT_ADD(stream, tls13) { .version = 0x0304 };
FIXTURE_VARIANT_ADD(stream, tls12) { .version = 0x0303 };

FIXTURE_SETUP(stream)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	self->helper->secret_length = 32;
	ASSERT_EQ(0, t_stream_open(&self->pair, variant->version));
}

FIXTURE_TEARDOWN(stream)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

#endif
