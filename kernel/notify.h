/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to the helper that it did not ask for.
 */
#ifndef _TLSOCK_NOTIFY_H
#define _TLSOCK_NOTIFY_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct tlsock_peer;

/**
 * struct tlsock_notify_ticket - a ticket, and what the helper gave with DONE
 * @session: state of the session
 * @message: body of the NewSessionTicket
 * @peer: the server, NULL if it showed no certificate
 * @length: bytes of @message
 * @session_length: bytes of @session
 */
struct tlsock_notify_ticket {
	const u8			*session;
	const u8			*message;
	const struct tlsock_peer	*peer;
	u32				length;
	u16				session_length;
};

struct sk_buff *tlsock_notify_ready_new(void);
int tlsock_notify_ready_send(struct net *net, struct sk_buff *skb);
int tlsock_notify_ready(struct net *net);
void tlsock_notify_ticket(struct net *net, const struct tlsock_notify_ticket *ticket);
void tlsock_notify_cancel(struct net *net, u32 portid, u32 id);
bool tlsock_notify_has_helper(struct net *net);
int tlsock_notify_init(void);
void tlsock_notify_exit(void);

#endif /* _TLSOCK_NOTIFY_H */
