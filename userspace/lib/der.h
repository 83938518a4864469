/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading DER (X.690) that a peer sent: every length is checked against what
 * encloses it. Nothing is copied; spans point into the bytes.
 */
#ifndef TLSOCK_LIB_DER_H
#define TLSOCK_LIB_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TL_DER_BOOLEAN = 0x01,
	TL_DER_INTEGER = 0x02,
	TL_DER_BIT_STRING = 0x03,
	TL_DER_OCTET_STRING = 0x04,
	TL_DER_OID = 0x06,
	TL_DER_UTC_TIME = 0x17,
	TL_DER_GENERALIZED_TIME = 0x18,
	TL_DER_SEQUENCE = 0x30,
	TL_DER_SET = 0x31,
};

/** struct tl_span - some bytes that belong to somebody else */
struct tl_span {
	const uint8_t	*data;
	size_t		length;
};

/**
 * tl_der_take - take one element off the front
 * @rest: what is left, moved behind the element on success
 * @tag: its tag
 * @value: its contents; another span than @rest
 *
 * Return: false if there is no whole element
 */
bool tl_der_take(struct tl_span *rest, uint8_t *tag, struct tl_span *value);

/** tl_der_take_tag - take one element that must have the tag @want */
bool tl_der_take_tag(struct tl_span *rest, uint8_t want, struct tl_span *value);

/** tl_der_take_whole - the same with its tag and length in @whole */
bool tl_der_take_whole(struct tl_span *rest, uint8_t want, struct tl_span *whole);

/** tl_der_unsigned - an integer without the zeros before it, as in struct tlsock_peer */
struct tl_span tl_der_unsigned(struct tl_span integer);

/** tl_der_same - are the bytes the same? */
bool tl_der_same(struct tl_span a, struct tl_span b);

/** tl_der_is - are the bytes these? @length: bytes at @data */
bool tl_der_is(struct tl_span span, const void *data, size_t length);

#endif
