/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of keys: what kernel TLS of the newest kernel can, and how to do it
 * from inside the kernel. Kernels before 6.14 know no KeyUpdate.
 */
#ifndef _TLSOCK_COMPAT_REKEY_H
#define _TLSOCK_COMPAT_REKEY_H

#include <crypto/sha2.h>
#include <linux/version.h>
#include <net/snmp.h>
#include <net/sock.h>
#include <net/tls.h>

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

/**
 * tlsock_compat_key_update_settled - let kernel TLS go on behind a handshake record
 * @isk: inner socket with keys
 *
 * Kernel TLS takes any handshake record for a whole KeyUpdate whose first byte
 * is that of one, even if it stands in the middle of a message. It decrypts
 * nothing more until this, so nobody else can have met a true one.
 *
 * Context: process, takes the inner sk_lock
 */
static inline void tlsock_compat_key_update_settled(struct sock *isk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
	lock_sock(isk);
	WRITE_ONCE(tls_sw_ctx_rx(tls_get_ctx(isk))->key_update_pending, false);
	release_sock(isk);
#endif
}

/**
 * tlsock_compat_can_rekey - can kernel TLS change its keys, and we compute them?
 *
 * Return: false on kernels before 6.17
 */
static inline bool tlsock_compat_can_rekey(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0);
}

/**
 * tlsock_compat_change_key - give kernel TLS the next key of a direction
 * @isk: inner socket with keys of TLS 1.3 in both directions
 * @direction: TLS_TX or TLS_RX
 * @info: as for setsockopt(SOL_TLS), with the version and cipher of the old
 *	key, for the first record under the new one
 * @size: bytes of @info
 * @key: the key in @info
 * @key_length: its bytes
 * @nonce: write IV, 12 bytes
 *
 * What setsockopt() does from userspace. It cannot be called from here: its
 * copy of a kernel buffer trips over CONFIG_FORTIFY_SOURCE
 * (copy_from_sockptr_offset() in do_tls_setsockopt_conf()).
 *
 * Only where tlsock_compat_can_rekey().
 *
 * Context: process, takes the inner sk_lock
 * Return: 0, -EOPNOTSUPP if a network card encrypts, or the errno of the cipher
 */
static inline int tlsock_compat_change_key(struct sock *isk, int direction,
					   const union tls_crypto_context *info, size_t size,
					   const u8 *key, size_t key_length, const u8 *nonce)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	struct tls_context *ctx = tls_get_ctx(isk);
	struct tls_sw_context_rx *rx = tls_sw_ctx_rx(ctx);
	bool tx = direction == TLS_TX;
	struct cipher_context *cipher = tx ? &ctx->tx : &ctx->rx;
	int err = -EOPNOTSUPP;

	lock_sock(isk);
	if (ctx->tx_conf == TLS_SW && ctx->rx_conf == TLS_SW)
		err = crypto_aead_setkey(tx ? tls_sw_ctx_tx(ctx)->aead_send : rx->aead_recv,
					 key, key_length);
	if (!err) {
		memcpy(tx ? &ctx->crypto_send : &ctx->crypto_recv, info, size);
		memcpy(cipher->iv, nonce, 12);
		memset(cipher->rec_seq, 0, sizeof(cipher->rec_seq));
		SNMP_INC_STATS(sock_net(isk)->mib.tls_statistics,
			       tx ? LINUX_MIB_TLSTXREKEYOK : LINUX_MIB_TLSRXREKEYOK);
		if (!tx) {
			WRITE_ONCE(rx->key_update_pending, false);
			rx->saved_data_ready(isk);
		}
	}
	release_sock(isk);
	return err;
#else
	return -EOPNOTSUPP;
#endif
}

/**
 * tlsock_compat_hmac - HMAC with the hash whose digest is as long as the key
 * @key: the key
 * @key_length: its bytes: 32 for SHA-256, 48 for SHA-384
 * @data: what to authenticate
 * @size: its bytes
 * @out: @key_length bytes
 *
 * Only where tlsock_compat_can_rekey().
 */
static inline void tlsock_compat_hmac(const u8 *key, size_t key_length, const u8 *data,
				      size_t size, u8 *out)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	if (key_length == SHA256_DIGEST_SIZE)
		hmac_sha256_usingrawkey(key, key_length, data, size, out);
	else
		hmac_sha384_usingrawkey(key, key_length, data, size, out);
#endif
}

#endif /* _TLSOCK_COMPAT_REKEY_H */
