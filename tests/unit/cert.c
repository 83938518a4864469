// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and dates of certificates: matching, and what damaged ones do. */
#include "lib/cert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

/* A certificate's outline: everything that tl_cert_parse() walks over. */
static const uint8_t outline[] = {
	0x30, 0x54, 0x30, 0x50,
	0xa0, 0x03, 0x02, 0x01, 0x02,			/* version */
	0x02, 0x01, 0x07,				/* serial number */
	0x30, 0x00,					/* signature */
	0x30, 0x02, 0x05, 0x00,				/* issuer */
	0x30, 0x1e,					/* validity */
	0x17, 0x0d, '2', '4', '0', '1', '0', '2', '0', '0', '0', '0', '0', '0', 'Z',
	0x17, 0x0d, '4', '9', '1', '2', '3', '1', '0', '0', '0', '0', '0', '0', 'Z',
	0x30, 0x02, 0x05, 0x00,				/* subject */
	0x30, 0x00,					/* key */
	0xa3, 0x1a, 0x30, 0x18,				/* extensions */
	0x30, 0x16, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x04, 0x0f,
	0x30, 0x0d, 0x82, 0x05, 'a', '.', 'b', '.', 'c', 0x87, 0x04, 192, 0, 2, 1,
	0x30, 0x00,					/* signature value */
};

/* A certificate with only a name list of some DNS names. */
static struct tl_cert with_names(const char *const *names, size_t count, uint8_t *room)
{
	struct tl_cert cert = { 0 };
	size_t used = 0, i;

	for (i = 0; i < count; i++) {
		room[used++] = 0x82;
		room[used++] = (uint8_t)strlen(names[i]);
		memcpy(room + used, names[i], strlen(names[i]));
		used += strlen(names[i]);
	}
	cert.names = (struct tl_span){ room, used };
	return cert;
}

static bool has(const char *name, const char *host)
{
	uint8_t room[300];
	struct tl_cert cert = with_names(&name, 1, room);

	return tl_cert_has_host(&cert, host);
}

TEST(parse)
{
	const uint8_t address[] = { 192, 0, 2, 1 }, other[] = { 192, 0, 2, 2 };
	struct tl_cert cert;
	char day[32], text[64];

	ASSERT_EQ(0, tl_cert_parse(outline, sizeof(outline), &cert));
	EXPECT_TRUE(tl_cert_has_host(&cert, "a.b.c"));
	EXPECT_FALSE(tl_cert_has_host(&cert, "b.c"));
	EXPECT_TRUE(tl_cert_has_address(&cert, address, 4));
	EXPECT_FALSE(tl_cert_has_address(&cert, other, 4));
	EXPECT_FALSE(tl_cert_has_address(&cert, address, 3));
	EXPECT_TRUE(tl_cert_self_issued(&cert));
	tl_cert_describe(&cert, text, sizeof(text));
	EXPECT_STREQ("a.b.c, 192.0.2.1", text);
	tl_cert_date(cert.not_before_tag, cert.not_before, day, sizeof(day));
	EXPECT_STREQ("2024-01-02", day);
	tl_cert_date(cert.not_after_tag, cert.not_after, day, sizeof(day));
	EXPECT_STREQ("2049-12-31", day);
}

TEST(damaged)
{
	size_t length, i;
	uint8_t *copy;
	struct tl_cert cert;

	for (length = 0; length < sizeof(outline); length++) {
		copy = malloc(length + 1);
		ASSERT_NE(NULL, copy);
		memcpy(copy, outline, length);
		EXPECT_EQ(-EBADMSG, tl_cert_parse(copy, length, &cert));
		free(copy);
	}
	copy = malloc(sizeof(outline));
	ASSERT_NE(NULL, copy);
	for (i = 0; i < sizeof(outline) * 256; i++) {
		memcpy(copy, outline, sizeof(outline));
		copy[i / 256] = (uint8_t)i;
		if (tl_cert_parse(copy, sizeof(outline), &cert) == 0)
			tl_cert_has_host(&cert, "a.b.c");
	}
	free(copy);
}

TEST(hosts)
{
	EXPECT_TRUE(has("web.test", "web.test"));
	EXPECT_TRUE(has("WEB.test", "web.TEST"));
	EXPECT_TRUE(has("web.test.", "web.test"));
	EXPECT_TRUE(has("localhost", "localhost"));
	EXPECT_FALSE(has("web.test", "web.tes"));
	EXPECT_FALSE(has("web.test", "xweb.test"));
	EXPECT_FALSE(has("web.test", ""));
	EXPECT_FALSE(has("", "web.test"));
	EXPECT_FALSE(has(".", ""));
}

TEST(wildcards)
{
	EXPECT_TRUE(has("*.web.test", "a.web.test"));
	EXPECT_FALSE(has("*.web.test", "web.test"));
	EXPECT_FALSE(has("*.web.test", "a.b.web.test"));
	EXPECT_FALSE(has("*.web.test", ".web.test"));
	EXPECT_FALSE(has("*.test", "web.test"));
	EXPECT_FALSE(has("w*.web.test", "www.web.test"));
	EXPECT_FALSE(has("a.*.test", "a.web.test"));
	EXPECT_FALSE(has("*", "localhost"));
	EXPECT_FALSE(has("*.", "a."));
}

TEST(embedded_zero)
{
	const uint8_t names[] = { 0x82, 9, 'w', 'e', 'b', '.', 't', 'e', 's', 't', 0 };
	struct tl_cert cert = { .names = { names, sizeof(names) } };

	EXPECT_FALSE(tl_cert_has_host(&cert, "web.test"));
}

TEST(describe)
{
	const char *const names[] = { "a.test", "b\n.test", "c.test", "d.test" };
	struct tl_cert cert;
	uint8_t room[300];
	char text[64];

	cert = with_names(names, 4, room);
	tl_cert_describe(&cert, text, sizeof(text));
	EXPECT_STREQ("a.test, b?.test and 2 more", text);
	tl_cert_describe(&cert, text, 8);
	EXPECT_STREQ("a.test,", text);
	cert = with_names(names, 0, room);
	tl_cert_describe(&cert, text, sizeof(text));
	EXPECT_STREQ("no name", text);
}

TEST(dates)
{
	const struct tl_span utc = { (const uint8_t *)"500101000000Z", 13 };
	const struct tl_span general = { (const uint8_t *)"20500101000000Z", 15 };
	const struct tl_span bad = { (const uint8_t *)"2x", 2 };
	char day[32];

	tl_cert_date(0x17, utc, day, sizeof(day));
	EXPECT_STREQ("1950-01-01", day);
	tl_cert_date(0x18, general, day, sizeof(day));
	EXPECT_STREQ("2050-01-01", day);
	tl_cert_date(0x18, bad, day, sizeof(day));
	EXPECT_STREQ("an unknown day", day);
}

/* RFC 5280 section 4.1.2.5.1: two digits of the year from 50 on are of 1900 */
TEST(seconds)
{
	static const struct { uint8_t tag; const char *text; int64_t seconds; } times[] = {
		{ 0x17, "700101000001Z", 1 },
		{ 0x17, "491231235959Z", 2524607999 },
		{ 0x18, "99991231235959Z", 253402300799 },
		{ 0x17, "500101000000Z", 0 },
		{ 0x18, "00000101000000Z", 0 },
		{ 0x18, "700101000001Z", -1 },
		{ 0x17, "7001010000Z", -1 },
		{ 0x17, "70010100000xZ", -1 },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct tl_span text = { (const uint8_t *)times[i].text, strlen(times[i].text) };

		EXPECT_EQ(times[i].seconds, tl_cert_time(times[i].tag, text))
			TH_LOG("%s", times[i].text);
	}
}

TEST_HARNESS_MAIN
