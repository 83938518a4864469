// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest.h"

#include <errno.h>

#include "wolf.h"
#include <wolfssl/openssl/evp.h>
#include <wolfssl/openssl/x509.h>
#include <wolfssl/wolfcrypt/hash.h>

#define OID_MAX	9

/* An OID and what it stands for */
struct known {
	uint8_t		oid[OID_MAX];
	size_t		length;
	int		type;
};

static const struct known digests[] = {
	{ { 0x2b, 0x0e, 0x03, 0x02, 0x1a }, 5, WC_HASH_TYPE_SHA },
	{ { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 9, WC_HASH_TYPE_SHA256 },
	{ { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02 }, 9, WC_HASH_TYPE_SHA384 },
	{ { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03 }, 9, WC_HASH_TYPE_SHA512 },
};

/* ECDSA and RSA; with WC_HASH_TYPE_NONE those that EVP does not do: RSA-PSS, Ed25519 */
static const struct known signatures[] = {
	{ { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 }, 8, WC_HASH_TYPE_SHA256 },
	{ { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 }, 8, WC_HASH_TYPE_SHA384 },
	{ { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 }, 8, WC_HASH_TYPE_SHA512 },
	{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b }, 9, WC_HASH_TYPE_SHA256 },
	{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c }, 9, WC_HASH_TYPE_SHA384 },
	{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d }, 9, WC_HASH_TYPE_SHA512 },
	{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a }, 9, WC_HASH_TYPE_NONE },
	{ { 0x2b, 0x65, 0x70 }, 3, WC_HASH_TYPE_NONE },
};

static const struct known *find(const struct known *list, size_t n, struct tl_span oid)
{
	for (size_t i = 0; i < n; i++)
		if (tl_der_is(oid, list[i].oid, list[i].length))
			return &list[i];
	return NULL;
}

int td_digest_type(struct tl_span oid)
{
	const struct known *found = find(digests, sizeof(digests) / sizeof(digests[0]), oid);

	return found ? found->type : WC_HASH_TYPE_NONE;
}

int td_digest_name(int type, struct tl_span name, uint8_t *out)
{
	uint8_t head[] = { TL_DER_SEQUENCE, (uint8_t)name.length, 0, 0 };
	word32 head_length = 2;
	wc_HashAlg hash;
	int ret;

	if (name.length > UINT16_MAX)
		return -EIO;
	if (name.length > UINT8_MAX) {
		head[1] = 0x82;
		head[2] = (uint8_t)(name.length >> 8);
		head[3] = (uint8_t)name.length;
		head_length = 4;
	} else if (name.length > INT8_MAX) {
		head[1] = 0x81;
		head[2] = (uint8_t)name.length;
		head_length = 3;
	}
	if (wc_HashInit(&hash, (enum wc_HashType)type))
		return -EIO;
	ret = wc_HashUpdate(&hash, (enum wc_HashType)type, head, head_length) ||
	      wc_HashUpdate(&hash, (enum wc_HashType)type, name.data, (word32)name.length) ||
	      wc_HashFinal(&hash, (enum wc_HashType)type, out);
	wc_HashFree(&hash, (enum wc_HashType)type);
	return ret ? -EIO : 0;
}

static const WOLFSSL_EVP_MD *md_of(int type)
{
	switch (type) {
	case WC_HASH_TYPE_SHA256:
		return wolfSSL_EVP_sha256();
	case WC_HASH_TYPE_SHA384:
		return wolfSSL_EVP_sha384();
	default:
		return wolfSSL_EVP_sha512();
	}
}

static bool verify(WOLFSSL_EVP_PKEY *key, int type, struct tl_span data, struct tl_span signature)
{
	WOLFSSL_EVP_MD_CTX *ctx = wolfSSL_EVP_MD_CTX_new();
	bool good;

	if (!ctx)
		return false;
	good = wolfSSL_EVP_DigestVerifyInit(ctx, NULL, md_of(type), NULL, key) ==
		       WOLFSSL_SUCCESS &&
	       wolfSSL_EVP_DigestVerifyUpdate(ctx, data.data, data.length) == WOLFSSL_SUCCESS &&
	       wolfSSL_EVP_DigestVerifyFinal(ctx, signature.data, signature.length) ==
		       WOLFSSL_SUCCESS;
	wolfSSL_EVP_MD_CTX_free(ctx);
	return good;
}

enum td_signature td_digest_verify(struct tl_span public_key, struct tl_span algorithm,
				   struct tl_span data, struct tl_span signature)
{
	const struct known *found = find(signatures, sizeof(signatures) / sizeof(signatures[0]),
					 algorithm);
	const unsigned char *at = public_key.data;
	WOLFSSL_EVP_PKEY *key;
	bool good;

	/* The first byte is the number of bits that do not count: none. */
	if (!found || signature.length < 2 || signature.data[0] != 0)
		return TD_SIGNATURE_WRONG;
	if (found->type == WC_HASH_TYPE_NONE)
		return TD_SIGNATURE_UNKNOWN;
	key = wolfSSL_d2i_PUBKEY(NULL, &at, (long)public_key.length);
	if (!key)
		return TD_SIGNATURE_WRONG;
	signature.data++;
	signature.length--;
	good = verify(key, found->type, data, signature);
	wolfSSL_EVP_PKEY_free(key);
	return good ? TD_SIGNATURE_GOOD : TD_SIGNATURE_WRONG;
}
