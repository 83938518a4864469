// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a TLS socket: creation of the outer and the inner half, of the
 * children of a listener, the state machine, and the end of both.
 */
#include <linux/file.h>
#include <linux/nsproxy.h>
#include <net/inet_common.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "listen.h"
#include "option.h"
#include "request.h"
#include "rekey.h"
#include "sock.h"
#include "trace.h"

static struct lock_class_key tlsock_lock_key, tlsock_slock_key;

#define TO(state) BIT(TLSOCK_STATE_##state)

/* From a state to those that may follow; anything may be closed. */
static const u8 sock_next[] = {
	[TLSOCK_STATE_INIT] = TO(CONNECTING) | TO(LISTEN) | TO(HANDSHAKE) | TO(FAILED),
	[TLSOCK_STATE_CONNECTING] = TO(INIT) | TO(HANDSHAKE) | TO(FAILED),
	[TLSOCK_STATE_LISTEN] = TO(INIT),
	[TLSOCK_STATE_HANDSHAKE] = TO(ESTABLISHED) | TO(FAILED),
	[TLSOCK_STATE_ESTABLISHED] = 0,
	[TLSOCK_STATE_FAILED] = TO(INIT),
	[TLSOCK_STATE_CLOSED] = 0,
};

/* What the core and SO_ACCEPTCONN are to see in sk_state. */
static const u8 sock_tcp_state[] = {
	[TLSOCK_STATE_INIT] = TCP_CLOSE,
	[TLSOCK_STATE_CONNECTING] = TCP_SYN_SENT,
	[TLSOCK_STATE_LISTEN] = TCP_LISTEN,
	[TLSOCK_STATE_HANDSHAKE] = TCP_SYN_SENT,
	[TLSOCK_STATE_ESTABLISHED] = TCP_ESTABLISHED,
	[TLSOCK_STATE_FAILED] = TCP_CLOSE,
	[TLSOCK_STATE_CLOSED] = TCP_CLOSE,
};

/**
 * tlsock_sock_set_state - the one place where the state changes
 * @ts: the socket
 * @state: its new state
 *
 * Everything that a lockless reader of the new state may use must be set
 * before.
 *
 * Context: process, outer sk_lock held
 */
void tlsock_sock_set_state(struct tlsock_sock *ts, enum tlsock_state state)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_net *tn = tlsock_request_net(sock_net(sk));
	u8 old = ts->state;

	sock_owned_by_me(sk);
	if (old == state)
		return;
	WARN_ON_ONCE(state != TLSOCK_STATE_CLOSED && !(sock_next[old] & BIT(state)));
	trace_tlsock_state(sk, old, state);
	if (state == TLSOCK_STATE_ESTABLISHED)
		atomic_inc(&tn->established);
	else if (old == TLSOCK_STATE_ESTABLISHED)
		atomic_dec(&tn->established);
	if (tlsock_state_is_live(state) != tlsock_state_is_live(old)) {
		if (tlsock_state_is_live(state))
			tlsock_sessions_add(ts);
		else
			tlsock_sessions_remove(ts);
	}
	WRITE_ONCE(sk->sk_state, sock_tcp_state[state]);
	/* Pairs with tlsock_state(). */
	smp_store_release(&ts->state, state);
}

/**
 * tlsock_sock_set_error - remember why a connection failed
 * @ts: the socket
 * @error: copied; the first one of a connection is kept
 *
 * Without memory only the errno survives, in sk_err.
 *
 * Context: process, may sleep
 */
void tlsock_sock_set_error(struct tlsock_sock *ts, const struct tlsock_error *error)
{
	struct tlsock_error *copy = kmemdup(error, sizeof(*error), GFP_KERNEL);

	if (copy && cmpxchg(&ts->error, NULL, copy))
		kfree(copy);
}

/**
 * tlsock_sock_has_ulp - is kernel TLS attached to a TCP socket?
 * @isk: a TCP socket
 *
 * Attached does not mean that it has keys.
 *
 * Return: true if its upper layer protocol is "tls"
 */
bool tlsock_sock_has_ulp(const struct sock *isk)
{
	const struct tcp_ulp_ops *ulp = inet_csk(isk)->icsk_ulp_ops;

	return ulp && !strcmp(ulp->name, "tls");
}

/* The last reference is gone: nothing can reach the socket any more. */
static void sock_destruct(struct sock *sk)
{
	struct tlsock_sock *ts = tlsock_sk(sk);

	tlsock_option_put(ts->cfg);
	put_pid(ts->pid);
	kfree(ts->error);
	kfree(ts->alpn);
	kfree(ts->peer_name);
	kfree(ts->profile);
	kfree(ts->peer);
	kvfree(ts->chain);
	kfree(ts->acceptq);
	tlsock_rekey_free(ts);
	tlsock_ticket_free(ts);
	if (sk->sk_family == AF_INET6)
		inet6_sock_destruct(sk);
	else
		inet_sock_destruct(sk);
}

/* What has to be done in process context, by the state. */
static void sock_work(struct work_struct *work)
{
	struct tlsock_sock *ts = container_of(work, struct tlsock_sock, work);
	struct sock *sk = tlsock_outer(ts);

	lock_sock(sk);
	if (ts->state == TLSOCK_STATE_ESTABLISHED)
		tlsock_record_flush(ts);
	else
		tlsock_connect_progress(ts);
	release_sock(sk);
	sock_put(sk);
}

/* It is time for that; the timer's reference goes over to the work. */
static void sock_timer(struct timer_list *timer)
{
	struct sock *sk = container_of(timer, struct sock, sk_timer);

	if (!queue_work(tlsock_wq, &tlsock_sk(sk)->work))
		sock_put(sk);
}

/* What a new outer socket and a child have in common. */
static void sock_setup(struct sock *sk)
{
	struct tlsock_sock *ts = tlsock_sk(sk);

	sk->sk_destruct = sock_destruct;
	sock_lock_init_class_and_name(sk, "slock-TLSOCK", &tlsock_slock_key,
				      "sk_lock-TLSOCK", &tlsock_lock_key);
	mutex_init(&ts->ctrl_lock);
	INIT_LIST_HEAD(&ts->acc_link);
	INIT_WORK(&ts->work, sock_work);
	timer_setup(&sk->sk_timer, sock_timer, 0);
}

/*
 * The inner socket belongs to the same namespace, cgroup and user as the outer
 * one: it is made in the caller's context.
 */
static int sock_create_inner(struct sock *sk, struct socket **inner)
{
	struct net *net = sock_net(sk);
	int err;

	if (sk->sk_net_refcnt && current->nsproxy && net_eq(net, current->nsproxy->net_ns))
		return sock_create(sk->sk_family, SOCK_STREAM, IPPROTO_TCP, inner);
	err = sock_create_kern(net, sk->sk_family, SOCK_STREAM, IPPROTO_TCP, inner);
	if (!err && sk->sk_net_refcnt)
		sk_net_refcnt_upgrade((*inner)->sk);
	return err;
}

/* The inner socket shows the inode and owner of the socket of the program. */
static void sock_show_inode(struct tlsock_sock *ts, struct socket *sock)
{
	SOCK_INODE(ts->inner)->i_uid = SOCK_INODE(sock)->i_uid;
	SOCK_INODE(ts->inner)->i_gid = SOCK_INODE(sock)->i_gid;
	tlsock_compat_set_ino(ts->inner->sk, SOCK_INODE(sock)->i_ino);
}

/**
 * tlsock_sock_init - proto.init of the outer socket
 * @sk: fresh, with its struct socket
 *
 * Context: process, may sleep
 * Return: 0 or a negative errno of sock_create(). On failure the caller
 * destroys @sk through tlsock_sock_destroy().
 */
int tlsock_sock_init(struct sock *sk)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	struct socket *inner;
	struct file *file;
	int err;

	sock_setup(sk);
	err = sock_create_inner(sk, &inner);
	if (err)
		return err;
	/* Releases the socket when it fails. */
	file = sock_alloc_file(inner, 0, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ts->inner = inner;
	tlsock_callback_attach(ts);
	sock_show_inode(ts, sk->sk_socket);
	set_bit(SOCK_CUSTOM_SOCKOPT, &sk->sk_socket->flags);
	return 0;
}

/**
 * tlsock_sock_destroy - proto.destroy: creation failed or was forbidden
 * @sk: the outer socket, nothing ever used it
 */
void tlsock_sock_destroy(struct sock *sk)
{
	tlsock_sock_drop_inner(tlsock_sk(sk));
}

/**
 * tlsock_sock_drop_inner - let go of the inner socket
 * @ts: nothing uses its inner socket any more; without one this does nothing
 *
 * TCP closes it when the helper does not hold it either.
 *
 * Context: process, may sleep
 */
void tlsock_sock_drop_inner(struct tlsock_sock *ts)
{
	struct socket *inner = ts->inner;

	if (!inner)
		return;
	tlsock_callback_detach(ts);
	ts->inner = NULL;
	fput(inner->file);
}

/**
 * tlsock_sock_replace_inner - go on with another inner socket
 * @ts: in state INIT
 * @tcp: connected, with its file, which is consumed; its sk_user_data is @ts
 *
 * Context: process, outer sk_lock held, may sleep
 */
void tlsock_sock_replace_inner(struct tlsock_sock *ts, struct socket *tcp)
{
	struct sock *sk = tlsock_outer(ts);

	sock_owned_by_me(sk);
	tlsock_sock_drop_inner(ts);
	ts->inner = tcp;
	tlsock_sockopt_mirror(ts);
	/* SO_RCVLOWAT is the outer socket's own, see sockopt.c. */
	WRITE_ONCE(sk->sk_rcvlowat, tcp->sk->sk_rcvlowat);
	WRITE_ONCE(tcp->sk->sk_rcvlowat, 1);
	tlsock_callback_attach(ts);
	sock_show_inode(ts, sk->sk_socket);
}

/**
 * tlsock_sock_child - make the outer half of an accepted connection
 * @listener: the listener
 * @inner: what it accepted, without a file. It is consumed in any case.
 *
 * The child shares the options of its listener. Called in the context of the
 * program that accepts, so that memory and credentials are its own.
 *
 * Context: process, may sleep
 * Return: the child, owned by the caller, or NULL without memory
 */
struct tlsock_sock *tlsock_sock_child(struct tlsock_sock *listener, struct socket *inner)
{
	struct sock *lsk = tlsock_outer(listener);
	struct tlsock_sock *ts;
	struct file *file;
	struct sock *sk;

	file = sock_alloc_file(inner, 0, NULL);
	if (IS_ERR(file))
		return NULL;
	sk = sk_alloc(sock_net(lsk), lsk->sk_family, GFP_KERNEL,
		      lsk->sk_family == AF_INET6 ? &tlsock6_prot : &tlsock_prot,
		      !lsk->sk_net_refcnt);
	if (!sk) {
		fput(file);
		return NULL;
	}
	sock_init_data(NULL, sk);
	sk->sk_type = SOCK_STREAM;
	sk->sk_protocol = IPPROTO_TLS;
	sock_setup(sk);
	ts = tlsock_sk(sk);
	if (sk->sk_family == AF_INET6)
		ts->inet.pinet6 = &((struct tlsock6_sock *)ts)->inet6;
	ts->cfg = tlsock_option_get(listener->cfg);
	ts->pid = get_pid(task_tgid(current));
	ts->inner = inner;
	tlsock_sockopt_mirror(ts);
	sk->sk_rcvlowat = READ_ONCE(lsk->sk_rcvlowat);
	tlsock_callback_attach(ts);
	return ts;
}

/**
 * tlsock_sock_graft - give an accepted child its struct socket
 * @ts: the child
 * @sock: fresh, from accept()
 */
void tlsock_sock_graft(struct tlsock_sock *ts, struct socket *sock)
{
	sock_graft(tlsock_outer(ts), sock);
	sock->state = SS_CONNECTED;
	set_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
	if (ts->inner)
		sock_show_inode(ts, sock);
}
