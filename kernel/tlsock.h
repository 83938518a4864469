/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TLS socket: an outer socket that the program uses and an inner TCP
 * socket that speaks to the network and carries kernel TLS.
 *
 * Locks, outermost first:
 *
 *   lock              protects                              context
 *   outer sk_lock     state, cfg, req, error, peer names    process, sleeps
 *   ctrl_lock         one reader of control records         process, sleeps
 *   tx_sem            records between two keys              process, sleeps
 *   inner sk_lock     the TCP socket                        process, sleeps
 *   inner             inner's callbacks and sk_user_data    softirq
 *    sk_callback_lock
 *   acceptq.lock      accept queue of a listener            process
 *   tlsock_net.lock   requests of a network namespace       process
 *   tlsock_limit      handshakes of a user, who waits       process
 *   tlsock_sessions   live sockets of a network namespace   process
 *
 * Nobody waits for inner I/O with the outer sk_lock held. The last four are
 * leaves. Callbacks of the inner socket never take a
 * sk_lock.
 */
#ifndef _TLSOCK_H
#define _TLSOCK_H

#include <linux/ipv6.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <linux/tlsock.h>
#include "compat.h"

struct tlsock_acceptq;
struct tlsock_cfg;
struct tlsock_chain;
struct tlsock_rekey;
struct tlsock_req;
struct tlsock_session;

enum tlsock_flag {
	TLSOCK_F_CONNECT_INLINE,	/* connect() will look at TCP's state itself */
	TLSOCK_F_RX_EOF,		/* close_notify or a fatal alert was read */
	TLSOCK_F_RX_CLOSED,		/* it was close_notify, a reset after it is no loss */
	TLSOCK_F_ABORTED,		/* it was our own decision, whose reason stands */
	TLSOCK_F_RX_SHUT,		/* the program shut reading down */
	TLSOCK_F_RX_DATA,		/* a data record was read */
	TLSOCK_F_RX_INQ,		/* recvmsg() tells what is left (TCP_INQ) */
	TLSOCK_F_TX_CLOSED,		/* close_notify or a fatal alert was sent */
	TLSOCK_F_TX_REKEY,		/* the peer asked for a new key before more data */
	TLSOCK_F_TRUNCATED,		/* FIN without close_notify */
	TLSOCK_F_TRUNCATION_EOF,	/* which is end of file for the program, no error */
};

/**
 * struct tlsock_sock - the outer socket
 * @inet: the base class, first
 * @inner: TCP socket with a file; set at creation, changes in state INIT under
 *	the sk_lock only (TLSOCK_UPGRADE), which readers in that state take
 * @flags: TLSOCK_F_*, atomic bits
 * @state: enum tlsock_state, written under the sk_lock by tlsock_sock_set_state()
 * @role: enum tlsock_role
 * @ctrl_lock: serialises reading of control records
 * @hs_head: the handshake message header being read; under @ctrl_lock
 * @hs_head_len: bytes of it that are there
 * @hs_left: bytes of the message's body still to come
 * @rekey: what the next keys are made of, NULL if they cannot change; set
 *	before ESTABLISHED
 * @session: what becomes of tickets, NULL if they are dropped; set before
 *	ESTABLISHED, then under @ctrl_lock
 * @cfg: options, NULL while all are at their default; under the sk_lock
 * @req: the handshake under way; under the sk_lock
 * @pid: process that connected or accepted, for the helper's rules
 * @error: why the connection failed, NULL if it did not; set once with
 *	cmpxchg(), taken away only under the sk_lock in state INIT
 * @alpn: protocol chosen, NULL if none; set before ESTABLISHED
 * @peer_name: server, the name asked for; set before ESTABLISHED
 * @profile: of the helper, NULL if it is that of @cfg; likewise
 * @chain: the peer's certificates, NULL if they are not wanted; likewise
 * @peer: whom its certificate is for, NULL if it showed none; likewise
 * @version: TLS version; set before ESTABLISHED
 * @cipher: cipher suite; likewise
 * @group: key exchange group; likewise
 * @info_flags: TLSOCK_INFO_VERIFIED, TLSOCK_INFO_RESUMED; likewise
 * @since: when the handshake began, in jiffies
 * @work: looks at TCP's progress after a non-blocking connect(), later, started by
 *	sk_timer, sends what MSG_MORE held back; holds a reference while it is queued
 * @listener: of a child until it is accepted
 * @acceptq: of a listener, NULL before listen()
 * @acc_link: a child's place in the queue
 */
struct tlsock_sock {
	struct inet_sock	inet;
	struct socket		*inner;
	unsigned long		flags;
	u8			state;
	u8			role;
	u8			hs_head_len;
	u8			hs_head[4];
	u32			hs_left;
	struct tlsock_rekey	*rekey;
	struct tlsock_session	*session;
	struct mutex		ctrl_lock; /* readers of control records */
	struct tlsock_cfg	*cfg;
	struct tlsock_req	*req;
	struct pid		*pid;
	struct tlsock_error	*error;
	char			*alpn;
	char			*peer_name;
	char			*profile;
	struct tlsock_chain	*chain;
	struct tlsock_peer	*peer;
	u16			version;
	u16			cipher;
	u16			group;
	u16			info_flags;
	unsigned long		since;
	struct work_struct	work;
	struct tlsock_sock	*listener;
	struct tlsock_acceptq	*acceptq;
	struct list_head	acc_link;
};

struct tlsock6_sock {
	struct tlsock_sock	ts;
	struct ipv6_pinfo	inet6;
};

static inline struct tlsock_sock *tlsock_sk(const struct sock *sk)
{
	return (struct tlsock_sock *)sk;
}

/* The state, and everything that was set before it was entered. */
static inline enum tlsock_state tlsock_state(const struct tlsock_sock *ts)
{
	/* Pairs with tlsock_sock_set_state(). */
	return smp_load_acquire(&ts->state);
}

static inline struct sock *tlsock_outer(struct tlsock_sock *ts)
{
	return &ts->inet.sk;
}

#endif /* _TLSOCK_H */
