// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names that cannot stand as text are left out rather than changed: a program
 * compares them, and none must look like another.
 */
#include "peer.h"

#include <errno.h>
#include <string.h>

#include "../lib/cert.h"
#include "digest.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/sha256.h>

#define NAME_MAX_LENGTH	300	/* a DNS name and its kind have less */

_Static_assert(TD_PEER_SUBJECT < TLSOCK_MAX_PEER_NAMES, "there is room for a name");

static void put_subject(struct td_peer *peer, const char *subject)
{
	size_t length = strnlen(subject, TD_PEER_SUBJECT), i;

	for (i = 0; i < length; i++)
		peer->names[i] = subject[i] >= ' ' && subject[i] <= '~' ? subject[i] : '?';
	peer->names[length] = '\0';
	peer->head.names_length = (__u16)(length + 1);
}

static void put_names(struct td_peer *peer, struct tl_span rest)
{
	char text[NAME_MAX_LENGTH];
	size_t left;
	int length;

	while ((length = tl_cert_next_name(&rest, text, sizeof(text))) >= 0) {
		left = sizeof(peer->names) - peer->head.names_length;
		if (!length || (size_t)length > left) {
			peer->head.flags |= TLSOCK_PEER_MORE;
			continue;
		}
		memcpy(peer->names + peer->head.names_length, text, (size_t)length);
		peer->head.names_length += (__u16)length;
	}
}

/* DER writes a zero before a number whose first bit is set. */
static void put_serial(struct tlsock_peer *head, struct tl_span serial)
{
	serial = tl_der_unsigned(serial);
	if (serial.length > sizeof(head->serial))
		return;
	memcpy(head->serial, serial.data, serial.length);
	head->serial_length = (__u8)serial.length;
}

int td_peer_hash_issuer(struct tl_span issuer, uint8_t hash[TD_PEER_HASH])
{
	return td_digest_name(WC_HASH_TYPE_SHA256, issuer, hash);
}

int td_peer_set(struct td_peer *peer, const struct tl_cert *cert, const char *subject)
{
	struct tlsock_peer *head = &peer->head;

	memset(peer, 0, sizeof(*peer));
	if (wc_Sha256Hash(cert->der.data, (word32)cert->der.length, head->sha256) ||
	    td_peer_hash_issuer(cert->issuer, head->issuer_sha256))
		return -EIO;
	head->size = sizeof(*head);
	head->not_after = tl_cert_time(cert->not_after_tag, cert->not_after);
	put_serial(head, cert->serial);
	put_subject(peer, subject);
	put_names(peer, cert->names);
	return 0;
}

void td_peer_set_psk(struct td_peer *peer, const char *identity)
{
	static const char kind[] = "PSK:";
	char *name = peer->names + 1;	/* behind an empty subject */
	size_t length = strnlen(identity, NAME_MAX_LENGTH);

	memset(peer, 0, sizeof(*peer));
	for (size_t i = 0; i < length; i++)
		if (identity[i] < ' ' || identity[i] > '~')
			return;
	memcpy(name, kind, sizeof(kind) - 1);
	memcpy(name + sizeof(kind) - 1, identity, length);
	peer->head.size = sizeof(peer->head);
	peer->head.names_length = (__u16)(1 + sizeof(kind) + length);
}

size_t td_peer_size(const struct td_peer *peer)
{
	return peer->head.size ? sizeof(peer->head) + peer->head.names_length : 0;
}

const char *td_peer_subject(const struct td_peer *peer)
{
	return peer->head.size ? peer->names : "";
}

bool td_peer_check(const struct td_peer *peer)
{
	const struct tlsock_peer *head = &peer->head;

	if (!head->size)
		return true;
	return head->size == sizeof(*head) && !head->reserved &&
	       !(head->flags & ~(TLSOCK_PEER_VERIFIED | TLSOCK_PEER_MORE)) &&
	       head->serial_length <= sizeof(head->serial) && head->names_length > 0 &&
	       head->names_length <= sizeof(peer->names) && !peer->names[head->names_length - 1];
}

void td_peer_take(struct td_peer *peer, const void *data, size_t length)
{
	memset(peer, 0, sizeof(*peer));
	if (length > sizeof(*peer))
		return;
	if (length)
		memcpy(peer, data, length);
	if (!td_peer_check(peer) || td_peer_size(peer) != length)
		memset(peer, 0, sizeof(*peer));
}
