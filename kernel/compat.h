/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the newest kernel has and older ones lack. The rest of the module is
 * written for the newest kernel; no other file but compat_rekey.h tests versions.
 */
#ifndef _TLSOCK_COMPAT_H
#define _TLSOCK_COMPAT_H

#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/version.h>
#include <net/sock.h>

/* Address arguments of bind and connect got a type of their own in 6.19. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define sockaddr_unsized sockaddr
#endif

/* Allocation by type came in 7.0. */
#ifndef kzalloc_obj
#define kzalloc_obj(obj, gfp)	kzalloc(sizeof(obj), gfp)
#endif

/* Options that older kernels answer with ENOPROTOOPT; newer ones define the same. */
#define SO_RCVPRIORITY		82
#define SO_PASSRIGHTS		83
#define TCP_RTO_MAX_MS		44
#define TCP_RTO_MIN_US		45
#define TCP_DELACK_MAX_US	46

/*
 * Kernel TLS's own loses bytes on others where the pipe has little room; without
 * this one the generic one reads through tlsock_recvmsg().
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 113) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))
#define TLSOCK_COMPAT_SPLICE_READ	tlsock_splice_read
#else
#define TLSOCK_COMPAT_SPLICE_READ	NULL
#endif

/**
 * tlsock_compat_set_ino - let @sk show the inode number of another socket
 * @sk: sock of a struct socket
 * @ino: inode number to show in /proc/net/tcp and to sock_diag
 */
static inline void tlsock_compat_set_ino(struct sock *sk, unsigned long ino)
{
	SOCK_INODE(sk->sk_socket)->i_ino = ino;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	WRITE_ONCE(sk->sk_ino, ino);
#endif
}

#endif /* _TLSOCK_COMPAT_H */
