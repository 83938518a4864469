// SPDX-License-Identifier: GPL-2.0-only
/*
 * Key updates of TLS 1.3 (RFC 8446 section 4.6.3). Each key follows from a
 * secret that follows from the one before (section 7.2), so nobody is asked:
 * a rekey waits neither for the helper nor for the network, and works when
 * the helper is away.
 */
#include <linux/tls.h>
#include <net/tls_prot.h>

#include "compat_rekey.h"
#include "option.h"
#include "rekey.h"
#include "request.h"
#include "sock.h"
#include "trace.h"

#define REKEY_NONCE	12	/* write IV (RFC 8446 section 5.3) */
#define REKEY_LABEL_MAX	16

/* What kernel TLS takes its keys in. */
union rekey_info {
	union tls_crypto_context			context;
	struct tls12_crypto_info_aes_gcm_128		aes_gcm_128;
	struct tls12_crypto_info_aes_gcm_256		aes_gcm_256;
	struct tls12_crypto_info_aes_ccm_128		aes_ccm_128;
	struct tls12_crypto_info_chacha20_poly1305	chacha20_poly1305;
};

struct rekey_cipher {
	u16	type;
	u16	size;
	u16	key;
	u16	key_length;
	u16	salt;
	u16	salt_length;
	u16	iv;
};

#define REKEY_CIPHER(TYPE, member)						\
	{									\
		.type = TLS_CIPHER_##TYPE,					\
		.size = sizeof_field(union rekey_info, member),			\
		.key = offsetof(union rekey_info, member.key),			\
		.key_length = TLS_CIPHER_##TYPE##_KEY_SIZE,			\
		.salt = offsetof(union rekey_info, member.salt),		\
		.salt_length = TLS_CIPHER_##TYPE##_SALT_SIZE,			\
		.iv = offsetof(union rekey_info, member.iv),			\
	}

/* The next key of a direction and all that follows with it. */
struct rekey_next {
	const struct rekey_cipher	*cipher;
	u8				secret[TLSOCK_MAX_SECRET];
	u8				nonce[REKEY_NONCE];
	union rekey_info		info;
};

static const struct rekey_cipher rekey_ciphers[] = {
	REKEY_CIPHER(AES_GCM_128, aes_gcm_128),
	REKEY_CIPHER(AES_GCM_256, aes_gcm_256),
	REKEY_CIPHER(AES_CCM_128, aes_ccm_128),
	REKEY_CIPHER(CHACHA20_POLY1305, chacha20_poly1305),
};

/* HKDF-Expand-Label without context, of at most one hash (RFC 8446 section 7.1). */
static void rekey_expand(const u8 *secret, u8 secret_length, const char *label, u8 *out,
			 u8 length)
{
	u8 input[2 + 1 + REKEY_LABEL_MAX + 6 + 1 + 1] = { 0, length };
	u8 hash[TLSOCK_MAX_SECRET];
	size_t used;

	used = 3 + scnprintf(input + 3, REKEY_LABEL_MAX + 7, "tls13 %s", label);
	input[2] = used - 3;
	input[used++] = 0;	/* the empty context's length */
	input[used++] = 1;	/* first block of HKDF-Expand (RFC 5869 section 2.3) */
	tlsock_compat_hmac(secret, secret_length, input, used, hash);
	memcpy(out, hash, length);
	memzero_explicit(hash, sizeof(hash));
}

static const struct rekey_cipher *rekey_find_cipher(u16 type)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(rekey_ciphers); i++)
		if (rekey_ciphers[i].type == type)
			return &rekey_ciphers[i];
	return NULL;
}

static u8 *rekey_secret(struct tlsock_rekey *rekey, int direction)
{
	return rekey->secrets + (direction == TLS_TX ? 0 : rekey->length);
}

/* What follows from the present secret of a direction; the caller wipes @next. */
static int rekey_derive(const struct tlsock_sock *ts, int direction, struct rekey_next *next)
{
	const struct tls_context *ctx = tls_get_ctx(ts->inner->sk);
	const struct tls_crypto_info *old = direction == TLS_TX ? &ctx->crypto_send.info :
								  &ctx->crypto_recv.info;
	const struct rekey_cipher *cipher = rekey_find_cipher(old->cipher_type);
	u8 *info = (u8 *)&next->info;
	u8 length = ts->rekey->length;

	if (!cipher)
		return -EOPNOTSUPP;
	memset(next, 0, sizeof(*next));
	next->cipher = cipher;
	rekey_expand(rekey_secret(ts->rekey, direction), length, "traffic upd", next->secret,
		     length);
	next->info.context.info = *old;
	rekey_expand(next->secret, length, "key", info + cipher->key, cipher->key_length);
	rekey_expand(next->secret, length, "iv", next->nonce, sizeof(next->nonce));
	memcpy(info + cipher->salt, next->nonce, cipher->salt_length);
	memcpy(info + cipher->iv, next->nonce + cipher->salt_length,
	       sizeof(next->nonce) - cipher->salt_length);
	return 0;
}

static int rekey_install(struct tlsock_sock *ts, int direction, const struct rekey_next *next)
{
	const struct rekey_cipher *cipher = next->cipher;
	int err;

	err = tlsock_compat_change_key(ts->inner->sk, direction, &next->info.context, cipher->size,
				       (const u8 *)&next->info + cipher->key, cipher->key_length,
				       next->nonce);
	if (err)
		return err;
	memcpy(rekey_secret(ts->rekey, direction), next->secret, ts->rekey->length);
	atomic_inc(&ts->rekey->count);
	trace_tlsock_rekey(tlsock_outer(ts), direction);
	return 0;
}

/**
 * tlsock_rekey_init - keep what later keys are made of
 * @ts: in state HANDSHAKE, its version set
 * @done: with the traffic secrets, if the helper gave them
 *
 * Without secrets, memory or a kernel TLS that can rekey, a key update of the
 * peer ends the connection.
 *
 * Context: process, outer sk_lock held
 */
void tlsock_rekey_init(struct tlsock_sock *ts, const struct tlsock_done *done)
{
	const struct tlsock_net *tn = tlsock_request_net(sock_net(tlsock_outer(ts)));
	struct tlsock_rekey *rekey;

	if (!tlsock_compat_can_rekey() || ts->version != TLS_1_3_VERSION || !done->secret_length)
		return;
	rekey = kzalloc(struct_size(rekey, secrets, 2 * done->secret_length), GFP_KERNEL_ACCOUNT);
	if (!rekey)
		return;
	init_rwsem(&rekey->tx_sem);
	rekey->tx_limit = READ_ONCE(tn->rekey_records) ?: U64_MAX;
	rekey->length = done->secret_length;
	memcpy(rekey_secret(rekey, TLS_TX), done->tx_secret, rekey->length);
	memcpy(rekey_secret(rekey, TLS_RX), done->rx_secret, rekey->length);
	ts->rekey = rekey;
}

/** tlsock_rekey_free - wipe the secrets; there need not be any */
void tlsock_rekey_free(struct tlsock_sock *ts)
{
	kfree_sensitive(ts->rekey);
}

/**
 * tlsock_rekey_receive - the peer changed its key
 * @ts: in state ESTABLISHED; the KeyUpdate was the last record under the old key
 *
 * Context: process, ctrl_lock held, takes the inner sk_lock
 * Return: 0, -EOPNOTSUPP without a way to the next key, or a negative errno
 * of kernel TLS
 */
int tlsock_rekey_receive(struct tlsock_sock *ts)
{
	struct rekey_next next;
	int err;

	lockdep_assert_held(&ts->ctrl_lock);
	if (!ts->rekey)
		return -EOPNOTSUPP;
	err = rekey_derive(ts, TLS_RX, &next);
	if (!err)
		err = rekey_install(ts, TLS_RX, &next);
	memzero_explicit(&next, sizeof(next));
	return err;
}

/* With tx_sem held for writing: tell the peer, then change the key. */
static int rekey_change(struct tlsock_sock *ts, bool request)
{
	const u8 message[] = { TLSOCK_HS_KEY_UPDATE, 0, 0, 1, request };
	struct rekey_next next;
	int err;

	if (test_bit(TLSOCK_F_TX_CLOSED, &ts->flags))
		return -EPIPE;
	err = rekey_derive(ts, TLS_TX, &next);
	if (!err)
		err = tlsock_record_send(ts, TLS_RECORD_TYPE_HANDSHAKE, message, sizeof(message));
	if (!err) {
		err = rekey_install(ts, TLS_TX, &next);
		/* COMMIT POINT: the peer expects the new key and will take no other. */
		if (err)
			tlsock_record_abort(ts, -err, -1, -1, "kernel TLS refused the next key");
		else
			clear_bit(TLSOCK_F_TX_REKEY, &ts->flags);
	}
	memzero_explicit(&next, sizeof(next));
	return err;
}

/**
 * tlsock_rekey_send - change the key for sending
 * @ts: in state ESTABLISHED
 * @request: the peer shall change its key too
 *
 * Context: process, takes tx_sem and the inner sk_lock; waits for senders
 * that are inside kernel TLS, never for the peer
 * Return: 0, -EOPNOTSUPP without a way to the next key, -EPIPE after
 * shutdown(), -EAGAIN without memory, or a negative errno of kernel TLS
 */
int tlsock_rekey_send(struct tlsock_sock *ts, bool request)
{
	int err;

	if (!ts->rekey)
		return -EOPNOTSUPP;
	down_write(&ts->rekey->tx_sem);
	err = rekey_change(ts, request);
	up_write(&ts->rekey->tx_sem);
	return err;
}

/**
 * tlsock_rekey_send_due - change the key for sending if nobody else just did
 * @ts: tlsock_rekey_is_due() said so
 *
 * Context: as tlsock_rekey_send()
 * Return: as tlsock_rekey_send()
 */
int tlsock_rekey_send_due(struct tlsock_sock *ts)
{
	int err = 0;

	down_write(&ts->rekey->tx_sem);
	if (tlsock_rekey_is_due(ts))
		err = rekey_change(ts, false);
	up_write(&ts->rekey->tx_sem);
	return err;
}
