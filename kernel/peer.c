// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the peer's certificate is for (TLSOCK_PEER): what the helper says with
 * DONE is kept with the socket, in the form that programs get. A peer without a
 * certificate costs nothing.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "request.h"
#include "sock.h"

/** tlsock_peer_size - bytes of a well formed one, its names included */
size_t tlsock_peer_size(const struct tlsock_peer *peer)
{
	return sizeof(*peer) + peer->names_length;
}

/**
 * tlsock_peer_is_well_formed - can programs be given this?
 * @data: what a helper sent, aligned to 4 bytes
 * @length: its bytes
 *
 * Return: true if it is a struct tlsock_peer of this module and the names
 * behind it are texts up to the last byte
 */
bool tlsock_peer_is_well_formed(const void *data, size_t length)
{
	const struct tlsock_peer *peer = data;
	const char *names = (const char *)(peer + 1);

	if (length < sizeof(*peer) || peer->size != sizeof(*peer) || peer->reserved ||
	    peer->flags & ~(TLSOCK_PEER_VERIFIED | TLSOCK_PEER_MORE) ||
	    peer->serial_length > sizeof(peer->serial))
		return false;
	return peer->names_length && peer->names_length <= TLSOCK_MAX_PEER_NAMES &&
	       length == tlsock_peer_size(peer) && !names[peer->names_length - 1];
}

/**
 * tlsock_peer_init - keep what a handshake told of the peer
 * @ts: in state HANDSHAKE, its flags set
 * @done: with the peer, if it showed a certificate
 *
 * Without memory it is not known afterwards.
 *
 * Context: process, outer sk_lock held
 */
void tlsock_peer_init(struct tlsock_sock *ts, const struct tlsock_done *done)
{
	sock_owned_by_me(tlsock_outer(ts));
	if (!done->peer)
		return;
	ts->peer = kmemdup(done->peer, tlsock_peer_size(done->peer), GFP_KERNEL_ACCOUNT);
	if (!ts->peer)
		return;
	ts->peer->flags &= ~TLSOCK_PEER_VERIFIED;
	if (ts->info_flags & TLSOCK_INFO_VERIFIED)
		ts->peer->flags |= TLSOCK_PEER_VERIFIED;
}

/**
 * tlsock_peer_read - getsockopt() of TLSOCK_PEER
 * @ts: the socket
 * @value: room for a struct tlsock_peer and the names
 * @len: receives the bytes of it
 * @room: bytes of room
 *
 * Context: process, outer sk_lock held
 * Return: 0, -ENOTCONN before the handshake is over, -ENODATA without a
 * certificate, -ERANGE with the length needed in @len, -EFAULT
 */
int tlsock_peer_read(const struct tlsock_sock *ts, char __user *value, int __user *len, int room)
{
	int need;

	if (ts->state != TLSOCK_STATE_ESTABLISHED)
		return -ENOTCONN;
	if (!ts->peer)
		return -ENODATA;
	need = tlsock_peer_size(ts->peer);
	if (put_user(need, len))
		return -EFAULT;
	if (room < need)
		return -ERANGE;
	return copy_to_user(value, ts->peer, need) ? -EFAULT : 0;
}
