// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink attributes: a 4-byte header, the value, padding to 4 bytes. */
#include "attribute.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netlink.h>

void tl_attributes_init(struct tl_attributes *attributes, const void *data, size_t length)
{
	attributes->at = data;
	attributes->left = length;
}

int tl_attributes_next(struct tl_attributes *attributes, struct tl_attribute *out)
{
	struct nlattr header;
	size_t step;

	if (!attributes->left)
		return 0;
	if (attributes->left < NLA_HDRLEN)
		return -EBADMSG;
	memcpy(&header, attributes->at, sizeof(header));
	if (header.nla_len < NLA_HDRLEN || header.nla_len > attributes->left)
		return -EBADMSG;
	out->type = header.nla_type & NLA_TYPE_MASK;
	out->data = attributes->at + NLA_HDRLEN;
	out->length = header.nla_len - (size_t)NLA_HDRLEN;
	/* The last one may come without its padding. */
	step = NLA_ALIGN((size_t)header.nla_len);
	if (step > attributes->left)
		step = attributes->left;
	attributes->at += step;
	attributes->left -= step;
	return 1;
}

bool tl_attribute_u16(const struct tl_attribute *a, uint16_t *out)
{
	if (a->length != sizeof(*out))
		return false;
	memcpy(out, a->data, sizeof(*out));
	return true;
}

bool tl_attribute_u32(const struct tl_attribute *a, uint32_t *out)
{
	if (a->length != sizeof(*out))
		return false;
	memcpy(out, a->data, sizeof(*out));
	return true;
}

bool tl_attribute_u64(const struct tl_attribute *a, uint64_t *out)
{
	if (a->length != sizeof(*out))
		return false;
	memcpy(out, a->data, sizeof(*out));
	return true;
}

bool tl_attribute_address(const struct tl_attribute *a, struct sockaddr_storage *out)
{
	sa_family_t family;

	if (a->length < sizeof(family))
		return false;
	memcpy(&family, a->data, sizeof(family));
	if (!(family == AF_INET && a->length == sizeof(struct sockaddr_in)) &&
	    !(family == AF_INET6 && a->length == sizeof(struct sockaddr_in6)))
		return false;
	memcpy(out, a->data, a->length);
	return true;
}

bool tl_attribute_text(const struct tl_attribute *a, char *out, size_t size)
{
	size_t length = strnlen(a->data, a->length);

	if (length >= size || (length < a->length && length + 1 != a->length))
		return false;
	memcpy(out, a->data, length);
	out[length] = '\0';
	return true;
}
