// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of numbers: known ones, gaps, ends. */
#include <errno.h>

#include <linux/tlsock.h>

#include "kselftest_harness.h"
#include "lib/names.h"

TEST(known)
{
	EXPECT_STREQ("TLSv1.3", tl_names_version(0x0304));
	EXPECT_STREQ("TLSv1.2", tl_names_version(0x0303));
	EXPECT_STREQ("TLS_AES_128_GCM_SHA256", tl_names_suite(0x1301));
	EXPECT_STREQ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", tl_names_suite(0xcca9));
	EXPECT_STREQ("x25519", tl_names_group(29));
	EXPECT_STREQ("X25519MLKEM768", tl_names_group(4588));
	EXPECT_STREQ("close_notify", tl_names_alert(0));
	EXPECT_STREQ("unknown_ca", tl_names_alert(48));
	EXPECT_STREQ("no_application_protocol", tl_names_alert(120));
	EXPECT_STREQ("ECONNRESET", tl_names_errno(ECONNRESET));
	EXPECT_STREQ("EKEYREJECTED", tl_names_errno(EKEYREJECTED));
	EXPECT_STREQ("none", tl_names_stage(TLSOCK_STAGE_NONE));
	EXPECT_STREQ("data", tl_names_stage(TLSOCK_STAGE_DATA));
	EXPECT_STREQ("client", tl_names_role(TLSOCK_ROLE_CLIENT));
	EXPECT_STREQ("server", tl_names_role(TLSOCK_ROLE_SERVER));
}

TEST(unknown)
{
	EXPECT_EQ(NULL, tl_names_version(0));
	EXPECT_EQ(NULL, tl_names_version(0xffff));
	EXPECT_EQ(NULL, tl_names_suite(0));
	EXPECT_EQ(NULL, tl_names_suite(0xffff));
	EXPECT_EQ(NULL, tl_names_group(0));
	EXPECT_EQ(NULL, tl_names_group(0xffff));
	EXPECT_EQ(NULL, tl_names_alert(-1));
	EXPECT_EQ(NULL, tl_names_alert(1));
	EXPECT_EQ(NULL, tl_names_alert(256));
	EXPECT_EQ(NULL, tl_names_errno(0));
	EXPECT_EQ(NULL, tl_names_errno(-1));
	EXPECT_EQ(NULL, tl_names_errno(4095));
	EXPECT_EQ(NULL, tl_names_stage(TLSOCK_STAGE_DATA + 1));
	EXPECT_EQ(NULL, tl_names_stage(0xffffffff));
	EXPECT_EQ(NULL, tl_names_role(2));
}

/* A stage that the specification gains has to get a name too. */
TEST(every_stage_has_a_name)
{
	for (unsigned int i = 0; i <= TLSOCK_STAGE_DATA; i++)
		EXPECT_NE(NULL, tl_names_stage(i));
}

TEST_HARNESS_MAIN
