/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cipher suites and key exchange groups that the helper can negotiate:
 * those whose bulk cipher kernel TLS has, with forward secrecy.
 */
#ifndef TLSOCK_LIB_SUITE_H
#define TLSOCK_LIB_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct tl_suite - one cipher suite
 * @number: IANA number
 * @version: the TLS version that it belongs to (RFC 8446 appendix B.4)
 * @cipher: TLS_CIPHER_* of linux/tls.h
 * @name: IANA name
 * @wolf: wolfSSL's name
 */
struct tl_suite {
	uint16_t	number;
	uint16_t	version;
	uint16_t	cipher;
	const char	*name;
	const char	*wolf;
};

/**
 * struct tl_group - one key exchange group
 * @number: IANA number
 * @hybrid: needs ML-KEM in wolfSSL
 * @standard: in the default list
 * @name: IANA name
 */
struct tl_group {
	uint16_t	number;
	bool		hybrid;
	bool		standard;
	const char	*name;
};

/* In order of preference. */
extern const struct tl_suite tl_suites[];
extern const size_t tl_suites_count;
extern const struct tl_group tl_groups[];
extern const size_t tl_groups_count;

/** tl_suite_by_number - NULL if the helper cannot use that suite */
const struct tl_suite *tl_suite_by_number(uint16_t number);

/** tl_suite_by_name - by IANA name of @length bytes, case is ignored; NULL if unknown */
const struct tl_suite *tl_suite_by_name(const char *name, size_t length);

/** tl_group_by_name - by IANA name of @length bytes, case is ignored; NULL if unknown */
const struct tl_group *tl_group_by_name(const char *name, size_t length);

#endif
