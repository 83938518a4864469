// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the peer's certificate is for (TLSOCK_PEER), and its certificates as they
 * are (TLSOCK_PEER_CERT): what the helper says with DONE is kept with the socket,
 * in the form that programs get. A peer without a certificate costs nothing, and
 * a program pays for certificates only if it wants to see them.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "option.h"
#include "request.h"
#include "sock.h"

#define CHAIN_HEAD	3	/* bytes of a length */

/**
 * struct tlsock_chain - certificates of a peer
 * @length: bytes of @data
 * @data: each with its length before it, its own first
 */
struct tlsock_chain {
	u32	length;
	u8	data[] __counted_by(length);
};

static u32 peer_cert_length(const u8 *head)
{
	return head[0] << 16 | head[1] << 8 | head[2];
}

/**
 * tlsock_peer_is_chain - are these certificates with their lengths?
 * @data: what a helper sent
 * @length: its bytes
 *
 * Return: true if the last one ends where the data does
 */
bool tlsock_peer_is_chain(const u8 *data, size_t length)
{
	u32 size;

	if (!length || length > TLSOCK_MAX_CHAIN)
		return false;
	while (length) {
		if (length < CHAIN_HEAD)
			return false;
		size = peer_cert_length(data);
		if (!size || size > length - CHAIN_HEAD)
			return false;
		data += CHAIN_HEAD + size;
		length -= CHAIN_HEAD + size;
	}
	return true;
}

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

static void peer_init_chain(struct tlsock_sock *ts, const struct tlsock_done *done)
{
	struct tlsock_chain *chain;

	if (!done->chain || !ts->cfg || !ts->cfg->peer_cert)
		return;
	chain = kvmalloc(struct_size(chain, data, done->chain_length), GFP_KERNEL_ACCOUNT);
	if (!chain)
		return;
	chain->length = done->chain_length;
	memcpy(chain->data, done->chain, chain->length);
	ts->chain = chain;
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
	peer_init_chain(ts, done);
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

/* The certificate of a number, NULL if there are not so many. */
static const u8 *peer_find_cert(const struct tlsock_chain *chain, u32 number, int *size)
{
	const u8 *at = chain->data, *end = chain->data + chain->length;

	for (; at < end; at += CHAIN_HEAD + *size) {
		*size = peer_cert_length(at);
		if (!number--)
			return at + CHAIN_HEAD;
	}
	return NULL;
}

/**
 * tlsock_peer_read_cert - getsockopt() of TLSOCK_PEER_CERT
 * @ts: the socket
 * @value: begins with the number of the certificate that is wanted, an u32, 0 for
 *	the peer's own; receives the certificate, DER
 * @len: receives the bytes of it
 * @room: bytes of room
 *
 * Context: process, outer sk_lock held
 * Return: 0, -EINVAL if there is no number, -ENOTCONN before the handshake is
 * over, -ENODATA if there are not so many, -ERANGE with the length needed in @len,
 * -EFAULT
 */
int tlsock_peer_read_cert(const struct tlsock_sock *ts, char __user *value, int __user *len,
			  int room)
{
	const u8 *cert;
	u32 number;
	int size;

	if (room < (int)sizeof(number))
		return -EINVAL;
	if (copy_from_user(&number, value, sizeof(number)))
		return -EFAULT;
	if (ts->state != TLSOCK_STATE_ESTABLISHED)
		return -ENOTCONN;
	cert = ts->chain ? peer_find_cert(ts->chain, number, &size) : NULL;
	if (!cert)
		return -ENODATA;
	if (put_user(size, len))
		return -EFAULT;
	if (room < size)
		return -ERANGE;
	return copy_to_user(value, cert, size) ? -EFAULT : 0;
}
