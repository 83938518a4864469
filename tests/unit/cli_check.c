// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock check`: words that describe a connection, its exit status, and the
 * warnings about dates of certificates.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/explain.h"
#include "kselftest_harness.h"
#include "lib/config.h"
#include "lib/pair.h"
#include "tlsockd/context.h"
#include "tlsockd/expiry.h"

static char said[512];

void tc_say(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(said, sizeof(said), format, values);
	va_end(values);
}

int tc_misused(const char *subcommand, int status)
{
	(void)subcommand;
	return status;
}

static int parse(const char *text, struct tl_subject *subject)
{
	static char copy[512];
	char *words[16];
	char *rest = copy;
	int n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while (*text && n < 16 && (words[n] = strsep(&rest, " ")))
		n++;
	return tc_explain_parse(words, n, subject);
}

TEST(nothing_said)
{
	struct tl_subject subject;

	ASSERT_EQ(0, parse("", &subject));
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, subject.role);
	EXPECT_EQ(geteuid(), subject.uid);
	EXPECT_EQ(getegid(), subject.gid);
	EXPECT_STREQ("", subject.server_name);
	EXPECT_STREQ("", subject.profile);
	EXPECT_EQ(NULL, subject.program);
	EXPECT_EQ(NULL, subject.cgroup_path);
	EXPECT_EQ(-1, subject.verify);
	EXPECT_EQ(-1, subject.client_cert);
	EXPECT_EQ(0, subject.remote.ss_family);
}

TEST(all_said)
{
	struct tl_subject subject;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&subject.remote;
	struct sockaddr_in *in = (struct sockaddr_in *)&subject.local;

	ASSERT_EQ(0, parse("uid=12345 gid=7 cgroup=/a exe=/bin/x dst=[2001:db8::1]:443 "
			   "name=a.b profile=p verify=optional client-certificate=require",
			   &subject));
	EXPECT_EQ(12345, subject.uid);
	EXPECT_EQ(7, subject.gid);
	EXPECT_STREQ("/a", subject.cgroup_path);
	EXPECT_STREQ("/bin/x", subject.program);
	EXPECT_EQ(AF_INET6, subject.remote.ss_family);
	EXPECT_EQ(443, ntohs(in6->sin6_port));
	EXPECT_STREQ("a.b", subject.server_name);
	EXPECT_STREQ("p", subject.profile);
	EXPECT_EQ(TLSOCK_VERIFY_OPTIONAL, subject.verify);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_REQUIRE, subject.client_cert);

	ASSERT_EQ(0, parse("uid=root listen=192.0.2.1:8443 src=2001:db8::2 cgroup=id:9", &subject));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, subject.role);
	EXPECT_EQ(0, subject.uid);
	EXPECT_EQ(0, subject.gid);
	EXPECT_EQ(9, subject.cgroup);
	EXPECT_EQ(AF_INET, subject.local.ss_family);
	EXPECT_EQ(8443, ntohs(in->sin_port));
	EXPECT_EQ(AF_INET6, subject.remote.ss_family);
	EXPECT_EQ(0, in6->sin6_port);
}

TEST(consumers)
{
	struct tl_subject subject;

	ASSERT_EQ(0, parse("consumer=nfs name=files.test", &subject));
	EXPECT_EQ(TL_CONSUMER_NFS, subject.consumer);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, subject.role);
	EXPECT_EQ(0, subject.uid);
	ASSERT_EQ(0, parse("src=192.0.2.1 consumer=nfsd role=server", &subject));
	EXPECT_EQ(TL_CONSUMER_NFSD, subject.consumer);
	EXPECT_EQ(TLSOCK_ROLE_SERVER, subject.role);
	ASSERT_EQ(0, parse("consumer=nvme-target", &subject));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, subject.role);
	ASSERT_EQ(0, parse("consumer=program uid=12345", &subject));
	EXPECT_EQ(TL_CONSUMER_PROGRAM, subject.consumer);
	EXPECT_EQ(12345, subject.uid);
}

TEST(wrong_words)
{
	static const char *const wrong[] = {
		"color=red", "uid", "role=both", "uid=no-such-user", "uid=-1", "gid=", "exe=curl",
		"cgroup=a", "cgroup=id:x", "dst=example.net", "dst=192.0.2.1:65536", "dst=[::1",
		"dst=[::1]443", "dst=192.0.2.1:", "verify=yes", "client-certificate=1",
		"role=server dst=::1", "role=client listen=::1", "name=a src=::1",
		"consumer=smb", "consumer=nfs role=server", "consumer=nfsd dst=::1",
		"consumer=nfs listen=::1", "consumer=nfs uid=root", "consumer=nfsd profile=p",
		"consumer=nfs exe=/bin/x", "consumer=nfs verify=none", "consumer=nfs cgroup=/",
	};
	struct tl_subject subject;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		*said = '\0';
		EXPECT_EQ(-EINVAL, parse(wrong[i], &subject)) TH_LOG("%s", wrong[i]);
		EXPECT_NE('\0', *said) TH_LOG("%s", wrong[i]);
	}
}

/* What the command exits with for a file of this text */
static int check(const char *text, const char *option, const char *word)
{
	char path[] = "/tmp/tlsock-check-XXXXXX";
	char *argv[5] = { "check", (char *)option, path, (char *)word, NULL };
	int fd = mkstemp(path);
	int status;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	optind = 0;
	status = tc_check(word ? 4 : 3, argv);
	unlink(path);
	return status;
}

TEST(exit_status)
{
	static const char rules[] = "[rule a]\nuser = 5\n[rule b]\naccess = deny\n";

	EXPECT_EQ(0, check("[tlsockd]\nuser = root\n", "--json", NULL));
	EXPECT_EQ(1, check("[tlsockd]\nuser = no-such-user\n", "--json", NULL));
	EXPECT_EQ(1, check("[tlsockd]\nuser = root\n[profile a]\nca = /nowhere\n", "--json", NULL));
	EXPECT_EQ(1, check("junk", "--json", NULL));
	EXPECT_EQ(0, check(rules, "--explain", "uid=5"));
	EXPECT_EQ(1, check(rules, "--explain", "uid=6"));
	EXPECT_EQ(1, check("junk", "--explain", "uid=6"));
	EXPECT_EQ(0, check("[rule a]\nconsumer = nfs\n[rule b]\naccess = deny\n", "--explain",
			   "consumer=nfs"));
	EXPECT_EQ(1, check("[rule a]\nconsumer = nfs\n[rule b]\naccess = deny\n", "--explain",
			   "consumer=nfsd"));
	EXPECT_EQ(2, check(rules, "--explain", "color=red"));
	EXPECT_EQ(2, check(rules, "--json", "uid=6"));
}

static void hear(void *arg, const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	snprintf(arg, 512, "%s", text);
}

static const char *expiry(const char *name, time_t now)
{
	static char heard[512];
	struct tl_profile profile = t_profile("p", name);

	*heard = '\0';
	if (td_expiry_report(&profile, now, hear, heard))
		abort();
	return heard;
}

TEST(dates)
{
	time_t now = time(NULL), day = 86400;

	ASSERT_EQ(0, td_context_init());
	EXPECT_STREQ("", expiry("server", now));
	EXPECT_STREQ("", expiry("", now));
	EXPECT_NE(NULL, strstr(expiry("expired", now), "expired on 20"));
	EXPECT_NE(NULL, strstr(expiry("notyet", now), "is not valid before 20"));
	/* Ten years, made some time ago */
	EXPECT_NE(NULL, strstr(expiry("server", now + 3653 * day), "expire"));
	EXPECT_NE(NULL, strstr(expiry("expired", now - 20 * day), "expires on 20"));
	td_context_exit();
}

TEST_HARNESS_MAIN
