/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the newest kernel has and older ones lack. The rest of the module is
 * written for the newest kernel; no other file tests versions.
 */
#ifndef _TLSOCK_COMPAT_H
#define _TLSOCK_COMPAT_H

#include <linux/slab.h>
#include <linux/version.h>
#include <net/sock.h>
#include <net/tls.h>

/* Address arguments of bind and connect got a type of their own in 6.19. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define sockaddr_unsized sockaddr
#endif

/* Allocation by type came in 7.0. */
#ifndef kzalloc_obj
#define kzalloc_obj(obj, gfp)	kzalloc(sizeof(obj), gfp)
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

/**
 * tlsock_compat_key_update_pending - did kernel TLS stop at a KeyUpdate?
 * @isk: inner socket with keys
 *
 * It then hides EPOLLIN until the KeyUpdate was read, though nobody was told.
 * Older kernels do not know KeyUpdate.
 *
 * Return: whether the next record is a KeyUpdate; false on kernels that do not know
 */
static inline bool tlsock_compat_key_update_pending(const struct sock *isk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
	return unlikely(READ_ONCE(tls_sw_ctx_rx(tls_get_ctx(isk))->key_update_pending));
#else
	return false;
#endif
}

#endif /* _TLSOCK_COMPAT_H */
