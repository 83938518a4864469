/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live sockets of a network namespace, for administrators to look at.
 */
#ifndef _TLSOCK_SESSIONS_H
#define _TLSOCK_SESSIONS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/tlsock.h>

struct net;
struct sock;
struct tlsock_sock;

/**
 * struct tlsock_sessions - live sockets and those who go through them
 * @lock: protects all of this, sk_node of the sockets and the cursors
 * @live: sockets in state HANDSHAKE or ESTABLISHED by sk_node, youngest first
 * @cursors: dumps that are under way
 */
struct tlsock_sessions {
	spinlock_t		lock; /* live sockets of the namespace */
	struct hlist_head	live;
	struct hlist_head	cursors;
};

/* What administrators see: a handshake that runs, or a connection. */
static inline bool tlsock_state_is_live(u8 state)
{
	return state == TLSOCK_STATE_HANDSHAKE || state == TLSOCK_STATE_ESTABLISHED;
}

void tlsock_sessions_net_init(struct tlsock_sessions *sessions);
void tlsock_sessions_net_exit(struct tlsock_sessions *sessions);
void tlsock_sessions_add(struct tlsock_sock *ts);
void tlsock_sessions_remove(struct tlsock_sock *ts);
struct sock *tlsock_sessions_find(const struct net *net, u64 inode);

#endif /* _TLSOCK_SESSIONS_H */
