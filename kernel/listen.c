// SPDX-License-Identifier: GPL-2.0-only
/*
 * listen() and accept(). TCP connections are taken from the inner listener
 * and their handshakes started in the context of the program, by accept() and
 * poll(), so that memory, credentials and cgroup are its own. The program
 * only ever sees connections whose handshake succeeded.
 */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <net/inet_connection_sock.h>

#include "listen.h"
#include "option.h"
#include "request.h"
#include "sock.h"

/* Connections started in one go, so that poll() returns. */
#define LISTEN_PUMP_MAX	64

/**
 * tlsock_listen - proto_ops.listen
 * @sock: the outer socket
 * @backlog: most connections that wait, handshakes under way included
 *
 * Return: 0, -EINVAL in a state that cannot listen, -ENOMEM, or TCP's errno
 */
int tlsock_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	struct tlsock_acceptq *queue = ts->acceptq;
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED ||
	    (ts->state != TLSOCK_STATE_INIT && ts->state != TLSOCK_STATE_LISTEN))
		goto out;
	if (!queue) {
		queue = kzalloc_obj(*queue, GFP_KERNEL_ACCOUNT);
		err = -ENOMEM;
		if (!queue)
			goto out;
		spin_lock_init(&queue->lock);
		INIT_LIST_HEAD(&queue->pending);
		INIT_LIST_HEAD(&queue->ready);
		INIT_LIST_HEAD(&queue->waiting);
		queue->sk = sk;
		ts->acceptq = queue;
	}
	err = READ_ONCE(ts->inner->ops)->listen(ts->inner, backlog);
	if (err)
		goto out;
	spin_lock(&queue->lock);
	queue->backlog = READ_ONCE(ts->inner->sk->sk_max_ack_backlog);
	queue->closed = false;
	spin_unlock(&queue->lock);
	tlsock_sock_set_state(ts, TLSOCK_STATE_LISTEN);
out:
	release_sock(sk);
	return err;
}

static struct tlsock_net *listen_net(const struct tlsock_sock *ts)
{
	return tlsock_request_net(sock_net(&ts->inet.sk));
}

static void listen_leave(struct tlsock_acceptq *queue)
{
	spin_lock(&queue->lock);
	queue->count--;
	spin_unlock(&queue->lock);
}

/*
 * A place in the queue, and one among the handshakes of the user; TCP's own
 * queue holds what does not find both.
 */
static bool listen_reserve(struct tlsock_sock *ts, kuid_t uid)
{
	struct tlsock_acceptq *queue = ts->acceptq;
	bool room;
	int err;

	spin_lock(&queue->lock);
	room = !queue->closed && queue->count <= queue->backlog;
	if (room)
		queue->count++;
	spin_unlock(&queue->lock);
	if (!room)
		return false;
	err = tlsock_limit_charge(listen_net(ts), TLSOCK_ROLE_SERVER, uid, queue);
	if (!err)
		return true;
	listen_leave(queue);
	/* There may be no handshake whose end would wake us: come back for it. */
	if (err == -ENOMEM)
		queue->sk->sk_data_ready(queue->sk);
	return false;
}

static void listen_unreserve(struct tlsock_sock *ts, kuid_t uid)
{
	listen_leave(ts->acceptq);
	tlsock_limit_uncharge(listen_net(ts), TLSOCK_ROLE_SERVER, uid);
}

static bool listen_tcp_waits(const struct tlsock_sock *ts)
{
	return !reqsk_queue_empty(&inet_csk(ts->inner->sk)->icsk_accept_queue);
}

/* Start the handshake of one connection; consumes @inner and the places. */
static void listen_start(struct tlsock_sock *ts, struct socket *inner, kuid_t uid)
{
	struct tlsock_acceptq *queue = ts->acceptq;
	struct sock *lsk = tlsock_outer(ts);
	struct tlsock_done done;
	struct tlsock_sock *child;
	bool closed;
	int err;

	child = tlsock_sock_child(ts, inner);
	if (!child) {
		listen_unreserve(ts, uid);
		return;
	}
	lock_sock(tlsock_outer(child));
	sock_hold(lsk);		/* put by tlsock_accept() or tlsock_close_child() */
	child->listener = ts;
	spin_lock(&queue->lock);
	closed = queue->closed;
	if (!closed)
		list_add_tail(&child->acc_link, &queue->pending);
	spin_unlock(&queue->lock);
	if (closed) {
		listen_unreserve(ts, uid);
		release_sock(tlsock_outer(child));
		tlsock_close_child(child);
		return;
	}
	/* LOCKING: whoever empties the queue waits for the child's lock. */
	err = tlsock_connect_start(child, TLSOCK_ROLE_SERVER, uid, &done);
	if (err)
		tlsock_connect_fail(child, &done);
	sock_hold(tlsock_outer(child));
	release_sock(tlsock_outer(child));
	if (err)
		tlsock_listen_child_done(ts, child, false);
	sock_put(tlsock_outer(child));
}

/**
 * tlsock_listen_pump - start the handshakes of connections that TCP has ready
 * @ts: a listener
 *
 * Context: process of the program, may sleep
 */
void tlsock_listen_pump(struct tlsock_sock *ts)
{
	struct sock *lsk = tlsock_outer(ts);
	kuid_t uid = current_fsuid();	/* as the accepted sockets' */
	struct socket *inner;
	int i;

	for (i = 0; i < LISTEN_PUMP_MAX && listen_tcp_waits(ts); i++) {
		if (!listen_reserve(ts, uid))
			return;
		if (kernel_accept(ts->inner, &inner, O_NONBLOCK)) {
			listen_unreserve(ts, uid);
			return;
		}
		listen_start(ts, inner, uid);
	}
	/* TCP has told of the rest already: come back for it. */
	if (i == LISTEN_PUMP_MAX && listen_tcp_waits(ts))
		lsk->sk_data_ready(lsk);
}

/**
 * tlsock_listen_child_done - the handshake of a child is over
 * @ts: its listener
 * @child: unlocked; a failed one is gone when this returns
 * @established: how it ended
 *
 * Context: process, may sleep
 */
void tlsock_listen_child_done(struct tlsock_sock *ts, struct tlsock_sock *child,
			      bool established)
{
	struct tlsock_acceptq *queue = ts->acceptq;
	struct sock *lsk = tlsock_outer(ts);
	bool drop = false, wake = false;

	spin_lock(&queue->lock);
	/*
	 * LOCKING: tlsock_listen_stop() goes through the children without the
	 * lock, so they, and soon the inner socket, are its own once @closed.
	 */
	if (!queue->closed && !list_empty(&child->acc_link)) {
		if (established) {
			list_move_tail(&child->acc_link, &queue->ready);
			wake = true;
		} else {
			list_del_init(&child->acc_link);
			queue->count--;
			drop = true;
			/* There is room for a connection that TCP held back. */
			wake = listen_tcp_waits(ts);
		}
	}
	spin_unlock(&queue->lock);
	if (drop)
		tlsock_close_child(child);
	if (wake)
		lsk->sk_data_ready(lsk);
}

/**
 * tlsock_listen_poll - what poll() says of a listener
 * @ts: a listener
 *
 * Context: process of the program, may sleep
 * Return: EPOLLIN if accept() would return a connection
 */
__poll_t tlsock_listen_poll(struct tlsock_sock *ts)
{
	tlsock_listen_pump(ts);
	return list_empty_careful(&ts->acceptq->ready) ? 0 : EPOLLIN | EPOLLRDNORM;
}

/**
 * tlsock_listen_stop - end listening and drop all children
 * @ts: in state LISTEN
 *
 * Context: process, outer sk_lock held, may sleep
 */
void tlsock_listen_stop(struct tlsock_sock *ts)
{
	struct tlsock_acceptq *queue = ts->acceptq;
	struct tlsock_sock *child, *next;
	LIST_HEAD(children);

	sock_owned_by_me(tlsock_outer(ts));
	spin_lock(&queue->lock);
	queue->closed = true;
	list_splice_init(&queue->ready, &children);
	list_splice_tail_init(&queue->pending, &children);
	list_for_each_entry(child, &children, acc_link)
		queue->count--;
	spin_unlock(&queue->lock);

	/* ORDER: TCP's children in its queue carry our callbacks until it ends. */
	kernel_sock_shutdown(ts->inner, SHUT_RDWR);
	list_for_each_entry_safe(child, next, &children, acc_link) {
		spin_lock(&queue->lock);
		list_del_init(&child->acc_link);
		spin_unlock(&queue->lock);
		/* As TCP: a connection that nobody accepted is reset. */
		sock_no_linger(child->inner->sk);
		tlsock_close_child(child);
	}
}

static struct tlsock_sock *listen_dequeue(struct tlsock_acceptq *queue, bool *empty)
{
	struct tlsock_sock *child;

	spin_lock(&queue->lock);
	child = list_first_entry_or_null(&queue->ready, struct tlsock_sock, acc_link);
	if (child) {
		list_del_init(&child->acc_link);
		queue->count--;
	}
	*empty = list_empty(&queue->ready);
	spin_unlock(&queue->lock);
	return child;
}

/* Wait for a child that is ready, or for a connection to start. */
static int listen_wait(struct sock *sk, bool *empty, long timeo, struct tlsock_sock **child)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	add_wait_queue_exclusive(sk_sleep(sk), &wait);
	for (;;) {
		if (tlsock_state(ts) != TLSOCK_STATE_LISTEN) {
			err = -EINVAL;
			break;
		}
		tlsock_listen_pump(ts);
		*child = listen_dequeue(ts->acceptq, empty);
		if (*child)
			break;
		if (!timeo) {
			err = -EAGAIN;
			break;
		}
		if (signal_pending(current)) {
			err = sock_intr_errno(timeo);
			break;
		}
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/**
 * tlsock_accept - proto_ops.accept
 * @sock: the listener
 * @newsock: gets the connection
 * @arg: flags in, "nothing more waits" out
 *
 * Return: 0, -EINVAL if @sock does not listen, -EAGAIN, or sock_intr_errno()
 */
int tlsock_accept(struct socket *sock, struct socket *newsock, struct proto_accept_arg *arg)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *child = NULL;
	bool empty;
	int err;

	err = listen_wait(sk, &empty, sock_rcvtimeo(sk, arg->flags & O_NONBLOCK), &child);
	if (err)
		return err;
	arg->is_empty = empty;
	lock_sock_nested(tlsock_outer(child), SINGLE_DEPTH_NESTING);
	child->listener = NULL;
	tlsock_sock_graft(child, newsock);
	release_sock(tlsock_outer(child));
	sock_put(sk);		/* the child's, from listen_start() */
	return 0;
}
