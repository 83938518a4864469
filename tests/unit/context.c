// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wrong with a profile is said before any peer is heard. */
#include "tlsockd/context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "lib/suite.h"
#include "tlsockd/profile.h"
#include "tlsockd/wolf.h"

struct heard {
	int	count;
	char	text[1024];
};

static void hear(void *arg, const char *file, int line, const char *text)
{
	struct heard *heard = arg;

	if (strcmp(file, "test.conf") || line != 7)
		abort();
	heard->count++;
	snprintf(heard->text, sizeof(heard->text), "%s", text);
}

/* Builds one profile; the last mistake that was reported. */
static struct heard build(struct tl_profile profile)
{
	struct tl_config config = { .profiles = &profile, .n_profiles = 1 };
	struct td_contexts *contexts = NULL;
	struct heard heard = { 0 };
	int ret;

	profile.line = 7;
	if (td_context_init())
		abort();
	ret = td_context_build(&config, &contexts, hear, &heard);
	if (ret != (heard.count ? -EINVAL : 0) || !contexts != !!ret)
		snprintf(heard.text, sizeof(heard.text), "returned %d", ret);
	td_context_free(contexts);
	td_context_exit();
	return heard;
}

static char *copy_of(const char *path, mode_t mode)
{
	char *copy = strdup("/tmp/tlsock-context-XXXXXX");
	char text[8192];
	FILE *file = fopen(path, "r");
	size_t length;
	int fd;

	if (!copy || !file)
		abort();
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	fd = mkstemp(copy);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length || fchmod(fd, mode))
		abort();
	close(fd);
	return copy;
}

#define EXPECT_MISTAKE(profile, words)							\
	do {										\
		struct heard heard_ = build(profile);					\
		EXPECT_EQ(1, heard_.count);						\
		EXPECT_NE(NULL, strstr(heard_.text, words)) TH_LOG("%s", heard_.text);	\
	} while (0)

TEST(good)
{
	EXPECT_EQ(0, build(t_profile("default", "")).count);
	EXPECT_EQ(0, build(t_profile("default", "server")).count);
	EXPECT_EQ(0, build(t_profile("default", "chain")).count);
}

TEST(files)
{
	struct tl_profile profile = t_profile("default", "server");
	char *key = copy_of(profile.key, 0604), *empty = copy_of("/dev/null", 0600);

	profile.certificate = (char *)"/nowhere.pem";
	EXPECT_MISTAKE(profile, "cannot open /nowhere.pem: No such file or directory");
	profile.certificate = (char *)"/etc";
	EXPECT_MISTAKE(profile, "/etc must be a regular file");
	profile.certificate = empty;
	EXPECT_MISTAKE(profile, "holds no certificate chain in PEM form");
	profile = t_profile("default", "server");
	profile.key = t_pki("client.key");
	EXPECT_MISTAKE(profile, "does not belong to certificate");
	profile.key = key;
	EXPECT_MISTAKE(profile, "is open to others: chmod 600 it");
	profile.key = empty;
	EXPECT_MISTAKE(profile, "holds no private key in PEM form without passphrase");
	profile = t_profile("default", "");
	profile.ca = empty;
	EXPECT_MISTAKE(profile, "holds no certificate in PEM form");
	profile.ca = (char *)"/nowhere.pem";
	EXPECT_MISTAKE(profile, "cannot open /nowhere.pem");
	unlink(key);
	unlink(empty);
	free(key);
	free(empty);
}

TEST(suites)
{
	struct tl_profile profile = t_profile("default", "");

	profile.ciphers = (char *)"TLS_AES_128_GCM_SHA256:TLS_RSA_WITH_AES_128_CBC_SHA";
	EXPECT_MISTAKE(profile, "unknown cipher suite TLS_RSA_WITH_AES_128_CBC_SHA; known are "
		       "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:");
	profile.ciphers = (char *)"TLS_AES_128_GCM_SHA256";
	profile.max_version = TL_VERSION_1_2;
	EXPECT_MISTAKE(profile, "no cipher suite in \"ciphers\" belongs to the versions allowed");
}

TEST(groups)
{
	struct tl_profile profile = t_profile("default", "");

	profile.groups = (char *)"x25519:sect571r1";
	EXPECT_MISTAKE(profile, "unknown key exchange group sect571r1; known are ");
	profile.groups = (char *)"";
	EXPECT_MISTAKE(profile, "no group in \"groups\" can be used");
}

TEST(signatures)
{
	struct tl_profile profile = t_profile("default", "server");

	profile.signatures = (char *)"ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256";
	EXPECT_EQ(0, build(profile).count);
	profile.signatures = (char *)"ecdsa_secp256r1_sha256:rsa_pkcs1_sha1";
	EXPECT_MISTAKE(profile, "unknown signature scheme rsa_pkcs1_sha1; known are "
		       "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:");
	/* The server's own key has to do with one of them. */
	profile.signatures = (char *)"rsa_pss_rsae_sha256";
	EXPECT_MISTAKE(profile, " fails: ");
}

TEST(legacy)
{
	struct tl_profile profile = t_profile("default", "");
	struct td_mistakes mistakes = { 0 };
	struct td_profile made;

	profile.ciphers = (char *)"TLS_AES_128_GCM_SHA256:TLS_RSA_WITH_AES_128_GCM_SHA256";
	EXPECT_MISTAKE(profile, "TLS_RSA_WITH_AES_128_GCM_SHA256 is obsolete and needs "
		       "\"legacy = static-rsa\"");
	profile.ciphers = (char *)"TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256";
	profile.legacy = TL_LEGACY_DHE;
	EXPECT_MISTAKE(profile, "TLS_AES_128_CCM_SHA256 is obsolete and needs \"legacy = ccm\"");
	profile.ciphers = NULL;
	profile.legacy = TL_LEGACY_CCM;
	profile.groups = (char *)"x25519:ffdhe2048";
	EXPECT_MISTAKE(profile, "ffdhe2048 is obsolete and needs \"legacy = dhe\"");
	profile.groups = NULL;
	ASSERT_EQ(0, td_context_init());
	ASSERT_EQ(0, td_profile_init(&made, &profile, &mistakes));
	EXPECT_EQ(TD_WOLF_HYBRID ? 4 : 3, made.n_groups);
	td_profile_exit(&made);
	profile.legacy = TL_LEGACY_DHE;
	ASSERT_EQ(0, td_profile_init(&made, &profile, &mistakes));
	EXPECT_EQ(TD_WOLF_HYBRID ? 6 : 5, made.n_groups);
	td_profile_exit(&made);
}

/* Versions are narrowed to those that have a suite. */
TEST(versions)
{
	struct tl_profile profile = t_profile("default", "");
	struct td_mistakes mistakes = { 0 };
	struct td_profile made;

	ASSERT_EQ(0, td_context_init());
	profile.ciphers = (char *)"tls_aes_128_gcm_sha256";
	ASSERT_EQ(0, td_profile_init(&made, &profile, &mistakes));
	EXPECT_EQ(TL_VERSION_1_3, made.min_version);
	td_profile_exit(&made);
	profile.ciphers = NULL;
	profile.max_version = TL_VERSION_1_2;
	ASSERT_EQ(0, td_profile_init(&made, &profile, &mistakes));
	EXPECT_EQ(TL_VERSION_1_2, made.max_version);
	EXPECT_EQ(3, made.n_groups);
	td_profile_exit(&made);
}

/* A certificate that no suite can use is found at once. */
TEST(useless_certificate)
{
	struct tl_profile profile = t_profile("default", "server-rsa");

	profile.ciphers = (char *)"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
	EXPECT_MISTAKE(profile, " fails: ");
}

TEST_HARNESS_MAIN
