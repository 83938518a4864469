// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines that hold what peers sent: nothing gets out of its value. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/line.h"
#include "lib/log.h"

TEST(plain_values)
{
	struct tl_line line = {};

	tl_line_text(&line, "a", "TLSv1.3");
	tl_line_number(&line, "b", -42);
	tl_line_text(&line, "c", "");
	tl_line_text(&line, "d", NULL);
	tl_line_text(&line, "e", "web.test");
	EXPECT_STREQ("a=TLSv1.3 b=-42 e=web.test", line.text);
	EXPECT_EQ(strlen(line.text), line.length);
}

TEST(values_with_quotes)
{
	static const struct {
		const char	*value;
		const char	*text;
	} cases[] = {
		{ "a b", "k=\"a b\"" },
		{ "a=b", "k=\"a=b\"" },
		{ "CN=x, O=\"y\"", "k=\"CN=x, O=\\\"y\\\"\"" },
		{ "back\\slash", "k=\"back\\\\slash\"" },
		{ "x\nhandshake ok peer=1.2.3.4", "k=\"x\\x0ahandshake ok peer=1.2.3.4\"" },
		{ "x\" errno=0 y=\"", "k=\"x\\\" errno=0 y=\\\"\"" },
		{ "\x1b[31m", "k=\"\\x1b[31m\"" },
		{ "\xc3\xa4\x7f\x80", "k=\"\\xc3\\xa4\\x7f\\x80\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tl_line line = {};

		tl_line_text(&line, "k", cases[i].value);
		EXPECT_STREQ(cases[i].text, line.text);
	}
}

/* Each byte, between two others, must leave one pair that ends in its quote. */
TEST(every_byte)
{
	for (int c = 1; c < 256; c++) {
		char value[] = { 'a', (char)c, 'b', '\0' };
		struct tl_line line = {};

		tl_line_text(&line, "k", value);
		for (size_t i = 0; i < line.length; i++)
			EXPECT_TRUE(line.text[i] >= ' ' && line.text[i] <= '~');
		if (strchr(line.text, ' '))
			EXPECT_STREQ("k=\"a b\"", line.text);
		EXPECT_EQ(line.text[2] == '"' ? '"' : 'b', line.text[line.length - 1]);
	}
}

/* What does not fit is left out whole, and shorter pairs may still follow. */
TEST(full_line)
{
	struct tl_line line = {};
	char value[TL_LINE_MAX + 8];

	memset(value, 'a', sizeof(value));
	value[TL_LINE_MAX - 8] = '\0';
	tl_line_text(&line, "k", value);
	EXPECT_EQ(TL_LINE_MAX - 6, line.length);
	tl_line_text(&line, "too", "long");
	EXPECT_EQ(TL_LINE_MAX - 6, line.length);
	EXPECT_EQ('\0', line.text[line.length]);
	tl_line_text(&line, "l", "123");
	EXPECT_EQ(TL_LINE_MAX, line.length);
	EXPECT_EQ(TL_LINE_MAX, strlen(line.text));
	tl_line_text(&line, "m", "\n");
	EXPECT_EQ(TL_LINE_MAX, line.length);
}

TEST(addresses)
{
	struct sockaddr_storage address = {};
	struct sockaddr_in *in = (void *)&address;
	struct sockaddr_in6 *in6 = (void *)&address;
	struct tl_line line = {};

	tl_line_address(&line, "none", &address);
	EXPECT_STREQ("", line.text);
	in->sin_family = AF_INET;
	in->sin_port = htons(443);
	inet_pton(AF_INET, "192.0.2.1", &in->sin_addr);
	tl_line_address(&line, "p", &address);
	EXPECT_STREQ("p=192.0.2.1:443", line.text);
	memset(&line, 0, sizeof(line));
	memset(&address, 0, sizeof(address));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(65535);
	inet_pton(AF_INET6, "2001:db8::1", &in6->sin6_addr);
	tl_line_address(&line, "p", &address);
	EXPECT_STREQ("p=[2001:db8::1]:65535", line.text);
}

/* What tl_log() writes to stderr */
static size_t log_to_pipe(char *out, size_t size, int level, int priority, const char *text)
{
	int saved = dup(STDERR_FILENO);
	int pipes[2];
	ssize_t n;

	if (saved < 0 || pipe2(pipes, O_NONBLOCK) || dup2(pipes[1], STDERR_FILENO) < 0)
		abort();
	tl_log_open("name", level);
	tl_log(priority, "%s", text);
	n = read(pipes[0], out, size - 1);
	if (dup2(saved, STDERR_FILENO) < 0)
		abort();
	close(saved);
	close(pipes[0]);
	close(pipes[1]);
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

TEST(log_lines)
{
	char out[4096];
	char text[3000];

	unsetenv("JOURNAL_STREAM");
	EXPECT_EQ(10, log_to_pipe(out, sizeof(out), LOG_INFO, LOG_INFO, "a\nb"));
	EXPECT_STREQ("name: a?b\n", out);
	EXPECT_EQ(0, log_to_pipe(out, sizeof(out), LOG_INFO, LOG_DEBUG, "a"));
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	EXPECT_LT(1000, log_to_pipe(out, sizeof(out), LOG_INFO, LOG_INFO, text));
	EXPECT_EQ('\n', out[strlen(out) - 1]);
}

TEST(log_lines_of_another_journal)
{
	char out[64];

	setenv("JOURNAL_STREAM", "1:2", 1);
	log_to_pipe(out, sizeof(out), LOG_INFO, LOG_ERR, "a");
	EXPECT_STREQ("name: a\n", out);
}

TEST_HARNESS_MAIN
