// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the helper that it did not ask for, and the news that a helper
 * is gone.
 */
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"
#include "notify.h"
#include "request.h"
#include "sock.h"

/* The generated table, and who may join: the generator knows no flags here. */
static struct genl_multicast_group notify_groups[] = {
	[TLSOCK_NLGRP_HELPER] = {
		.name = TLSOCK_MCGRP_HELPER,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/**
 * tlsock_notify_ready_new - make the message for tlsock_notify_ready_send()
 *
 * Context: process, may sleep
 * Return: the message, or NULL without memory
 */
struct sk_buff *tlsock_notify_ready_new(void)
{
	struct sk_buff *skb = genlmsg_new(0, GFP_KERNEL);
	void *head;

	if (!skb)
		return NULL;
	head = genlmsg_put(skb, 0, 0, &tlsock_nl_family, 0, TLSOCK_CMD_READY);
	if (!head) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, head);
	return skb;
}

/**
 * tlsock_notify_ready_send - tell all helpers of a namespace that requests wait
 * @net: the namespace
 * @skb: from tlsock_notify_ready_new(), consumed
 *
 * A helper that cannot take the message learns that it lost one, and drains.
 *
 * Context: process, may sleep
 * Return: 0, -ESRCH if nobody in @net got it, -ENOBUFS if nobody had room
 */
int tlsock_notify_ready_send(struct net *net, struct sk_buff *skb)
{
	return genlmsg_multicast_netns(&tlsock_nl_family, net, skb, 0, TLSOCK_NLGRP_HELPER,
				       GFP_KERNEL);
}

/**
 * tlsock_notify_ready - tell of requests that wait already
 * @net: the namespace
 *
 * Without memory nobody is told: the requests keep their deadline, and the next
 * one tells.
 *
 * Context: process, may sleep
 * Return: as tlsock_notify_ready_send(), or -ENOMEM
 */
int tlsock_notify_ready(struct net *net)
{
	struct sk_buff *skb = tlsock_notify_ready_new();

	return skb ? tlsock_notify_ready_send(net, skb) : -ENOMEM;
}

/**
 * tlsock_notify_has_helper - is there somebody to run handshakes?
 * @net: network namespace of the socket
 *
 * Netlink counts the members of a group over all namespaces. So this asks for
 * the last helper that took requests here, and else whether READY reaches one.
 *
 * Context: process, may sleep
 * Return: true if there is
 */
bool tlsock_notify_has_helper(struct net *net)
{
	return READ_ONCE(tlsock_request_net(net)->helper) || !tlsock_notify_ready(net);
}

/**
 * tlsock_notify_cancel - tell a helper that nobody waits for an answer
 * @net: namespace of the request
 * @portid: the helper that took it
 * @id: the request
 */
void tlsock_notify_cancel(struct net *net, u32 portid, u32 id)
{
	struct sk_buff *skb = genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
	void *head;

	if (!skb)
		return;
	head = genlmsg_put(skb, 0, 0, &tlsock_nl_family, 0, TLSOCK_CMD_CANCEL);
	if (!head || nla_put_u32(skb, TLSOCK_A_DONE_ID, id)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_unicast(net, skb, portid);
}

/**
 * tlsock_notify_ticket - pass a ticket on to the helper
 * @net: namespace of the socket
 * @ticket: the ticket and what the helper gave with DONE
 *
 * Without a helper, memory or room the ticket is lost, which costs a later
 * connection a full handshake.
 *
 * Context: process, may sleep
 */
void tlsock_notify_ticket(struct net *net, const struct tlsock_notify_ticket *ticket)
{
	size_t peer = ticket->peer ? tlsock_peer_size(ticket->peer) : 0;
	u32 helper = READ_ONCE(tlsock_request_net(net)->helper);
	struct sk_buff *skb;
	void *head;

	if (!helper)
		return;
	skb = genlmsg_new(nla_total_size(ticket->session_length) +
			  nla_total_size(ticket->length) + nla_total_size(peer), GFP_KERNEL);
	if (!skb)
		return;
	head = genlmsg_put(skb, 0, 0, &tlsock_nl_family, 0, TLSOCK_CMD_TICKET);
	if (!head ||
	    nla_put(skb, TLSOCK_A_TICKET_SESSION, ticket->session_length, ticket->session) ||
	    nla_put(skb, TLSOCK_A_TICKET_MESSAGE, ticket->length, ticket->message) ||
	    (peer && nla_put(skb, TLSOCK_A_TICKET_PEER, peer, ticket->peer))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_unicast(net, skb, helper);
}

static int notify_netlink(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		tlsock_request_helper_died(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block notify_block = {
	.notifier_call = notify_netlink,
};

/**
 * tlsock_notify_init - register the family and watch for helpers that die
 *
 * Return: 0 or a negative errno; nothing stays registered on failure
 */
int __init tlsock_notify_init(void)
{
	int err;

	tlsock_nl_family.mcgrps = notify_groups;
	tlsock_nl_family.n_mcgrps = ARRAY_SIZE(notify_groups);
	err = netlink_register_notifier(&notify_block);
	if (err)
		return err;
	err = genl_register_family(&tlsock_nl_family);
	if (err)
		netlink_unregister_notifier(&notify_block);
	return err;
}

/** tlsock_notify_exit - undo tlsock_notify_init() */
void tlsock_notify_exit(void)
{
	genl_unregister_family(&tlsock_nl_family);
	netlink_unregister_notifier(&notify_block);
}
