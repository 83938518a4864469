// SPDX-License-Identifier: GPL-2.0-only
/*
 * The callbacks of the inner TCP socket: they wake whoever waits on the outer
 * one. They run in softirq context or under the inner sk_lock, so they take
 * no sk_lock and never sleep.
 *
 * Kernel TLS saves the callbacks it finds when the keys come and calls ours
 * from its own, then only for whole records. tlsock_callback_detach() knows
 * where it keeps them.
 */
#include <net/tls.h>

#include "request.h"
#include "sock.h"

/* Those of every TCP socket before us, which is always the same. */
static struct {
	void	(*data_ready)(struct sock *sk);
	void	(*write_space)(struct sock *sk);
	void	(*state_change)(struct sock *sk);
	void	(*error_report)(struct sock *sk);
} callback_tcp;

/* NULL once detached, and for a TCP child that nobody has accepted yet. */
static struct tlsock_sock *callback_owner(const struct sock *isk)
{
	return __locked_read_sk_user_data_with_flags(isk, SK_USER_DATA_NOCOPY);
}

static void callback_data_ready(struct sock *isk)
{
	struct tlsock_sock *ts;
	enum tlsock_state state;

	read_lock_bh(&isk->sk_callback_lock);
	ts = callback_owner(isk);
	if (ts) {
		/* The helper may wait for handshake bytes on the inner socket. */
		callback_tcp.data_ready(isk);
		state = tlsock_state(ts);
		if (state == TLSOCK_STATE_ESTABLISHED || state == TLSOCK_STATE_LISTEN)
			tlsock_outer(ts)->sk_data_ready(tlsock_outer(ts));
	}
	read_unlock_bh(&isk->sk_callback_lock);
}

static void callback_write_space(struct sock *isk)
{
	struct tlsock_sock *ts;

	read_lock_bh(&isk->sk_callback_lock);
	ts = callback_owner(isk);
	if (ts) {
		callback_tcp.write_space(isk);
		if (tlsock_state(ts) == TLSOCK_STATE_ESTABLISHED &&
		    sk_stream_is_writeable(isk))
			tlsock_outer(ts)->sk_write_space(tlsock_outer(ts));
	}
	read_unlock_bh(&isk->sk_callback_lock);
}

/* TCP is up, or never will be: let process context look at it. */
static void callback_connecting(struct tlsock_sock *ts)
{
	if (test_bit(TLSOCK_F_CONNECT_INLINE, &ts->flags))
		return;
	sock_hold(tlsock_outer(ts));	/* put by sock_work() */
	if (!queue_work(tlsock_wq, &ts->work))
		sock_put(tlsock_outer(ts));
}

static void callback_state_change(struct sock *isk)
{
	struct tlsock_sock *ts;
	enum tlsock_state state;

	read_lock_bh(&isk->sk_callback_lock);
	ts = callback_owner(isk);
	if (ts) {
		callback_tcp.state_change(isk);
		state = tlsock_state(ts);
		if (state == TLSOCK_STATE_CONNECTING)
			callback_connecting(ts);
		else if (state == TLSOCK_STATE_ESTABLISHED)
			tlsock_outer(ts)->sk_state_change(tlsock_outer(ts));
	}
	read_unlock_bh(&isk->sk_callback_lock);
}

static void callback_error_report(struct sock *isk)
{
	struct tlsock_sock *ts;
	struct sock *sk;
	enum tlsock_state state;

	read_lock_bh(&isk->sk_callback_lock);
	ts = callback_owner(isk);
	if (ts) {
		callback_tcp.error_report(isk);
		sk = tlsock_outer(ts);
		state = tlsock_state(ts);
		if (state == TLSOCK_STATE_CONNECTING) {
			callback_connecting(ts);
		} else if (state == TLSOCK_STATE_ESTABLISHED) {
			/* SO_ERROR is answered from the outer socket. */
			tlsock_io_error(ts, READ_ONCE(isk->sk_err));
			sk_error_report(sk);
		}
	}
	read_unlock_bh(&isk->sk_callback_lock);
}

/**
 * tlsock_callback_init - learn TCP's own callbacks
 *
 * Return: 0 or a negative errno
 */
int __init tlsock_callback_init(void)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	callback_tcp.data_ready = sock->sk->sk_data_ready;
	callback_tcp.write_space = sock->sk->sk_write_space;
	callback_tcp.state_change = sock->sk->sk_state_change;
	callback_tcp.error_report = sock->sk->sk_error_report;
	sock_release(sock);
	return 0;
}

/**
 * tlsock_callback_is_tcp - are the callbacks of a TCP socket its own?
 * @isk: the TCP socket
 *
 * Return: false if somebody else in the kernel uses it
 */
bool tlsock_callback_is_tcp(const struct sock *isk)
{
	return isk->sk_data_ready == callback_tcp.data_ready &&
	       isk->sk_write_space == callback_tcp.write_space &&
	       isk->sk_state_change == callback_tcp.state_change &&
	       isk->sk_error_report == callback_tcp.error_report;
}

/**
 * tlsock_callback_attach - put the callbacks on the inner socket
 * @ts: its @inner is set, and has TCP's callbacks or, if it was accepted, ours
 *
 * Context: process, takes the inner sk_callback_lock
 */
void tlsock_callback_attach(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;

	write_lock_bh(&isk->sk_callback_lock);
	__rcu_assign_sk_user_data_with_flags(isk, ts, SK_USER_DATA_NOCOPY);
	isk->sk_data_ready = callback_data_ready;
	isk->sk_write_space = callback_write_space;
	isk->sk_state_change = callback_state_change;
	isk->sk_error_report = callback_error_report;
	write_unlock_bh(&isk->sk_callback_lock);
}

/* The copies that kernel TLS made when it got the keys. */
static void callback_detach_ktls(struct sock *isk)
{
	struct tls_context *ctx = tls_get_ctx(isk);
	struct tls_sw_context_rx *rx;

	if (ctx->sk_write_space == callback_write_space)
		ctx->sk_write_space = callback_tcp.write_space;
	if (ctx->rx_conf == TLS_BASE)
		return;
	rx = tls_sw_ctx_rx(ctx);
	if (rx->saved_data_ready == callback_data_ready)
		rx->saved_data_ready = callback_tcp.data_ready;
}

/**
 * tlsock_callback_detach - give the inner socket its own callbacks back
 * @ts: its @inner is set
 *
 * When this returns no callback runs any more or ever will, although the
 * helper may hold the inner socket for longer.
 *
 * Context: process, takes the inner sk_lock and sk_callback_lock
 */
void tlsock_callback_detach(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;

	/* LOCKING: TCP and kernel TLS call back under the inner sk_lock. */
	lock_sock(isk);
	write_lock_bh(&isk->sk_callback_lock);
	rcu_assign_sk_user_data(isk, NULL);
	if (isk->sk_data_ready == callback_data_ready)
		isk->sk_data_ready = callback_tcp.data_ready;
	if (isk->sk_write_space == callback_write_space)
		isk->sk_write_space = callback_tcp.write_space;
	if (isk->sk_state_change == callback_state_change)
		isk->sk_state_change = callback_tcp.state_change;
	if (isk->sk_error_report == callback_error_report)
		isk->sk_error_report = callback_tcp.error_report;
	if (tlsock_sock_has_ulp(isk))
		callback_detach_ktls(isk);
	write_unlock_bh(&isk->sk_callback_lock);
	release_sock(isk);
}
