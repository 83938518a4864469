// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control records (RFC 8446 section 5.1): what the peer sends beside data is
 * taken out of the stream here and never reaches read(); alerts are sent from
 * here.
 */
#include <linux/tcp.h>
#include <net/tls.h>
#include <net/tls_prot.h>

#include "compat_rekey.h"
#include "rekey.h"
#include "request.h"
#include "sock.h"
#include "trace.h"

union record_control {
	struct cmsghdr	cmsg;
	u8		bytes[CMSG_SPACE(sizeof(u8))];
};

/* Read from kernel TLS with room for the record type, which is -1 at the end. */
static int record_read(struct socket *inner, u8 *buf, size_t len, int flags, int *type,
		       bool *whole)
{
	union record_control control = {};
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int ret;

	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &vec, 1, len);
	ret = READ_ONCE(inner->ops)->recvmsg(inner, &msg, len, flags | MSG_DONTWAIT);
	*type = -1;
	if (msg.msg_controllen < sizeof(control) && control.cmsg.cmsg_level == SOL_TLS &&
	    control.cmsg.cmsg_type == TLS_GET_RECORD_TYPE)
		*type = *(u8 *)CMSG_DATA(&control.cmsg);
	*whole = msg.msg_flags & MSG_EOR;
	return ret;
}

/* One record of @type, or without @len only what MSG_MORE left open; never waits. */
static int record_write(struct socket *inner, u8 type, const u8 *data, size_t len)
{
	struct kvec vec = { .iov_base = (void *)data, .iov_len = len };
	union record_control control = {
		.cmsg.cmsg_level = SOL_TLS,
		.cmsg.cmsg_type = TLS_SET_RECORD_TYPE,
		.cmsg.cmsg_len = CMSG_LEN(sizeof(u8)),
	};
	struct msghdr msg = {
		.msg_control = &control,
		.msg_controllen = sizeof(control),
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL,
	};
	int ret;

	*(u8 *)CMSG_DATA(&control.cmsg) = type;
	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, len);
	ret = READ_ONCE(inner->ops)->sendmsg(inner, &msg, len);
	return ret < 0 ? ret : 0;
}

/**
 * tlsock_record_flush - send the record that MSG_MORE left open, if there is one
 * @ts: in state ESTABLISHED
 *
 * What finds no room is sent later. (Kernel TLS's own splice_eof would wait for
 * room.)
 *
 * Context: process, takes tx_sem and the inner sk_lock, never waits
 */
void tlsock_record_flush(struct tlsock_sock *ts)
{
	tlsock_rekey_tx_begin(ts);
	record_write(ts->inner, TLS_RECORD_TYPE_DATA, NULL, 0);
	tlsock_rekey_tx_end(ts);
}

/**
 * tlsock_record_send - send one record that is not data
 * @ts: in state ESTABLISHED
 * @type: TLS_RECORD_TYPE_*
 * @data: its contents
 * @len: bytes of them
 *
 * Sent after all data queued before it, for which room is made; never waits.
 *
 * Context: process, tx_sem held if there is one, takes the inner sk_lock
 * Return: 0 or a negative errno of kernel TLS
 */
int tlsock_record_send(struct tlsock_sock *ts, u8 type, const u8 *data, size_t len)
{
	struct sock *isk = ts->inner->sk;
	u32 notsent_lowat;
	u8 userlocks;
	int err, sndbuf;

	lock_sock(isk);
	notsent_lowat = tcp_sk(isk)->notsent_lowat;
	WRITE_ONCE(tcp_sk(isk)->notsent_lowat, U32_MAX);
	userlocks = isk->sk_userlocks & SOCK_SNDBUF_LOCK;
	sndbuf = isk->sk_sndbuf;
	isk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	WRITE_ONCE(isk->sk_sndbuf, max_t(int, sndbuf, isk->sk_wmem_queued + SZ_64K));
	release_sock(isk);

	err = record_write(ts->inner, type, data, len);

	lock_sock(isk);
	WRITE_ONCE(tcp_sk(isk)->notsent_lowat, notsent_lowat);
	WRITE_ONCE(isk->sk_sndbuf, sndbuf);
	isk->sk_userlocks = (isk->sk_userlocks & ~SOCK_SNDBUF_LOCK) | userlocks;
	release_sock(isk);
	return err;
}

/**
 * tlsock_record_send_alert - send an alert (RFC 8446 section 6)
 * @ts: in state ESTABLISHED
 * @level: TLS_ALERT_LEVEL_*
 * @description: TLS_ALERT_DESC_*
 *
 * Context: process, takes tx_sem and the inner sk_lock
 * Return: 0 or a negative errno of kernel TLS
 */
int tlsock_record_send_alert(struct tlsock_sock *ts, u8 level, u8 description)
{
	const u8 alert[] = { level, description };
	int err;

	tlsock_rekey_tx_begin(ts);
	err = tlsock_record_send(ts, TLS_RECORD_TYPE_ALERT, alert, sizeof(alert));
	tlsock_rekey_tx_end(ts);
	return err;
}

/**
 * tlsock_record_abort - end a connection because of what came over it, once
 * @ts: in state ESTABLISHED
 * @error: positive errno that the next call of the program gets
 * @sent: description of the fatal alert to send, -1 for none
 * @received: description of the alert received, -1 for none
 * @text: one sentence for TLSOCK_ERROR
 *
 * Context: process, takes the inner sk_lock
 */
void tlsock_record_abort(struct tlsock_sock *ts, int error, int sent, int received,
			 const char *text)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_done done;

	/* ORDER: with tlsock_io_error(): what comes after the first reason hides it not. */
	if (test_and_set_bit(TLSOCK_F_ABORTED, &ts->flags))
		return;
	tlsock_done_init(&done, error, TLSOCK_STAGE_DATA, text);
	done.error.alert_sent = sent;
	done.error.alert_received = received;
	tlsock_sock_set_error(ts, &done.error);
	/* ORDER: whoever sees the end finds the reason in sk_err. */
	WRITE_ONCE(sk->sk_err, error);
	smp_mb__before_atomic(); /* with the bits */
	set_bit(TLSOCK_F_RX_EOF, &ts->flags);
	/* What kernel TLS left there would keep the alert from being sent. */
	sock_error(ts->inner->sk);
	if (!test_and_set_bit(TLSOCK_F_TX_CLOSED, &ts->flags) && sent >= 0)
		tlsock_record_send_alert(ts, TLS_ALERT_LEVEL_FATAL, sent);
	kernel_sock_shutdown(ts->inner, SHUT_RDWR);
	sk->sk_state_change(sk);
	sk_error_report(sk);
}

/**
 * tlsock_record_truncated - the peer's FIN came without close_notify
 * @ts: in state ESTABLISHED, TLSOCK_F_TRUNCATED set by the caller
 */
void tlsock_record_truncated(struct tlsock_sock *ts)
{
	struct tlsock_done done;

	tlsock_done_init(&done, ECONNRESET, TLSOCK_STAGE_DATA,
			 "the peer closed the connection without close_notify");
	if (!test_bit(TLSOCK_F_TRUNCATION_EOF, &ts->flags))
		tlsock_sock_set_error(ts, &done.error);
	atomic64_inc(&tlsock_request_net(sock_net(tlsock_outer(ts)))->truncated);
	set_bit(TLSOCK_F_RX_EOF, &ts->flags);
}

static void record_alert(struct tlsock_sock *ts, const u8 *alert, int len)
{
	struct sock *sk = tlsock_outer(ts);

	if (len != 2) {
		tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_DECODE_ERROR, -1,
				    "the peer sent a malformed alert");
		return;
	}
	if (alert[1] == TLS_ALERT_DESC_CLOSE_NOTIFY) {
		set_bit(TLSOCK_F_RX_CLOSED, &ts->flags);
		set_bit(TLSOCK_F_RX_EOF, &ts->flags);
		sk->sk_state_change(sk);
		return;
	}
	/* TLS 1.2 has harmless warnings, TLS 1.3 one (RFC 8446 section 6). */
	if (alert[1] == TLS_ALERT_DESC_USER_CANCELED ||
	    (ts->version != TLS_1_3_VERSION && alert[0] == TLS_ALERT_LEVEL_WARNING))
		return;
	tlsock_record_abort(ts, EPROTO, -1, alert[1], "the peer sent a fatal alert");
}

/* The head of a handshake message is complete. Return false if it is the end. */
static bool record_message(struct tlsock_sock *ts, u8 type)
{
	bool client = ts->role == TLSOCK_ROLE_CLIENT;

	if (type == TLSOCK_HS_KEY_UPDATE && ts->version == TLS_1_3_VERSION) {
		if (ts->hs_left == 1)
			return true;
		tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_DECODE_ERROR, -1,
				    "the peer sent a malformed KeyUpdate");
		return false;
	}
	if (client && type == TLSOCK_HS_NEW_SESSION_TICKET && ts->version == TLS_1_3_VERSION) {
		tlsock_ticket_begin(ts, ts->hs_left);
		return true;
	}
	if (client && type == TLSOCK_HS_HELLO_REQUEST && ts->version != TLS_1_3_VERSION)
		return true;
	tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_UNEXPECTED_MESSAGE, -1,
			    "the peer sent an unexpected handshake message");
	return false;
}

/* The peer's KeyUpdate is complete. @last: nothing stands behind it in its record. */
static void record_key_update(struct tlsock_sock *ts, u8 request, bool last)
{
	int err;

	if (request > TLSOCK_KEY_UPDATE_BOTH) {
		tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_ILLEGAL_PARAMETER, -1,
				    "the peer sent a malformed KeyUpdate");
		return;
	}
	/* No message may span a change of keys (RFC 8446 section 5.1). */
	if (!last) {
		tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_UNEXPECTED_MESSAGE, -1,
				    "the peer sent more behind a KeyUpdate");
		return;
	}
	err = tlsock_rekey_receive(ts);
	if (err)
		tlsock_record_abort(ts, EKEYEXPIRED, TLS_ALERT_DESC_INTERNAL_ERROR, -1,
				    err == -EOPNOTSUPP ?
				    "the peer changed its key, which kernel TLS here cannot do" :
				    "kernel TLS refused the peer's next key");
	/* Answered before the next data, once for any number of requests. */
	else if (request)
		set_bit(TLSOCK_F_TX_REKEY, &ts->flags);
}

/* Bytes of the message at hand. */
static int record_body(struct tlsock_sock *ts, const u8 *data, int len, bool whole)
{
	int take = min_t(u32, ts->hs_left, len);

	ts->hs_left -= take;
	if (ts->hs_head[0] == TLSOCK_HS_KEY_UPDATE)
		record_key_update(ts, data[0], whole && len == 1);
	else if (ts->hs_head[0] == TLSOCK_HS_NEW_SESSION_TICKET)
		tlsock_ticket_add(ts, data, take);
	return take;
}

/*
 * Handshake messages may be cut anywhere and share records. @whole: the record
 * ends with @data.
 */
static void record_handshake(struct tlsock_sock *ts, const u8 *data, int len, bool whole)
{
	int take;

	while (len && !test_bit(TLSOCK_F_RX_EOF, &ts->flags)) {
		if (ts->hs_left) {
			take = record_body(ts, data, len, whole);
			data += take;
			len -= take;
			continue;
		}
		ts->hs_head[ts->hs_head_len++] = *data++;
		len--;
		if (ts->hs_head_len < sizeof(ts->hs_head))
			continue;
		ts->hs_head_len = 0;
		ts->hs_left = ts->hs_head[1] << 16 | ts->hs_head[2] << 8 | ts->hs_head[3];
		if (!record_message(ts, ts->hs_head[0]))
			return;
	}
}

static void record_handle(struct tlsock_sock *ts, int type, const u8 *data, int len,
			  bool whole)
{
	trace_tlsock_record(tlsock_outer(ts), type, len > 0 ? data[0] : 0,
			    len > 1 ? data[1] : 0);
	if (type == TLS_RECORD_TYPE_ALERT)
		record_alert(ts, data, len);
	else if (type == TLS_RECORD_TYPE_HANDSHAKE && len)
		record_handshake(ts, data, len, whole);
	else
		tlsock_record_abort(ts, EPROTO, TLS_ALERT_DESC_UNEXPECTED_MESSAGE, -1,
				    "the peer sent an unexpected record");
}

static bool record_ended_with_key_update(const struct tlsock_sock *ts)
{
	return ts->hs_head[0] == TLSOCK_HS_KEY_UPDATE && !ts->hs_left && !ts->hs_head_len;
}

/*
 * Records without data stand before one that is not data, or before TCP's end. No
 * data is read here: that one stays where it is, under ctrl_lock.
 */
static void record_skip_empty(struct socket *inner)
{
	struct msghdr msg = {};
	struct kvec vec;
	u8 byte;

	vec = (struct kvec){ .iov_base = &byte, .iov_len = sizeof(byte) };
	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &vec, 1, sizeof(byte));
	READ_ONCE(inner->ops)->recvmsg(inner, &msg, sizeof(byte), MSG_DONTWAIT);
}

/* With ctrl_lock held: consume the control record at the head, in pieces. */
static int record_consume(struct tlsock_sock *ts)
{
	u8 buf[256], first = 0;
	int ret, type;
	bool whole;

	/* LOCKING: another reader may have taken the record before us. */
	ret = record_read(ts->inner, buf, sizeof(buf), MSG_PEEK, &type, &whole);
	if (!ret && type == TLS_RECORD_TYPE_DATA) {
		record_skip_empty(ts->inner);
		return 1;
	}
	if (ret > 0)
		first = buf[0];
	if (ret == -EAGAIN || type < 0 || type == TLS_RECORD_TYPE_DATA)
		return ret < 0 && ret != -EAGAIN ? ret : 0;
	do {
		ret = record_read(ts->inner, buf, sizeof(buf), 0, &type, &whole);
		if (ret < 0)
			return ret;
		record_handle(ts, type, buf, ret, whole);
	} while (!whole && !test_bit(TLSOCK_F_RX_EOF, &ts->flags));
	if (type == TLS_RECORD_TYPE_HANDSHAKE && first == TLSOCK_HS_KEY_UPDATE &&
	    !record_ended_with_key_update(ts))
		tlsock_compat_key_update_settled(ts->inner->sk);
	return 1;
}

/**
 * tlsock_record_receive - take one control record out of the stream
 * @ts: in state ESTABLISHED
 *
 * Acts on it: tickets go to the helper, a KeyUpdate changes the key, close_notify and
 * fatal alerts end reading.
 *
 * Context: process, takes ctrl_lock; does not wait for the peer
 * Return: 1 if a record was taken, 0 if there is none at the head of the
 * stream, or a negative errno of kernel TLS
 */
int tlsock_record_receive(struct tlsock_sock *ts)
{
	int ret = 0;

	mutex_lock(&ts->ctrl_lock);
	if (!test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		ret = record_consume(ts);
	mutex_unlock(&ts->ctrl_lock);
	return ret;
}
