// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of cipher suites and the table of groups. AES-128 comes first: the
 * handshake is cheaper by a sixth than with SHA-384, and nothing is gained by
 * 256 bits before the key exchange has as many. What is obsolete comes last. CBC
 * is left out: kernel TLS has none.
 */
#include "suite.h"

#include <linux/tls.h>
#include <string.h>
#include <strings.h>

#include "config.h"

#define SUITE(number, version, cipher, name, wolf) { number, version, cipher, 0, name, wolf }
#define LEGACY(number, version, cipher, legacy, name, wolf)	\
	{ number, version, cipher, TL_LEGACY_##legacy, name, wolf }

const struct tl_suite tl_suites[] = {
	SUITE(0x1301, TL_VERSION_1_3, TLS_CIPHER_AES_GCM_128,
	      "TLS_AES_128_GCM_SHA256", "TLS13-AES128-GCM-SHA256"),
	SUITE(0x1302, TL_VERSION_1_3, TLS_CIPHER_AES_GCM_256,
	      "TLS_AES_256_GCM_SHA384", "TLS13-AES256-GCM-SHA384"),
	SUITE(0x1303, TL_VERSION_1_3, TLS_CIPHER_CHACHA20_POLY1305,
	      "TLS_CHACHA20_POLY1305_SHA256", "TLS13-CHACHA20-POLY1305-SHA256"),
	SUITE(0xc02b, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_128,
	      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"),
	SUITE(0xc02f, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_128,
	      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
	SUITE(0xc02c, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_256,
	      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"),
	SUITE(0xc030, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_256,
	      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
	SUITE(0xcca9, TL_VERSION_1_2, TLS_CIPHER_CHACHA20_POLY1305,
	      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
	SUITE(0xcca8, TL_VERSION_1_2, TLS_CIPHER_CHACHA20_POLY1305,
	      "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"),
	LEGACY(0x1304, TL_VERSION_1_3, TLS_CIPHER_AES_CCM_128, CCM,
	       "TLS_AES_128_CCM_SHA256", "TLS13-AES128-CCM-SHA256"),
	LEGACY(0xc0ac, TL_VERSION_1_2, TLS_CIPHER_AES_CCM_128, CCM,
	       "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", "ECDHE-ECDSA-AES128-CCM"),
	LEGACY(0x009e, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_128, DHE,
	       "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "DHE-RSA-AES128-GCM-SHA256"),
	LEGACY(0x009f, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_256, DHE,
	       "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "DHE-RSA-AES256-GCM-SHA384"),
	LEGACY(0xccaa, TL_VERSION_1_2, TLS_CIPHER_CHACHA20_POLY1305, DHE,
	       "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "DHE-RSA-CHACHA20-POLY1305"),
	LEGACY(0x009c, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_128, STATIC_RSA,
	       "TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"),
	LEGACY(0x009d, TL_VERSION_1_2, TLS_CIPHER_AES_GCM_256, STATIC_RSA,
	       "TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"),
};

const size_t tl_suites_count = sizeof(tl_suites) / sizeof(tl_suites[0]);

const struct tl_group tl_groups[] = {
	{ 0x11ec, true, true, 0, "X25519MLKEM768" },
	{ 0x001d, false, true, 0, "x25519" },
	{ 0x0017, false, true, 0, "secp256r1" },
	{ 0x0018, false, true, 0, "secp384r1" },
	{ 0x0019, false, false, 0, "secp521r1" },
	{ 0x0100, false, true, TL_LEGACY_DHE, "ffdhe2048" },
	{ 0x0101, false, true, TL_LEGACY_DHE, "ffdhe3072" },
};

const size_t tl_groups_count = sizeof(tl_groups) / sizeof(tl_groups[0]);

const struct tl_scheme tl_schemes[] = {
	{ "ecdsa_secp256r1_sha256", "ECDSA+SHA256" },
	{ "ecdsa_secp384r1_sha384", "ECDSA+SHA384" },
	{ "ecdsa_secp521r1_sha512", "ECDSA+SHA512" },
	{ "ed25519", "ED25519" },
	{ "rsa_pss_rsae_sha256", "RSA-PSS+SHA256" },
	{ "rsa_pss_rsae_sha384", "RSA-PSS+SHA384" },
	{ "rsa_pss_rsae_sha512", "RSA-PSS+SHA512" },
	{ "rsa_pkcs1_sha256", "RSA+SHA256" },
	{ "rsa_pkcs1_sha384", "RSA+SHA384" },
	{ "rsa_pkcs1_sha512", "RSA+SHA512" },
};

const size_t tl_schemes_count = sizeof(tl_schemes) / sizeof(tl_schemes[0]);

static bool same_name(const char *known, const char *name, size_t length)
{
	return strncasecmp(known, name, length) == 0 && known[length] == '\0';
}

const struct tl_suite *tl_suite_by_number(uint16_t number)
{
	size_t i;

	for (i = 0; i < tl_suites_count; i++)
		if (tl_suites[i].number == number)
			return &tl_suites[i];
	return NULL;
}

size_t tl_suite_hash_length(uint16_t number)
{
	const struct tl_suite *suite = tl_suite_by_number(number);

	if (!suite)
		return 0;
	return strstr(suite->name, "SHA384") ? 48 : 32;
}

const struct tl_suite *tl_suite_by_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < tl_suites_count; i++)
		if (same_name(tl_suites[i].name, name, length))
			return &tl_suites[i];
	return NULL;
}

const struct tl_group *tl_group_by_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < tl_groups_count; i++)
		if (same_name(tl_groups[i].name, name, length))
			return &tl_groups[i];
	return NULL;
}

const struct tl_scheme *tl_scheme_by_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < tl_schemes_count; i++)
		if (same_name(tl_schemes[i].name, name, length))
			return &tl_schemes[i];
	return NULL;
}
