/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which programs the preload library reaches. The dynamic loader ignores
 * LD_PRELOAD without a word where it cannot honour it, and the program would
 * then speak clear text; so every program is looked at before it is executed.
 */
#ifndef TLSOCK_LIB_PROGRAM_H
#define TLSOCK_LIB_PROGRAM_H

#include <stddef.h>

/**
 * enum tl_coverage - whether a program's sockets can be converted
 * @TL_COVERED: yes
 * @TL_STATIC: it has no dynamic loader
 * @TL_PRIVILEGED: it would run with other rights than its caller's, so the
 *	loader ignores the preload library
 * @TL_FOREIGN: made for another kind of processor or word size
 * @TL_LOADER: its dynamic loader is not this system's
 * @TL_GO: made by the Go compiler, whose system calls bypass the C library
 * @TL_UNREADABLE: it may be executed but not read
 */
enum tl_coverage {
	TL_COVERED,
	TL_STATIC,
	TL_PRIVILEGED,
	TL_FOREIGN,
	TL_LOADER,
	TL_GO,
	TL_UNREADABLE,
};

/**
 * tl_program_check - look at a program before it is executed
 * @path: file, with or without '/'; no search is made
 * @coverage: the answer; written on success only
 *
 * A script is judged by its interpreter. The file is only read. No memory is
 * allocated and no lock taken, so that a child of vfork() may call it.
 *
 * Return: 0, or the -errno that execve() would give: -ENOENT, -EACCES,
 *	-ENOEXEC (neither ELF nor "#!"), -ELOOP (scripts whose interpreters are
 *	scripts), or -errno of open() and read()
 */
int tl_program_check(const char *path, enum tl_coverage *coverage);

/** tl_program_reason - why a program is not covered: "is linked statically" */
const char *tl_program_reason(enum tl_coverage coverage);

/**
 * tl_program_next - go through the places where a program may be
 * @name: as typed; one with '/' has a single place, itself
 * @cursor: NULL before the first call; moved on
 * @path: the next place
 * @size: room in @path
 *
 * The folders are those of PATH, as execvp() takes them.
 *
 * Return: 1 if there is a place, 0 at the end; places that do not fit in
 *	@size are left out
 */
int tl_program_next(const char *name, const char **cursor, char *path, size_t size);

#endif
