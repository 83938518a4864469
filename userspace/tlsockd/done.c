// SPDX-License-Identifier: GPL-2.0-or-later
/* A result as the attributes of DONE. */
#include "done.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>

#include "message.h"

/* More than all attributes but the chain */
#define OTHERS	4096

static int put_failure(struct nl_msg *msg, const struct td_result *r)
{
	int err = 0;

	if (r->verify_code) {
		err |= nla_put_s32(msg, TLSOCK_A_DONE_VERIFY_CODE, r->verify_code);
		err |= nla_put_u32(msg, TLSOCK_A_DONE_VERIFY_DEPTH, r->verify_depth);
	}
	if (*r->text)
		err |= nla_put_string(msg, TLSOCK_A_DONE_TEXT, r->text);
	return err;
}

static int put_session(struct nl_msg *msg, const struct td_result *r)
{
	int err = 0;

	if (*r->alpn)
		err |= nla_put_string(msg, TLSOCK_A_DONE_ALPN, r->alpn);
	if (*r->server_name)
		err |= nla_put_string(msg, TLSOCK_A_DONE_SERVER_NAME, r->server_name);
	if (r->peer.head.size)
		err |= nla_put(msg, TLSOCK_A_DONE_PEER, (int)td_peer_size(&r->peer), &r->peer);
	if (r->version)
		err |= nla_put_u16(msg, TLSOCK_A_DONE_VERSION, r->version);
	if (r->cipher)
		err |= nla_put_u16(msg, TLSOCK_A_DONE_CIPHER, r->cipher);
	if (r->group)
		err |= nla_put_u16(msg, TLSOCK_A_DONE_GROUP, r->group);
	if (r->verified)
		err |= nla_put_flag(msg, TLSOCK_A_DONE_VERIFIED);
	if (r->resumed)
		err |= nla_put_flag(msg, TLSOCK_A_DONE_RESUMED);
	return err;
}

uint8_t *td_done_copy_chain(const struct td_result_message *message)
{
	size_t length = message->result.chain_length;
	uint8_t *chain = length ? malloc(length) : NULL;

	if (chain)
		memcpy(chain, message->chain, length);
	return chain;
}

size_t td_done_room(const struct td_done *done)
{
	return OTHERS + (done->chain ? done->result->chain_length : 0);
}

int td_done_put(struct nl_msg *msg, uint32_t id, const struct td_done *done)
{
	const struct td_result *r = done->result;
	int err = 0;

	err |= nla_put_u32(msg, TLSOCK_A_DONE_ID, id);
	err |= nla_put_u32(msg, TLSOCK_A_DONE_ERROR, (uint32_t)r->error);
	err |= nla_put_u32(msg, TLSOCK_A_DONE_STAGE, r->stage);
	if (r->alert_sent >= 0)
		err |= nla_put_u8(msg, TLSOCK_A_DONE_ALERT_SENT, (uint8_t)r->alert_sent);
	if (r->alert_received >= 0)
		err |= nla_put_u8(msg, TLSOCK_A_DONE_ALERT_RECEIVED, (uint8_t)r->alert_received);
	if (done->profile)
		err |= nla_put_string(msg, TLSOCK_A_DONE_PROFILE, done->profile);
	if (done->chain)
		err |= nla_put(msg, TLSOCK_A_DONE_CHAIN, (int)r->chain_length, done->chain);
	err |= put_failure(msg, r);
	err |= put_session(msg, r);
	if (r->secret_length) {
		err |= nla_put(msg, TLSOCK_A_DONE_TX_SECRET, r->secret_length, r->tx_secret);
		err |= nla_put(msg, TLSOCK_A_DONE_RX_SECRET, r->secret_length, r->rx_secret);
	}
	if (r->truncation_eof)
		err |= nla_put_flag(msg, TLSOCK_A_DONE_TRUNCATION_EOF);
	if (r->session.secret_length)
		err |= nla_put(msg, TLSOCK_A_DONE_SESSION, sizeof(r->session), &r->session);
	/* There is room: only memory can lack. */
	return err ? -ENOMEM : 0;
}
