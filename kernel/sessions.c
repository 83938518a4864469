// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of live sockets of a network namespace and the command SESSIONS,
 * which dumps it. The outer socket is in no hash of the network stack, so that
 * its sk_node links it here and costs no memory.
 *
 * A dump has a cursor in the list, and a socket that goes takes the cursors
 * that point to it to the next. New sockets come in at the front, behind every
 * cursor: each dump ends, and tells of every socket that lives all through it
 * exactly once.
 */
#include <linux/cred.h>
#include <net/genetlink.h>

#include "netlink-gen.h"
#include "option.h"
#include "rekey.h"
#include "request.h"
#include "sock.h"

/**
 * struct sessions_cursor - how far a dump is, in netlink_callback.ctx
 * @link: in tlsock_sessions.cursors
 * @next: sk_node of the next socket to tell of, NULL at the end
 */
struct sessions_cursor {
	struct hlist_node	link;
	struct hlist_node	*next;
};

static struct tlsock_sessions *sessions_of(const struct sock *sk)
{
	return &tlsock_request_net(sock_net(sk))->sessions;
}

/** tlsock_sessions_net_init - of a new network namespace */
void tlsock_sessions_net_init(struct tlsock_sessions *sessions)
{
	spin_lock_init(&sessions->lock);
	INIT_HLIST_HEAD(&sessions->live);
	INIT_HLIST_HEAD(&sessions->cursors);
}

/** tlsock_sessions_net_exit - the last socket of the namespace is gone */
void tlsock_sessions_net_exit(struct tlsock_sessions *sessions)
{
	WARN_ON_ONCE(!hlist_empty(&sessions->live) || !hlist_empty(&sessions->cursors));
}

/**
 * tlsock_sessions_add - a socket begins its handshake
 * @ts: in no list; it takes itself out before its last reference goes
 *
 * Context: process, outer sk_lock held
 */
void tlsock_sessions_add(struct tlsock_sock *ts)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_sessions *sessions = sessions_of(sk);

	sock_owned_by_me(sk);
	ts->since = jiffies;
	spin_lock(&sessions->lock);
	hlist_add_head(&sk->sk_node, &sessions->live);
	spin_unlock(&sessions->lock);
}

/**
 * tlsock_sessions_remove - a handshake failed or a connection is over
 * @ts: after tlsock_sessions_add()
 *
 * Context: process, outer sk_lock held
 */
void tlsock_sessions_remove(struct tlsock_sock *ts)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_sessions *sessions = sessions_of(sk);
	struct sessions_cursor *cursor;

	sock_owned_by_me(sk);
	spin_lock(&sessions->lock);
	hlist_for_each_entry(cursor, &sessions->cursors, link)
		if (cursor->next == &sk->sk_node)
			cursor->next = sk->sk_node.next;
	hlist_del_init(&sk->sk_node);
	spin_unlock(&sessions->lock);
}

/**
 * tlsock_sessions_find - the live socket of an inode
 * @net: network namespace
 * @inode: as SESSIONS tells it
 *
 * Return: the outer socket with a reference, NULL if there is none
 */
struct sock *tlsock_sessions_find(const struct net *net, u64 inode)
{
	struct tlsock_sessions *sessions = &tlsock_request_net(net)->sessions;
	struct sock *sk, *found = NULL;

	spin_lock(&sessions->lock);
	sk_for_each(sk, &sessions->live) {
		/* It leaves the list before it loses its inner socket. */
		if (SOCK_INODE(tlsock_sk(sk)->inner)->i_ino != inode)
			continue;
		sock_hold(sk);
		found = sk;
		break;
	}
	spin_unlock(&sessions->lock);
	return found;
}

/* The socket at the cursor with a reference, NULL at the end. */
static struct sock *sessions_get(struct tlsock_sessions *sessions,
				 const struct sessions_cursor *cursor)
{
	struct sock *sk;

	spin_lock(&sessions->lock);
	sk = cursor->next ? sk_entry(cursor->next) : NULL;
	if (sk)
		sock_hold(sk);
	spin_unlock(&sessions->lock);
	return sk;
}

/* Go on, unless the socket has gone and done so already. */
static void sessions_advance(struct tlsock_sessions *sessions, struct sessions_cursor *cursor,
			     const struct sock *sk)
{
	spin_lock(&sessions->lock);
	if (cursor->next == &sk->sk_node)
		cursor->next = sk->sk_node.next;
	spin_unlock(&sessions->lock);
}

static int sessions_put_text(struct sk_buff *skb, int attr, const char *text)
{
	return text ? nla_put_string(skb, attr, text) : 0;
}

/* What the handshake decided, and what became of the connection. */
static int sessions_put_result(struct sk_buff *skb, const struct tlsock_sock *ts)
{
	const char *name = ts->role == TLSOCK_ROLE_SERVER ? ts->peer_name :
			   ts->cfg ? ts->cfg->server_name : NULL;

	if (nla_put_u16(skb, TLSOCK_A_SESSION_VERSION, ts->version) ||
	    nla_put_u16(skb, TLSOCK_A_SESSION_CIPHER, ts->cipher) ||
	    (ts->group && nla_put_u16(skb, TLSOCK_A_SESSION_GROUP, ts->group)) ||
	    ((ts->info_flags & TLSOCK_INFO_VERIFIED) &&
	     nla_put_flag(skb, TLSOCK_A_SESSION_VERIFIED)) ||
	    ((ts->info_flags & TLSOCK_INFO_RESUMED) &&
	     nla_put_flag(skb, TLSOCK_A_SESSION_RESUMED)) ||
	    (test_bit(TLSOCK_F_TRUNCATED, &ts->flags) &&
	     nla_put_flag(skb, TLSOCK_A_SESSION_TRUNCATED)) ||
	    nla_put_u32(skb, TLSOCK_A_SESSION_REKEYS,
			ts->rekey ? atomic_read(&ts->rekey->count) : 0) ||
	    sessions_put_text(skb, TLSOCK_A_SESSION_SERVER_NAME, name) ||
	    sessions_put_text(skb, TLSOCK_A_SESSION_ALPN, ts->alpn) ||
	    (ts->peer &&
	     nla_put(skb, TLSOCK_A_SESSION_PEER, tlsock_peer_size(ts->peer), ts->peer)))
		return -EMSGSIZE;
	return 0;
}

/* What the program wants, while the handshake goes on. */
static int sessions_put_wish(struct sk_buff *skb, const struct tlsock_sock *ts)
{
	const struct tlsock_cfg *cfg = ts->cfg;

	if (!cfg)
		return 0;
	if ((ts->role == TLSOCK_ROLE_CLIENT &&
	     sessions_put_text(skb, TLSOCK_A_SESSION_SERVER_NAME, cfg->server_name)) ||
	    sessions_put_text(skb, TLSOCK_A_SESSION_ALPN, cfg->alpn))
		return -EMSGSIZE;
	return 0;
}

static int sessions_put_owner(struct sk_buff *skb, const struct tlsock_sock *ts,
			      struct user_namespace *user_ns)
{
	const struct inode *inode = SOCK_INODE(ts->inner);

	if (nla_put_u32(skb, TLSOCK_A_SESSION_UID, from_kuid_munged(user_ns, inode->i_uid)) ||
	    nla_put_u32(skb, TLSOCK_A_SESSION_PID, pid_vnr(ts->pid)) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_SESSION_INODE, inode->i_ino, 0) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_SESSION_AGE_MS,
			      jiffies64_to_msecs(jiffies - ts->since), 0))
		return -EMSGSIZE;
	return 0;
}

static const char *sessions_profile(const struct tlsock_sock *ts)
{
	if (ts->profile)
		return ts->profile;
	return ts->cfg ? ts->cfg->profile : NULL;
}

static int sessions_put(struct sk_buff *skb, struct netlink_callback *cb,
			const struct tlsock_sock *ts)
{
	struct user_namespace *user_ns = sk_user_ns(NETLINK_CB(cb->skb).sk);
	bool established = ts->state == TLSOCK_STATE_ESTABLISHED;
	void *head;

	head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &tlsock_nl_family, NLM_F_MULTI, TLSOCK_CMD_SESSIONS);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, TLSOCK_A_SESSION_ROLE, ts->role) ||
	    nla_put_u32(skb, TLSOCK_A_SESSION_STATE, ts->state) ||
	    tlsock_netlink_put_address(skb, TLSOCK_A_SESSION_LOCAL, ts->inner, 0) ||
	    tlsock_netlink_put_address(skb, TLSOCK_A_SESSION_REMOTE, ts->inner, 1) ||
	    (established ? sessions_put_result(skb, ts) : sessions_put_wish(skb, ts)) ||
	    sessions_put_owner(skb, ts, user_ns) ||
	    sessions_put_text(skb, TLSOCK_A_SESSION_PROFILE, sessions_profile(ts))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* LOCKING: options, process and inner socket stay as long as the state does. */
static int sessions_tell(struct sk_buff *skb, struct netlink_callback *cb, struct sock *sk)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err = 0;

	lock_sock(sk);
	if (tlsock_state_is_live(ts->state))
		err = sessions_put(skb, cb, ts);
	release_sock(sk);
	return err;
}

/* TLSOCK_CMD_SESSIONS begins: from the youngest socket on. */
int tlsock_nl_sessions_start(struct netlink_callback *cb)
{
	struct tlsock_sessions *sessions = sessions_of(cb->skb->sk);
	struct sessions_cursor *cursor = (void *)cb->ctx;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof_field(struct netlink_callback, ctx));
	spin_lock(&sessions->lock);
	cursor->next = sessions->live.first;
	hlist_add_head(&cursor->link, &sessions->cursors);
	spin_unlock(&sessions->lock);
	return 0;
}

/* TLSOCK_CMD_SESSIONS is over, or its socket closed. */
int tlsock_nl_sessions_done(struct netlink_callback *cb)
{
	struct tlsock_sessions *sessions = sessions_of(cb->skb->sk);
	struct sessions_cursor *cursor = (void *)cb->ctx;

	spin_lock(&sessions->lock);
	hlist_del(&cursor->link);
	spin_unlock(&sessions->lock);
	return 0;
}

/* TLSOCK_CMD_SESSIONS: as many sockets as fit into one message. */
int tlsock_nl_sessions_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tlsock_sessions *sessions = sessions_of(cb->skb->sk);
	struct sessions_cursor *cursor = (void *)cb->ctx;
	struct sock *sk;
	int err;

	while ((sk = sessions_get(sessions, cursor))) {
		err = sessions_tell(skb, cb, sk);
		if (!err)
			sessions_advance(sessions, cursor, sk);
		sock_put(sk);
		if (err)
			return skb->len ?: err;
	}
	return 0;
}
