// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the head of an executable: ELF header, program headers, notes, or the
 * "#!" line. The reference for what counts is this process itself: its own
 * ELF header and its own dynamic loader.
 */
#include "program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_SCRIPTS	5	/* as many "#!" in a row as the kernel follows */
#define MAX_PHNUM	512
#define MAX_NOTES	2048	/* bytes of notes or section names looked at */
#define SCRIPT_HEAD	256	/* bytes that the kernel reads of a "#!" line */
#define NOTE_GO_BUILDID	4

/* The linker puts it at the ELF header of the object that this is part of */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

struct image {
	int		fd;
	ElfW(Ehdr)	head;
	bool		go;
	char		loader[256];	/* PT_INTERP, "" if none */
};

/* Like pread(), but all or nothing: -ENOEXEC if the file is too short */
static int read_at(int fd, void *to, size_t size, off_t offset)
{
	char *at = to;

	while (size) {
		ssize_t n = pread(fd, at, size, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ENOEXEC;
		at += n;
		size -= n;
		offset += n;
	}
	return 0;
}

/*
 * The dynamic loader of this process, from its own program headers; NULL if
 * they do not tell. A program at a fixed address has them where PT_PHDR says.
 */
static const char *own_loader(void)
{
	uintptr_t headers = getauxval(AT_PHDR);
	unsigned long n = getauxval(AT_PHNUM);
	const ElfW(Phdr) *interp = NULL, *self = NULL;

	for (unsigned long i = 0; headers && i < n; i++) {
		const ElfW(Phdr) *header = (const ElfW(Phdr) *)headers + i;

		if (header->p_type == PT_PHDR)
			self = header;
		if (header->p_type == PT_INTERP)
			interp = header;
	}
	return self && interp ? (const char *)(headers - self->p_vaddr + interp->p_vaddr) : NULL;
}

static bool same_file(const char *one, const char *other)
{
	struct stat a, b;

	return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * The kernel's rule for AT_SECURE (begin_new_exec, cap_bprm_creds_from_file):
 * the effective user or group differs from the caller's real one, or a caller
 * who is not root gains capabilities.
 */
static bool gains_rights(int fd, const struct stat *st)
{
	uid_t user = st->st_mode & S_ISUID ? st->st_uid : geteuid();
	gid_t group = (st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) ? st->st_gid : getegid();

	if (user != getuid() || group != getgid())
		return true;
	return getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Go's compiler marks all that it makes by a note of owner "Go" */
static bool has_go_note(const char *notes, size_t size)
{
	ElfW(Nhdr) note;
	size_t step;

	while (size >= sizeof(note)) {
		memcpy(&note, notes, sizeof(note));
		if (note.n_namesz > size || note.n_descsz > size)
			return false;
		step = sizeof(note) + align4(note.n_namesz) + align4(note.n_descsz);
		if (step > size)
			return false;
		if (note.n_type == NOTE_GO_BUILDID && note.n_namesz == 4 &&
		    !memcmp(notes + sizeof(note), "Go\0", 4))
			return true;
		notes += step;
		size -= step;
	}
	return false;
}

static int read_segment(struct image *image, const ElfW(Phdr) *header)
{
	char notes[MAX_NOTES];
	size_t size = header->p_filesz;
	int err;

	if (header->p_type == PT_INTERP) {
		if (!size || size > sizeof(image->loader))
			return -ENOEXEC;
		err = read_at(image->fd, image->loader, size, header->p_offset);
		if (!err && image->loader[size - 1])
			return -ENOEXEC;
		return err;
	}
	if (header->p_type == PT_NOTE) {
		if (size > sizeof(notes))
			size = sizeof(notes);
		err = read_at(image->fd, notes, size, header->p_offset);
		if (!err && has_go_note(notes, size))
			image->go = true;
		return err;
	}
	return 0;
}

/* The note can be left out of a build, a section name tells as well */
static bool has_go_section(const struct image *image)
{
	char names[MAX_NOTES];
	ElfW(Shdr) header;
	size_t size;

	if (!image->head.e_shoff || image->head.e_shentsize != sizeof(header))
		return false;
	if (read_at(image->fd, &header, sizeof(header),
		    (off_t)(image->head.e_shoff + image->head.e_shstrndx * sizeof(header))))
		return false;
	size = header.sh_size < sizeof(names) ? header.sh_size : sizeof(names);
	if (read_at(image->fd, names, size, (off_t)header.sh_offset))
		return false;
	return memmem(names, size, ".go.buildinfo", sizeof(".go.buildinfo"));
}

static int read_segments(struct image *image)
{
	ElfW(Phdr) header;
	int err = 0;

	if (image->head.e_phentsize != sizeof(header) || image->head.e_phnum > MAX_PHNUM)
		return -ENOEXEC;
	for (unsigned int i = 0; !err && i < image->head.e_phnum; i++) {
		err = read_at(image->fd, &header, sizeof(header),
			      (off_t)(image->head.e_phoff + i * sizeof(header)));
		if (!err)
			err = read_segment(image, &header);
	}
	return err;
}

static int check_elf(int fd, enum tl_coverage *coverage)
{
	struct image image = { .fd = fd };
	const char *own = own_loader();
	int err;

	err = read_at(fd, &image.head, sizeof(image.head), 0);
	if (err)
		return err;
	if (image.head.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
	    image.head.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
	    image.head.e_machine != __ehdr_start.e_machine) {
		*coverage = TL_FOREIGN;
		return 0;
	}
	err = read_segments(&image);
	if (err)
		return err;
	if (!image.loader[0])
		*coverage = TL_STATIC;
	else if (image.go || has_go_section(&image))
		*coverage = TL_GO;
	else if (!own || !same_file(image.loader, own))
		*coverage = TL_LOADER;
	else
		*coverage = TL_COVERED;
	return 0;
}

/* Cuts the interpreter's path out of the "#!" line that @head begins with */
static int parse_script(char *head, const char **interpreter)
{
	char *start = head + 2 + strspn(head + 2, " \t");
	size_t length = strcspn(start, " \t\n");

	/* a path that reaches the end of what the kernel reads is cut off */
	if (!length || !start[length])
		return -ENOEXEC;
	start[length] = '\0';
	*interpreter = start;
	return 0;
}

static int open_program(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st))
		err = -errno;
	else if (!S_ISREG(st->st_mode) || access(path, X_OK))
		err = -EACCES;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/*
 * Return: 0 if judged, 1 if @head, of SCRIPT_HEAD + 2 bytes, begins with a
 * "#!" line, -errno
 */
static int check_file(const char *path, char *head, enum tl_coverage *coverage)
{
	struct stat st = { .st_mode = 0 };
	ssize_t n;
	int fd, err;

	fd = open_program(path, &st);
	if (fd == -EACCES && access(path, R_OK) && !access(path, X_OK)) {
		*coverage = TL_UNREADABLE;
		return 0;
	}
	if (fd < 0)
		return fd;

	memset(head, 0, SCRIPT_HEAD + 2);
	n = pread(fd, head, SCRIPT_HEAD, 0);
	if (n < 0) {
		err = -errno;
	} else if (n > 2 && !memcmp(head, "#!", 2)) {
		if (n < SCRIPT_HEAD)
			head[n] = '\n';
		err = 1;
	} else if (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG)) {
		err = -ENOEXEC;
	} else {
		err = check_elf(fd, coverage);
		if (!err && *coverage == TL_COVERED && gains_rights(fd, &st))
			*coverage = TL_PRIVILEGED;
	}
	close(fd);
	return err;
}

int tl_program_check(const char *path, enum tl_coverage *coverage)
{
	char heads[2][SCRIPT_HEAD + 2];
	int err;

	for (int i = 0; i < MAX_SCRIPTS; i++) {
		char *head = heads[i % 2];

		err = check_file(path, head, coverage);
		if (err <= 0)
			return err;
		err = parse_script(head, &path);
		if (err)
			return err;
	}
	return -ELOOP;
}

const char *tl_program_reason(enum tl_coverage coverage)
{
	switch (coverage) {
	case TL_COVERED:
		return "is covered";
	case TL_STATIC:
		return "is linked statically";
	case TL_PRIVILEGED:
		return "would run with other rights than its caller";
	case TL_FOREIGN:
		return "is made for another kind of processor";
	case TL_LOADER:
		return "uses another dynamic loader than this system";
	case TL_GO:
		return "is a Go program, which bypasses the C library";
	case TL_UNREADABLE:
		return "cannot be read";
	}
	return "is of an unknown kind";
}

int tl_program_next(const char *name, const char **cursor, char *path, size_t size)
{
	size_t length = strlen(name);
	const char *folder = *cursor;
	size_t n;

	if (strchr(name, '/')) {
		if (folder || length >= size)
			return 0;
		memcpy(path, name, length + 1);
		*cursor = name + length;
		return 1;
	}
	if (!folder) {
		folder = getenv("PATH");
		if (!folder)
			folder = "/bin:/usr/bin";
	} else if (!*folder++) {
		return 0;
	}
	if (!length)
		return 0;
	for (;; folder += n + 1) {
		n = strcspn(folder, ":");
		if (n + length + 2 <= size)
			break;
		if (!folder[n])
			return 0;
	}
	*cursor = folder + n;
	memcpy(path, folder, n);
	/* an empty folder is the current one */
	if (n)
		path[n++] = '/';
	memcpy(path + n, name, length + 1);
	return 1;
}
