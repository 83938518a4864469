// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How TLS's keys lie in the kernel's structs (include/uapi/linux/tls.h). The
 * 12 byte nonce of a record is salt then iv; which bytes the handshake gives
 * depends on version and cipher:
 *	TLS 1.3 AES		salt and iv are the write IV, 4 + 8
 *	TLS 1.2 AES		salt is the write IV, iv the explicit nonce
 *	ChaCha20 (both)		no salt, iv is the write IV
 */
#include "ktls_cipher.h"

#include <errno.h>
#include <string.h>

#include "config.h"

struct cipher {
	const char	*name;
	uint16_t	type;
	uint16_t	size;
	uint16_t	key, key_length;
	uint16_t	iv, iv_length;
	uint16_t	salt, salt_length;
	uint16_t	sequence;
};

#define CIPHER(TYPE, text, struct_name, salt_bytes) {				\
	.name = text,								\
	.type = TLS_CIPHER_##TYPE,						\
	.size = sizeof(struct struct_name),					\
	.key = offsetof(struct struct_name, key),				\
	.key_length = TLS_CIPHER_##TYPE##_KEY_SIZE,				\
	.iv = offsetof(struct struct_name, iv),					\
	.iv_length = TLS_CIPHER_##TYPE##_IV_SIZE,				\
	.salt = offsetof(struct struct_name, salt),				\
	.salt_length = salt_bytes,						\
	.sequence = offsetof(struct struct_name, rec_seq),			\
}

static const struct cipher ciphers[] = {
	CIPHER(AES_GCM_128, "AES-128-GCM", tls12_crypto_info_aes_gcm_128, 4),
	CIPHER(AES_GCM_256, "AES-256-GCM", tls12_crypto_info_aes_gcm_256, 4),
	CIPHER(AES_CCM_128, "AES-128-CCM", tls12_crypto_info_aes_ccm_128, 4),
	CIPHER(CHACHA20_POLY1305, "CHACHA20-POLY1305", tls12_crypto_info_chacha20_poly1305, 0),
};

static const struct cipher *find(uint16_t type)
{
	size_t i;

	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].type == type)
			return &ciphers[i];
	return NULL;
}

const char *tl_ktls_cipher_name(uint16_t cipher)
{
	const struct cipher *row = find(cipher);

	return row ? row->name : NULL;
}

int tl_ktls_cipher_fill(const struct tl_ktls_keys *keys, union tl_ktls_info *out)
{
	const struct cipher *row = find(keys->cipher);
	uint8_t *base = (uint8_t *)out;
	bool explicit_nonce;
	size_t iv_length;
	int i;

	if (!row || (keys->version != TL_VERSION_1_2 && keys->version != TL_VERSION_1_3))
		return -EOPNOTSUPP;
	explicit_nonce = keys->version == TL_VERSION_1_2 && row->salt_length;
	iv_length = row->salt_length + (explicit_nonce ? 0 : row->iv_length);
	if (keys->key_length != row->key_length || keys->iv_length != iv_length)
		return -EINVAL;

	memset(out, 0, sizeof(*out));
	out->info.version = keys->version;
	out->info.cipher_type = row->type;
	memcpy(base + row->key, keys->key, row->key_length);
	memcpy(base + row->salt, keys->iv, row->salt_length);
	if (!explicit_nonce)
		memcpy(base + row->iv, keys->iv + row->salt_length, row->iv_length);
	else if (keys->nonce)
		memcpy(base + row->iv, keys->nonce, TL_KTLS_NONCE_LENGTH);
	for (i = 0; i < 8; i++)
		base[row->sequence + i] = (uint8_t)(keys->sequence >> (56 - 8 * i));
	return row->size;
}
