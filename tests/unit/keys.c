// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys given to kernel TLS, checked by doing what the kernel does with
 * them: a record that wolfSSL seals after the handshake is opened with the
 * struct of the other side, built from RFC 8446 section 5.3, RFC 5288 and
 * RFC 7905 and wolfCrypt's plain ciphers.
 */
#include <linux/tls.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "lib/suite.h"
#include "tlsockd/keys.h"
#include "tlsockd/wolf.h"

#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/chacha20_poly1305.h>

#define TAG	16

struct opened {
	uint8_t	text[256];
	size_t	length;
};

/* The fields of either AES struct, which differ in the key's length only. */
struct view {
	const uint8_t	*key, *iv, *salt, *sequence;
	size_t		key_length;
};

static struct view view_of(const union tl_ktls_info *info)
{
	const struct tls12_crypto_info_aes_gcm_128 *a = &info->aes_gcm_128;
	const struct tls12_crypto_info_aes_gcm_256 *b = &info->aes_gcm_256;
	const struct tls12_crypto_info_chacha20_poly1305 *c = &info->chacha20_poly1305;
	const struct tls12_crypto_info_aes_ccm_128 *d = &info->aes_ccm_128;

	if (info->info.cipher_type == TLS_CIPHER_AES_GCM_128)
		return (struct view){ a->key, a->iv, a->salt, a->rec_seq, sizeof(a->key) };
	if (info->info.cipher_type == TLS_CIPHER_AES_CCM_128)
		return (struct view){ d->key, d->iv, d->salt, d->rec_seq, sizeof(d->key) };
	if (info->info.cipher_type == TLS_CIPHER_AES_GCM_256)
		return (struct view){ b->key, b->iv, b->salt, b->rec_seq, sizeof(b->key) };
	return (struct view){ c->key, c->iv, c->salt, c->rec_seq, sizeof(c->key) };
}

/* Opens a record as the receiving kernel would; 0 if its tag is right. */
static int open_record(const union tl_ktls_info *info, const uint8_t *record, size_t length,
		       struct opened *out)
{
	bool chacha = info->info.cipher_type == TLS_CIPHER_CHACHA20_POLY1305;
	bool ccm = info->info.cipher_type == TLS_CIPHER_AES_CCM_128;
	bool old = info->info.version == TL_VERSION_1_2;
	size_t explicit_length = old && !chacha ? 8 : 0;
	const uint8_t *body = record + 5 + explicit_length;
	size_t text = length - 5 - explicit_length - TAG;
	struct view v = view_of(info);
	uint8_t nonce[12], aad[13];
	size_t aad_length = 5, i;
	Aes aes;
	int ret;

	if (chacha) {
		memcpy(nonce, v.iv, 12);
	} else {
		memcpy(nonce, v.salt, 4);
		memcpy(nonce + 4, explicit_length ? record + 5 : v.iv, 8);
	}
	for (i = 0; !explicit_length && i < 8; i++)
		nonce[4 + i] ^= v.sequence[i];
	memcpy(aad, record, 5);
	if (old) {
		memcpy(aad, v.sequence, 8);
		memcpy(aad + 8, record, 3);
		aad[11] = (uint8_t)(text >> 8);
		aad[12] = (uint8_t)text;
		aad_length = 13;
	}
	out->length = text;
	if (chacha)
		return wc_ChaCha20Poly1305_Decrypt(v.key, nonce, aad, (word32)aad_length, body,
						   (word32)text, body + text, out->text);
	ret = wc_AesInit(&aes, NULL, INVALID_DEVID);
	if (ret == 0 && ccm)
		ret = wc_AesCcmSetKey(&aes, v.key, (word32)v.key_length);
	else if (ret == 0)
		ret = wc_AesGcmSetKey(&aes, v.key, (word32)v.key_length);
	if (ret == 0 && ccm)
		ret = wc_AesCcmDecrypt(&aes, out->text, body, (word32)text, nonce, sizeof(nonce),
				       body + text, TAG, aad, (word32)aad_length);
	else if (ret == 0)
		ret = wc_AesGcmDecrypt(&aes, out->text, body, (word32)text, nonce, sizeof(nonce),
				       body + text, TAG, aad, (word32)aad_length);
	wc_AesFree(&aes);
	return ret;
}

/* What one side's wolfSSL seals, the other side's receive keys open. */
static void check_direction(struct __test_metadata *_metadata, struct td_engine *from,
			    struct td_engine *to)
{
	static const char text[] = "sealed by wolfSSL";
	union tl_ktls_info tx, rx;
	struct opened opened;
	int length;

	length = td_keys_get(from, TLS_TX, &tx);
	ASSERT_LT(0, length);
	ASSERT_EQ(length, td_keys_get(to, TLS_RX, &rx));
	from->out_length = 0;
	ASSERT_EQ((int)sizeof(text), wolfSSL_write(from->ssl, text, sizeof(text)));
	ASSERT_EQ(0, open_record(&rx, from->out, from->out_length, &opened));
	EXPECT_EQ(0, memcmp(text, opened.text, sizeof(text)));
	/* The sender's explicit nonce is the one that wolfSSL would use next. */
	if (tx.info.version == TL_VERSION_1_2 &&
	    tx.info.cipher_type != TLS_CIPHER_CHACHA20_POLY1305) {
		EXPECT_EQ(0, memcmp(view_of(&tx).iv, from->out + 5, 8));
	} else {
		EXPECT_EQ(0, memcmp(&tx, &rx, (size_t)length));
	}
}

TEST(every_suite)
{
	struct tl_profile profiles[] = { t_profile("default", ""), t_profile("server", "") };
	struct td_contexts *contexts;
	struct t_pair pair;
	size_t i;

	for (i = 0; i < tl_suites_count; i++) {
		if (tl_suites[i].legacy & ~TD_WOLF_LEGACY)
			continue;
		profiles[1] = t_profile("server", strstr(tl_suites[i].name, "_RSA_") ?
					"server-rsa" : "server");
		profiles[0].ciphers = (char *)tl_suites[i].name;
		profiles[0].legacy = tl_suites[i].legacy;
		profiles[1].legacy = tl_suites[i].legacy;
		contexts = t_contexts(profiles, 2);
		t_pair_init(&pair);
		t_pair_run(&pair, contexts);
		ASSERT_EQ(TD_ENGINE_DONE, pair.client.engine->state);
		ASSERT_EQ(TD_ENGINE_DONE, pair.server.engine->state);
		ASSERT_EQ(tl_suites[i].number, pair.client.result.cipher);
		check_direction(_metadata, pair.client.engine, pair.server.engine);
		check_direction(_metadata, pair.server.engine, pair.client.engine);
		t_pair_free(&pair);
		td_context_free(contexts);
	}
}

/* Before the end there are none to be had. */
TEST(not_before_the_end)
{
	struct tl_profile profiles[] = { t_profile("default", "") };
	struct td_contexts *contexts = t_contexts(profiles, 1);
	union tl_ktls_info info;
	struct t_pair pair;

	t_pair_init(&pair);
	ASSERT_EQ(0, t_side_start(&pair.client, contexts));
	EXPECT_GT(0, td_keys_get(pair.client.engine, TLS_TX, &info));
	t_pair_free(&pair);
	td_context_free(contexts);
}

TEST_HARNESS_MAIN
