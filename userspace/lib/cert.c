// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over the DER of a certificate, down to names and dates, and the
 * comparison of names. The bytes come from the peer: every length is checked
 * against what encloses it, and only what wolfSSL has parsed too gets here.
 */
#include "cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	DER_BOOLEAN = 0x01,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_VERSION = 0xa0,	/* [0] of TBSCertificate */
	DER_EXTENSIONS = 0xa3,	/* [3] of TBSCertificate */
	NAME_DNS = 0x82,	/* [2] of GeneralName */
	NAME_ADDRESS = 0x87,	/* [7] of GeneralName */
};

static const uint8_t oid_subject_alt_name[] = { 0x55, 0x1d, 0x11 };

/* Takes one element off the front of rest. */
static bool take(struct tl_span *rest, uint8_t *tag, struct tl_span *value)
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

static bool take_tag(struct tl_span *rest, uint8_t want, struct tl_span *value)
{
	uint8_t tag;

	return take(rest, &tag, value) && tag == want;
}

static bool take_time(struct tl_span *rest, uint8_t *tag, struct tl_span *value)
{
	return take(rest, tag, value) && (*tag == DER_UTC_TIME || *tag == DER_GENERALIZED_TIME);
}

/* Extensions ::= SEQUENCE OF SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING } */
static bool find_names(struct tl_span extensions, struct tl_span *names)
{
	struct tl_span list, extension, oid, value;
	uint8_t tag;

	if (!take_tag(&extensions, DER_SEQUENCE, &list))
		return false;
	while (list.length) {
		if (!take_tag(&list, DER_SEQUENCE, &extension) ||
		    !take_tag(&extension, DER_OID, &oid) || !take(&extension, &tag, &value))
			return false;
		if (tag == DER_BOOLEAN && !take(&extension, &tag, &value))
			return false;
		if (oid.length != sizeof(oid_subject_alt_name) ||
		    memcmp(oid.data, oid_subject_alt_name, oid.length))
			continue;
		return tag == DER_OCTET_STRING && take_tag(&value, DER_SEQUENCE, names);
	}
	return true;
}

int tl_cert_parse(const uint8_t *der, size_t length, struct tl_cert *out)
{
	struct tl_span whole = { der, length }, cert, tbs, value, validity;
	struct tl_cert found = { 0 };
	uint8_t tag;

	if (!take_tag(&whole, DER_SEQUENCE, &cert) || !take_tag(&cert, DER_SEQUENCE, &tbs))
		return -EBADMSG;
	/* [0] version DEFAULT v1, serialNumber */
	if (!take(&tbs, &tag, &value) || (tag == DER_VERSION && !take(&tbs, &tag, &value)))
		return -EBADMSG;
	if (!take_tag(&tbs, DER_SEQUENCE, &value) ||
	    !take_tag(&tbs, DER_SEQUENCE, &found.issuer) ||
	    !take_tag(&tbs, DER_SEQUENCE, &validity) ||
	    !take_time(&validity, &found.not_before_tag, &found.not_before) ||
	    !take_time(&validity, &found.not_after_tag, &found.not_after) ||
	    !take_tag(&tbs, DER_SEQUENCE, &found.subject) ||
	    !take_tag(&tbs, DER_SEQUENCE, &value))
		return -EBADMSG;
	while (tbs.length) {
		if (!take(&tbs, &tag, &value))
			return -EBADMSG;
		if (tag == DER_EXTENSIONS && !find_names(value, &found.names))
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

	while (take(&rest, &tag, &name))
		if (tag == NAME_DNS && host_matches(name, host))
			return true;
	return false;
}

bool tl_cert_has_address(const struct tl_cert *cert, const uint8_t *address, size_t length)
{
	struct tl_span rest = cert->names, name;
	uint8_t tag;

	while (take(&rest, &tag, &name))
		if (tag == NAME_ADDRESS && name.length == length &&
		    memcmp(name.data, address, length) == 0)
			return true;
	return false;
}

static bool name_text(uint8_t tag, struct tl_span name, char *text, size_t size)
{
	size_t i;

	if (tag == NAME_ADDRESS && (name.length == 4 || name.length == 16))
		return inet_ntop(name.length == 4 ? AF_INET : AF_INET6, name.data, text, size);
	if (tag != NAME_DNS)
		return false;
	for (i = 0; i < name.length && i + 1 < size; i++)
		text[i] = name.data[i] > ' ' && name.data[i] < 0x7f ? (char)name.data[i] : '?';
	text[i] = '\0';
	return true;
}

void tl_cert_describe(const struct tl_cert *cert, char *text, size_t size)
{
	struct tl_span rest = cert->names, name;
	char one[64];
	size_t length = 0;
	int shown = 0, more = 0;
	uint8_t tag;

	snprintf(text, size, "no name");
	while (take(&rest, &tag, &name)) {
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

void tl_cert_date(uint8_t tag, struct tl_span time, char *day, size_t size)
{
	size_t digits = tag == DER_UTC_TIME ? 6 : 8, i;
	const char *t = (const char *)time.data;

	for (i = 0; i < digits; i++) {
		if (i >= time.length || t[i] < '0' || t[i] > '9') {
			snprintf(day, size, "an unknown day");
			return;
		}
	}
	/* RFC 5280 section 4.1.2.5.1: years from 50 on are of the last century */
	if (tag == DER_UTC_TIME)
		snprintf(day, size, "%s%.2s-%.2s-%.2s", t[0] >= '5' ? "19" : "20", t, t + 2, t + 4);
	else
		snprintf(day, size, "%.4s-%.2s-%.2s", t, t + 4, t + 6);
}

bool tl_cert_self_issued(const struct tl_cert *cert)
{
	return cert->issuer.length == cert->subject.length &&
	       memcmp(cert->issuer.data, cert->subject.data, cert->issuer.length) == 0;
}
