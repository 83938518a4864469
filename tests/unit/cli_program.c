// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which programs the preload library reaches, on files made for each case.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/program.h"

struct image {
	ElfW(Ehdr)	head;
	ElfW(Phdr)	segments[2];
	char		loader[256];
	struct {
		ElfW(Nhdr)	head;
		char		owner[4];
		char		id[4];
	} note;
};

FIXTURE(program)
{
	char		folder[32];
	char		path[64];
	char		script[64];
	struct image	image;
};

/* A file that is covered: the head and the loader of this very program */
static int copy_own_head(struct image *image)
{
	ElfW(Phdr) segment;
	ElfW(Ehdr) own;
	int fd = open("/proc/self/exe", O_RDONLY);
	int found = 0;

	if (fd < 0 || read(fd, &own, sizeof(own)) != sizeof(own))
		return -1;
	for (int i = 0; i < own.e_phnum; i++) {
		off_t at = (off_t)(own.e_phoff + i * sizeof(segment));

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return -1;
		if (segment.p_type == PT_INTERP && segment.p_filesz < sizeof(image->loader))
			found = pread(fd, image->loader, segment.p_filesz,
				      (off_t)segment.p_offset) > 0;
	}
	close(fd);
	memcpy(image->head.e_ident, own.e_ident, sizeof(own.e_ident));
	image->head.e_machine = own.e_machine;
	return found ? 0 : -1;
}

FIXTURE_SETUP(program)
{
	struct image *image = &self->image;

	strcpy(self->folder, "/tmp/tlsock-program.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->folder));
	snprintf(self->path, sizeof(self->path), "%s/program", self->folder);
	snprintf(self->script, sizeof(self->script), "%s/script", self->folder);

	memset(image, 0, sizeof(*image));
	ASSERT_EQ(0, copy_own_head(image));
	image->head.e_phoff = offsetof(struct image, segments);
	image->head.e_phentsize = sizeof(ElfW(Phdr));
	image->head.e_phnum = 2;
	image->segments[0].p_type = PT_INTERP;
	image->segments[0].p_offset = offsetof(struct image, loader);
	image->segments[0].p_filesz = strlen(image->loader) + 1;
	image->segments[1].p_type = PT_NOTE;
	image->segments[1].p_offset = offsetof(struct image, note);
	image->segments[1].p_filesz = sizeof(image->note);
	image->note.head.n_namesz = 4;
	image->note.head.n_descsz = 4;
	image->note.head.n_type = 3;
	memcpy(image->note.owner, "GNU", 4);
}

FIXTURE_TEARDOWN(program)
{
	unlink(self->path);
	unlink(self->script);
	rmdir(self->folder);
}

static int put(const char *path, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int ok = fd >= 0 && write(fd, bytes, size) == (ssize_t)size && !fchmod(fd, mode);

	if (fd >= 0)
		close(fd);
	return ok ? 0 : -1;
}

/* The coverage of an image as a file, or -errno */
static int judge(const char *path, const struct image *image)
{
	enum tl_coverage coverage;
	int err;

	if (put(path, image, sizeof(*image), 0755))
		return -EIO;
	err = tl_program_check(path, &coverage);
	return err ? err : (int)coverage;
}

TEST_F(program, covered)
{
	EXPECT_EQ(TL_COVERED, judge(self->path, &self->image));
}

TEST_F(program, static_has_no_loader)
{
	self->image.segments[0].p_type = PT_NULL;
	EXPECT_EQ(TL_STATIC, judge(self->path, &self->image));
	self->image.head.e_phnum = 0;
	EXPECT_EQ(TL_STATIC, judge(self->path, &self->image));
}

TEST_F(program, foreign)
{
	struct image image = self->image;

	image.head.e_machine = EM_S390;
	EXPECT_EQ(TL_FOREIGN, judge(self->path, &image));
	image = self->image;
	image.head.e_ident[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
	EXPECT_EQ(TL_FOREIGN, judge(self->path, &image));
	image = self->image;
	image.head.e_ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
	EXPECT_EQ(TL_FOREIGN, judge(self->path, &image));
}

TEST_F(program, other_loader)
{
	strcpy(self->image.loader, "/bin/sh");
	self->image.segments[0].p_filesz = sizeof("/bin/sh");
	EXPECT_EQ(TL_LOADER, judge(self->path, &self->image));
	strcpy(self->image.loader, "/nowhere");
	self->image.segments[0].p_filesz = sizeof("/nowhere");
	EXPECT_EQ(TL_LOADER, judge(self->path, &self->image));
}

TEST_F(program, go)
{
	self->image.note.head.n_type = 4;
	memcpy(self->image.note.owner, "Go\0", 4);
	EXPECT_EQ(TL_GO, judge(self->path, &self->image));
}

TEST_F(program, go_without_note)
{
	struct image *image = &self->image;
	ElfW(Shdr) *names = (ElfW(Shdr) *)image->loader + 2;
	char *text = image->loader + 240;

	strcpy(text, ".go.buildinfo");
	names->sh_offset = offsetof(struct image, loader) + 240;
	names->sh_size = sizeof(".go.buildinfo");
	image->head.e_shoff = offsetof(struct image, loader) + sizeof(*names);
	image->head.e_shentsize = sizeof(*names);
	image->head.e_shnum = 2;
	image->head.e_shstrndx = 1;
	EXPECT_EQ(TL_GO, judge(self->path, image));
}

TEST_F(program, damaged)
{
	struct image image = self->image;
	enum tl_coverage coverage;

	for (size_t size = 4; size < offsetof(struct image, loader); size++) {
		ASSERT_EQ(0, put(self->path, &image, size, 0755));
		EXPECT_EQ(-ENOEXEC, tl_program_check(self->path, &coverage));
	}
	image.segments[0].p_filesz = sizeof(image.loader) + 1;
	EXPECT_EQ(-ENOEXEC, judge(self->path, &image));
	image = self->image;
	image.segments[0].p_filesz--;
	EXPECT_EQ(-ENOEXEC, judge(self->path, &image));
	image = self->image;
	image.head.e_phoff = ~0UL;
	EXPECT_GT(0, judge(self->path, &image));
	for (unsigned int wrong = 0; wrong < 64; wrong++) {
		image = self->image;
		image.note.head.n_namesz = 1U << (wrong % 32);
		image.note.head.n_descsz = ~0U >> (wrong / 2);
		EXPECT_EQ(TL_COVERED, judge(self->path, &image));
	}
}

TEST_F(program, rights)
{
	enum tl_coverage coverage;

	ASSERT_EQ(0, put(self->path, &self->image, sizeof(self->image), 0644));
	EXPECT_EQ(-EACCES, tl_program_check(self->path, &coverage));
	EXPECT_EQ(-EACCES, tl_program_check(self->folder, &coverage));
	EXPECT_EQ(-ENOENT, tl_program_check("/nowhere/program", &coverage));
	ASSERT_EQ(0, chmod(self->path, 04755));
	ASSERT_EQ(0, tl_program_check(self->path, &coverage));
	EXPECT_EQ(TL_COVERED, coverage) TH_LOG("setuid to the caller changes nothing");
	if (getuid())
		return;
	ASSERT_EQ(0, chown(self->path, 65534, 65534));
	ASSERT_EQ(0, chmod(self->path, 04755));
	ASSERT_EQ(0, tl_program_check(self->path, &coverage));
	EXPECT_EQ(TL_PRIVILEGED, coverage);
	ASSERT_EQ(0, chmod(self->path, 02755));
	ASSERT_EQ(0, tl_program_check(self->path, &coverage));
	EXPECT_EQ(TL_PRIVILEGED, coverage);
	ASSERT_EQ(0, chmod(self->path, 0755));
	ASSERT_EQ(0, chmod(self->folder, 0755));
	ASSERT_EQ(0, seteuid(65534));
	ASSERT_EQ(0, tl_program_check(self->path, &coverage));
	EXPECT_EQ(TL_PRIVILEGED, coverage) TH_LOG("effective and real user differ");
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(program, scripts)
{
	enum tl_coverage coverage;
	char text[512];

	ASSERT_EQ(TL_COVERED, judge(self->path, &self->image));
	snprintf(text, sizeof(text), "#! \t%s -x\nrest", self->path);
	ASSERT_EQ(0, put(self->script, text, strlen(text), 0755));
	ASSERT_EQ(0, tl_program_check(self->script, &coverage));
	EXPECT_EQ(TL_COVERED, coverage);
	snprintf(text, sizeof(text), "#!%s", self->path);
	self->image.segments[0].p_type = PT_NULL;
	ASSERT_EQ(TL_STATIC, judge(self->path, &self->image));
	ASSERT_EQ(0, put(self->script, text, strlen(text), 0755));
	ASSERT_EQ(0, tl_program_check(self->script, &coverage));
	EXPECT_EQ(TL_STATIC, coverage);

	ASSERT_EQ(0, put(self->script, "echo\n", 5, 0755));
	EXPECT_EQ(-ENOEXEC, tl_program_check(self->script, &coverage));
	ASSERT_EQ(0, put(self->script, "", 0, 0755));
	EXPECT_EQ(-ENOEXEC, tl_program_check(self->script, &coverage));
	ASSERT_EQ(0, put(self->script, "#! \n", 4, 0755));
	EXPECT_EQ(-ENOEXEC, tl_program_check(self->script, &coverage));
	memset(text, 'a', sizeof(text));
	text[0] = '#';
	text[1] = '!';
	text[2] = '/';
	ASSERT_EQ(0, put(self->script, text, sizeof(text), 0755));
	EXPECT_EQ(-ENOEXEC, tl_program_check(self->script, &coverage));
	snprintf(text, sizeof(text), "#!%s\n", self->script);
	ASSERT_EQ(0, put(self->script, text, strlen(text), 0755));
	EXPECT_EQ(-ELOOP, tl_program_check(self->script, &coverage));
}

TEST(search)
{
	const char *cursor = NULL;
	char path[16];

	setenv("PATH", "/a::/b/long/path:/c", 1);
	ASSERT_EQ(1, tl_program_next("name", &cursor, path, sizeof(path)));
	EXPECT_STREQ("/a/name", path);
	ASSERT_EQ(1, tl_program_next("name", &cursor, path, sizeof(path)));
	EXPECT_STREQ("name", path);
	ASSERT_EQ(1, tl_program_next("name", &cursor, path, sizeof(path)));
	EXPECT_STREQ("/c/name", path);
	EXPECT_EQ(0, tl_program_next("name", &cursor, path, sizeof(path)));

	cursor = NULL;
	ASSERT_EQ(1, tl_program_next("./name", &cursor, path, sizeof(path)));
	EXPECT_STREQ("./name", path);
	EXPECT_EQ(0, tl_program_next("./name", &cursor, path, sizeof(path)));
	cursor = NULL;
	EXPECT_EQ(0, tl_program_next("", &cursor, path, sizeof(path)));
}

TEST_HARNESS_MAIN
