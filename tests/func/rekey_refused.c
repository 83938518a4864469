// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key updates that cannot be: messages that are none, and connections without
 * a next key.
 */
#include "lib/harness.h"

/* What a peer sends that is no KeyUpdate, or is one in the wrong place. */
FIXTURE(malformed) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_VARIANT(malformed) {
	uint8_t message[8];
	size_t size;
	uint8_t alert;
};

FIXTURE_VARIANT_ADD(malformed, odd_request) {
	.message = { 24, 0, 0, 1, 2 }, .size = 5, .alert = 47,
};

FIXTURE_VARIANT_ADD(malformed, too_long) {
	.message = { 24, 0, 0, 2, 0, 0 }, .size = 6, .alert = 50,
};

FIXTURE_VARIANT_ADD(malformed, empty) {
	.message = { 24, 0, 0, 0 }, .size = 4, .alert = 50,
};

FIXTURE_VARIANT_ADD(malformed, more_behind_it) {
	.message = { 24, 0, 0, 1, 0, 4 }, .size = 6, .alert = 10,
};

FIXTURE_SETUP(malformed)
{
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->secret_length = 32;
	ASSERT_EQ(0, t_pair_raw(&self->pair, 0x0304));
}

FIXTURE_TEARDOWN(malformed)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

TEST_F(malformed, key_update)
{
	uint8_t type, data[8];
	char byte;

	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, variant->message,
				   variant->size));
	EXPECT_EQ(EPROTO, T_ERRNO(read(self->pair.client, &byte, 1)));
	EXPECT_EQ(2, t_record_recv(self->pair.server, &type, data, sizeof(data)));
	EXPECT_EQ(T_RECORD_ALERT, type);
	EXPECT_EQ(variant->alert, data[1]);
}

/* Without a way to the next key nothing is promised to the peer. */
FIXTURE(impossible) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_VARIANT(impossible) {
	uint16_t version;
	size_t secret_length;
};

FIXTURE_VARIANT_ADD(impossible, without_secrets) { .version = 0x0304 };
FIXTURE_VARIANT_ADD(impossible, before_tls13) { .version = 0x0303, .secret_length = 32 };

FIXTURE_SETUP(impossible)
{
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	self->helper->secret_length = variant->secret_length;
	ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
}

FIXTURE_TEARDOWN(impossible)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

TEST_F(impossible, update)
{
	struct tlsock_info info;
	int whose;

	for (whose = TLSOCK_KEY_UPDATE_OWN; whose <= TLSOCK_KEY_UPDATE_BOTH; whose++)
		EXPECT_EQ(-EOPNOTSUPP, t_set_int(self->pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE,
						 whose));
	ASSERT_EQ(0, t_info(self->pair.client, &info));
	EXPECT_EQ(0, info.rekeys);
	EXPECT_EQ(0, t_pair_talk(self->pair.client, self->pair.server));
}

TEST_HARNESS_MAIN
