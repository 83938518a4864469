// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No call makes so many: something repeats for ever. */
#define ROUNDS_MAX	400

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

bool t_faults_open(struct t_faults *faults)
{
	/* Allocations that may wait fail too, and nothing fills the log. */
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
		{ "/sys/kernel/debug/fail_usercopy/verbose", "0" },
	};
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (put(settings[i][0], settings[i][1]))
			return false;
	faults->fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return faults->fd >= 0;
}

void t_faults_close(struct t_faults *faults)
{
	close(faults->fd);
}

bool t_faults_next(struct t_faults *faults)
{
	if (faults->over)
		return false;
	if (++faults->n > ROUNDS_MAX)
		abort();
	return true;
}

static void order(const struct t_faults *faults, int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", n);

	/* A fault that is left over may hit this call. */
	if (pwrite(faults->fd, text, length, 0) != length &&
	    pwrite(faults->fd, text, length, 0) != length)
		abort();
}

void t_faults_arm(struct t_faults *faults)
{
	order(faults, faults->n);
}

void t_faults_disarm(struct t_faults *faults)
{
	char text[16] = "";
	int saved = errno;

	/* If it hits this call it was not for those before. */
	faults->over = pread(faults->fd, text, sizeof(text) - 1, 0) <= 0 || atoi(text) != 0;
	order(faults, 0);
	errno = saved;
}
