// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path: send and receive go to kernel TLS on the inner socket. Sends
 * never block inside it, because a signal there kills the connection on some
 * kernels and close() would wait for the record that was left behind; the
 * waiting is done here, on the outer socket.
 */
#include <linux/sched/signal.h>
#include <net/tcp.h>
#include <net/tls.h>
#include <net/tls_prot.h>

#include "rekey.h"
#include "sock.h"

/* What kernel TLS takes; anything else harmless is left out. */
#define IO_SEND_FLAGS	(MSG_MORE | MSG_NOSIGNAL | MSG_CMSG_COMPAT | MSG_SPLICE_PAGES |	\
			 MSG_EOR | MSG_SENDPAGE_NOPOLICY)

/* Control records that one call takes out of the stream if it may not wait. */
#define IO_CONTROL_MAX	32

/* SO_ERROR shall not tell again what the program has been told. */
static void io_told(struct sock *sk, int error)
{
	if (READ_ONCE(sk->sk_err) == error)
		WRITE_ONCE(sk->sk_err, 0);
}

/* Until the handshake is over: wait, or say why there is nothing to wait for. */
static int io_wait_established(struct sock *sk, long timeo, int none)
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
	int ret, sent = 0;
	bool again = false;

	for (;;) {
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
		io_told(sk, -ret);
	return sent ?: ret;
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
	struct sock *isk;
	long timeo;
	int ret;

	if (unlikely(flags & (MSG_OOB | MSG_FASTOPEN | MSG_ZEROCOPY)))
		return -EOPNOTSUPP;
	ret = io_check_control(msg);
	if (ret)
		return ret;
	timeo = sock_sndtimeo(sk, flags & MSG_DONTWAIT);
	if (unlikely(tlsock_state(ts) != TLSOCK_STATE_ESTABLISHED)) {
		ret = io_wait_established(sk, timeo, -EPIPE);
		if (ret)
			return sk_stream_error(sk, flags, ret);
	}
	if (unlikely(test_bit(TLSOCK_F_TX_CLOSED, &ts->flags)))
		return sk_stream_error(sk, flags, -EPIPE);
	/* Kernel TLS would take one more record. */
	isk = ts->inner->sk;
	if (unlikely(READ_ONCE(isk->sk_err) || (READ_ONCE(isk->sk_shutdown) & SEND_SHUTDOWN))) {
		ret = sk_stream_error(isk, flags, -EPIPE);
		io_told(sk, -ret);
		return ret;
	}

	msg->msg_flags = (flags & IO_SEND_FLAGS) | MSG_DONTWAIT;
	msg->msg_controllen = 0;
	ret = io_send(sk, msg, timeo);
	msg->msg_controllen = controllen;
	msg->msg_flags = flags;
	return ret;
}

/* One call of kernel TLS, with its quirks taken off the program's message. */
static int io_receive_once(struct socket *inner, struct msghdr *msg, size_t len, int flags)
{
	void *control = msg->msg_control;
	size_t controllen = msg->msg_controllen;
	int ret;

	/* Without room for its record type a control record stays queued. */
	msg->msg_control = NULL;
	msg->msg_controllen = 0;
	ret = READ_ONCE(inner->ops)->recvmsg(inner, msg, len, flags & ~MSG_CMSG_COMPAT);
	msg->msg_control = control;
	msg->msg_controllen = controllen;
	return ret;
}

/* Nothing came: the end, or a control record, or an error. Return 1 to retry. */
static int io_receive_special(struct tlsock_sock *ts, struct msghdr *msg, int ret)
{
	struct sock *sk = tlsock_outer(ts);

	if (ret == -EIO && (msg->msg_flags & MSG_CTRUNC)) {
		msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
		ret = tlsock_record_receive(ts);
		return ret < 0 ? ret : 1;
	}
	if (ret == -EBADMSG) {
		tlsock_record_abort(ts, EBADMSG, TLS_ALERT_DESC_BAD_RECORD_MAC, -1,
				    "a record was not authentic");
		io_told(sk, EBADMSG);
		return ret;
	}
	if (ret < 0) {
		io_told(sk, -ret);
		/* TCP is over without the peer's goodbye, and this tells it. */
		if (inet_sk_state_load(ts->inner->sk) == TCP_CLOSE &&
		    !test_and_set_bit(TLSOCK_F_TRUNCATED, &ts->flags))
			tlsock_record_truncated(ts);
		return ret;
	}
	if (test_bit(TLSOCK_F_RX_SHUT, &ts->flags))
		return 0;
	/* FIN without close_notify: RFC 8446 section 6.1. */
	if (test_and_set_bit(TLSOCK_F_TRUNCATED, &ts->flags))
		return 0;
	tlsock_record_truncated(ts);
	/* A reset whose error poll() took off the inner socket is told by this. */
	io_told(sk, ECONNRESET);
	return -ECONNRESET;
}

/*
 * Control records without end must not keep the caller here. Who does not wait
 * is told that there is more, which an edge triggered poll needs. (The pending
 * signal of an io_uring is its own work and no reason to stop.)
 */
static int io_receive_again(struct sock *sk, int flags, int control)
{
	if (!(flags & MSG_DONTWAIT))
		return signal_pending(current) ? sock_intr_errno(sock_rcvtimeo(sk, false)) : 1;
	if (control < IO_CONTROL_MAX)
		return 1;
	sk->sk_data_ready(sk);
	return -EAGAIN;
}

static int io_receive(struct tlsock_sock *ts, struct msghdr *msg, size_t len, int flags)
{
	size_t want = flags & MSG_PEEK ? 1 : sock_rcvlowat(tlsock_outer(ts), flags & MSG_WAITALL,
							   len);
	size_t got = 0;
	int ret, control = 0;

	do {
		if (unlikely(test_bit(TLSOCK_F_RX_EOF, &ts->flags))) {
			if (got || test_bit(TLSOCK_F_RX_CLOSED, &ts->flags))
				ret = 0;
			else
				ret = sock_error(tlsock_outer(ts));
			break;
		}
		ret = io_receive_once(ts->inner, msg, len - got, flags);
		if (likely(ret > 0)) {
			got += ret;
			if (!test_bit(TLSOCK_F_RX_DATA, &ts->flags))
				set_bit(TLSOCK_F_RX_DATA, &ts->flags);
			if (tlsock_compat_key_update_pending(ts->inner->sk))
				tlsock_record_receive(ts);
			continue;
		}
		if (!len)
			break;
		/* With data in hand the end or an error is for the next call. */
		if (got && !(ret == -EIO && (msg->msg_flags & MSG_CTRUNC))) {
			if (ret < 0 && ret != -EAGAIN && ret != -EINTR && ret != -ERESTARTSYS)
				WRITE_ONCE(tlsock_outer(ts)->sk_err, -ret);
			break;
		}
		ret = io_receive_special(ts, msg, ret);
		if (ret > 0)
			ret = io_receive_again(tlsock_outer(ts), flags, ++control);
		if (ret <= 0)
			break;
	} while (got < want);

	msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
	return got ?: ret;
}

/**
 * tlsock_recvmsg - proto_ops.recvmsg
 * @sock: the outer socket
 * @msg: where to
 * @len: bytes of room
 * @flags: MSG_*
 *
 * Return: bytes, 0 after close_notify, -ECONNRESET for an end without it
 * (once), -EINVAL for MSG_OOB, -ENOTCONN, -EAGAIN, sock_intr_errno(), or
 * kernel TLS's errno
 */
int tlsock_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	int ret;

	if (unlikely(flags & MSG_OOB))
		return -EINVAL;
	if (unlikely(tlsock_state(ts) != TLSOCK_STATE_ESTABLISHED)) {
		ret = io_wait_established(sk, sock_rcvtimeo(sk, flags & MSG_DONTWAIT),
					  -ENOTCONN);
		if (ret)
			return ret;
	}
	if (unlikely(flags & MSG_ERRQUEUE))
		return READ_ONCE(ts->inner->ops)->recvmsg(ts->inner, msg, len, flags);
	return io_receive(ts, msg, len, flags);
}

/**
 * tlsock_splice_eof - proto_ops.splice_eof: a splice or sendfile ended early
 * @sock: the outer socket
 */
void tlsock_splice_eof(struct socket *sock)
{
	struct tlsock_sock *ts = tlsock_sk(sock->sk);
	const struct proto_ops *ops = READ_ONCE(ts->inner->ops);

	if (tlsock_state(ts) == TLSOCK_STATE_ESTABLISHED && ops->splice_eof)
		ops->splice_eof(ts->inner);
}

/**
 * tlsock_io_inq - bytes that can be read without waiting
 * @ts: in state ESTABLISHED
 *
 * What TCP says would count the bytes of the records' frames, and none of those
 * that kernel TLS has decrypted. Of the records that are not decrypted only the
 * first is known; what it is, control or data, is not.
 *
 * Context: process, takes the inner sk_lock
 * Return: bytes, never more than there are unless the first record is no data
 */
int tlsock_io_inq(struct tlsock_sock *ts)
{
	struct sock *isk = ts->inner->sk;
	const struct tls_context *ctx;
	struct tls_sw_context_rx *rx;
	struct sk_buff *skb;
	int bytes = 0;

	if (test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		return 0;
	lock_sock(isk);
	ctx = tls_get_ctx(isk);
	rx = tls_sw_ctx_rx(ctx);
	skb_queue_walk(&rx->rx_list, skb)
		if (((struct sk_skb_cb *)skb->cb)->tls.control == TLS_RECORD_TYPE_DATA)
			bytes += strp_msg(skb)->full_len;
	if (rx->strp.msg_ready)
		bytes += rx->strp.stm.full_len - ctx->prot_info.overhead_size;
	release_sock(isk);
	return bytes;
}
