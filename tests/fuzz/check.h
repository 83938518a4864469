/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzz targets find out about results, besides crashes. */
#ifndef TESTS_FUZZ_CHECK_H
#define TESTS_FUZZ_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** check_text - it ends within its room */
static inline void check_text(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
}

/** check_bytes - each of them is read, for the sanitizer to see */
static inline void check_bytes(const void *data, size_t length)
{
	const volatile uint8_t *bytes = data;

	for (size_t i = 0; i < length; i++)
		(void)bytes[i];
}

#endif
