// SPDX-License-Identifier: GPL-2.0-or-later
#include "psk.h"

#include <errno.h>
#include <string.h>

#define AES_128_GCM_SHA256	0x1301
#define AES_256_GCM_SHA384	0x1302
#define SHA384_LENGTH		48
#define TYPE			"psk;"
#define FIELDS			4	/* before the identity */

uint16_t tl_psk_suite(const struct tl_psk *psk)
{
	const char *i = psk->identity;

	if (!strncmp(i, "NVMe", 4) && (i[4] == '0' || i[4] == '1') && i[5] == 'R' && i[6] == '0' &&
	    (i[7] == '1' || i[7] == '2') && i[8] == ' ')
		return i[7] == '1' ? AES_128_GCM_SHA256 : AES_256_GCM_SHA384;
	return psk->length < SHA384_LENGTH ? AES_128_GCM_SHA256 : AES_256_GCM_SHA384;
}

int tl_psk_describe(const char *description, struct tl_psk *psk)
{
	const char *identity = description;
	size_t length;

	if (strncmp(description, TYPE, strlen(TYPE)) != 0)
		return -ENOKEY;
	for (int i = 0; i < FIELDS; i++) {
		identity = strchr(identity, ';');
		if (!identity)
			return -EINVAL;
		identity++;
	}
	length = strlen(identity);
	if (!length || length > TL_PSK_MAX_IDENTITY)
		return -EINVAL;
	memcpy(psk->identity, identity, length + 1);
	return 0;
}

int tl_psk_set(struct tl_psk *psk, const void *data, size_t length)
{
	if (length < TL_PSK_MIN_KEY || length > TL_PSK_MAX_KEY)
		return -EINVAL;
	memcpy(psk->key, data, length);
	psk->length = (uint8_t)length;
	return 0;
}
