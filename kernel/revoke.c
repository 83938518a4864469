// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command REVOKE: the end of a connection whose peer has shown a certificate
 * that is not good any more.
 */
#include <net/genetlink.h>
#include <net/tls_prot.h>

#include "netlink-gen.h"
#include "request.h"
#include "sock.h"

/* Nobody holds a lock while he waits for the peer: neither does this. */
static bool revoke_peer(struct tlsock_sock *ts, const u8 *sha256)
{
	bool same;

	lock_sock(tlsock_outer(ts));
	same = ts->state == TLSOCK_STATE_ESTABLISHED && ts->peer &&
	       !memcmp(ts->peer->sha256, sha256, sizeof(ts->peer->sha256));
	if (same)
		tlsock_record_abort(ts, EKEYREVOKED, TLS_ALERT_DESC_CERTIFICATE_REVOKED, -1,
				    "the peer's certificate was revoked");
	release_sock(tlsock_outer(ts));
	return same;
}

/* TLSOCK_CMD_REVOKE: end one session. */
int tlsock_nl_revoke_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct nlattr *inode = info->attrs[TLSOCK_A_REVOKE_INODE];
	const struct nlattr *sha256 = info->attrs[TLSOCK_A_REVOKE_SHA256];
	struct sock *sk;
	bool done;

	if (!inode || !sha256) {
		GENL_SET_ERR_MSG(info, "the inode of a session and its peer's hash are needed");
		return -EINVAL;
	}
	sk = tlsock_sessions_find(genl_info_net(info), nla_get_u64(inode));
	done = sk && revoke_peer(tlsock_sk(sk), nla_data(sha256));
	if (sk)
		sock_put(sk);
	if (done)
		return 0;
	GENL_SET_ERR_MSG(info, "no session of this inode has this peer, it may be over");
	return -ENOENT;
}
