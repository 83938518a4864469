// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files: each key, each mistake with its file and line, and
 * what must fit together.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/config.h"
#include "lib/ini.h"

#define MAX_REPORTS	16

struct report {
	char	file[256];
	int	line;
	char	text[600];
};

FIXTURE(folder)
{
	char			path[64];
	struct tl_config	*config;
	struct report		reports[MAX_REPORTS];
	int			n_reports;
};

FIXTURE_SETUP(folder)
{
	strcpy(self->path, "/tmp/tlsock-config-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
	self->config = NULL;
	self->n_reports = 0;
}

FIXTURE_TEARDOWN(folder)
{
	char command[128];

	tl_config_free(self->config);
	snprintf(command, sizeof(command), "rm -r %s", self->path);
	ASSERT_EQ(0, system(command));
}

static void collect(void *arg, const char *file, int line, const char *text)
{
	struct _test_data_folder *self = arg;
	struct report *r = &self->reports[self->n_reports];
	const char *slash = strrchr(file, '/');

	if (self->n_reports++ >= MAX_REPORTS)
		return;
	snprintf(r->file, sizeof(r->file), "%s", slash ? slash + 1 : file);
	r->line = line;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

static void put(const struct _test_data_folder *self, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/profiles.d", self->path);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s", self->path, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

static int load(struct _test_data_folder *self, const char *text)
{
	char path[128];

	if (text)
		put(self, "tlsockd.conf", text);
	snprintf(path, sizeof(path), "%s/tlsockd.conf", self->path);
	return tl_config_read(path, &self->config, collect, self);
}

TEST_F(folder, empty_file_has_the_defaults)
{
	const struct tl_profile *p;

	ASSERT_EQ(0, load(self, ""));
	EXPECT_EQ(0, self->n_reports);
	EXPECT_EQ(0, self->config->workers);
	EXPECT_EQ(256, self->config->handshakes);
	EXPECT_EQ(LOG_INFO, self->config->log_level);
	EXPECT_EQ(1, self->config->watch);
	EXPECT_STREQ("tlsock", self->config->user);
	ASSERT_EQ(1, self->config->n_profiles);
	p = tl_config_profile(self->config, "");
	ASSERT_NE(NULL, p);
	EXPECT_EQ(p, tl_config_profile(self->config, NULL));
	EXPECT_EQ(p, tl_config_profile(self->config, "default"));
	EXPECT_EQ(NULL, tl_config_profile(self->config, "web"));
	EXPECT_EQ(NULL, p->certificate);
	EXPECT_EQ(NULL, p->ca);
	EXPECT_EQ(TL_VERSION_1_2, p->min_version);
	EXPECT_EQ(TL_VERSION_1_3, p->max_version);
	EXPECT_EQ(TLSOCK_VERIFY_REQUIRED, p->verify);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_NONE, p->client_cert);
}

TEST_F(folder, every_key)
{
	const struct tl_profile *p;
	char path[128];

	ASSERT_EQ(0, load(self,
			  "# comment\n; comment\n\n"
			  "[tlsockd]\nworkers = 3\nuser=nobody\nhandshakes\t=\t7\n"
			  "kernel-consumers = yes\nlog-level = debug\nticket-keys = t.keys\n"
			  "watch = no\n"
			  "[ profile web ]\r\n"
			  "  certificate = pki/a b.pem\nkey = /etc/key.pem\nca = ca.pem\n"
			  "key = second.key\ncertificate = /second.pem\n"
			  "min-version = 1.3\nmax-version = 1.3\nciphers = A:B\ngroups = X25519\n"
			  "alpn = h2,http/1.1\nserver-name = example.net\nverify = optional\n"
			  "client-certificate = require\ntruncation = eof\nresumption = no\n"
			  "[profile plain]\nca = system\nverify = none\n"
			  "client-certificate = request"));
	EXPECT_EQ(3, self->config->workers);
	EXPECT_EQ(7, self->config->handshakes);
	EXPECT_EQ(1, self->config->kernel_consumers);
	EXPECT_EQ(0, self->config->watch);
	EXPECT_EQ(LOG_DEBUG, self->config->log_level);
	EXPECT_STREQ("nobody", self->config->user);
	ASSERT_EQ(3, self->config->n_profiles);
	p = tl_config_profile(self->config, "web");
	ASSERT_NE(NULL, p);
	EXPECT_EQ(12, p->line);
	snprintf(path, sizeof(path), "%s/t.keys", self->path);
	EXPECT_STREQ(path, self->config->ticket_keys);
	snprintf(path, sizeof(path), "%s/pki/a b.pem", self->path);
	EXPECT_STREQ(path, p->certificate);
	EXPECT_EQ(TL_TRUNCATION_EOF, p->truncation);
	EXPECT_EQ(0, p->resumption);
	EXPECT_STREQ("/etc/key.pem", p->key);
	ASSERT_EQ(1, p->more_certificates.n);
	ASSERT_EQ(1, p->more_keys.n);
	EXPECT_STREQ("/second.pem", p->more_certificates.path[0]);
	snprintf(path, sizeof(path), "%s/second.key", self->path);
	EXPECT_STREQ(path, p->more_keys.path[0]);
	snprintf(path, sizeof(path), "%s/ca.pem", self->path);
	EXPECT_STREQ(path, p->ca);
	EXPECT_EQ(TL_VERSION_1_3, p->min_version);
	EXPECT_EQ(TL_VERSION_1_3, p->max_version);
	EXPECT_STREQ("A:B", p->ciphers);
	EXPECT_STREQ("X25519", p->groups);
	EXPECT_STREQ("h2,http/1.1", p->alpn);
	EXPECT_STREQ("example.net", p->server_name);
	EXPECT_EQ(TLSOCK_VERIFY_OPTIONAL, p->verify);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_REQUIRE, p->client_cert);
	p = tl_config_profile(self->config, "plain");
	ASSERT_NE(NULL, p);
	EXPECT_EQ(TL_TRUNCATION_ERROR, p->truncation);
	EXPECT_EQ(1, p->resumption);
	EXPECT_EQ(NULL, p->ca);
	EXPECT_EQ(TLSOCK_VERIFY_NONE, p->verify);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_REQUEST, p->client_cert);
}

/* One mistake each; the sentence has to contain the words. */
static const struct {
	const char	*text;
	int		line;
	const char	*words;
} mistakes[] = {
	{ "workers = 1", 1, "before the first [section]" },
	{ "[tlsockd]\nworkers = -1", 2, "workers must be a number from 0" },
	{ "[tlsockd]\nworkers = 1025", 2, "workers must be" },
	{ "[tlsockd]\nworkers = 99999999999999999999", 2, "workers must be" },
	{ "[tlsockd]\nworkers = 1 2", 2, "workers must be" },
	{ "[tlsockd]\nworkers =", 2, "workers must be" },
	{ "[profile a]\ncertificate = a\nkey = b\ncertificate = c", 1,
	  "each certificate needs its key" },
	{ "[profile a]\nca = a\nca = b", 3, "for the second time" },
	{ "[tlsockd]\nhandshakes = 0", 2, "from 1 to 4096" },
	{ "[tlsockd]\nuser = a b", 2, "the name of a user" },
	{ "[tlsockd]\nlog-level = loud", 2, "error, warning, notice, info or debug" },
	{ "[tlsockd]\nworkers = 1\n\nworkers = 1", 4, "for the second time" },
	{ "[tlsockd]\nkey = a", 2,
	  "only workers, user, handshakes, kernel-consumers, watch, ticket-keys, log-level" },
	{ "[tlsockd]\n[tlsockd]", 2, "already there in line 1" },
	{ "[web]", 1, "only [tlsockd], [profile NAME] and [rule NAME]" },
	{ "[profiles]", 1, "only [tlsockd], [profile NAME] and [rule NAME]" },
	{ "[profile]", 1, "one word of at most 63 bytes" },
	{ "[profile a b]", 1, "one word of at most 63 bytes" },
	{ "[profile 1234567890123456789012345678901234567890123456789012345678901234]", 1,
	  "at most 63 bytes" },
	{ "[profile a]\n[profile a]", 2, "already defined in" },
	{ "[profile a", 1, "lacks its ']'" },
	{ "[profile a] b", 1, "may follow the ']'" },
	{ "[]", 1, "no name" },
	{ "junk", 1, "neither" },
	{ "= 1", 1, "no key before" },
	{ "[profile a]\ncolor = red", 2, "there is no key \"color\"" },
	{ "[profile a]\nverify = yes", 2, "required, optional or none" },
	{ "[profile a]\nclient-certificate = yes", 2, "none, request or require" },
	{ "[profile a]\ntruncation = no", 2, "error or eof" },
	{ "[profile a]\nresumption = 1", 2, "yes or no" },
	{ "[profile a]\nmin-version = 1.1", 2, "1.2 or 1.3" },
	{ "[profile a]\nmax-version = TLSv1.3", 2, "1.2 or 1.3" },
	{ "[profile a]\nmin-version = 1.3\nmax-version = 1.2", 1, "min-version is above" },
	{ "[profile a]\ncertificate = c", 1, "certificate needs key" },
	{ "[profile a]\nkey = k", 1, "key needs certificate" },
	{ "[profile a]\nca =", 2, "or system" },
	{ "[profile a]\nalpn = a,,b", 2, "names of protocols" },
	{ "[profile a]\nalpn = a,", 2, "names of protocols" },
	{ "[profile a]\nciphers = A B", 2, "names of cipher suites" },
	{ "[profile a]\nciphers = :", 2, "names of cipher suites" },
	{ "[profile a]\ngroups = A:", 2, "names of groups" },
	{ "[profile a]\nserver-name = a b", 2, "a host name" },
	{ "[profile a]\nserver-name = # none", 2, "a host name" },
};

TEST_F(folder, eight_certificates)
{
	char text[1024] = "[profile a]\n";

	for (int i = 0; i < TL_CERTIFICATES_MAX; i++)
		strcat(text, "certificate = a\nkey = b\n");
	ASSERT_EQ(0, load(self, text));
	EXPECT_EQ(TL_CERTIFICATES_MAX - 1, self->config->profiles[0].more_keys.n);
	strcat(text, "certificate = a\n");
	EXPECT_EQ(-EINVAL, load(self, text));
	ASSERT_EQ(1, self->n_reports);
	EXPECT_EQ(18, self->reports[0].line);
	EXPECT_NE(NULL, strstr(self->reports[0].text, "certificate may stand 8 times at most"));
}

TEST_F(folder, each_mistake_with_its_line)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		self->n_reports = 0;
		EXPECT_EQ(-EINVAL, load(self, mistakes[i].text));
		EXPECT_EQ(1, self->n_reports);
		EXPECT_STREQ("tlsockd.conf", self->reports[0].file);
		EXPECT_EQ(mistakes[i].line, self->reports[0].line);
		EXPECT_NE(NULL, strstr(self->reports[0].text, mistakes[i].words))
			TH_LOG("%s: %s", mistakes[i].text, self->reports[0].text);
		EXPECT_EQ(NULL, self->config);
	}
}

TEST_F(folder, all_mistakes_are_told)
{
	EXPECT_EQ(-EINVAL, load(self, "a\n[tlsockd]\nworkers = x\n[x]\ny = z\n"
				      "[profile p]\nkey = k\n"));
	ASSERT_EQ(4, self->n_reports);
	EXPECT_EQ(1, self->reports[0].line);
	EXPECT_EQ(3, self->reports[1].line);
	EXPECT_EQ(4, self->reports[2].line);
	EXPECT_EQ(6, self->reports[3].line);
}

TEST_F(folder, comments)
{
	const struct tl_profile *p;

	ASSERT_EQ(0, load(self,
			  "#[a]\n  ;x\n\t# y = z\n[profile a] ; the first\n"
			  "server-name = a#b;c\t# and this\nca = /x ;y\n"));
	p = tl_config_profile(self->config, "a");
	ASSERT_NE(NULL, p);
	EXPECT_STREQ("a#b;c", p->server_name);
	EXPECT_STREQ("/x", p->ca);
}

TEST_F(folder, profiles_of_the_folder)
{
	put(self, "profiles.d/20-b.conf", "[profile b]\ncertificate = c\nkey = k\n");
	put(self, "profiles.d/10-a.conf", "[profile a]\n[profile default]\nverify = none\n");
	put(self, "profiles.d/.hidden.conf", "junk");
	put(self, "profiles.d/backup.conf~", "junk");
	put(self, "profiles.d/.conf", "junk");
	ASSERT_EQ(0, load(self, "[profile main]"));
	ASSERT_EQ(4, self->config->n_profiles);
	EXPECT_STREQ("main", self->config->profiles[0].name);
	EXPECT_STREQ("a", self->config->profiles[1].name);
	EXPECT_STREQ("default", self->config->profiles[2].name);
	EXPECT_STREQ("b", self->config->profiles[3].name);
	EXPECT_EQ(TLSOCK_VERIFY_NONE, tl_config_profile(self->config, NULL)->verify);
	EXPECT_EQ(NULL, strstr(self->config->profiles[3].certificate, "profiles.d"));
}

TEST_F(folder, mistakes_of_the_folder)
{
	put(self, "profiles.d/a.conf", "\n[tlsockd]\nworkers = 1\n[profile main]\n");
	EXPECT_EQ(-EINVAL, load(self, "[profile main]"));
	ASSERT_EQ(2, self->n_reports);
	EXPECT_STREQ("a.conf", self->reports[0].file);
	EXPECT_EQ(2, self->reports[0].line);
	EXPECT_NE(NULL, strstr(self->reports[0].text, "main file"));
	EXPECT_EQ(4, self->reports[1].line);
	EXPECT_NE(NULL, strstr(self->reports[1].text, "tlsockd.conf:1"));
}

TEST_F(folder, no_file)
{
	EXPECT_EQ(-EINVAL, load(self, NULL));
	ASSERT_EQ(1, self->n_reports);
	EXPECT_EQ(0, self->reports[0].line);
	EXPECT_STREQ("No such file or directory", self->reports[0].text);
}

TEST_F(folder, a_folder_is_no_file)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/tlsockd.conf", self->path);
	ASSERT_EQ(0, mkdir(path, 0700));
	EXPECT_EQ(-EINVAL, load(self, NULL));
	ASSERT_EQ(1, self->n_reports);
	EXPECT_EQ(0, self->reports[0].line);
	EXPECT_STREQ("Is a directory", self->reports[0].text);
}

TEST_F(folder, long_lines)
{
	char text[TL_INI_MAX_LINE + 64];

	memset(text, 'a', sizeof(text));
	memcpy(text, "[profile a]\nkey=", 16);
	text[12 + TL_INI_MAX_LINE] = '\0';
	EXPECT_EQ(-EINVAL, load(self, text));
	ASSERT_EQ(1, self->n_reports);
	EXPECT_EQ(1, self->reports[0].line);

	self->n_reports = 0;
	text[12 + TL_INI_MAX_LINE] = 'a';
	text[12 + TL_INI_MAX_LINE + 1] = '\0';
	EXPECT_EQ(-EINVAL, load(self, text));
	ASSERT_EQ(1, self->n_reports);
	EXPECT_EQ(2, self->reports[0].line);
	EXPECT_NE(NULL, strstr(self->reports[0].text, "4095"));
}

static int count(void *arg, const struct tl_ini_entry *entry)
{
	int *kinds = arg;

	kinds[entry->kind]++;
	return 0;
}

static int refuse(void *arg, const struct tl_ini_entry *entry)
{
	(void)arg;
	(void)entry;
	return -E2BIG;
}

TEST(ini_binary_file)
{
	char text[] = "[a]\nb = \0c\n\0\0d = e\nf = g";
	FILE *file = fmemopen(text, sizeof(text) - 1, "r");
	int kinds[3] = {};

	ASSERT_NE(NULL, file);
	EXPECT_EQ(0, tl_ini_read(file, count, kinds));
	EXPECT_EQ(1, kinds[TL_INI_SECTION]);
	EXPECT_EQ(1, kinds[TL_INI_KEY]);
	EXPECT_EQ(2, kinds[TL_INI_MISTAKE]);
	rewind(file);
	EXPECT_EQ(-E2BIG, tl_ini_read(file, refuse, NULL));
	fclose(file);
}

TEST_HARNESS_MAIN
