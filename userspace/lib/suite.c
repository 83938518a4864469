// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of cipher suites and the table of groups. AES-128 comes first: the
 * handshake is cheaper by a sixth than with SHA-384, and nothing is gained by
 * 256 bits before the key exchange has as many. Left out: static RSA, finite
 * field Diffie-Hellman, CBC (kernel TLS has none) and CCM.
 */
#include "suite.h"

#include <linux/tls.h>
#include <strings.h>

#include "config.h"

#define SUITE(number, version, cipher, name, wolf) { number, version, cipher, name, wolf }

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
};

const size_t tl_suites_count = sizeof(tl_suites) / sizeof(tl_suites[0]);

const struct tl_group tl_groups[] = {
	{ 0x11ec, true, true, "X25519MLKEM768" },
	{ 0x001d, false, true, "x25519" },
	{ 0x0017, false, true, "secp256r1" },
	{ 0x0018, false, true, "secp384r1" },
	{ 0x0019, false, false, "secp521r1" },
};

const size_t tl_groups_count = sizeof(tl_groups) / sizeof(tl_groups[0]);

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
