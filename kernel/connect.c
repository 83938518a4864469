// SPDX-License-Identifier: GPL-2.0-only
/*
 * connect(), and the start and end of the handshake for both roles. TCP's
 * connection is always established without blocking; whoever waits, waits on
 * the outer socket.
 */
#include <linux/sched/signal.h>
#include <linux/tcp.h>
#include <net/tls.h>

#include "option.h"
#include "rekey.h"
#include "request.h"
#include "sock.h"
#include "trace.h"

/* Is kernel TLS on in both directions, so that nothing can leave in clear? */
static bool connect_is_encrypted(struct sock *isk)
{
	struct tls_context *ctx;
	bool on = false;

	lock_sock(isk);
	if (tlsock_sock_has_ulp(isk)) {
		ctx = tls_get_ctx(isk);
		on = ctx->tx_conf != TLS_BASE && ctx->rx_conf != TLS_BASE;
	}
	release_sock(isk);
	return on;
}

/**
 * tlsock_connect_fail - end a connection that did not come about
 * @ts: in state INIT, CONNECTING or HANDSHAKE
 * @done: why
 *
 * Context: process, outer sk_lock held, may sleep
 */
void tlsock_connect_fail(struct tlsock_sock *ts, const struct tlsock_done *done)
{
	struct sock *sk = tlsock_outer(ts);

	sock_owned_by_me(sk);
	tlsock_sock_set_error(ts, &done->error);
	/* TCP reset itself when it failed; a later helper must meet EPIPE. */
	if (done->error.stage != TLSOCK_STAGE_TCP)
		kernel_sock_shutdown(ts->inner, SHUT_RDWR);
	/* ORDER: whoever sees FAILED finds the reason in sk_err. */
	WRITE_ONCE(sk->sk_err, done->error.error);
	tlsock_sock_set_state(ts, TLSOCK_STATE_FAILED);
	sk->sk_state_change(sk);
	sk_error_report(sk);
}

/**
 * tlsock_connect_renew - forget the attempt before, note who makes this one
 * @ts: in state INIT
 *
 * Context: process, outer sk_lock held
 */
void tlsock_connect_renew(struct tlsock_sock *ts)
{
	sock_owned_by_me(tlsock_outer(ts));
	kfree(xchg(&ts->error, NULL));
	put_pid(ts->pid);
	ts->pid = get_pid(task_tgid(current));
}

/**
 * tlsock_connect_start - hand an established TCP connection to the helper
 * @ts: in state INIT or CONNECTING
 * @role: side of the handshake
 * @uid: whose place tlsock_limit_charge() took; it is consumed in any case
 * @done: filled on failure, for tlsock_connect_fail()
 *
 * Context: process, outer sk_lock held, may sleep
 * Return: 0, or a negative errno (counted) with @ts in its old state or HANDSHAKE
 */
int tlsock_connect_start(struct tlsock_sock *ts, enum tlsock_role role, kuid_t uid,
			 struct tlsock_done *done)
{
	struct net *net = sock_net(tlsock_outer(ts));
	struct socket *inner = ts->inner;
	int err;

	sock_owned_by_me(tlsock_outer(ts));
	ts->role = role;
	atomic64_inc(&tlsock_request_net(net)->started);
	/* ORDER: after the peer's FIN the ULP could not be set any more, the keys can. */
	err = READ_ONCE(inner->ops)->setsockopt(inner, SOL_TCP, TCP_ULP,
						KERNEL_SOCKPTR((char *)"tls"), sizeof("tls"));
	if (err == -ENOTCONN) {
		tlsock_done_init(done, ECONNRESET, TLSOCK_STAGE_HANDSHAKE,
				 "the peer closed the TCP connection at once");
	} else if (err) {
		tlsock_done_init(done, EPROTONOSUPPORT, TLSOCK_STAGE_KEYS,
				 "kernel TLS is not available, load the module tls");
		done->outcome = TLSOCK_OUTCOME_NO_KTLS;
	} else {
		tlsock_sock_set_state(ts, TLSOCK_STATE_HANDSHAKE);
		err = tlsock_request_submit(ts, uid);
		if (err)
			tlsock_done_init(done, -err, TLSOCK_STAGE_QUEUE, err == -EUNATCH ?
					 "no tlsockd listens in this network namespace" :
					 "out of memory");
	}
	if (err) {
		tlsock_done_count(net, done);
		tlsock_limit_uncharge(tlsock_request_net(net), role, uid);
	}
	return err;
}

/* What listeners and TLSOCK_UPGRADE have got already: a place for the handshake. */
static int connect_start_client(struct tlsock_sock *ts, struct tlsock_done *done)
{
	struct net *net = sock_net(tlsock_outer(ts));
	struct tlsock_net *tn = tlsock_request_net(net);
	kuid_t uid = SOCK_INODE(ts->inner)->i_uid;
	int err;

	err = tlsock_limit_charge(tn, TLSOCK_ROLE_CLIENT, uid, NULL);
	if (!err)
		return tlsock_connect_start(ts, TLSOCK_ROLE_CLIENT, uid, done);
	tlsock_done_init(done, -err, TLSOCK_STAGE_QUEUE, err == -EBUSY ?
			 "too many handshakes of this user or network namespace are under way" :
			 "out of memory");
	atomic64_inc(&tn->started);
	tlsock_done_count(net, done);
	return err;
}

/*
 * Whoever received the last flight answers nothing, and the peer's first small
 * write waits for its acknowledgment (Nagle): send that now instead of 40 ms
 * later. The last flight is the client's in TLS 1.3, the server's in TLS 1.2.
 */
static void connect_acknowledge(struct tlsock_sock *ts)
{
	bool client_last = ts->version == TLS_1_3_VERSION;
	int once = 2;	/* and stay in the mode for requests and replies */

	if (ts->role == (client_last ? TLSOCK_ROLE_SERVER : TLSOCK_ROLE_CLIENT))
		READ_ONCE(ts->inner->ops)->setsockopt(ts->inner, SOL_TCP, TCP_QUICKACK,
						      KERNEL_SOCKPTR(&once), sizeof(once));
}

/**
 * tlsock_connect_finish - take over the result of a handshake
 * @ts: in state HANDSHAKE
 * @done: the result; becomes a failure if kernel TLS is not on
 *
 * Context: process, outer sk_lock held, may sleep
 * Return: true if the socket is ESTABLISHED now, false if it is FAILED
 */
bool tlsock_connect_finish(struct tlsock_sock *ts, struct tlsock_done *done)
{
	struct sock *sk = tlsock_outer(ts);

	sock_owned_by_me(sk);
	if (!done->error.error && !connect_is_encrypted(ts->inner->sk)) {
		tlsock_done_init(done, EPROTO, TLSOCK_STAGE_KEYS,
				 "the helper reported success without keys in kernel TLS");
		done->outcome = TLSOCK_OUTCOME_NO_KTLS;
	}
	/* ORDER: whoever sees the outcome, here or over the network, finds it counted. */
	tlsock_done_count(sock_net(sk), done);
	if (done->error.error) {
		tlsock_connect_fail(ts, done);
		return false;
	}
	ts->version = done->info.version;
	ts->cipher = done->info.cipher;
	ts->group = done->info.group;
	ts->info_flags = done->info.flags;
	if (done->alpn)
		ts->alpn = kstrdup(done->alpn, GFP_KERNEL);
	if (done->server_name)
		ts->peer_name = kstrdup(done->server_name, GFP_KERNEL);
	if (done->profile)
		ts->profile = kstrdup(done->profile, GFP_KERNEL_ACCOUNT);
	if (done->truncation_eof)
		set_bit(TLSOCK_F_TRUNCATION_EOF, &ts->flags);
	tlsock_peer_init(ts, done);
	tlsock_rekey_init(ts, done);
	tlsock_ticket_init(ts, done);
	tlsock_sockopt_mirror_cpu(ts);
	connect_acknowledge(ts);
	tlsock_sock_set_state(ts, TLSOCK_STATE_ESTABLISHED);
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	return true;
}

/**
 * tlsock_connect_progress - see how far TCP is
 * @ts: the socket; nothing happens unless it is in state CONNECTING
 *
 * Goes on to the handshake when TCP is established.
 *
 * Context: process, outer sk_lock held, may sleep
 */
void tlsock_connect_progress(struct tlsock_sock *ts)
{
	struct socket *inner = ts->inner;
	struct tlsock_done done;
	int err;

	sock_owned_by_me(tlsock_outer(ts));
	if (ts->state != TLSOCK_STATE_CONNECTING)
		return;
	/* In the inner state SS_CONNECTING this only asks for the outcome. */
	err = READ_ONCE(inner->ops)->connect(inner, NULL, 0, O_NONBLOCK);
	if (err == -EALREADY || err == -EINPROGRESS)
		return;
	if (err && err != -EISCONN)
		tlsock_done_init(&done, -err, TLSOCK_STAGE_TCP, "TCP could not connect");
	else
		err = connect_start_client(ts, &done);
	if (err)
		tlsock_connect_fail(ts, &done);
}

/* connect(AF_UNSPEC) undoes nothing here but a failed attempt. */
static int connect_unspec(struct tlsock_sock *ts, struct sockaddr_unsized *addr, int len)
{
	if (ts->state == TLSOCK_STATE_INIT)
		return READ_ONCE(ts->inner->ops)->connect(ts->inner, addr, len, 0);
	return -EOPNOTSUPP;
}

static int connect_begin(struct tlsock_sock *ts, struct sockaddr_unsized *addr, int len)
{
	struct socket *inner = ts->inner;
	int err;

	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	if (addr->sa_family == AF_UNSPEC)
		return connect_unspec(ts, addr, len);
	if (ts->state == TLSOCK_STATE_LISTEN)
		return -EISCONN;
	/* The inner socket of a failed handshake is spent. */
	if (ts->state != TLSOCK_STATE_INIT)
		return -ECONNABORTED;

	tlsock_connect_renew(ts);
	tlsock_sock_set_state(ts, TLSOCK_STATE_CONNECTING);
	set_bit(TLSOCK_F_CONNECT_INLINE, &ts->flags);
	err = READ_ONCE(inner->ops)->connect(inner, addr, len, O_NONBLOCK);
	clear_bit(TLSOCK_F_CONNECT_INLINE, &ts->flags);
	if (err && err != -EINPROGRESS) {
		tlsock_sock_set_state(ts, TLSOCK_STATE_INIT);
		return err;
	}
	/* ORDER: a callback that saw the bit set has changed TCP's state before. */
	smp_mb__after_atomic();
	tlsock_connect_progress(ts);
	return -EINPROGRESS;
}

static bool connect_pending(const struct tlsock_sock *ts)
{
	enum tlsock_state state = tlsock_state(ts);

	return state == TLSOCK_STATE_CONNECTING || state == TLSOCK_STATE_HANDSHAKE;
}

/**
 * tlsock_connect_wait - wait until the handshake is over
 * @sk: the outer socket, unlocked
 * @timeo: jiffies to wait, not 0; what is left of it on return
 *
 * Context: process, sleeps, interruptible
 * Return: 0, -EAGAIN when the time is over, or sock_intr_errno()
 */
int tlsock_connect_wait(struct sock *sk, long *timeo)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	add_wait_queue(sk_sleep(sk), &wait);
	while (connect_pending(ts)) {
		if (!*timeo) {
			err = -EAGAIN;
			break;
		}
		if (signal_pending(current)) {
			err = sock_intr_errno(*timeo);
			break;
		}
		*timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, *timeo);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/* The outcome of an attempt that is over, told once. */
static int connect_result(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err;

	if (ts->state == TLSOCK_STATE_ESTABLISHED) {
		sock->state = SS_CONNECTED;
		return 0;
	}
	err = sock_error(sk) ?: -ECONNABORTED;
	sock->state = SS_UNCONNECTED;
	/* After a failure of TCP alone the socket may try again. */
	if (ts->state == TLSOCK_STATE_FAILED && ts->inner->state == SS_UNCONNECTED)
		tlsock_sock_set_state(ts, TLSOCK_STATE_INIT);
	return err;
}

/**
 * tlsock_connect - proto_ops.connect
 * @sock: the outer socket
 * @addr: where to
 * @len: length of @addr in bytes
 * @flags: O_NONBLOCK
 *
 * Return: 0 when the handshake is over, else as TCP's; errno of a failed
 * handshake as in linux/tlsock_netlink.h, enum tlsock_outcome
 */
int tlsock_connect(struct socket *sock, struct sockaddr_unsized *addr, int len, int flags)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err, wait_err;
	long timeo;

	lock_sock(sk);
	if (sock->state == SS_CONNECTED) {
		err = -EISCONN;
		goto out;
	}
	if (sock->state == SS_UNCONNECTED) {
		err = connect_begin(ts, addr, len);
		if (err != -EINPROGRESS)
			goto out;
		sock->state = SS_CONNECTING;
	} else {
		err = -EALREADY;
	}

	timeo = sock_sndtimeo(sk, flags & O_NONBLOCK);
	if (connect_pending(ts)) {
		if (!timeo)
			goto out;
		release_sock(sk);
		wait_err = tlsock_connect_wait(sk, &timeo);
		lock_sock(sk);
		if (wait_err && connect_pending(ts)) {
			if (wait_err != -EAGAIN)
				err = wait_err;
			goto out;
		}
	}
	err = connect_result(sock);
out:
	release_sock(sk);
	return err;
}
