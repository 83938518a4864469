/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the peer's certificate is for, in the form that the kernel gives to
 * programs (TLSOCK_PEER).
 */
#ifndef TLSOCKD_PEER_H
#define TLSOCKD_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/tlsock.h>

#include "../lib/der.h"

struct tl_cert;

/* Longest subject, a longer one is cut */
#define TD_PEER_SUBJECT	255

#define TD_PEER_HASH	32	/* SHA-256 */

/**
 * struct td_peer - a struct tlsock_peer and its names
 * @head: its size is 0 if there was no certificate
 * @names: as many as fit, whole ones only
 */
struct td_peer {
	struct tlsock_peer	head;
	char			names[TLSOCK_MAX_PEER_NAMES];
};

/**
 * td_peer_set - read a certificate
 * @peer: filled; TLSOCK_PEER_VERIFIED is left to others
 * @cert: the peer's own
 * @subject: its subject as text; what is not printable becomes "?"
 *
 * Return: 0, or -EIO (hash), with @peer empty
 */
int td_peer_set(struct td_peer *peer, const struct tl_cert *cert, const char *subject);

/**
 * td_peer_set_psk - of a peer that has a pre-shared key
 * @peer: filled, with "PSK:" and the identity as its only name
 * @identity: what the key is called; not told if it is not printable ASCII
 */
void td_peer_set_psk(struct td_peer *peer, const char *identity);

/** td_peer_hash_issuer - hash of an issuer's name, whose contents are given; 0 or -EIO */
int td_peer_hash_issuer(struct tl_span issuer, uint8_t hash[TD_PEER_HASH]);

/** td_peer_size - bytes that are used, 0 if there was no certificate */
size_t td_peer_size(const struct td_peer *peer);

/** td_peer_subject - the subject, "" if there is none */
const char *td_peer_subject(const struct td_peer *peer);

/**
 * td_peer_take - read one that comes from the kernel
 * @peer: filled, empty if @data is none
 * @data: bytes, not trusted
 * @length: their number
 */
void td_peer_take(struct td_peer *peer, const void *data, size_t length);

/** td_peer_check - is it empty or well formed? */
bool td_peer_check(const struct td_peer *peer);

#endif
