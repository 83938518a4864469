// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll(): one wait queue, the outer socket's. The inner socket is asked for
 * its mask without waiting on it; its callbacks wake the outer one.
 */
#include <linux/poll.h>
#include <net/tls.h>
#include <net/tls_prot.h>

#include "compat_rekey.h"
#include "listen.h"
#include "sock.h"

/* Control records read in one go, so that poll() returns. */
#define POLL_CONTROL_MAX	16

/*
 * Length of an alert and of a KeyUpdate in TLS 1.3 (RFC 8446 section 5.2):
 * header, content, its type, and the tag that all ciphers of kernel TLS have.
 */
#define POLL_RECORD(content)	(TLS_HEADER_SIZE + (content) + 1 + TLS_TAG_SIZE)
#define POLL_ALERT		POLL_RECORD(2)
#define POLL_KEY_UPDATE		POLL_RECORD(5)

static __poll_t poll_inner(struct file *file, struct socket *inner)
{
	return READ_ONCE(inner->ops)->poll(file, inner, NULL);
}

/*
 * After the program's own FIN kernel TLS answers as TCP does, for which a piece
 * of a record is enough.
 */
static __poll_t poll_records(struct tlsock_sock *ts, struct file *file)
{
	struct sock *isk = ts->inner->sk;
	const struct tls_sw_context_rx *rx = tls_sw_ctx_rx(tls_get_ctx(isk));
	__poll_t mask = poll_inner(file, ts->inner);

	if (!(READ_ONCE(isk->sk_shutdown) & RCV_SHUTDOWN) && !READ_ONCE(rx->strp.msg_ready) &&
	    skb_queue_empty_lockless(&rx->rx_list))
		mask &= ~(EPOLLIN | EPOLLRDNORM);
	/* Data that was peeked at, which kernel TLS hides with the KeyUpdate behind it. */
	if (tlsock_compat_key_update_pending(isk) && !skb_queue_empty_lockless(&rx->rx_list))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

/*
 * Is the record at the head, not decrypted yet, probably not data? A TLS 1.3
 * server sends tickets before its first data (RFC 8446 section 4.6.1).
 */
static bool poll_expects_control(struct tlsock_sock *ts)
{
	const struct tls_sw_context_rx *rx = tls_sw_ctx_rx(tls_get_ctx(ts->inner->sk));
	int len;

	if (ts->role == TLSOCK_ROLE_CLIENT && !test_bit(TLSOCK_F_RX_DATA, &ts->flags))
		return true;
	if (!skb_queue_empty_lockless(&rx->rx_list))
		return false;
	if (ts->version != TLS_1_3_VERSION)
		return rx->strp.mark != TLS_RECORD_TYPE_DATA;
	len = READ_ONCE(rx->strp.stm.full_len);
	return len == POLL_ALERT || len == POLL_KEY_UPDATE;
}

/*
 * Control records would make the socket look readable, so they are taken out
 * of the stream here, as far as they can be told from data.
 */
static __poll_t poll_established(struct tlsock_sock *ts, struct file *file)
{
	__poll_t mask = poll_records(ts, file);
	int i = 0;

	while ((mask & EPOLLIN) && i++ < POLL_CONTROL_MAX && poll_expects_control(ts)) {
		if (tlsock_record_receive(ts) <= 0)
			break;
		mask = poll_records(ts, file);
	}
	if (test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	return mask;
}

/* LOCKING: TLSOCK_UPGRADE may replace the inner socket. False: INIT is over. */
static bool poll_init(struct tlsock_sock *ts, struct file *file, __poll_t *mask)
{
	struct sock *sk = tlsock_outer(ts);
	bool init;

	lock_sock(sk);
	init = ts->state == TLSOCK_STATE_INIT;
	if (init)
		*mask = poll_inner(file, ts->inner);
	release_sock(sk);
	return init;
}

/**
 * tlsock_poll - proto_ops.poll
 * @file: of the outer socket
 * @sock: the outer socket
 * @wait: NULL to only ask
 *
 * Silent while the handshake runs, so that io_uring's connect() and programs
 * wake up once, when it is over.
 *
 * Context: process, may sleep: a listener starts handshakes here
 * Return: EPOLL* mask
 */
__poll_t tlsock_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	struct tlsock_sock *ts = tlsock_sk(sk);
	__poll_t mask = 0;

	sock_poll_wait(file, sock, wait);
again:
	/* ORDER: a state read before we were on the queue might change unseen. */
	switch (tlsock_state(ts)) {
	case TLSOCK_STATE_INIT:
		if (!poll_init(ts, file, &mask))
			goto again;
		break;
	case TLSOCK_STATE_LISTEN:
		mask = tlsock_listen_poll(ts);
		break;
	case TLSOCK_STATE_CONNECTING:
	case TLSOCK_STATE_HANDSHAKE:
		break;
	case TLSOCK_STATE_ESTABLISHED:
		mask = poll_established(ts, file);
		break;
	case TLSOCK_STATE_FAILED:
	case TLSOCK_STATE_CLOSED:
		mask = EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLOUT | EPOLLWRNORM | EPOLLHUP;
		break;
	}
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	return mask;
}
