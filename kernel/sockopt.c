// SPDX-License-Identifier: GPL-2.0-only
/*
 * setsockopt() and getsockopt(): where each option goes. What is not named here
 * does not exist, so that nothing reaches around kernel TLS. tlsock(7) lists
 * the same; a test compares the two.
 */
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <linux/tls.h>

#include "option.h"
#include "sock.h"

/**
 * enum sockopt_place - who has an option
 * @SOCKOPT_UNKNOWN: nobody, ENOPROTOOPT
 * @SOCKOPT_INNER: the TCP socket. Level SOL_SOCKET is read from the outer
 *	socket, which takes over what the TCP socket has then.
 * @SOCKOPT_OUTER: the outer socket alone
 * @SOCKOPT_FIXED: the TCP socket, but it cannot be set: EOPNOTSUPP
 * @SOCKOPT_REFUSED: cannot be set nor read: EOPNOTSUPP
 */
enum sockopt_place {
	SOCKOPT_UNKNOWN,
	SOCKOPT_INNER,
	SOCKOPT_OUTER,
	SOCKOPT_FIXED,
	SOCKOPT_REFUSED,
};

static enum sockopt_place sockopt_place_socket(int name)
{
	switch (name) {
	case SO_ATTACH_BPF:
	case SO_ATTACH_FILTER:
	case SO_ATTACH_REUSEPORT_CBPF:
	case SO_ATTACH_REUSEPORT_EBPF:
	case SO_BINDTODEVICE:
	case SO_BINDTOIFINDEX:
	case SO_BROADCAST:
	case SO_BSDCOMPAT:
	case SO_BUF_LOCK:
	case SO_BUSY_POLL:
	case SO_BUSY_POLL_BUDGET:
	case SO_CNX_ADVICE:
	case SO_DEBUG:
	case SO_DETACH_FILTER:
	case SO_DETACH_REUSEPORT_BPF:
	case SO_DONTROUTE:
	case SO_INCOMING_CPU:
	case SO_KEEPALIVE:
	case SO_LINGER:
	case SO_LOCK_FILTER:
	case SO_MARK:
	case SO_MAX_PACING_RATE:
	case SO_NOFCS:
	case SO_NO_CHECK:
	case SO_OOBINLINE:
	case SO_PASSCRED:
	case SO_PASSPIDFD:
	case SO_PASSRIGHTS:
	case SO_PASSSEC:
	case SO_PREFER_BUSY_POLL:
	case SO_PRIORITY:
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
	case SO_RCVMARK:
	case SO_RCVPRIORITY:
	case SO_RCVTIMEO_NEW:
	case SO_RCVTIMEO_OLD:
	case SO_RESERVE_MEM:
	case SO_REUSEADDR:
	case SO_REUSEPORT:
	case SO_RXQ_OVFL:
	case SO_SELECT_ERR_QUEUE:
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
	case SO_SNDTIMEO_NEW:
	case SO_SNDTIMEO_OLD:
	case SO_TIMESTAMPING_NEW:	/* of what is sent only */
	case SO_TIMESTAMPING_OLD:
	case SO_TXREHASH:
	case SO_TXTIME:
	case SO_WIFI_STATUS:
		return SOCKOPT_INNER;
	/* Kernel TLS tells of a record once, and not again when there are enough. */
	case SO_RCVLOWAT:
		return SOCKOPT_OUTER;
	/* Kernel TLS does not know an offset for MSG_PEEK. */
	case SO_PEEK_OFF:
	/* TLS needs its own copy of what is sent. */
	case SO_ZEROCOPY:
	/* These ask for control messages that kernel TLS does not deliver. */
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMP_OLD:
	case SO_TIMESTAMPNS_NEW:
	case SO_TIMESTAMPNS_OLD:
		return SOCKOPT_FIXED;
	default:
		return SOCKOPT_UNKNOWN;
	}
}

static enum sockopt_place sockopt_place_tcp(int name)
{
	switch (name) {
	case TCP_AO_ADD_KEY:
	case TCP_AO_DEL_KEY:
	case TCP_AO_GET_KEYS:
	case TCP_AO_INFO:
	case TCP_CC_INFO:
	case TCP_CONGESTION:
	case TCP_CORK:
	case TCP_DEFER_ACCEPT:
	case TCP_DELACK_MAX_US:
	case TCP_INFO:
	case TCP_INQ:
	case TCP_IS_MPTCP:
	case TCP_KEEPCNT:
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
	case TCP_LINGER2:
	case TCP_MAXSEG:
	case TCP_MD5SIG:
	case TCP_MD5SIG_EXT:
	case TCP_NODELAY:
	case TCP_NOTSENT_LOWAT:
	case TCP_QUICKACK:
	case TCP_RTO_MAX_MS:
	case TCP_RTO_MIN_US:
	case TCP_SAVED_SYN:
	case TCP_SAVE_SYN:
	case TCP_SYNCNT:
	case TCP_THIN_DUPACK:
	case TCP_THIN_LINEAR_TIMEOUTS:
	case TCP_TIMESTAMP:
	case TCP_TX_DELAY:
	case TCP_USER_TIMEOUT:
	case TCP_WINDOW_CLAMP:
		return SOCKOPT_INNER;
	/* Nothing is sent before the handshake. */
	case TCP_FASTOPEN:
	case TCP_FASTOPEN_CONNECT:
	case TCP_FASTOPEN_NO_COOKIE:
	/* It is "tls" from the handshake on. */
	case TCP_ULP:
		return SOCKOPT_FIXED;
	case TCP_FASTOPEN_KEY:
	/* These take the stream away from under kernel TLS. */
	case TCP_AO_REPAIR:
	case TCP_QUEUE_SEQ:
	case TCP_REPAIR:
	case TCP_REPAIR_OPTIONS:
	case TCP_REPAIR_QUEUE:
	case TCP_REPAIR_WINDOW:
	case TCP_ZEROCOPY_RECEIVE:
		return SOCKOPT_REFUSED;
	default:
		return SOCKOPT_UNKNOWN;
	}
}

static enum sockopt_place sockopt_place(int level, int name)
{
	switch (level) {
	case SOL_TLSOCK:
		return SOCKOPT_OUTER;
	case SOL_SOCKET:
		return sockopt_place_socket(name);
	case SOL_TCP:
		return sockopt_place_tcp(name);
	case SOL_IPV6:
		/* The outer socket keeps its family. */
		return name == IPV6_ADDRFORM ? SOCKOPT_FIXED : SOCKOPT_INNER;
	case SOL_IP:
		return SOCKOPT_INNER;
	default:
		/* SOL_TLS among them: keys come and go through the helper only. */
		return SOCKOPT_UNKNOWN;
	}
}

static int sockopt_check(enum sockopt_place place, bool set)
{
	switch (place) {
	case SOCKOPT_INNER:
	case SOCKOPT_OUTER:
		return 0;
	case SOCKOPT_FIXED:
		return set ? -EOPNOTSUPP : 0;
	case SOCKOPT_REFUSED:
		return -EOPNOTSUPP;
	case SOCKOPT_UNKNOWN:
		break;
	}
	return -ENOPROTOOPT;
}

/* Kernel TLS delivers no time of what was received. */
static int sockopt_check_timestamping(int level, int name, sockptr_t value, unsigned int len)
{
	static const int receive = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
	int flags;

	if (level != SOL_SOCKET || len < sizeof(flags) ||
	    (name != SO_TIMESTAMPING_OLD && name != SO_TIMESTAMPING_NEW))
		return 0;
	if (copy_from_sockptr(&flags, value, sizeof(flags)))
		return -EFAULT;
	/* A mistake is told by those who know the flags. */
	return (flags & receive) && !(flags & ~SOF_TIMESTAMPING_MASK) ? -EOPNOTSUPP : 0;
}

/**
 * tlsock_sockopt_mirror - let the outer socket show what the inner one has
 * @ts: its inner socket has other options than before, or is another
 *
 * For the core reads level SOL_SOCKET from the outer socket itself.
 *
 * Context: process, outer sk_lock held or nobody else knows @ts
 */
void tlsock_sockopt_mirror(struct tlsock_sock *ts)
{
	/* Not those whose users the core counts (SK_FLAGS_TIMESTAMP). */
	static const unsigned long flags =
		BIT(SOCK_BROADCAST) | BIT(SOCK_DBG) | BIT(SOCK_FILTER_LOCKED) |
		BIT(SOCK_KEEPOPEN) | BIT(SOCK_LINGER) | BIT(SOCK_LOCALROUTE) |
		BIT(SOCK_NOFCS) | BIT(SOCK_RCVMARK) | BIT(SOCK_RXQ_OVFL) |
		BIT(SOCK_SELECT_ERR_QUEUE) | BIT(SOCK_TSTAMP_NEW) | BIT(SOCK_TXTIME) |
		BIT(SOCK_URGINLINE) | BIT(SOCK_WIFI_STATUS);
	struct sock *sk = tlsock_outer(ts);
	const struct sock *isk = ts->inner->sk;

	sk->sk_flags = (sk->sk_flags & ~flags) | (isk->sk_flags & flags);
	sk->sk_bind_phc = isk->sk_bind_phc;
	sk->sk_bound_dev_if = isk->sk_bound_dev_if;
	sk->sk_clockid = isk->sk_clockid;
	sk->sk_lingertime = isk->sk_lingertime;
	sk->sk_mark = isk->sk_mark;
	sk->sk_max_pacing_rate = isk->sk_max_pacing_rate;
	sk->sk_no_check_tx = isk->sk_no_check_tx;
	sk->sk_priority = isk->sk_priority;
	sk->sk_rcvbuf = isk->sk_rcvbuf;
	sk->sk_rcvtimeo = isk->sk_rcvtimeo;
	sk->sk_reserved_mem = isk->sk_reserved_mem;
	sk->sk_reuse = isk->sk_reuse;
	sk->sk_reuseport = isk->sk_reuseport;
	sk->sk_sndbuf = isk->sk_sndbuf;
	sk->sk_sndtimeo = isk->sk_sndtimeo;
	sk->sk_tsflags = isk->sk_tsflags;
	sk->sk_txrehash = isk->sk_txrehash;
	sk->sk_txtime_deadline_mode = isk->sk_txtime_deadline_mode;
	sk->sk_txtime_report_errors = isk->sk_txtime_report_errors;
	sk->sk_userlocks = (sk->sk_userlocks & ~SOCK_BUF_LOCK_MASK) |
			   (isk->sk_userlocks & SOCK_BUF_LOCK_MASK);
	tlsock_sockopt_mirror_cpu(ts);
#ifdef CONFIG_NET_RX_BUSY_POLL
	sk->sk_ll_usec = isk->sk_ll_usec;
	sk->sk_prefer_busy_poll = isk->sk_prefer_busy_poll;
	sk->sk_busy_poll_budget = isk->sk_busy_poll_budget;
#endif
	assign_bit(TLSOCK_F_RX_INQ, &ts->flags, tcp_sk(isk)->recvmsg_inq);
}

/**
 * tlsock_sockopt_mirror_cpu - let the outer socket show where packets arrive
 * @ts: a socket that just got packets
 */
void tlsock_sockopt_mirror_cpu(struct tlsock_sock *ts)
{
	struct sock *sk = tlsock_outer(ts);
	const struct sock *isk = ts->inner->sk;

	/* Not sk_napi_id: the core would spin, watching the outer socket's empty queue. */
	WRITE_ONCE(sk->sk_incoming_cpu, READ_ONCE(isk->sk_incoming_cpu));
}

static int sockopt_set_inner(struct socket *inner, int level, int name, sockptr_t value,
			     unsigned int len)
{
	if (level == SOL_SOCKET)
		return sock_setsockopt(inner, level, name, value, len);
	return READ_ONCE(inner->ops)->setsockopt(inner, level, name, value, len);
}

static int sockopt_set_credential(struct tlsock_sock *ts, int kind, sockptr_t value,
				  unsigned int len)
{
	struct tlsock_credential *credential;
	int err;

	/* LOCKING: not while the file is read, which may take its time. */
	err = tlsock_credential_read(kind, value, len, &credential);
	if (err)
		return err;
	lock_sock(tlsock_outer(ts));
	err = tlsock_option_set_credential(ts, kind, credential);
	release_sock(tlsock_outer(ts));
	if (err)
		tlsock_credential_put(credential);
	return err;
}

/**
 * tlsock_setsockopt - proto_ops.setsockopt, SOL_SOCKET included
 * @sock: the outer socket
 * @level: SOL_TLSOCK, SOL_SOCKET, or a level of TCP
 * @name: the option
 * @value: its value
 * @len: length of the value in bytes
 *
 * Return: 0, -EOPNOTSUPP or -ENOPROTOOPT for what is refused, or the errno of
 * whoever has the option
 */
int tlsock_setsockopt(struct socket *sock, int level, int name, sockptr_t value,
		      unsigned int len)
{
	enum sockopt_place place = sockopt_place(level, name);
	struct tlsock_sock *ts = tlsock_sk(sock->sk);
	int err;

	err = sockopt_check(place, true) ?: sockopt_check_timestamping(level, name, value, len);
	if (err)
		return err;
	if (place == SOCKOPT_OUTER && level == SOL_SOCKET)
		return sock_setsockopt(sock, level, name, value, len);
	if (level == SOL_TLSOCK && tlsock_credential_kind(name) >= 0)
		return sockopt_set_credential(ts, tlsock_credential_kind(name), value, len);
	/* LOCKING: before it is connected, TLSOCK_UPGRADE may replace the inner socket. */
	lock_sock(sock->sk);
	if (level == SOL_TLSOCK) {
		err = tlsock_option_set(ts, name, value, len);
	} else {
		err = sockopt_set_inner(ts->inner, level, name, value, len);
		tlsock_sockopt_mirror(ts);
	}
	release_sock(sock->sk);
	return err;
}

/**
 * tlsock_getsockopt - proto_ops.getsockopt; the core answers SOL_SOCKET itself
 * @sock: the outer socket
 * @level: SOL_TLSOCK or a level of TCP
 * @name: the option
 * @value: room for the value
 * @len: bytes of room in, bytes of the value out
 *
 * Return: 0, -EOPNOTSUPP or -ENOPROTOOPT for what is refused, or the errno of
 * whoever has the option
 */
int tlsock_getsockopt(struct socket *sock, int level, int name, char __user *value,
		      int __user *len)
{
	struct tlsock_sock *ts = tlsock_sk(sock->sk);
	int err;

	err = sockopt_check(sockopt_place(level, name), false);
	if (err)
		return err;
	lock_sock(sock->sk);
	if (level == SOL_TLSOCK)
		err = tlsock_option_read(ts, name, value, len);
	else
		err = READ_ONCE(ts->inner->ops)->getsockopt(ts->inner, level, name, value, len);
	release_sock(sock->sk);
	return err;
}
