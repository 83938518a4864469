// SPDX-License-Identifier: GPL-2.0-or-later
/* Elements with tags of one byte and lengths of up to three. */
#include "der.h"

#include <string.h>

bool tl_der_take(struct tl_span *rest, uint8_t *tag, struct tl_span *value)
{
	const uint8_t *p = rest->data;
	size_t left = rest->length, length, bytes;

	if (left < 2)
		return false;
	*tag = p[0];
	length = p[1];
	p += 2;
	left -= 2;
	if (length & 0x80) {
		bytes = length & 0x7f;
		if (bytes == 0 || bytes > 3 || bytes > left)
			return false;
		for (length = 0; bytes; bytes--, left--)
			length = length << 8 | *p++;
	}
	if (length > left)
		return false;
	*value = (struct tl_span){ p, length };
	*rest = (struct tl_span){ p + length, left - length };
	return true;
}

bool tl_der_take_tag(struct tl_span *rest, uint8_t want, struct tl_span *value)
{
	uint8_t tag;

	return tl_der_take(rest, &tag, value) && tag == want;
}

bool tl_der_take_whole(struct tl_span *rest, uint8_t want, struct tl_span *whole)
{
	const uint8_t *start = rest->data;
	struct tl_span value;

	if (!tl_der_take_tag(rest, want, &value))
		return false;
	*whole = (struct tl_span){ start, (size_t)(rest->data - start) };
	return true;
}

struct tl_span tl_der_unsigned(struct tl_span integer)
{
	while (integer.length > 1 && !integer.data[0]) {
		integer.data++;
		integer.length--;
	}
	return integer;
}

bool tl_der_same(struct tl_span a, struct tl_span b)
{
	return tl_der_is(a, b.data, b.length);
}

bool tl_der_is(struct tl_span span, const void *data, size_t length)
{
	return span.length == length && (!length || memcmp(span.data, data, length) == 0);
}
