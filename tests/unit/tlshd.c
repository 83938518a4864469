// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration of tlshd: what becomes of it, and what is a mistake in it. */
#include "lib/tlshd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/config.h"

FIXTURE(file)
{
	char			path[64];
	struct tl_config	*config;
	int			n_reports;
	int			line;
	char			text[256];
};

FIXTURE_SETUP(file)
{
	int fd;

	strcpy(self->path, "/tmp/tlsock-tlshd-XXXXXX");
	fd = mkstemp(self->path);
	ASSERT_LE(0, fd);
	close(fd);
}

FIXTURE_TEARDOWN(file)
{
	tl_config_free(self->config);
	unlink(self->path);
}

static void collect(void *arg, const char *path, int line, const char *text)
{
	FIXTURE_DATA(file) *self = arg;

	(void)path;
	self->n_reports++;
	self->line = line;
	snprintf(self->text, sizeof(self->text), "%s", text);
}

static int load(FIXTURE_DATA(file) *self, const char *text)
{
	FILE *file = fopen(self->path, "we");

	if (!file || fputs(text, file) == EOF || fclose(file))
		abort();
	tl_config_free(self->config);
	self->config = NULL;
	return tl_config_read(self->path, &self->config, collect, self);
}

static const char tlshd[] =
	"[debug]\nloglevel=0\ntls=0\nnl=0\n\n[authenticate]\nkeyrings= .nvme;.nfs ;.nfsd;\n"
	"[authenticate.client]\nx509.truststore= /ca.pem\nx509.crl=/crl\n"
	"[authenticate.server]\nx509.pq.private_key=/pq.key\nx509.certificate=/a.pem\n"
	"x509.private_key=/a.key\nx509.pq.certificate=/pq.pem\n";

TEST_F(file, all_keys)
{
	const struct tl_profile *p;

	ASSERT_EQ(0, load(self, tlshd));
	EXPECT_EQ(1, self->config->kernel_consumers);
	EXPECT_EQ(LOG_INFO, self->config->log_level);
	ASSERT_EQ(3, self->config->n_profiles);
	p = tl_config_profile(self->config, "nfs");
	ASSERT_NE(NULL, p);
	EXPECT_STREQ("/ca.pem", p->ca);
	EXPECT_STREQ("/crl", p->crl);
	EXPECT_EQ(TL_CRL_AVAILABLE, p->crl_check);
	EXPECT_EQ(TL_VERSION_1_3, p->min_version);
	EXPECT_EQ(TLSOCK_VERIFY_REQUIRED, p->verify);
	EXPECT_EQ(NULL, p->certificate);
	p = tl_config_profile(self->config, "nfsd");
	ASSERT_NE(NULL, p);
	EXPECT_EQ(NULL, p->ca);
	EXPECT_STREQ("/a.pem", p->certificate);
	EXPECT_STREQ("/a.key", p->key);
	ASSERT_EQ(1, p->more_keys.n);
	EXPECT_STREQ("/pq.pem", p->more_certificates.path[0]);
	EXPECT_STREQ("/pq.key", p->more_keys.path[0]);
}

TEST_F(file, mistakes)
{
	static const struct {
		const char	*text;
		int		line;
		const char	*words;
	} rows[] = {
		{ "[debug]\nloglevel=x", 2, "loglevel: must be a number" },
		{ "[debug]\ndelay_done=1", 2, "delay_done: is not known here" },
		{ "[authenticate]\nkeyrings=.nvme;mine", 2, "other keyrings" },
		{ "[authenticate]\nother=1", 2, "only keyrings" },
		{ "[authenticate.client]\nx509.truststore=ca.pem", 2, "absolute name" },
		{ "[authenticate.client]\nx509.pq.certificate=/a", 2, "one certificate here" },
		{ "[authenticate.client]\nx509.certificate=/a", 1, "certificate needs key" },
		{ "[authenticate.client]\nca=/a", 2, "only x509.truststore" },
		{ "[authenticate.server]\nx509.pq.certificate=/a\nx509.pq.private_key=/b", 1,
		  "needs a first" },
		{ "[authenticate.server]\n[authenticate.server]", 2, "was already there" },
		{ "[authenticate.other]", 1, "there is no section" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		self->n_reports = 0;
		EXPECT_EQ(-EINVAL, load(self, rows[i].text));
		ASSERT_EQ(1, self->n_reports) TH_LOG("%s", rows[i].text);
		EXPECT_EQ(rows[i].line, self->line);
		EXPECT_NE(NULL, strstr(self->text, rows[i].words))
			TH_LOG("%s: %s", rows[i].text, self->text);
	}
	ASSERT_EQ(0, load(self, "[debug]\ntls=9"));
	EXPECT_EQ(LOG_DEBUG, self->config->log_level);
}

TEST_HARNESS_MAIN
