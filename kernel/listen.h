/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The accept queue: children of a listener whose handshake runs or is over.
 */
#ifndef _TLSOCK_LISTEN_H
#define _TLSOCK_LISTEN_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct proto_accept_arg;
struct sock;
struct socket;
struct tlsock_sock;

/**
 * struct tlsock_acceptq - the accept queue of a listener
 * @lock: protects all of it but the last two, and the children's acc_link
 * @pending: children with a handshake under way
 * @ready: children to be accepted
 * @count: children in both
 * @backlog: most children in both
 * @closed: no child may enter any more
 * @sk: the listener
 * @waiting: for a place among the handshakes, see limit.c
 */
struct tlsock_acceptq {
	spinlock_t		lock; /* the queue */
	struct list_head	pending;
	struct list_head	ready;
	unsigned int		count;
	unsigned int		backlog;
	bool			closed;
	struct sock		*sk;
	struct list_head	waiting;
};

int tlsock_listen(struct socket *sock, int backlog);
int tlsock_accept(struct socket *sock, struct socket *newsock, struct proto_accept_arg *arg);
void tlsock_listen_pump(struct tlsock_sock *ts);
__poll_t tlsock_listen_poll(struct tlsock_sock *ts);
void tlsock_listen_stop(struct tlsock_sock *ts);
void tlsock_listen_child_done(struct tlsock_sock *ts, struct tlsock_sock *child,
			      bool established);

#endif /* _TLSOCK_LISTEN_H */
