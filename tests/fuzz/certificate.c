// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of peers, for libFuzzer: an authority's, of as many bytes as the
 * first two say, and one below it. All that is asked of a certificate is asked.
 * Besides crashes it finds parts that are not inside, and texts that are not
 * terminated.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lib/cert.h"
#include "lib/constraint.h"

static void check_inside(const struct tl_cert *cert, struct tl_span span)
{
	if (span.length && (span.data < cert->der.data ||
			    span.data + span.length > cert->der.data + cert->der.length))
		abort();
	check_bytes(span.data, span.length);
}

static void look_at_names(const struct tl_cert *cert)
{
	struct tl_span rest = cert->names;
	char text[32];
	int length;

	while ((length = tl_cert_next_name(&rest, text, sizeof(text))) >= 0)
		if (length > (int)sizeof(text) || (length && strlen(text) + 1 != (size_t)length))
			abort();
	tl_cert_describe(cert, text, sizeof(text));
	check_text(text, sizeof(text));
	tl_cert_has_host(cert, "www.example.org");
	tl_cert_has_address(cert, (const uint8_t *)"0123456789abcdef", 4);
	tl_cert_has_address(cert, (const uint8_t *)"0123456789abcdef", 16);
}

static void look_at_dates(const struct tl_cert *cert)
{
	char day[16];

	tl_cert_date(cert->not_before_tag, cert->not_before, day, sizeof(day));
	check_text(day, sizeof(day));
	if (tl_cert_time(cert->not_after_tag, cert->not_after) < -1)
		abort();
}

static void look_at(const struct tl_cert *cert)
{
	struct tl_span rest = cert->extensions;
	struct tl_extension extension;

	while (tl_cert_next_extension(&rest, &extension)) {
		check_inside(cert, extension.oid);
		check_inside(cert, extension.value);
	}
	check_inside(cert, cert->serial);
	check_inside(cert, cert->algorithm);
	check_inside(cert, cert->issuer);
	check_inside(cert, cert->subject);
	check_inside(cert, cert->key_algorithm);
	check_inside(cert, cert->key_parameter);
	check_inside(cert, cert->key);
	look_at_names(cert);
	look_at_dates(cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_cert authority, cert;
	size_t length;

	if (size < 2)
		return -1;
	length = (size_t)data[0] << 8 | data[1];
	if (length > size - 2)
		return -1;
	if (tl_cert_parse(data + 2, length, &authority))
		return 0;
	look_at(&authority);
	if (tl_cert_parse(data + 2 + length, size - 2 - length, &cert))
		return 0;
	look_at(&cert);
	tl_constraint_allows(&authority, &cert);
	return 0;
}
