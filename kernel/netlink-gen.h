/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	netlink/specs/tlsock.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_TLSOCK_GEN_H
#define _LINUX_TLSOCK_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/tlsock_netlink.h>
#include <linux/err.h>

int tlsock_nl_sessions_start(struct netlink_callback *cb);
int tlsock_nl_sessions_done(struct netlink_callback *cb);

int tlsock_nl_accept_doit(struct sk_buff *skb, struct genl_info *info);
int tlsock_nl_done_doit(struct sk_buff *skb, struct genl_info *info);
int tlsock_nl_status_doit(struct sk_buff *skb, struct genl_info *info);
int tlsock_nl_sessions_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int tlsock_nl_revoke_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	TLSOCK_NLGRP_HELPER,
};

extern struct genl_family tlsock_nl_family;

#endif /* _LINUX_TLSOCK_GEN_H */
