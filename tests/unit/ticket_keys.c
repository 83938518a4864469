// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with the keys of a fleet: what is in one, and what is a mistake. */
#include "tlsockd/ticket_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "tlsockd/wolf.h"

#include <wolfssl/wolfcrypt/coding.h>

FIXTURE(file)
{
	char			path[64];
	struct td_ticket_keys	*keys;
	int			line;
	char			text[256];
};

FIXTURE_SETUP(file)
{
	int fd;

	strcpy(self->path, "/tmp/tlsock-keys-XXXXXX");
	fd = mkstemp(self->path);
	ASSERT_LE(0, fd);
	close(fd);
}

FIXTURE_TEARDOWN(file)
{
	td_ticket_keys_free(self->keys);
	unlink(self->path);
}

static void note(void *arg, const char *file, int line, const char *text)
{
	FIXTURE_DATA(file) *self = arg;

	if (strcmp(file, self->path))
		abort();
	self->line = line;
	snprintf(self->text, sizeof(self->text), "%s", text);
}

static int load(FIXTURE_DATA(file) *self, const char *text)
{
	FILE *file = fopen(self->path, "we");

	if (!file || fputs(text, file) == EOF || fclose(file))
		abort();
	td_ticket_keys_free(self->keys);
	self->keys = NULL;
	self->line = -1;
	return td_ticket_keys_read(self->path, &self->keys, note, self);
}

/* The line of a key all of whose bytes are @value, without the newline */
static const char *line_of(int value)
{
	static char lines[8][80];
	static int turn;
	char *line = lines[turn++ % 8];
	word32 size = 80;
	byte raw[48];

	memset(raw, value, sizeof(raw));
	if (Base64_Encode_NoNl(raw, sizeof(raw), (unsigned char *)line, &size))
		abort();
	line[size] = '\0';
	return line;
}

TEST_F(file, keys_and_comments)
{
	static const uint8_t two[TD_TICKET_KEY_SECRET] = { [0 ... TD_TICKET_KEY_SECRET - 1] = 2 };
	char text[1024];

	snprintf(text, sizeof(text), "# of today\n%s\n\n \t\n  %s \t\r\n#%s\n%s", line_of(1),
		 line_of(2), line_of(3), line_of(4));
	ASSERT_EQ(0, load(self, text)) TH_LOG("%d: %s", self->line, self->text);
	ASSERT_EQ(3, self->keys->n);
	EXPECT_EQ(1, self->keys->key[0].name[0]);
	EXPECT_EQ(0, memcmp(two, self->keys->key[1].key, sizeof(two)));
	EXPECT_EQ(4, self->keys->key[2].key[31]);
}

TEST_F(file, mistakes)
{
	char text[1024];

	EXPECT_EQ(-EINVAL, load(self, ""));
	EXPECT_EQ(0, self->line);
	EXPECT_NE(NULL, strstr(self->text, "no key in it"));
	EXPECT_EQ(-EINVAL, load(self, "# nothing\n"));
	EXPECT_EQ(-EINVAL, load(self, "\nabc\n"));
	EXPECT_EQ(2, self->line);
	EXPECT_NE(NULL, strstr(self->text, "openssl rand -base64 48"));
	snprintf(text, sizeof(text), "%.60s\n", line_of(1));
	EXPECT_EQ(-EINVAL, load(self, text));
	snprintf(text, sizeof(text), "%sAAAA\n", line_of(1));
	EXPECT_EQ(-EINVAL, load(self, text));
	snprintf(text, sizeof(text), "%s%s%s\n", line_of(1), line_of(2), line_of(3));
	EXPECT_EQ(-EINVAL, load(self, text));
	snprintf(text, sizeof(text), "%s\n%s more\n", line_of(1), line_of(2));
	EXPECT_EQ(-EINVAL, load(self, text));
	EXPECT_EQ(2, self->line);
	EXPECT_NE(NULL, strstr(self->text, "one word"));
	snprintf(text, sizeof(text), "%s\n%s\n%s\n", line_of(1), line_of(2), line_of(1));
	EXPECT_EQ(-EINVAL, load(self, text));
	EXPECT_EQ(3, self->line);
	EXPECT_NE(NULL, strstr(self->text, "second time"));
	snprintf(text, sizeof(text), "%s\n%s\n%s\n%s\n%s\n", line_of(1), line_of(2), line_of(3),
		 line_of(4), line_of(5));
	EXPECT_EQ(-EINVAL, load(self, text));
	EXPECT_EQ(5, self->line);
	EXPECT_NE(NULL, strstr(self->text, "four keys"));
	EXPECT_EQ(NULL, self->keys);
	EXPECT_EQ(0, load(self, line_of(1)));
}

TEST_F(file, rights)
{
	ASSERT_EQ(0, load(self, line_of(1)));
	ASSERT_EQ(0, chmod(self->path, 0644));
	EXPECT_EQ(-EINVAL, load(self, line_of(1)));
	EXPECT_NE(NULL, strstr(self->text, "open to others: chmod 600 it"));
	ASSERT_EQ(0, unlink(self->path));
	EXPECT_EQ(-EINVAL, td_ticket_keys_read(self->path, &self->keys, note, self));
	EXPECT_NE(NULL, strstr(self->text, "cannot open"));
}

TEST_HARNESS_MAIN
