// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registration of IPPROTO_TLS for IPv4 and IPv6, and the operations that go
 * to the inner socket as they are.
 */
#include <asm/ioctls.h>
#include <linux/compat.h>
#include <linux/sockios.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <net/transp_v6.h>

#include "listen.h"
#include "sock.h"

/* LOCKING: before it is connected, TLSOCK_UPGRADE may replace the inner socket. */
static struct socket *proto_lock(struct sock *sk)
{
	lock_sock(sk);
	return tlsock_sk(sk)->inner;
}

static int proto_bind(struct socket *sock, struct sockaddr_unsized *addr, int len)
{
	struct socket *inner = proto_lock(sock->sk);
	int err = READ_ONCE(inner->ops)->bind(inner, addr, len);

	release_sock(sock->sk);
	return err;
}

static int proto_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct socket *inner = proto_lock(sock->sk);
	int ret = READ_ONCE(inner->ops)->getname(inner, addr, peer);

	release_sock(sock->sk);
	return ret;
}

/* SIOCINQ and FIONREAD, the one request whose answer TCP does not know. */
static bool proto_is_inq(const struct sock *sk, unsigned int cmd)
{
	return cmd == SIOCINQ && tlsock_state(tlsock_sk(sk)) == TLSOCK_STATE_ESTABLISHED;
}

static int proto_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct socket *inner;
	int ret;

	if (proto_is_inq(sock->sk, cmd))
		return put_user(tlsock_receive_inq(tlsock_sk(sock->sk)), (int __user *)arg);
	inner = proto_lock(sock->sk);
	ret = READ_ONCE(inner->ops)->ioctl(inner, cmd, arg);
	release_sock(sock->sk);
	return ret;
}

#ifdef CONFIG_COMPAT
static int proto_compat_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct socket *inner;
	int ret;

	if (proto_is_inq(sock->sk, cmd))
		return put_user(tlsock_receive_inq(tlsock_sk(sock->sk)),
				(int __user *)compat_ptr(arg));
	inner = proto_lock(sock->sk);
	ret = READ_ONCE(inner->ops)->compat_ioctl(inner, cmd, arg);
	release_sock(sock->sk);
	return ret;
}
#endif

/* io_uring's SIOCINQ and SIOCOUTQ. */
static int proto_sk_ioctl(struct sock *sk, int cmd, int *arg)
{
	struct sock *isk;
	int ret;

	if (proto_is_inq(sk, cmd)) {
		*arg = tlsock_receive_inq(tlsock_sk(sk));
		return 0;
	}
	isk = proto_lock(sk)->sk;
	ret = READ_ONCE(isk->sk_prot)->ioctl(isk, cmd, arg);
	release_sock(sk);
	return ret;
}

/* Mandatory, and nothing to do: the outer socket is in no hash. */
static void proto_unhash(struct sock *sk)
{
}

struct proto tlsock_prot = {
	.name		= "TLSOCK",
	.owner		= THIS_MODULE,
	.init		= tlsock_sock_init,
	.destroy	= tlsock_sock_destroy,
	.unhash		= proto_unhash,
	.ioctl		= proto_sk_ioctl,
	.obj_size	= sizeof(struct tlsock_sock),
};

struct proto tlsock6_prot = {
	.name		= "TLSOCKv6",
	.owner		= THIS_MODULE,
	.init		= tlsock_sock_init,
	.destroy	= tlsock_sock_destroy,
	.unhash		= proto_unhash,
	.ioctl		= proto_sk_ioctl,
	.obj_size	= sizeof(struct tlsock6_sock),
	.ipv6_pinfo_offset = offsetof(struct tlsock6_sock, inet6),
};

#ifdef CONFIG_COMPAT
#define PROTO_COMPAT_OPS	.compat_ioctl	= proto_compat_ioctl,
#else
#define PROTO_COMPAT_OPS
#endif

#define PROTO_OPS(pf) {						\
	.family		= pf,					\
	.owner		= THIS_MODULE,				\
	.release	= tlsock_release,			\
	.bind		= proto_bind,				\
	.connect	= tlsock_connect,			\
	.socketpair	= sock_no_socketpair,			\
	.accept		= tlsock_accept,			\
	.getname	= proto_getname,			\
	.poll		= tlsock_poll,				\
	.ioctl		= proto_ioctl,				\
	PROTO_COMPAT_OPS					\
	.gettstamp	= sock_gettstamp,			\
	.listen		= tlsock_listen,			\
	.shutdown	= tlsock_shutdown,			\
	.setsockopt	= tlsock_setsockopt,			\
	.getsockopt	= tlsock_getsockopt,			\
	.sendmsg	= tlsock_sendmsg,			\
	.recvmsg	= tlsock_recvmsg,			\
	.splice_read	= TLSOCK_COMPAT_SPLICE_READ,		\
	.splice_eof	= tlsock_splice_eof,			\
	.mmap		= sock_no_mmap,				\
}

const struct proto_ops tlsock_ops = PROTO_OPS(PF_INET);
const struct proto_ops tlsock6_ops = PROTO_OPS(PF_INET6);

static struct inet_protosw proto_sw = {
	.type		= SOCK_STREAM,
	.protocol	= IPPROTO_TLS,
	.prot		= &tlsock_prot,
	.ops		= &tlsock_ops,
};

static struct inet_protosw proto_sw6 = {
	.type		= SOCK_STREAM,
	.protocol	= IPPROTO_TLS,
	.prot		= &tlsock6_prot,
	.ops		= &tlsock6_ops,
};

/**
 * tlsock_proto_init - make socket(.., IPPROTO_TLS) work
 *
 * Return: 0 or a negative errno; nothing stays registered on failure
 */
int tlsock_proto_init(void)
{
	int err;

	err = proto_register(&tlsock_prot, 1);
	if (err)
		return err;
	err = proto_register(&tlsock6_prot, 1);
	if (err)
		goto out_prot;
	inet_register_protosw(&proto_sw);
	err = inet6_register_protosw(&proto_sw6);
	if (err)
		goto out_sw;
	return 0;

out_sw:
	inet_unregister_protosw(&proto_sw);
	proto_unregister(&tlsock6_prot);
out_prot:
	proto_unregister(&tlsock_prot);
	return err;
}

/** tlsock_proto_exit - undo tlsock_proto_init(); no socket is left */
void tlsock_proto_exit(void)
{
	inet6_unregister_protosw(&proto_sw6);
	inet_unregister_protosw(&proto_sw);
	proto_unregister(&tlsock6_prot);
	proto_unregister(&tlsock_prot);
}
