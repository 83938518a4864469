/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walk over netlink attributes in memory that is not trusted. Pure. */
#ifndef TLSOCK_LIB_ATTRIBUTE_H
#define TLSOCK_LIB_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr_storage;

/** struct tl_attribute - one attribute; @type without its flag bits */
struct tl_attribute {
	uint16_t	type;
	const void	*data;
	size_t		length;
};

/** struct tl_attributes - a position in a run of attributes */
struct tl_attributes {
	const unsigned char	*at;
	size_t			left;
};

/** tl_attributes_init - begin at the first attribute of @length bytes */
void tl_attributes_init(struct tl_attributes *attributes, const void *data, size_t length);

/**
 * tl_attributes_next - take the next attribute
 * @attributes: those that are left
 * @out: filled with the attribute taken
 *
 * Return: 1, 0 at the end, -EBADMSG if it does not fit into what is left
 */
int tl_attributes_next(struct tl_attributes *attributes, struct tl_attribute *out);

/** tl_attribute_u16 - value of exactly two bytes; @out is untouched if it is not */
bool tl_attribute_u16(const struct tl_attribute *a, uint16_t *out);

/** tl_attribute_u32 - value of exactly four bytes; @out is untouched if it is not */
bool tl_attribute_u32(const struct tl_attribute *a, uint32_t *out);

/** tl_attribute_u64 - value of exactly eight bytes; @out is untouched if it is not */
bool tl_attribute_u64(const struct tl_attribute *a, uint64_t *out);

/** tl_attribute_address - a struct sockaddr_in or sockaddr_in6; @out is untouched if it is none */
bool tl_attribute_address(const struct tl_attribute *a, struct sockaddr_storage *out);

/**
 * tl_attribute_text - text, with or without its final zero byte
 * @a: the attribute
 * @out: terminated copy; untouched if it does not fit or has a zero inside
 * @size: room in @out
 *
 * Return: whether it was copied
 */
bool tl_attribute_text(const struct tl_attribute *a, char *out, size_t size);

#endif
