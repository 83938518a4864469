// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path: send goes to kernel TLS on the inner socket. It never blocks
 * inside it, because a signal there kills the connection on some kernels and
 * close() would wait for the record that was left behind; the waiting is done
 * here, on the outer socket.
 */
#include <linux/sched/signal.h>
#include <net/tcp.h>

#include "rekey.h"
#include "request.h"
#include "sock.h"

/* What kernel TLS takes; anything else harmless is left out. */
#define IO_SEND_FLAGS	(MSG_MORE | MSG_NOSIGNAL | MSG_CMSG_COMPAT | MSG_SPLICE_PAGES |	\
			 MSG_EOR | MSG_SENDPAGE_NOPOLICY)

/* A record that MSG_MORE left open is sent after that time, in jiffies. */
#define IO_MORE_MAX	(HZ / 5)

/**
 * tlsock_io_told - SO_ERROR shall not tell again what the program has been told
 * @sk: the outer socket
 * @error: positive errno
 */
void tlsock_io_told(struct sock *sk, int error)
{
	if (READ_ONCE(sk->sk_err) == error)
		WRITE_ONCE(sk->sk_err, 0);
}

/**
 * tlsock_io_error - the inner socket has an error: the next call shall tell it
 * @ts: in state ESTABLISHED
 * @error: positive errno
 *
 * The last one counts, as in TCP, but none after our own abort.
 *
 * Context: any
 */
void tlsock_io_error(struct tlsock_sock *ts, int error)
{
	int *sk_err = &tlsock_outer(ts)->sk_err, old = READ_ONCE(*sk_err);

	smp_rmb(); /* with tlsock_record_abort(): its reason is not taken for an old one */
	if (!test_bit(TLSOCK_F_ABORTED, &ts->flags))
		cmpxchg(sk_err, old, error);
}

/**
 * tlsock_io_wait_established - wait until the handshake is over
 * @sk: the outer socket, unlocked
 * @timeo: jiffies to wait at most
 * @none: what to say of a socket that is not connected and has no error
 *
 * Context: process, may sleep
 * Return: 0, -EAGAIN, sock_intr_errno(), the error of the connection, or @none
 */
int tlsock_io_wait_established(struct sock *sk, long timeo, int none)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err;

	switch (tlsock_state(ts)) {
	case TLSOCK_STATE_ESTABLISHED:
		return 0;
	case TLSOCK_STATE_CONNECTING:
	case TLSOCK_STATE_HANDSHAKE:
		if (!timeo)
			return -EAGAIN;
		err = tlsock_connect_wait(sk, &timeo);
		if (err)
			return err;
		if (tlsock_state(ts) == TLSOCK_STATE_ESTABLISHED)
			return 0;
		break;
	case TLSOCK_STATE_INIT:
	case TLSOCK_STATE_LISTEN:
	case TLSOCK_STATE_FAILED:
	case TLSOCK_STATE_CLOSED:
		break;
	}
	return sock_error(sk) ?: none;
}

/* Record types are ours to send (SOL_TLS); TCP ignores everything else. */
static int io_check_control(struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	if (!msg->msg_controllen)
		return 0;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg) || cmsg->cmsg_level == SOL_TLS)
			return -EINVAL;
	}
	return 0;
}

/*
 * After -EAGAIN of the inner socket, which has set SOCK_NOSPACE. @again: the
 * last wait ended at once, so it is memory that lacks, for which nobody wakes
 * us.
 */
static int io_wait_send(struct sock *sk, long *timeo, bool *again)
{
	struct sock *isk = tlsock_sk(sk)->inner->sk;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long nap = max(HZ / 50, 1);
	int err = 0;

	add_wait_queue(sk_sleep(sk), &wait);
	if (signal_pending(current)) {
		err = sock_intr_errno(*timeo);
	} else if (READ_ONCE(isk->sk_err) || (READ_ONCE(isk->sk_shutdown) & SEND_SHUTDOWN)) {
		/* The next attempt tells. */
	} else if (!sk_stream_is_writeable(isk)) {
		*timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, *timeo);
		*again = false;
	} else if (*again) {
		nap = min(nap, *timeo);
		*timeo -= nap - wait_woken(&wait, TASK_INTERRUPTIBLE, nap);
	} else {
		*again = true;
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/* The half that knows why nothing can be sent any more, NULL if it can. */
static struct sock *io_ended(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;

	if (unlikely(test_bit(TLSOCK_F_TX_CLOSED, &ts->flags)))
		return tlsock_outer(ts);
	/* Kernel TLS would take one more record. */
	if (unlikely(READ_ONCE(isk->sk_err) || (READ_ONCE(isk->sk_shutdown) & SEND_SHUTDOWN)))
		return isk;
	return NULL;
}

static int io_send_once(struct tlsock_sock *ts, struct msghdr *msg)
{
	struct socket *inner = ts->inner;
	int ret;

	if (unlikely(tlsock_rekey_is_due(ts))) {
		ret = tlsock_rekey_send_due(ts);
		if (ret)
			return ret;
	}
	tlsock_rekey_tx_begin(ts);
	ret = READ_ONCE(inner->ops)->sendmsg(inner, msg, msg_data_left(msg));
	tlsock_rekey_tx_end(ts);
	return ret;
}

static int io_send(struct sock *sk, struct msghdr *msg, long timeo)
{
	struct sock *ended;
	int ret, sent = 0;
	bool again = false;

	for (;;) {
		ended = io_ended(tlsock_sk(sk));
		if (unlikely(ended)) {
			/* Why is for the call that sends nothing. */
			ret = sent ? 0 : sk_stream_error(ended, msg->msg_flags, -EPIPE);
			break;
		}
		ret = io_send_once(tlsock_sk(sk), msg);
		if (ret > 0) {
			sent += ret;
			again = false;
			if (!timeo || !msg_data_left(msg))
				break;
			/* Only a call that sent nothing raises SIGPIPE. */
			msg->msg_flags |= MSG_NOSIGNAL;
			continue;
		}
		if (ret != -EAGAIN || !timeo)
			break;
		ret = io_wait_send(sk, &timeo, &again);
		if (ret)
			break;
	}
	if (ret < 0 && !sent)
		tlsock_io_told(sk, -ret);
	return sent ?: ret;
}

/* TCP holds back what MSG_MORE is about for that long; kernel TLS would for ever. */
static void io_flush_later(struct tlsock_sock *ts)
{
	struct sock *sk = tlsock_outer(ts);

	if (!tls_get_ctx(ts->inner->sk)->pending_open_record_frags)
		return;
	if (!timer_pending(&sk->sk_timer))
		sk_reset_timer(sk, &sk->sk_timer, jiffies + IO_MORE_MAX);
}

/**
 * tlsock_sendmsg - proto_ops.sendmsg
 * @sock: the outer socket
 * @msg: the data; its control messages and odd flags are not passed on
 * @len: bytes in @msg
 *
 * Return: bytes taken, or -EOPNOTSUPP for MSG_OOB, MSG_FASTOPEN and
 * MSG_ZEROCOPY, -EINVAL for a control message of kernel TLS, -EAGAIN, -EPIPE,
 * sock_intr_errno(), or kernel TLS's errno
 */
int tlsock_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	unsigned int flags = msg->msg_flags;
	size_t controllen = msg->msg_controllen;
	long timeo;
	int ret;

	if (unlikely(flags & (MSG_OOB | MSG_FASTOPEN | MSG_ZEROCOPY)))
		return -EOPNOTSUPP;
	ret = io_check_control(msg);
	if (ret)
		return ret;
	timeo = sock_sndtimeo(sk, flags & MSG_DONTWAIT);
	if (unlikely(tlsock_state(ts) != TLSOCK_STATE_ESTABLISHED)) {
		ret = tlsock_io_wait_established(sk, timeo, -EPIPE);
		if (ret)
			return sk_stream_error(sk, flags, ret);
	}

	msg->msg_flags = (flags & IO_SEND_FLAGS) | MSG_DONTWAIT;
	msg->msg_controllen = 0;
	ret = io_send(sk, msg, timeo);
	if (unlikely(flags & MSG_MORE))
		io_flush_later(ts);
	msg->msg_controllen = controllen;
	msg->msg_flags = flags;
	return ret;
}

/**
 * tlsock_splice_eof - proto_ops.splice_eof: a splice or sendfile ended early
 * @sock: the outer socket
 */
void tlsock_splice_eof(struct socket *sock)
{
	struct tlsock_sock *ts = tlsock_sk(sock->sk);

	if (tlsock_state(ts) == TLSOCK_STATE_ESTABLISHED)
		tlsock_record_flush(ts);
}
