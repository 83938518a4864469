/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handshakes on their way through the helper, and the counters of a network
 * namespace.
 */
#ifndef _TLSOCK_REQUEST_H
#define _TLSOCK_REQUEST_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <linux/tlsock.h>

#include "limit.h"
#include "pending.h"
#include "sessions.h"

struct ctl_table_header;
struct file;
struct net;
struct tlsock_sock;

/**
 * struct tlsock_done - the outcome of a handshake on its way to the socket
 * @error: why it failed; @error.error is 0 on success. Its text may be empty.
 * @info: version, cipher, group and flags
 * @outcome: what to count it as
 * @alpn: protocol chosen, NULL if none; the receiver copies it
 * @server_name: name asked for by the client, NULL if none; likewise
 * @profile: profile that was used, NULL if it is the one asked for; likewise
 * @tx_secret: traffic secret for sending, NULL if not given; likewise
 * @rx_secret: traffic secret for receiving, as long as the other
 * @secret_length: bytes of each, 0 if not given
 * @session: state for later tickets, NULL if tickets are not wanted; likewise
 * @session_length: its bytes
 * @peer: whom its certificate is for, well formed, NULL if there was no certificate; likewise
 * @chain: its certificates, well formed, NULL if there are none; likewise
 * @chain_length: bytes of it
 * @truncation_eof: a FIN without close_notify is end of file
 */
struct tlsock_done {
	struct tlsock_error	error;
	struct tlsock_info	info;
	enum tlsock_outcome	outcome;
	const char		*alpn;
	const char		*server_name;
	const char		*profile;
	const u8		*tx_secret;
	const u8		*rx_secret;
	u8			secret_length;
	const u8		*session;
	u16			session_length;
	const struct tlsock_peer *peer;
	const u8		*chain;
	size_t			chain_length;
	bool			truncation_eof;
};

enum tlsock_req_flag {
	TLSOCK_REQ_COMPLETED,
};

/**
 * struct tlsock_req - one handshake that waits for, or is with, a helper
 * @ref: one for whoever may still complete it, for its timer, for each look-up
 * @flags: TLSOCK_REQ_COMPLETED decides between done, cancel, timeout and the
 *	helper's death; whoever sets it completes the request
 * @id: its name in the netlink messages
 * @portid: netlink socket of the helper that took it, 0 while it waits; under
 *	tlsock_net.lock
 * @link: in tlsock_pending.list while it waits; under tlsock_net.lock
 * @ts: the outer socket; a reference is held
 * @file: file of the inner socket; a reference is held
 * @net: network namespace; the socket keeps it alive
 * @uid: whose place among the handshakes it has, see limit.c
 * @deadline: in jiffies
 * @timer: fires at @deadline
 */
struct tlsock_req {
	refcount_t		ref;
	unsigned long		flags;
	u32			id;
	u32			portid;
	struct list_head	link;
	struct tlsock_sock	*ts;
	struct file		*file;
	struct net		*net;
	kuid_t			uid;
	unsigned long		deadline;
	struct delayed_work	timer;
};

/**
 * struct tlsock_net - the requests of one network namespace
 * @lock: protects @pending, @requests and tlsock_req.portid
 * @pending: by enum tlsock_role
 * @requests: all requests by id
 * @n_requests: their number
 * @next_id: where the search for a free id starts
 * @sysctl: handle of the settings
 * @limits: handshakes under way, and how many may be
 * @sessions: live sockets
 * @rekey_records: sysctl, records that one key may protect, 0 for any number
 * @helper: netlink socket that took requests last, 0 once it is closed
 * @established: live sockets in state ESTABLISHED
 * @started: handshakes ever started, also those that failed at once
 * @truncated: connections that ended without close_notify
 * @outcomes: completed requests by enum tlsock_outcome
 */
struct tlsock_net {
	spinlock_t		lock; /* requests of the namespace */
	struct tlsock_pending	pending[TLSOCK_ROLE_SERVER + 1];
	struct xarray		requests;
	unsigned int		n_requests;
	u32			next_id;
	struct ctl_table_header	*sysctl;
	struct tlsock_limits	limits;
	struct tlsock_sessions	sessions;
	unsigned long		rekey_records;
	u32			helper;
	atomic_t		established;
	atomic64_t		started;
	atomic64_t		truncated;
	atomic64_t		outcomes[TLSOCK_OUTCOME_OTHER + 1];
};

extern unsigned int tlsock_net_id;
extern struct workqueue_struct *tlsock_wq;

struct tlsock_net *tlsock_request_net(const struct net *net);
void tlsock_request_net_init(struct tlsock_net *tn);
void tlsock_request_net_exit(struct tlsock_net *tn);
int tlsock_request_submit(struct tlsock_sock *ts, kuid_t uid);
bool tlsock_request_cancel(struct tlsock_sock *ts);
bool tlsock_request_claim(struct tlsock_req *req);
void tlsock_request_complete(struct tlsock_req *req, struct tlsock_done *done);
struct tlsock_req *tlsock_request_find(struct tlsock_net *tn, u32 id, u32 portid);
void tlsock_request_put(struct tlsock_req *req);
void tlsock_request_helper_died(struct net *net, u32 portid);

int tlsock_sysctl_init(struct net *net);
void tlsock_sysctl_exit(struct net *net);
void tlsock_done_init(struct tlsock_done *done, int error, enum tlsock_stage stage,
		      const char *text);
void tlsock_done_count(const struct net *net, const struct tlsock_done *done);

#endif /* _TLSOCK_REQUEST_H */
