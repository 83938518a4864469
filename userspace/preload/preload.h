/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The preload library of `tlsock run`: what its files share. It lives inside
 * other people's programs, so it depends on libc alone, allocates no memory,
 * exports the interposed functions only, and fails closed: where it cannot
 * convert a socket or cover a child, it refuses with an errno and a sentence.
 */
#ifndef TLSOCK_PRELOAD_PRELOAD_H
#define TLSOCK_PRELOAD_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/environment.h"

/* A function that stands before that of the same name in libc: all that is exported */
#define TP_INTERPOSE __attribute__((visibility("default")))

#pragma GCC visibility push(hidden)

/**
 * TP_NEXT - the function that an interposed one stands before
 * @name: a function of libc
 *
 * All of them are looked up when the library is loaded; a constructor that
 * runs earlier makes the look-up itself.
 */
#define TP_NEXT(name) ((__typeof__(name) *)tp_next_get(TP_NEXT_##name))

#define TP_NEXT_LIST(item)							\
	item(socket) item(connect)						\
	item(getaddrinfo) item(gethostbyname) item(gethostbyname2)		\
	item(gethostbyname_r) item(gethostbyname2_r)				\
	item(execve) item(posix_spawn) item(system) item(popen) item(wordexp)

#define TP_NEXT_ENUM(name) TP_NEXT_##name,
enum tp_next {
	TP_NEXT_LIST(TP_NEXT_ENUM)
	TP_NEXT_COUNT,
};

/** tp_next_get - see TP_NEXT; ends the program if libc lacks the function */
void *tp_next_get(enum tp_next which);

/** tp_settings - what `tlsock run` asked for, as it was at the program's start */
const struct tl_environment *tp_settings(void);

/** tp_say - write "tlsock: " and some pieces of text as one line to stderr; NULL ends them */
void tp_say(const char *piece, ...) __attribute__((sentinel));

/**
 * tp_exec_allowed - whether a program may be executed
 * @path: program
 *
 * Return: 0, or -errno; -EACCES with a message if it would not be covered
 */
int tp_exec_allowed(const char *path);

#pragma GCC visibility pop

#endif
