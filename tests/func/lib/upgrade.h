/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixture of the programs that test TLSOCK_UPGRADE.
 */
#ifndef T_UPGRADE_H
#define T_UPGRADE_H

#include "harness.h"

/* The TCP connection and the TLS sockets that are to take it over. */
FIXTURE(upgrade) {
	struct t_helper *helper;
	struct t_pair tcp;
	struct t_pair tls;
};

FIXTURE_VARIANT(upgrade) {
	int family;
};

FIXTURE_VARIANT_ADD(upgrade, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(upgrade, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(upgrade)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	ASSERT_EQ(0, t_pair_tcp(&self->tcp, variant->family));
	self->tls.client = t_socket(variant->family, IPPROTO_TLS, 0);
	self->tls.server = t_socket(variant->family, IPPROTO_TLS, 0);
	ASSERT_EQ(0, t_set_int(self->tls.server, SOL_TLSOCK, TLSOCK_ROLE, TLSOCK_ROLE_SERVER));
}

FIXTURE_TEARDOWN(upgrade)
{
	t_pair_close(&self->tls);
	t_pair_close(&self->tcp);
	t_helper_stop(self->helper);
}

#endif
