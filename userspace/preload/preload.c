// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the interposed functions rest on: the functions of libc behind them,
 * the settings that `tlsock run` passed, and messages. All of it is made ready
 * when the library is loaded, so that later calls are safe in signal handlers
 * and in children of vfork().
 */
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define TP_NEXT_NAME(name) #name,
static const char *const next_names[TP_NEXT_COUNT] = { TP_NEXT_LIST(TP_NEXT_NAME) };

static _Atomic(void *) next_functions[TP_NEXT_COUNT];
static struct tl_environment settings;
static atomic_bool settings_ready;

#define MAX_PIECES 8

void tp_say(const char *piece, ...)
{
	struct iovec line[MAX_PIECES + 2] = { { .iov_base = "tlsock: ", .iov_len = 8 } };
	int saved = errno;
	int n = 1;
	va_list pieces;

	va_start(pieces, piece);
	for (; piece && n <= MAX_PIECES; piece = va_arg(pieces, const char *))
		line[n++] = (struct iovec){ (char *)piece, strlen(piece) };
	va_end(pieces);
	line[n++] = (struct iovec){ "\n", 1 };
	if (writev(STDERR_FILENO, line, n) < 0)
		errno = 0;	/* nobody is left to be told */
	errno = saved;
}

void *tp_next_get(enum tp_next which)
{
	void *function = atomic_load_explicit(&next_functions[which], memory_order_acquire);

	if (function)
		return function;
	function = dlsym(RTLD_NEXT, next_names[which]);
	if (!function) {
		tp_say("the C library has no ", next_names[which], "()", NULL);
		abort();
	}
	atomic_store_explicit(&next_functions[which], function, memory_order_release);
	return function;
}

static void copy_setting(char *to, size_t size, const char *value)
{
	if (value && strlen(value) < size)
		memcpy(to, value, strlen(value) + 1);
}

static void read_settings(void)
{
	Dl_info self;

	if (dladdr(&settings, &self) && self.dli_fname)
		copy_setting(settings.preload, sizeof(settings.preload), self.dli_fname);
	copy_setting(settings.profile, sizeof(settings.profile), getenv(TL_ENV_PROFILE));
	settings.uncovered = getenv(TL_ENV_UNCOVERED);
	atomic_store(&settings_ready, true);
}

const struct tl_environment *tp_settings(void)
{
	if (!atomic_load(&settings_ready))
		read_settings();
	return &settings;
}

__attribute__((constructor)) static void init(void)
{
	for (int i = 0; i < TP_NEXT_COUNT; i++)
		tp_next_get(i);
	tp_settings();
}
