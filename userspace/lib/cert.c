// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over the DER of a certificate, down to names, dates and extensions,
 * and the comparison of names. The bytes come from the peer, and only what
 * wolfSSL has parsed too gets here.
 */
#include "cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	DER_VERSION = 0xa0,	/* [0] of TBSCertificate */
	DER_EXTENSIONS = 0xa3,	/* [3] of TBSCertificate */
};

static const uint8_t oid_subject_alt_name[] = { 0x55, 0x1d, 0x11 };

static bool take_time(struct tl_span *rest, uint8_t *tag, struct tl_span *value)
{
	return tl_der_take(rest, tag, value) &&
	       (*tag == TL_DER_UTC_TIME || *tag == TL_DER_GENERALIZED_TIME);
}

bool tl_cert_next_extension(struct tl_span *rest, struct tl_extension *out)
{
	struct tl_span extension, value;
	uint8_t tag;

	/* SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING } */
	if (!tl_der_take_tag(rest, TL_DER_SEQUENCE, &extension) ||
	    !tl_der_take_tag(&extension, TL_DER_OID, &out->oid) ||
	    !tl_der_take(&extension, &tag, &value))
		return false;
	out->critical = tag == TL_DER_BOOLEAN && value.length && value.data[0];
	if (tag == TL_DER_BOOLEAN && !tl_der_take(&extension, &tag, &value))
		return false;
	out->value = value;
	return tag == TL_DER_OCTET_STRING;
}

bool tl_cert_extension(const struct tl_cert *cert, const uint8_t *oid, size_t length,
		       struct tl_extension *out)
{
	struct tl_span rest = cert->extensions;

	while (rest.length && tl_cert_next_extension(&rest, out))
		if (tl_der_is(out->oid, oid, length))
			return true;
	return false;
}

static bool take_extensions(struct tl_span value, struct tl_cert *cert)
{
	struct tl_extension one;
	struct tl_span rest;

	if (!tl_der_take_tag(&value, TL_DER_SEQUENCE, &cert->extensions))
		return false;
	for (rest = cert->extensions; rest.length;)
		if (!tl_cert_next_extension(&rest, &one))
			return false;
	if (!tl_cert_extension(cert, oid_subject_alt_name, sizeof(oid_subject_alt_name), &one))
		return true;
	return tl_der_take_tag(&one.value, TL_DER_SEQUENCE, &cert->names);
}

/* SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING } */
static bool take_key(struct tl_span *rest, struct tl_cert *cert)
{
	struct tl_span whole, value, algorithm;
	uint8_t tag;

	if (!tl_der_take_whole(rest, TL_DER_SEQUENCE, &cert->public_key))
		return false;
	whole = cert->public_key;
	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &value))
		return false;
	if (!tl_der_take_tag(&value, TL_DER_SEQUENCE, &algorithm))
		return true;	/* wolfSSL knows no such key */
	if (!tl_der_take_tag(&algorithm, TL_DER_OID, &cert->key_algorithm))
		return false;
	if (algorithm.length && !tl_der_take(&algorithm, &tag, &cert->key_parameter))
		return false;
	return tl_der_take_tag(&value, TL_DER_BIT_STRING, &cert->key);
}

int tl_cert_parse(const uint8_t *der, size_t length, struct tl_cert *out)
{
	struct tl_span whole = { der, length }, cert, tbs, value, validity;
	struct tl_cert found = { .der = whole };
	uint8_t tag;

	if (!tl_der_take_tag(&whole, TL_DER_SEQUENCE, &cert) ||
	    !tl_der_take_tag(&cert, TL_DER_SEQUENCE, &tbs))
		return -EBADMSG;
	/* [0] version DEFAULT v1, serialNumber */
	if (!tl_der_take(&tbs, &tag, &found.serial) ||
	    (tag == DER_VERSION && !tl_der_take(&tbs, &tag, &found.serial)))
		return -EBADMSG;
	if (!tl_der_take_tag(&tbs, TL_DER_SEQUENCE, &value) ||
	    !tl_der_take_tag(&tbs, TL_DER_SEQUENCE, &found.issuer) ||
	    !tl_der_take_tag(&tbs, TL_DER_SEQUENCE, &validity) ||
	    !take_time(&validity, &found.not_before_tag, &found.not_before) ||
	    !take_time(&validity, &found.not_after_tag, &found.not_after) ||
	    !tl_der_take_tag(&tbs, TL_DER_SEQUENCE, &found.subject))
		return -EBADMSG;
	if (value.length && !tl_der_take_tag(&value, TL_DER_OID, &found.algorithm))
		return -EBADMSG;
	if (!take_key(&tbs, &found))
		return -EBADMSG;
	while (tbs.length) {
		if (!tl_der_take(&tbs, &tag, &value))
			return -EBADMSG;
		if (tag == DER_EXTENSIONS && !take_extensions(value, &found))
			return -EBADMSG;
	}
	*out = found;
	return 0;
}

static bool same_text(struct tl_span name, const char *text, size_t length)
{
	return name.length == length && !memchr(name.data, 0, length) &&
	       strncasecmp((const char *)name.data, text, length) == 0;
}

static bool host_matches(struct tl_span name, const char *host)
{
	const char *rest = strchr(host, '.');

	if (name.length && name.data[name.length - 1] == '.')
		name.length--;
	if (name.length > 2 && name.data[0] == '*' && name.data[1] == '.') {
		name.data += 1;
		name.length -= 1;
		return rest && rest != host && strchr(rest + 1, '.') &&
		       same_text(name, rest, strlen(rest));
	}
	return name.length && same_text(name, host, strlen(host));
}

bool tl_cert_has_host(const struct tl_cert *cert, const char *host)
{
	struct tl_span rest = cert->names, name;
	uint8_t tag;

	while (tl_der_take(&rest, &tag, &name))
		if (tag == TL_NAME_DNS && host_matches(name, host))
			return true;
	return false;
}

bool tl_cert_has_address(const struct tl_cert *cert, const uint8_t *address, size_t length)
{
	struct tl_span rest = cert->names, name;
	uint8_t tag;

	while (tl_der_take(&rest, &tag, &name))
		if (tag == TL_NAME_ADDRESS && name.length == length &&
		    memcmp(name.data, address, length) == 0)
			return true;
	return false;
}

static bool name_text(uint8_t tag, struct tl_span name, char *text, size_t size)
{
	size_t i;

	if (tag == TL_NAME_ADDRESS && (name.length == 4 || name.length == 16))
		return inet_ntop(name.length == 4 ? AF_INET : AF_INET6, name.data, text, size);
	if (tag != TL_NAME_DNS)
		return false;
	for (i = 0; i < name.length && i + 1 < size; i++)
		text[i] = name.data[i] > ' ' && name.data[i] < 0x7f ? (char)name.data[i] : '?';
	text[i] = '\0';
	return true;
}

static const char *name_kind(uint8_t tag)
{
	switch (tag) {
	case TL_NAME_DNS:
		return "DNS:";
	case TL_NAME_ADDRESS:
		return "IP:";
	case TL_NAME_URI:
		return "URI:";
	case TL_NAME_EMAIL:
		return "EMAIL:";
	default:
		return NULL;
	}
}

static bool is_printable(struct tl_span name)
{
	size_t i;

	for (i = 0; i < name.length; i++)
		if (name.data[i] <= ' ' || name.data[i] >= 0x7f)
			return false;
	return name.length > 0;
}

int tl_cert_next_name(struct tl_span *rest, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN];
	struct tl_span name;
	const char *kind;
	uint8_t tag;
	int length;

	if (!tl_der_take(rest, &tag, &name))
		return -1;
	kind = name_kind(tag);
	if (!kind)
		return 0;
	if (tag == TL_NAME_ADDRESS) {
		if (!name_text(tag, name, address, sizeof(address)))
			return 0;
		name = (struct tl_span){ (const uint8_t *)address, strlen(address) };
	}
	if (!is_printable(name) || name.length >= size)
		return 0;
	length = snprintf(text, size, "%s%.*s", kind, (int)name.length, (const char *)name.data);
	return length > 0 && (size_t)length < size ? length + 1 : 0;
}

void tl_cert_describe(const struct tl_cert *cert, char *text, size_t size)
{
	struct tl_span rest = cert->names, name;
	char one[64];
	size_t length = 0;
	int shown = 0, more = 0;
	uint8_t tag;

	snprintf(text, size, "no name");
	while (tl_der_take(&rest, &tag, &name)) {
		if (!name_text(tag, name, one, sizeof(one)))
			continue;
		if (shown == 2) {
			more++;
			continue;
		}
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   shown ? ", " : "", one);
		if (length >= size)
			return;
		shown++;
	}
	if (more)
		snprintf(text + length, size - length, " and %d more", more);
}

int64_t tl_cert_time(uint8_t tag, struct tl_span time)
{
	static const char digits[] = "0123456789";
	size_t year = tag == TL_DER_UTC_TIME ? 2 : 4, i;
	struct tm tm = { 0 };
	int fields[6] = { 0 };
	char text[16];
	int64_t seconds;

	/* RFC 5280 section 4.1.2.5: seconds are there and the zone is Z */
	if (time.length != year + 11)
		return -1;
	memcpy(text, time.data, time.length);
	text[time.length - 1] = '\0';
	if (strspn(text, digits) != time.length - 1 || time.data[time.length - 1] != 'Z')
		return -1;
	for (i = 0; i < time.length - 1; i++) {
		size_t field = i < year ? 0 : 1 + (i - year) / 2;

		fields[field] = fields[field] * 10 + (text[i] - '0');
	}
	if (year == 2)
		fields[0] += fields[0] >= 50 ? 1900 : 2000;
	tm.tm_year = fields[0] - 1900;
	tm.tm_mon = fields[1] - 1;
	tm.tm_mday = fields[2];
	tm.tm_hour = fields[3];
	tm.tm_min = fields[4];
	tm.tm_sec = fields[5];
	seconds = timegm(&tm);
	return seconds > 0 ? seconds : 0;
}

void tl_cert_date(uint8_t tag, struct tl_span time, char *day, size_t size)
{
	size_t digits = tag == TL_DER_UTC_TIME ? 6 : 8, i;
	const char *t = (const char *)time.data;

	for (i = 0; i < digits; i++) {
		if (i >= time.length || t[i] < '0' || t[i] > '9') {
			snprintf(day, size, "an unknown day");
			return;
		}
	}
	/* RFC 5280 section 4.1.2.5.1: years from 50 on are of the last century */
	if (tag == TL_DER_UTC_TIME)
		snprintf(day, size, "%s%.2s-%.2s-%.2s", t[0] >= '5' ? "19" : "20", t, t + 2, t + 4);
	else
		snprintf(day, size, "%.4s-%.2s-%.2s", t, t + 4, t + 6);
}

bool tl_cert_self_issued(const struct tl_cert *cert)
{
	return tl_der_same(cert->issuer, cert->subject);
}
