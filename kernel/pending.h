/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that no helper has taken.
 */
#ifndef _TLSOCK_PENDING_H
#define _TLSOCK_PENDING_H

#include <linux/list.h>
#include <linux/types.h>

struct tlsock_net;
struct tlsock_req;

/**
 * struct tlsock_pending - requests of one role that no helper has taken
 * @list: oldest first, by tlsock_req.link
 * @n: their number
 */
struct tlsock_pending {
	struct list_head	list;
	unsigned int		n;
};

void tlsock_pending_net_init(struct tlsock_net *tn);
unsigned int tlsock_pending_n(const struct tlsock_net *tn);
bool tlsock_pending_add(struct tlsock_net *tn, struct tlsock_req *req);
void tlsock_pending_remove(struct tlsock_net *tn, struct tlsock_req *req);
unsigned int tlsock_pending_accept(struct tlsock_net *tn, u32 portid, struct tlsock_req **reqs,
				   unsigned int limit, unsigned int clients);
void tlsock_pending_return(struct tlsock_net *tn, struct tlsock_req **reqs, unsigned int n);

#endif /* _TLSOCK_PENDING_H */
