// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines to stderr, with the priority in front where the journal reads it. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for a line of line.h and what stands around it */
#define MAX_LINE	1280

static const char *log_name = "tlsock";
static int log_level = LOG_INFO;
static bool to_journal;

/* systemd says in JOURNAL_STREAM which file it gave us; stderr may be another. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void tl_log_open(const char *name, int level)
{
	log_name = name;
	log_level = level;
	to_journal = stderr_is_journal();
}

bool tl_log_wants(int priority)
{
	return priority <= log_level;
}

void tl_log(int priority, const char *format, ...)
{
	char line[MAX_LINE];
	va_list args;
	int start;
	int end;

	if (!tl_log_wants(priority))
		return;
	if (to_journal)
		start = snprintf(line, sizeof(line), "<%d>", priority);
	else
		start = snprintf(line, sizeof(line), "%s: ", log_name);
	if (start < 0 || (size_t)start > sizeof(line) - 2)
		return;
	va_start(args, format);
	end = vsnprintf(line + start, sizeof(line) - (size_t)start - 1, format, args);
	va_end(args);
	if (end < 0)
		return;
	end += start;
	if (end > (int)sizeof(line) - 2)
		end = (int)sizeof(line) - 2;
	for (int i = start; i < end; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == '\x7f')
			line[i] = '?';
	line[end++] = '\n';
	/* Nobody to tell when the log itself cannot be written. */
	if (write(STDERR_FILENO, line, (size_t)end) < 0)
		return;
}
