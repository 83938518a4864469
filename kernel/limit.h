/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many handshakes may be under way at a time.
 */
#ifndef _TLSOCK_LIMIT_H
#define _TLSOCK_LIMIT_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/xarray.h>
#include <linux/tlsock.h>

struct tlsock_acceptq;
struct tlsock_net;

/*
 * Unless sysctl says otherwise. A listener full of silent peers (their number
 * ends at net.core.somaxconn, 4096) leaves room to others of the same user.
 */
#define TLSOCK_MAX_HANDSHAKES		16384
#define TLSOCK_MAX_USER_HANDSHAKES	8192

/**
 * struct tlsock_limit - handshakes under way, of one role in one namespace
 * @users: how many each user has, by kuid; its lock protects all of this
 * @n: how many there are
 * @waiting: listeners that found no place, by tlsock_acceptq.waiting
 */
struct tlsock_limit {
	struct xarray		users;
	unsigned int		n;
	struct list_head	waiting;
};

/**
 * struct tlsock_limits - all of one namespace
 * @role: by enum tlsock_role
 * @max: sysctl, most handshakes under way in each role
 * @max_user: sysctl, most of one user in each role
 */
struct tlsock_limits {
	struct tlsock_limit	role[TLSOCK_ROLE_SERVER + 1];
	unsigned int		max;
	unsigned int		max_user;
};

void tlsock_limit_net_init(struct tlsock_net *tn);
void tlsock_limit_net_exit(struct tlsock_net *tn);
int tlsock_limit_charge(struct tlsock_net *tn, enum tlsock_role role, kuid_t uid,
			struct tlsock_acceptq *queue);
void tlsock_limit_uncharge(struct tlsock_net *tn, enum tlsock_role role, kuid_t uid);
void tlsock_limit_raised(struct tlsock_net *tn);
void tlsock_limit_forget(struct tlsock_net *tn, struct tlsock_acceptq *queue);

#endif /* _TLSOCK_LIMIT_H */
