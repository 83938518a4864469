// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path: receive comes from kernel TLS on the inner socket, without the
 * records that are not data.
 */
#include <linux/sched/signal.h>
#include <linux/splice.h>
#include <net/tcp.h>
#include <net/tls.h>
#include <net/tls_prot.h>

#include "compat_rekey.h"
#include "sock.h"

/* Control records that one call takes out of the stream if it may not wait. */
#define RECEIVE_CONTROL_MAX	32

/* One call of kernel TLS, with its quirks taken off the program's message. */
static int receive_once(struct socket *inner, struct msghdr *msg, size_t len, int flags)
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

/* The end was read: nothing more, or why. */
static int receive_end(struct tlsock_sock *ts)
{
	smp_rmb(); /* with tlsock_record_abort(): the reason was there before the end */
	return test_bit(TLSOCK_F_RX_CLOSED, &ts->flags) ? 0 : sock_error(tlsock_outer(ts));
}

/* Errors of one call, which say nothing of the connection */
static bool receive_passes(int ret)
{
	return ret == -EAGAIN || ret == -EINTR || ret == -ERESTARTSYS || ret == -EFAULT ||
	       ret == -EKEYEXPIRED;
}

/* Nothing came: the end, or a control record, or an error. Return 1 to retry. */
static int receive_special(struct tlsock_sock *ts, struct msghdr *msg, int ret)
{
	struct sock *sk = tlsock_outer(ts);

	/* Nothing comes of a record without data before one that is not data, too. */
	if (((!ret || ret == -EIO) && (msg->msg_flags & MSG_CTRUNC)) || ret == -EKEYEXPIRED) {
		msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
		ret = tlsock_record_receive(ts);
		return ret < 0 ? ret : 1;
	}
	/* The end came while this call waited. */
	if (test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		return receive_end(ts);
	if (ret == -EBADMSG) {
		tlsock_record_abort(ts, EBADMSG, TLS_ALERT_DESC_BAD_RECORD_MAC, -1,
				    "a record was not authentic");
		tlsock_io_told(sk, EBADMSG);
		return ret;
	}
	if (receive_passes(ret))
		return ret;
	if (ret < 0) {
		tlsock_io_told(sk, -ret);
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
	/* Not so if it was a reset, whose error poll() took off the inner socket. */
	if (test_bit(TLSOCK_F_TRUNCATION_EOF, &ts->flags) && !READ_ONCE(sk->sk_err))
		return 0;
	tlsock_io_told(sk, ECONNRESET);
	return -ECONNRESET;
}

/*
 * Control records without end must not keep the caller here. Who does not wait
 * is told that there is more, which an edge triggered poll needs. (The pending
 * signal of an io_uring is its own work and no reason to stop.)
 */
static int receive_again(struct sock *sk, int flags, int control)
{
	if (!(flags & MSG_DONTWAIT))
		return signal_pending(current) ? sock_intr_errno(sock_rcvtimeo(sk, false)) : 1;
	if (control < RECEIVE_CONTROL_MAX)
		return 1;
	sk->sk_data_ready(sk);
	return -EAGAIN;
}

/* An attempt came to nothing, @got bytes came before. Return 1 to try again. */
static int receive_nothing(struct tlsock_sock *ts, struct msghdr *msg, size_t got, int ret)
{
	if (!got || (ret == -EIO && (msg->msg_flags & MSG_CTRUNC)))
		return receive_special(ts, msg, ret);
	/* With data in hand the end or an error is for the next call. */
	if (ret < 0 && !receive_passes(ret))
		tlsock_io_error(ts, -ret);
	return 0;
}

/* Data came. */
static void receive_data(struct tlsock_sock *ts)
{
	if (!test_and_set_bit(TLSOCK_F_RX_DATA, &ts->flags))
		tlsock_ticket_data(ts);
	if (tlsock_compat_key_update_pending(ts->inner->sk))
		tlsock_record_receive(ts);
}

/* Go on after a first attempt that came to @ret, until there is enough. */
static noinline int receive_more(struct tlsock_sock *ts, struct msghdr *msg, size_t len, int flags,
				 int ret)
{
	size_t want = flags & MSG_PEEK ? 1 : sock_rcvlowat(tlsock_outer(ts), flags & MSG_WAITALL,
							   len);
	size_t got = 0;
	int control = 0;

	for (;;) {
		if (ret > 0) {
			got += ret;
			receive_data(ts);
			if (got >= want)
				break;
		} else {
			if (len)
				ret = receive_nothing(ts, msg, got, ret);
			if (ret > 0)
				ret = receive_again(tlsock_outer(ts), flags, ++control);
			if (ret <= 0)
				break;
		}
		if (test_bit(TLSOCK_F_RX_EOF, &ts->flags)) {
			ret = got ? 0 : receive_end(ts);
			break;
		}
		ret = receive_once(ts->inner, msg, len - got, flags);
	}

	msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
	return got ?: ret;
}

/* TCP_INQ: what is left. As TCP, one more at the end, so that it is read. */
static void receive_put_inq(struct tlsock_sock *ts, struct msghdr *msg)
{
	int left = tlsock_receive_inq(ts);

	if (!left && test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		left = 1;
	put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(left), &left);
}

/* The first data, the end, and what is asked for seldom. */
static noinline int receive_rare(struct sock *sk, struct msghdr *msg, size_t len, int flags)
{
	struct tlsock_sock *ts = tlsock_sk(sk);
	int ret;

	if (flags & MSG_OOB)
		return -EINVAL;
	if (tlsock_state(ts) != TLSOCK_STATE_ESTABLISHED) {
		ret = tlsock_io_wait_established(sk, sock_rcvtimeo(sk, flags & MSG_DONTWAIT),
						 -ENOTCONN);
		if (ret)
			return ret;
	}
	if (flags & MSG_ERRQUEUE)
		return READ_ONCE(ts->inner->ops)->recvmsg(ts->inner, msg, len, flags);
	if (test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		ret = receive_end(ts);
	else
		ret = receive_more(ts, msg, len, flags,
				   receive_once(ts->inner, msg, len, flags));
	if (ret >= 0 && test_bit(TLSOCK_F_RX_INQ, &ts->flags))
		receive_put_inq(ts, msg);
	return ret;
}

/* Data came before, which is only so while the socket is ESTABLISHED; nothing special. */
static bool receive_expects_data(const struct tlsock_sock *ts)
{
	unsigned long flags = READ_ONCE(ts->flags);

	return (flags & (BIT(TLSOCK_F_RX_DATA) | BIT(TLSOCK_F_RX_EOF) | BIT(TLSOCK_F_RX_INQ))) ==
	       BIT(TLSOCK_F_RX_DATA);
}

/* Nothing is there yet, and nothing else is the matter. */
static bool receive_just_waits(const struct tlsock_sock *ts, int ret)
{
	return ret == -EAGAIN && inet_sk_state_load(ts->inner->sk) == TCP_ESTABLISHED &&
	       !test_bit(TLSOCK_F_RX_EOF, &ts->flags);
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

	if (unlikely(!receive_expects_data(ts) || (flags & (MSG_OOB | MSG_ERRQUEUE))))
		return receive_rare(sk, msg, len, flags);
	ret = receive_once(ts->inner, msg, len, flags);
	if (unlikely(ret <= 0)) {
		if (!receive_just_waits(ts, ret))
			return receive_more(ts, msg, len, flags, ret);
	} else if (unlikely(tlsock_compat_key_update_pending(ts->inner->sk) ||
			    (ret < len && ((flags & MSG_WAITALL) ||
					   ret < READ_ONCE(sk->sk_rcvlowat))))) {
		return receive_more(ts, msg, len, flags, ret);
	}
	msg->msg_flags &= ~(MSG_CTRUNC | MSG_EOR);
	return ret;
}

/*
 * Kernel TLS splices nothing for the end, for a record without data and for a
 * control record: ask what it is. As receive_once(), but nothing is taken.
 */
static int receive_look(struct socket *inner, struct msghdr *msg)
{
	struct kvec vec;
	u8 byte;

	vec = (struct kvec){ .iov_base = &byte, .iov_len = sizeof(byte) };
	*msg = (struct msghdr){};
	iov_iter_kvec(&msg->msg_iter, ITER_DEST, &vec, 1, sizeof(byte));
	return receive_once(inner, msg, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
}

/* One record of data at most. @nonblock: SPLICE_F_NONBLOCK or 0 */
static ssize_t receive_splice(struct tlsock_sock *ts, loff_t *ppos, struct pipe_inode_info *pipe,
			      size_t len, unsigned int nonblock)
{
	struct socket *inner = ts->inner;
	int flags = nonblock ? MSG_DONTWAIT : 0, control = 0;
	struct msghdr msg;
	ssize_t ret;

	while (!test_bit(TLSOCK_F_RX_EOF, &ts->flags)) {
		msg.msg_flags = 0;
		ret = READ_ONCE(inner->ops)->splice_read(inner, ppos, pipe, len, nonblock);
		if (ret > 0) {
			receive_data(ts);
			return ret;
		}
		if (!ret || ret == -EINVAL) {
			ret = receive_look(inner, &msg);
			if (ret == -EAGAIN)
				ret = 1;
		}
		if (ret <= 0)
			ret = receive_special(ts, &msg, ret);
		if (ret > 0)
			ret = receive_again(tlsock_outer(ts), flags, ++control);
		if (ret <= 0)
			return ret;
	}
	return receive_end(ts);
}

/**
 * tlsock_splice_read - proto_ops.splice_read: without a copy
 * @sock: the outer socket
 * @ppos: not looked at
 * @pipe: where to, locked
 * @len: most bytes
 * @flags: SPLICE_F_*, which are about the pipe
 *
 * Return: as tlsock_recvmsg(); one record at most, as kernel TLS
 */
ssize_t tlsock_splice_read(struct socket *sock, loff_t *ppos, struct pipe_inode_info *pipe,
			   size_t len, unsigned int flags)
{
	unsigned int nonblock = sock->file->f_flags & O_NONBLOCK ? SPLICE_F_NONBLOCK : 0;
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	int err;

	if (tlsock_state(ts) != TLSOCK_STATE_ESTABLISHED) {
		err = tlsock_io_wait_established(sk, sock_rcvtimeo(sk, nonblock), -ENOTCONN);
		if (err)
			return err;
	}
	return len ? receive_splice(ts, ppos, pipe, len, nonblock) : 0;
}

/**
 * tlsock_receive_inq - bytes that can be read without waiting
 * @ts: in state ESTABLISHED
 *
 * What TCP says would count the bytes of the records' frames, and none of those
 * that kernel TLS has decrypted. Of the records that are not decrypted only the
 * first is known; what it is, control or data, is not.
 *
 * Context: process, takes the inner sk_lock
 * Return: bytes, never more than there are unless the first record is no data
 */
int tlsock_receive_inq(struct tlsock_sock *ts)
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
