// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLSOCK_UPGRADE: a TCP connection that has spoken clear text goes on as TLS
 * (STARTTLS: RFC 3207 and its kin). The program's TCP socket takes the place
 * of the inner one that the TLS socket was made with.
 *
 * Nothing that was received in clear text may pass for what TLS protects:
 * bytes that nobody has read yet are refused, and whatever arrives later has
 * to be a handshake.
 */
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/tcp.h>
#include <net/tls_prot.h>

#include "notify.h"
#include "request.h"
#include "sock.h"

/* First bytes of a ClientHello's record: type, major version (RFC 8446 section 5.1). */
#define UPGRADE_HELLO_HEAD	2
#define UPGRADE_HELLO_MAJOR	3

/* What can be said of a socket that is not locked. */
static int upgrade_check_kind(const struct sock *sk, const struct sock *isk)
{
	if (!sk_is_tcp(isk))
		return -EPROTOTYPE;
	if (isk->sk_family != sk->sk_family)
		return -EAFNOSUPPORT;
	if (!net_eq(sock_net(isk), sock_net(sk)))
		return -EXDEV;
	return 0;
}

/*
 * A fast client sends its ClientHello as soon as it is told to go ahead, which
 * is before the server gets here.
 */
static bool upgrade_starts_hello(struct socket *tcp)
{
	u8 head[UPGRADE_HELLO_HEAD];
	struct kvec vec = { .iov_base = head, .iov_len = sizeof(head) };
	struct msghdr msg = {};
	int got;

	got = kernel_recvmsg(tcp, &msg, &vec, 1, sizeof(head), MSG_PEEK | MSG_DONTWAIT);
	return got > 0 && head[0] == TLS_RECORD_TYPE_HANDSHAKE &&
	       (got == 1 || head[1] == UPGRADE_HELLO_MAJOR);
}

static bool upgrade_is_free(const struct sock *isk)
{
	/* An offset for MSG_PEEK would hide bytes from us and from the helper. */
	return !inet_csk(isk)->icsk_ulp_ops && !READ_ONCE(isk->sk_user_data) &&
	       tlsock_callback_is_tcp(isk) &&
	       READ_ONCE(isk->sk_peek_off) < 0;
}

/*
 * Make sure of everything and mark the TCP socket as ours, so that nobody else
 * takes it. @hello: unread bytes are the start of a handshake.
 */
static int upgrade_claim(struct tlsock_sock *ts, struct sock *isk, bool hello)
{
	const struct tcp_sock *tp = tcp_sk(isk);
	int err = 0;

	lock_sock(isk);
	if (isk->sk_state != TCP_ESTABLISHED) {
		err = -ENOTCONN;
	} else if (!upgrade_is_free(isk) || (tp->rcv_nxt != tp->copied_seq && !hello)) {
		err = -EBUSY;
	} else {
		write_lock_bh(&isk->sk_callback_lock);
		__rcu_assign_sk_user_data_with_flags(isk, ts, SK_USER_DATA_NOCOPY);
		write_unlock_bh(&isk->sk_callback_lock);
	}
	release_sock(isk);
	return err;
}

static int upgrade_start(struct tlsock_sock *ts, kuid_t uid)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_done done;

	tlsock_connect_renew(ts);
	if (tlsock_connect_start(ts, ts->role, uid, &done)) {
		tlsock_connect_fail(ts, &done);
		return sock_error(sk);
	}
	sk->sk_socket->state = SS_CONNECTING;
	return 0;
}

/**
 * tlsock_upgrade - make TLS of a connected TCP socket and start the handshake
 * @ts: in state INIT, its role set, not bound
 * @fd: the TCP socket in the descriptor table of the caller
 *
 * Does not wait for the handshake: send, receive, poll() and connect() do, as
 * after a connect() that does not block. From now on @ts holds the TCP
 * socket's file, and has its options. Other descriptors of that file stay what
 * they are: they must not be used any more.
 *
 * An error leaves the TCP socket and @ts as they were, but for errors of the
 * start of the handshake, after which the TCP connection is shut down.
 *
 * Context: process, outer sk_lock held, may sleep
 * Return: 0; -EBADF, -ENOTSOCK, -EPROTOTYPE if it is not TCP, -EAFNOSUPPORT if
 * the family is another, -EXDEV if the network namespace is; -ENOTCONN if it
 * is not established; -EBUSY if there is an upper layer protocol or another
 * user in the kernel, if SO_PEEK_OFF is on, or if unread bytes are not the
 * start of a handshake that @ts is to answer, or if too many handshakes are
 * under way; -EINVAL if @ts is bound;
 * -EUNATCH without a helper; else as tlsock_connect_start()
 */
int tlsock_upgrade(struct tlsock_sock *ts, int fd)
{
	struct sock *sk = tlsock_outer(ts);
	struct tlsock_net *tn = tlsock_request_net(sock_net(sk));
	kuid_t uid = SOCK_INODE(ts->inner)->i_uid;
	struct socket *tcp;
	bool hello;
	int err;

	sock_owned_by_me(sk);
	if (inet_sk(ts->inner->sk)->inet_num)
		return -EINVAL;
	tcp = sockfd_lookup(fd, &err);
	if (!tcp)
		return err;
	err = upgrade_check_kind(sk, tcp->sk);
	if (!err && !tlsock_notify_has_helper(sock_net(sk)))
		err = -EUNATCH;
	if (!err)
		err = tlsock_limit_charge(tn, ts->role, uid, NULL);
	if (err)
		goto out;
	/* ORDER: what comes behind the head that is seen here is read as a handshake. */
	hello = ts->role == TLSOCK_ROLE_SERVER && upgrade_starts_hello(tcp);
	err = upgrade_claim(ts, tcp->sk, hello);
	if (err)
		goto out_place;
	tlsock_sock_replace_inner(ts, tcp);
	return upgrade_start(ts, uid);

out_place:
	tlsock_limit_uncharge(tn, ts->role, uid);
out:
	sockfd_put(tcp);
	return err;
}
