// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a connection: shutdown() and close() say close_notify before
 * TCP's FIN (RFC 8446 section 6.1), lose nothing that was sent, and never
 * wait for the helper.
 */
#include <net/tcp.h>
#include <net/tls.h>
#include <net/tls_prot.h>

#include "listen.h"
#include "request.h"
#include "sock.h"

/* Control records that are read at the end, so that TCP sends no RST. */
#define CLOSE_DRAIN_MAX	16

/* Say close_notify once. */
static void close_notify(struct tlsock_sock *ts)
{
	if (!test_and_set_bit(TLSOCK_F_TX_CLOSED, &ts->flags))
		tlsock_record_send_alert(ts, TLS_ALERT_LEVEL_WARNING,
					 TLS_ALERT_DESC_CLOSE_NOTIFY);
}

/* SO_LINGER with time 0 asks for TCP's reset. */
static bool close_wants_reset(const struct sock *isk)
{
	return sock_flag(isk, SOCK_LINGER) && !isk->sk_lingertime;
}

/* Records that nobody has read, but which TCP counts as read: they are decrypted. */
static bool close_has_decrypted(const struct sock *isk)
{
	return !skb_queue_empty_lockless(&tls_sw_ctx_rx(tls_get_ctx(isk))->rx_list);
}

static void close_established(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;
	int i;

	if (close_wants_reset(isk))
		return;
	/* ORDER: nothing that is read below may keep the goodbye from being sent. */
	close_notify(ts);
	for (i = 0; i < CLOSE_DRAIN_MAX; i++) {
		if (skb_queue_empty_lockless(&isk->sk_receive_queue) && !close_has_decrypted(isk))
			break;
		if (tlsock_record_receive(ts) <= 0)
			break;
	}
	/* As TCP, which does so by itself: unread data is answered by a reset. */
	if (!test_bit(TLSOCK_F_RX_EOF, &ts->flags) && close_has_decrypted(isk))
		sock_no_linger(isk);
}

/*
 * There is no data to linger for, and the helper, which may be the last to close
 * the inner socket, must not wait for the program's peer.
 */
static void close_unestablished(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;

	lock_sock(isk);
	if (!close_wants_reset(isk))
		sock_reset_flag(isk, SOCK_LINGER);
	release_sock(isk);
	/* The helper may hold the inner socket: its next call must fail. */
	if (!tlsock_request_cancel(ts) && ts->state != TLSOCK_STATE_HANDSHAKE)
		return;
	if (close_wants_reset(isk))
		tcp_abort(isk, ECONNABORTED);
	else
		kernel_sock_shutdown(ts->inner, SHUT_RDWR);
}

/* The socket ends here and now, in whatever state it is. */
static void close_locked(struct tlsock_sock *ts)
{
	sock_owned_by_me(tlsock_outer(ts));
	if (ts->state == TLSOCK_STATE_LISTEN)
		tlsock_listen_stop(ts);
	if (ts->state == TLSOCK_STATE_ESTABLISHED)
		close_established(ts);
	else
		close_unestablished(ts);
	sk_stop_timer(tlsock_outer(ts), &tlsock_outer(ts)->sk_timer);
	if (ts->acceptq)
		tlsock_limit_forget(tlsock_request_net(sock_net(tlsock_outer(ts))), ts->acceptq);
	tlsock_sock_set_state(ts, TLSOCK_STATE_CLOSED);
	tlsock_sock_drop_inner(ts);
}

/**
 * tlsock_close_child - drop a connection that no program has accepted
 * @ts: in no list any more; the caller's reference is consumed
 *
 * Context: process, may sleep; the listener's sk_lock may be held
 */
void tlsock_close_child(struct tlsock_sock *ts)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_sock *listener;

	lock_sock_nested(sk, SINGLE_DEPTH_NESTING);
	listener = ts->listener;
	ts->listener = NULL;
	close_locked(ts);
	sock_orphan(sk);
	release_sock(sk);
	sock_put(tlsock_outer(listener));	/* from the start of the handshake */
	sock_put(sk);
}

/**
 * tlsock_release - proto_ops.release: the last file of the socket is closed
 * @sock: the outer socket
 *
 * Return: 0
 */
int tlsock_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	lock_sock(sk);
	close_locked(tlsock_sk(sk));
	release_sock(sk);
	sock_orphan(sk);
	sock->sk = NULL;
	sock_put(sk);
	return 0;
}

static int close_shutdown_established(struct tlsock_sock *ts, int how)
{
	if (how != SHUT_WR)
		set_bit(TLSOCK_F_RX_SHUT, &ts->flags);
	if (how != SHUT_RD)
		close_notify(ts);
	return kernel_sock_shutdown(ts->inner, how);
}

/* As TCP: an attempt to connect is given up. */
static int close_shutdown_pending(struct tlsock_sock *ts, int how)
{
	bool connecting = ts->state == TLSOCK_STATE_CONNECTING;
	struct tlsock_done done;
	int err;

	tlsock_request_cancel(ts);
	tlsock_done_init(&done, connecting ? ECONNRESET : ECONNABORTED,
			 connecting ? TLSOCK_STAGE_TCP : TLSOCK_STAGE_HANDSHAKE,
			 "the program shut the socket down");
	tlsock_connect_fail(ts, &done);
	if (!connecting)
		return 0;
	/* TCP's own attempt ends, and its socket may be used again. */
	err = kernel_sock_shutdown(ts->inner, how);
	sock_error(ts->inner->sk);
	return err;
}

/**
 * tlsock_shutdown - proto_ops.shutdown
 * @sock: the outer socket
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 *
 * Return: 0, -ENOTCONN, or -EINVAL for a bad @how
 */
int tlsock_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err = -ENOTCONN;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	switch ((enum tlsock_state)ts->state) {
	case TLSOCK_STATE_ESTABLISHED:
		err = close_shutdown_established(ts, how);
		break;
	case TLSOCK_STATE_CONNECTING:
	case TLSOCK_STATE_HANDSHAKE:
		err = close_shutdown_pending(ts, how);
		break;
	case TLSOCK_STATE_LISTEN:
		err = 0;
		if (how == SHUT_WR)
			break;
		tlsock_listen_stop(ts);
		tlsock_sock_set_state(ts, TLSOCK_STATE_INIT);
		break;
	case TLSOCK_STATE_INIT:
	case TLSOCK_STATE_FAILED:
	case TLSOCK_STATE_CLOSED:
		break;
	}
	/* Whoever waits looks again. */
	if (!err)
		sk->sk_state_change(sk);
	release_sock(sk);
	return err;
}
