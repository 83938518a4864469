// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command DONE of the family "tlsock": what a helper says of a handshake
 * is checked here before anything of it is believed. Secrets in the message are
 * wiped, whatever becomes of it.
 */
#include <crypto/sha2.h>
#include <net/genetlink.h>

#include "netlink-gen.h"
#include "request.h"
#include "sock.h"

static const char *answer_string(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : NULL;
}

static u32 answer_u32(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : 0;
}

static u16 answer_u16(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u16(info->attrs[attr]) : 0;
}

/* What connect() uses for something else, or no program ever saw. */
static bool answer_is_bad_errno(u32 error)
{
	return error == EINPROGRESS || error == EALREADY || error == EISCONN ||
	       error == EAGAIN || error == EINTR || error >= 512;
}

/* Both or none, as long as the hash of the cipher suite (RFC 8446 section 7.1). */
static int answer_parse_secrets(const struct genl_info *info, struct tlsock_done *done)
{
	const struct nlattr *tx = info->attrs[TLSOCK_A_DONE_TX_SECRET];
	const struct nlattr *rx = info->attrs[TLSOCK_A_DONE_RX_SECRET];

	if (!tx && !rx)
		return 0;
	if (!tx || !rx || nla_len(tx) != nla_len(rx) ||
	    (nla_len(tx) != SHA256_DIGEST_SIZE && nla_len(tx) != SHA384_DIGEST_SIZE)) {
		GENL_SET_ERR_MSG(info, "two traffic secrets of 32 or 48 bytes are needed");
		return -EINVAL;
	}
	done->tx_secret = nla_data(tx);
	done->rx_secret = nla_data(rx);
	done->secret_length = nla_len(tx);
	return 0;
}

static int answer_parse_session(const struct genl_info *info, struct tlsock_done *done)
{
	const struct nlattr *session = info->attrs[TLSOCK_A_DONE_SESSION];

	if (!session)
		return 0;
	if (nla_len(session) > TLSOCK_MAX_SESSION) {
		GENL_SET_ERR_MSG(info, "a session has at most 512 bytes");
		return -EINVAL;
	}
	done->session = nla_data(session);
	done->session_length = nla_len(session);
	return 0;
}

static int answer_parse_peer(const struct genl_info *info, struct tlsock_done *done)
{
	const struct nlattr *peer = info->attrs[TLSOCK_A_DONE_PEER];

	if (!peer)
		return 0;
	if (!tlsock_peer_is_well_formed(nla_data(peer), nla_len(peer))) {
		GENL_SET_ERR_MSG(info, "a peer is a struct tlsock_peer with its names behind it");
		return -EINVAL;
	}
	done->peer = nla_data(peer);
	return 0;
}

static int answer_parse_chain(const struct genl_info *info, struct tlsock_done *done)
{
	const struct nlattr *chain = info->attrs[TLSOCK_A_DONE_CHAIN];

	if (!chain)
		return 0;
	if (!tlsock_peer_is_chain(nla_data(chain), nla_len(chain))) {
		GENL_SET_ERR_MSG(info, "a chain is certificates with their lengths, 16384 bytes");
		return -EINVAL;
	}
	done->chain = nla_data(chain);
	done->chain_length = nla_len(chain);
	return 0;
}

static int answer_parse_done(const struct genl_info *info, struct tlsock_done *done)
{
	u32 error;

	if (!info->attrs[TLSOCK_A_DONE_ID]) {
		GENL_SET_ERR_MSG(info, "the request's id is missing");
		return -EINVAL;
	}
	if (!info->attrs[TLSOCK_A_DONE_ERROR]) {
		GENL_SET_ERR_MSG(info, "the error is missing, 0 means success");
		return -EINVAL;
	}
	error = nla_get_u32(info->attrs[TLSOCK_A_DONE_ERROR]);
	if (answer_is_bad_errno(error)) {
		GENL_SET_ERR_MSG(info, "connect() cannot fail with this error");
		return -EINVAL;
	}
	if (!error && (!info->attrs[TLSOCK_A_DONE_VERSION] ||
		       !info->attrs[TLSOCK_A_DONE_CIPHER])) {
		GENL_SET_ERR_MSG(info, "success needs the version and the cipher suite");
		return -EINVAL;
	}
	tlsock_done_init(done, error, answer_u32(info, TLSOCK_A_DONE_STAGE),
			 answer_string(info, TLSOCK_A_DONE_TEXT));
	if (info->attrs[TLSOCK_A_DONE_ALERT_SENT])
		done->error.alert_sent = nla_get_u8(info->attrs[TLSOCK_A_DONE_ALERT_SENT]);
	if (info->attrs[TLSOCK_A_DONE_ALERT_RECEIVED])
		done->error.alert_received =
			nla_get_u8(info->attrs[TLSOCK_A_DONE_ALERT_RECEIVED]);
	if (info->attrs[TLSOCK_A_DONE_VERIFY_CODE])
		done->error.verify_code = nla_get_s32(info->attrs[TLSOCK_A_DONE_VERIFY_CODE]);
	done->error.verify_depth = answer_u32(info, TLSOCK_A_DONE_VERIFY_DEPTH);
	done->info.version = answer_u16(info, TLSOCK_A_DONE_VERSION);
	done->info.cipher = answer_u16(info, TLSOCK_A_DONE_CIPHER);
	done->info.group = answer_u16(info, TLSOCK_A_DONE_GROUP);
	if (info->attrs[TLSOCK_A_DONE_VERIFIED])
		done->info.flags |= TLSOCK_INFO_VERIFIED;
	if (info->attrs[TLSOCK_A_DONE_RESUMED])
		done->info.flags |= TLSOCK_INFO_RESUMED;
	done->alpn = answer_string(info, TLSOCK_A_DONE_ALPN);
	done->server_name = answer_string(info, TLSOCK_A_DONE_SERVER_NAME);
	done->profile = answer_string(info, TLSOCK_A_DONE_PROFILE);
	done->truncation_eof = info->attrs[TLSOCK_A_DONE_TRUNCATION_EOF];
	return answer_parse_session(info, done) ?: answer_parse_peer(info, done) ?:
	       answer_parse_chain(info, done) ?: answer_parse_secrets(info, done);
}

/* Secrets shall not lie in a buffer that others get next, nor be seen by nlmon. */
static void answer_wipe_secrets(const struct genl_info *info)
{
	static const u8 secrets[] = {
		TLSOCK_A_DONE_TX_SECRET, TLSOCK_A_DONE_RX_SECRET, TLSOCK_A_DONE_SESSION,
	};
	struct nlattr *attr;
	int i;

	for (i = 0; i < ARRAY_SIZE(secrets); i++) {
		attr = info->attrs[secrets[i]];
		if (attr)
			memzero_explicit(nla_data(attr), nla_len(attr));
	}
}

static int answer_take(struct genl_info *info)
{
	struct tlsock_done done;
	struct tlsock_req *req;
	int err;

	err = answer_parse_done(info, &done);
	if (err)
		return err;
	req = tlsock_request_find(tlsock_request_net(genl_info_net(info)),
				  nla_get_u32(info->attrs[TLSOCK_A_DONE_ID]),
				  info->snd_portid);
	if (!req) {
		GENL_SET_ERR_MSG(info, "this helper has no such request, it may be over");
		return -ENOENT;
	}
	if (tlsock_request_claim(req)) {
		tlsock_request_complete(req, &done);
	} else {
		GENL_SET_ERR_MSG(info, "the request is over");
		err = -ENOENT;
	}
	tlsock_request_put(req);
	return err;
}

/* TLSOCK_CMD_DONE: complete a request that the caller took. */
int tlsock_nl_done_doit(struct sk_buff *request, struct genl_info *info)
{
	int err = answer_take(info);

	answer_wipe_secrets(info);
	return err;
}
