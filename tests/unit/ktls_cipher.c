// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's structs for keys, byte by byte. */
#include "lib/ktls_cipher.h"

#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/suite.h"

static const uint8_t key[32] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const uint8_t iv[12] = { 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
static const uint8_t nonce[8] = { 40, 41, 42, 43, 44, 45, 46, 47 };
static const uint8_t sequence[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct tl_ktls_keys keys(uint16_t version, uint16_t cipher, size_t key_length,
				size_t iv_length)
{
	return (struct tl_ktls_keys){ version, cipher, key, key_length, iv, iv_length, NULL,
		0x0102030405060708 };
}

TEST(aes_gcm_13)
{
	struct tl_ktls_keys in = keys(0x0304, TLS_CIPHER_AES_GCM_128, 16, 12);
	union tl_ktls_info out;

	ASSERT_EQ((int)sizeof(out.aes_gcm_128), tl_ktls_cipher_fill(&in, &out));
	EXPECT_EQ(0x0304, out.info.version);
	EXPECT_EQ(TLS_CIPHER_AES_GCM_128, out.info.cipher_type);
	EXPECT_EQ(0, memcmp(out.aes_gcm_128.key, key, 16));
	EXPECT_EQ(0, memcmp(out.aes_gcm_128.salt, iv, 4));
	EXPECT_EQ(0, memcmp(out.aes_gcm_128.iv, iv + 4, 8));
	EXPECT_EQ(0, memcmp(out.aes_gcm_128.rec_seq, sequence, 8));
}

TEST(aes_gcm_12)
{
	struct tl_ktls_keys in = keys(0x0303, TLS_CIPHER_AES_GCM_256, 32, 4);
	const uint8_t zero[8] = { 0 };
	union tl_ktls_info out;

	in.nonce = nonce;
	ASSERT_EQ((int)sizeof(out.aes_gcm_256), tl_ktls_cipher_fill(&in, &out));
	EXPECT_EQ(0, memcmp(out.aes_gcm_256.key, key, 32));
	EXPECT_EQ(0, memcmp(out.aes_gcm_256.salt, iv, 4));
	EXPECT_EQ(0, memcmp(out.aes_gcm_256.iv, nonce, 8));
	in.nonce = NULL;
	ASSERT_LT(0, tl_ktls_cipher_fill(&in, &out));
	EXPECT_EQ(0, memcmp(out.aes_gcm_256.iv, zero, 8));
}

TEST(chacha20)
{
	struct tl_ktls_keys in = keys(0x0303, TLS_CIPHER_CHACHA20_POLY1305, 32, 12);
	union tl_ktls_info out;

	ASSERT_EQ((int)sizeof(out.chacha20_poly1305), tl_ktls_cipher_fill(&in, &out));
	EXPECT_EQ(0, memcmp(out.chacha20_poly1305.key, key, 32));
	EXPECT_EQ(0, memcmp(out.chacha20_poly1305.iv, iv, 12));
	EXPECT_EQ(0, memcmp(out.chacha20_poly1305.rec_seq, sequence, 8));
}

TEST(refused)
{
	union tl_ktls_info out;
	struct tl_ktls_keys in;

	in = keys(0x0302, TLS_CIPHER_AES_GCM_128, 16, 12);
	EXPECT_EQ(-EOPNOTSUPP, tl_ktls_cipher_fill(&in, &out));
	in = keys(0x0304, 0xffff, 16, 12);
	EXPECT_EQ(-EOPNOTSUPP, tl_ktls_cipher_fill(&in, &out));
	in = keys(0x0304, TLS_CIPHER_AES_GCM_128, 32, 12);
	EXPECT_EQ(-EINVAL, tl_ktls_cipher_fill(&in, &out));
	in = keys(0x0304, TLS_CIPHER_AES_GCM_128, 16, 4);
	EXPECT_EQ(-EINVAL, tl_ktls_cipher_fill(&in, &out));
	in = keys(0x0303, TLS_CIPHER_AES_GCM_128, 16, 12);
	EXPECT_EQ(-EINVAL, tl_ktls_cipher_fill(&in, &out));
}

TEST(suites)
{
	size_t i;

	for (i = 0; i < tl_suites_count; i++) {
		const struct tl_suite *suite = &tl_suites[i];

		EXPECT_NE(NULL, tl_ktls_cipher_name(suite->cipher));
		EXPECT_EQ(suite, tl_suite_by_number(suite->number));
		EXPECT_EQ(suite, tl_suite_by_name(suite->name, strlen(suite->name)));
	}
	EXPECT_EQ(NULL, tl_suite_by_number(0x002f));
	EXPECT_EQ(NULL, tl_suite_by_name("TLS_AES_128", 11));
	EXPECT_EQ(NULL, tl_suite_by_name("", 0));
	EXPECT_EQ(&tl_groups[1], tl_group_by_name("X25519", 6));
	EXPECT_EQ(NULL, tl_group_by_name("X2551", 5));
	EXPECT_EQ(NULL, tl_ktls_cipher_name(0));
}

TEST_HARNESS_MAIN
