/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cipher suites, key exchange groups and signature schemes that the helper can
 * negotiate: those whose bulk cipher kernel TLS has.
 */
#ifndef TLSOCK_LIB_SUITE_H
#define TLSOCK_LIB_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is obsolete, and only used where a profile says so */
enum {
	TL_LEGACY_DHE = 1 << 0,		/* Diffie-Hellman in finite fields (RFC 7919) */
	TL_LEGACY_CCM = 1 << 1,		/* AES-CCM */
	TL_LEGACY_STATIC_RSA = 1 << 2,	/* key exchange without forward secrecy */
};

/**
 * struct tl_suite - one cipher suite
 * @number: IANA number
 * @version: the TLS version that it belongs to (RFC 8446 appendix B.4)
 * @cipher: TLS_CIPHER_* of linux/tls.h
 * @legacy: TL_LEGACY_* that it needs, 0 for none
 * @name: IANA name
 * @wolf: wolfSSL's name
 */
struct tl_suite {
	uint16_t	number;
	uint16_t	version;
	uint16_t	cipher;
	int		legacy;
	const char	*name;
	const char	*wolf;
};

/**
 * struct tl_group - one key exchange group
 * @number: IANA number
 * @hybrid: needs ML-KEM in wolfSSL
 * @standard: in the default list
 * @legacy: TL_LEGACY_* that it needs, 0 for none
 * @name: IANA name
 */
struct tl_group {
	uint16_t	number;
	bool		hybrid;
	bool		standard;
	int		legacy;
	const char	*name;
};

/**
 * struct tl_scheme - one signature scheme (RFC 8446 section 4.2.3)
 * @name: IANA name
 * @wolf: wolfSSL's name
 */
struct tl_scheme {
	const char	*name;
	const char	*wolf;
};

/* In order of preference. */
extern const struct tl_suite tl_suites[];
extern const size_t tl_suites_count;
extern const struct tl_group tl_groups[];
extern const size_t tl_groups_count;
extern const struct tl_scheme tl_schemes[];
extern const size_t tl_schemes_count;

/** tl_suite_by_number - NULL if the helper cannot use that suite */
const struct tl_suite *tl_suite_by_number(uint16_t number);

/** tl_suite_hash_length - bytes of the suite's hash, 0 if it is not known */
size_t tl_suite_hash_length(uint16_t number);

/** tl_suite_by_name - by IANA name of @length bytes, case is ignored; NULL if unknown */
const struct tl_suite *tl_suite_by_name(const char *name, size_t length);

/** tl_group_by_name - by IANA name of @length bytes, case is ignored; NULL if unknown */
const struct tl_group *tl_group_by_name(const char *name, size_t length);

/** tl_scheme_by_name - by IANA name of @length bytes, case is ignored; NULL if unknown */
const struct tl_scheme *tl_scheme_by_name(const char *name, size_t length);

#endif
