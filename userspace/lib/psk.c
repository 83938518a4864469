// SPDX-License-Identifier: GPL-2.0-or-later
#include "psk.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define AES_128_GCM_SHA256	0x1301
#define AES_256_GCM_SHA384	0x1302
#define SHA384_LENGTH		48
#define TYPE			"psk;"
#define FIELDS			4	/* before the identity */

uint16_t tl_psk_suite(const struct tl_psk *psk)
{
	const char *i = psk->identity;

	if (psk->suite)
		return psk->suite;
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

static int digit_of(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static bool take_key(const char *hex, size_t length, struct tl_psk *psk)
{
	size_t i;

	if (length % 2 || length / 2 < TL_PSK_MIN_OWN_KEY || length / 2 > TL_PSK_MAX_KEY)
		return false;
	for (i = 0; i < length; i++)
		if (!isxdigit((unsigned char)hex[i]))
			return false;
	for (i = 0; i < length; i += 2)
		psk->key[i / 2] = (uint8_t)(digit_of(hex[i]) << 4 | digit_of(hex[i + 1]));
	psk->length = (uint8_t)(length / 2);
	return true;
}

/* Programs are told it, and logs. */
static bool take_identity(const char *text, size_t length, struct tl_psk *psk)
{
	if (!length || length > TL_PSK_MAX_IDENTITY)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	memcpy(psk->identity, text, length);
	psk->identity[length] = '\0';
	return true;
}

/* Cuts a word off that names a hash. */
static size_t take_hash(const char *line, size_t length, struct tl_psk *psk)
{
	static const char sha256[] = ":sha256", sha384[] = ":sha384";
	const size_t word = sizeof(sha256) - 1;

	psk->suite = AES_128_GCM_SHA256;
	if (length < word)
		return length;
	if (!strncmp(line + length - word, sha384, word))
		psk->suite = AES_256_GCM_SHA384;
	else if (strncmp(line + length - word, sha256, word) != 0)
		return length;
	return length - word;
}

const char *tl_psk_parse(const char *line, size_t length, struct tl_psk *psk)
{
	const char *colon;

	length = take_hash(line, length, psk);
	colon = memrchr(line, ':', length);
	if (!colon)
		return "a pre-shared key is \"identity:key\", the key in hexadecimal";
	if (!take_identity(line, (size_t)(colon - line), psk))
		return "an identity has 1 to 255 printable ASCII characters";
	if (!take_key(colon + 1, (size_t)(line + length - colon - 1), psk))
		return "a pre-shared key has 16 to 64 bytes in hexadecimal";
	return NULL;
}
