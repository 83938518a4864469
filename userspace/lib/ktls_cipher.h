/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structs that kernel TLS takes its keys in, filled from a table: one row
 * for each cipher and no switch.
 */
#ifndef TLSOCK_LIB_KTLS_CIPHER_H
#define TLSOCK_LIB_KTLS_CIPHER_H

#include <linux/tls.h>
#include <stddef.h>
#include <stdint.h>

#define TL_KTLS_NONCE_LENGTH	8

/** union tl_ktls_info - any of the kernel's structs; holds a key, wipe it */
union tl_ktls_info {
	struct tls_crypto_info				info;
	struct tls12_crypto_info_aes_gcm_128		aes_gcm_128;
	struct tls12_crypto_info_aes_gcm_256		aes_gcm_256;
	struct tls12_crypto_info_chacha20_poly1305	chacha20_poly1305;
	struct tls12_crypto_info_aes_ccm_128		aes_ccm_128;
};

/**
 * struct tl_ktls_keys - the keys of one direction as TLS has them
 * @version: 0x0303 or 0x0304
 * @cipher: TLS_CIPHER_*
 * @key: bulk key
 * @key_length: its bytes
 * @iv: write IV: 12 bytes, or the 4 byte salt of TLS 1.2 AES-GCM and AES-CCM
 * @iv_length: its bytes
 * @nonce: TLS 1.2 AES: TL_KTLS_NONCE_LENGTH bytes, the explicit nonce of the next record;
 *	NULL otherwise and for receiving, where each record brings its own
 * @sequence: number of the next record
 */
struct tl_ktls_keys {
	uint16_t	version;
	uint16_t	cipher;
	const uint8_t	*key;
	size_t		key_length;
	const uint8_t	*iv;
	size_t		iv_length;
	const uint8_t	*nonce;
	uint64_t	sequence;
};

/** tl_ktls_cipher_name - name of a TLS_CIPHER_*, NULL if it has no row */
const char *tl_ktls_cipher_name(uint16_t cipher);

/**
 * tl_ktls_cipher_fill - fill the struct for setsockopt(SOL_TLS, TLS_TX or TLS_RX)
 * @keys: one direction
 * @out: filled on success; the caller wipes it
 *
 * Return: bytes of the struct, -EOPNOTSUPP for a cipher or version without
 * a row, -EINVAL if a length is not that of the cipher
 */
int tl_ktls_cipher_fill(const struct tl_ktls_keys *keys, union tl_ktls_info *out);

#endif
