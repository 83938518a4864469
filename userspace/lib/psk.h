/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pre-shared keys (RFC 8446 section 4.2.11): those that the kernel keeps for NVMe
 * over TCP, of the type "psk" and with the identity as description, and those of
 * a profile, one in a line.
 */
#ifndef TLSOCK_LIB_PSK_H
#define TLSOCK_LIB_PSK_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of an identity and of a key; wolfSSL has room for as many */
#define TL_PSK_MAX_IDENTITY	255
#define TL_PSK_MAX_KEY		64

/* Most keys that one handshake chooses from */
#define TL_PSK_MAX		64

/* Shortest key, bytes: that of SHA-256; of a profile (RFC 9257 section 6.1) */
#define TL_PSK_MIN_KEY		32
#define TL_PSK_MIN_OWN_KEY	16

/**
 * struct tl_psk - one key; wipe it
 * @serial: number of the kernel's key, or which of a profile's it is
 * @suite: cipher suite whose hash it is for, 0 if that is for tl_psk_suite() to say
 * @length: bytes of @key
 * @key: the secret
 * @identity: NUL terminated
 */
struct tl_psk {
	int32_t		serial;
	uint16_t	suite;
	uint8_t		length;
	uint8_t		key[TL_PSK_MAX_KEY];
	char		identity[TL_PSK_MAX_IDENTITY + 1];
};

/**
 * tl_psk_suite - the cipher suite whose hash a key is for
 * @psk: what its @suite says; else "NVMe0R01 ..." and "NVMe1R01 ..." are for
 *	SHA-256, R02 for SHA-384 (NVM Express TCP Transport, section 3.6.1.3); for
 *	other identities the length of the key says it
 *
 * Return: IANA number
 */
uint16_t tl_psk_suite(const struct tl_psk *psk);

/**
 * tl_psk_describe - take the identity from a key's description
 * @description: "type;uid;gid;perm;identity" as of keyctl_describe()
 * @psk: its identity is set on success
 *
 * Return: 0, -ENOKEY (another type of key), -EINVAL (no identity, or one that
 * is too long)
 */
int tl_psk_describe(const char *description, struct tl_psk *psk);

/**
 * tl_psk_set - take the secret
 * @psk: its key is set on success
 * @data: the payload
 * @length: its bytes
 *
 * Return: 0, -EINVAL (too short or too long)
 */
int tl_psk_set(struct tl_psk *psk, const void *data, size_t length);

/**
 * tl_psk_parse - read a line of a profile's file
 * @line: "identity:key", the key in hexadecimal as psktool(1) writes it; ":sha256"
 *	or ":sha384" may follow, for keys that are made for that hash (RFC 8446
 *	section 4.2.11). Not NUL terminated
 * @length: its bytes
 * @psk: filled on success
 *
 * Return: NULL, or a sentence that says what is wrong
 */
const char *tl_psk_parse(const char *line, size_t length, struct tl_psk *psk);

#endif
