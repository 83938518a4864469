// SPDX-License-Identifier: GPL-2.0-only
/*
 * setsockopt() and getsockopt(): which socket an option goes to. The inner
 * TCP socket gets them all but those that would reach around kernel TLS.
 * Options of SOL_SOCKET are set on both, because the core answers
 * getsockopt(SOL_SOCKET) from the outer one.
 */
#include <linux/tcp.h>
#include <linux/tls.h>

#include "option.h"
#include "sock.h"

/* What cannot be done, with the errno for set and get (0: allowed). */
static const struct {
	int	level;
	int	name;		/* -1: all of the level */
	int	set;
	int	get;
} sockopt_refused[] = {
	/* Keys come and go through the helper only. */
	{ SOL_TLS, -1, -ENOPROTOOPT, -ENOPROTOOPT },
	{ SOL_TCP, TCP_ULP, -EOPNOTSUPP, 0 },
	/* TLS needs its own copy of what is sent. */
	{ SOL_SOCKET, SO_ZEROCOPY, -EOPNOTSUPP, 0 },
	/* Kernel TLS does not know an offset for MSG_PEEK. */
	{ SOL_SOCKET, SO_PEEK_OFF, -EOPNOTSUPP, 0 },
	/* Nothing is sent before the handshake. */
	{ SOL_TCP, TCP_FASTOPEN, -EOPNOTSUPP, 0 },
	{ SOL_TCP, TCP_FASTOPEN_CONNECT, -EOPNOTSUPP, 0 },
	{ SOL_TCP, TCP_FASTOPEN_KEY, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_FASTOPEN_NO_COOKIE, -EOPNOTSUPP, 0 },
	/* These take the stream away from under kernel TLS. */
	{ SOL_TCP, TCP_ZEROCOPY_RECEIVE, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_QUEUE, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_OPTIONS, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_REPAIR_WINDOW, -EOPNOTSUPP, -EOPNOTSUPP },
	{ SOL_TCP, TCP_QUEUE_SEQ, -EOPNOTSUPP, -EOPNOTSUPP },
	/* The outer socket keeps its family. */
	{ SOL_IPV6, IPV6_ADDRFORM, -EOPNOTSUPP, 0 },
};

static int sockopt_check(int level, int name, bool set)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(sockopt_refused); i++)
		if (sockopt_refused[i].level == level &&
		    (sockopt_refused[i].name == name || sockopt_refused[i].name == -1))
			return set ? sockopt_refused[i].set : sockopt_refused[i].get;
	return 0;
}

/* Programs and tables that act on packets: the outer socket has none. */
static bool sockopt_is_inner_only(int name)
{
	switch (name) {
	case SO_ATTACH_FILTER:
	case SO_ATTACH_BPF:
	case SO_DETACH_FILTER:
	case SO_LOCK_FILTER:
	case SO_ATTACH_REUSEPORT_CBPF:
	case SO_ATTACH_REUSEPORT_EBPF:
	case SO_DETACH_REUSEPORT_BPF:
	case SO_TXTIME:
	case SO_TIMESTAMPING_OLD:
	case SO_TIMESTAMPING_NEW:
	case SO_RESERVE_MEM:
		return true;
	default:
		return false;
	}
}

/*
 * Kernel TLS tells of a record once, and would not tell again when enough bytes
 * for SO_RCVLOWAT are there; the helper would wait for more than a flight has.
 * The inner socket stays at one byte, tlsock_recvmsg() waits for more.
 */
static bool sockopt_is_outer_only(int level, int name)
{
	return level == SOL_SOCKET && name == SO_RCVLOWAT;
}

static int sockopt_set_inner(struct socket *inner, int level, int name, sockptr_t value,
			     unsigned int len)
{
	if (level == SOL_SOCKET)
		return sock_setsockopt(inner, level, name, value, len);
	return READ_ONCE(inner->ops)->setsockopt(inner, level, name, value, len);
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
	struct tlsock_sock *ts = tlsock_sk(sock->sk);
	int err;

	err = sockopt_check(level, name, true);
	if (err)
		return err;
	/* LOCKING: before it is connected, TLSOCK_UPGRADE may replace the inner socket. */
	lock_sock(sock->sk);
	if (level == SOL_TLSOCK)
		err = tlsock_option_set(ts, name, value, len);
	else if (!sockopt_is_outer_only(level, name))
		err = sockopt_set_inner(ts->inner, level, name, value, len);
	release_sock(sock->sk);
	if (err || level != SOL_SOCKET || sockopt_is_inner_only(name))
		return err;
	err = sock_setsockopt(sock, level, name, value, len);
	return sockopt_is_outer_only(level, name) ? err : 0;
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

	err = sockopt_check(level, name, false);
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
