// SPDX-License-Identifier: GPL-2.0-or-later
#include "processes.h"

#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE	512

/* The first line of /proc/PID/NAME without its end; false if the process is gone. */
static bool read_proc(const char *pid, const char *name, char line[LINE])
{
	char path[300];
	bool found;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	found = fgets(line, LINE, file);
	fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}

/* "PID (NAME) STATE PARENT ... UTIME STIME ..." */
struct stat_line {
	char		parent[16];
	long long	user, kernel;
};

static bool read_stat(const char *pid, struct stat_line *stat)
{
	char line[LINE], *rest;
	int parent;

	if (!read_proc(pid, "stat", line))
		return false;
	rest = strrchr(line, ')');
	if (!rest || sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld",
			    &parent, &stat->user, &stat->kernel) != 3)
		return false;
	snprintf(stat->parent, sizeof(stat->parent), "%d", parent);
	return true;
}

static void add_helper(struct b_processes *sum, const char *pid, long long nsec)
{
	struct stat_line stat;
	char parent[LINE];

	if (!read_stat(pid, &stat))
		return;
	/* The broker is the tlsockd whose parent is none. */
	if (!read_proc(stat.parent, "comm", parent) || strcmp(parent, "tlsockd")) {
		sum->broker += nsec;
		return;
	}
	sum->workers += nsec;
	sum->worker_user += stat.user;
	sum->worker_ticks += stat.user + stat.kernel;
}

struct b_processes b_processes_read(void)
{
	struct b_processes sum = { 0 };
	char comm[LINE], line[LINE];
	struct dirent *entry;
	long long nsec;
	DIR *proc;

	proc = opendir("/proc");
	if (!proc)
		err(1, "/proc");
	while ((entry = readdir(proc))) {
		if (!read_proc(entry->d_name, "comm", comm) ||
		    !read_proc(entry->d_name, "schedstat", line))
			continue;
		nsec = strtoll(line, NULL, 10);
		if (!strcmp(comm, "tlsockd"))
			add_helper(&sum, entry->d_name, nsec);
		else if (!strncmp(comm, "kworker/u", 9))
			sum.kworkers += nsec;
	}
	closedir(proc);
	return sum;
}

struct b_processes b_processes_minus(struct b_processes to, struct b_processes from)
{
	return (struct b_processes) {
		to.broker - from.broker, to.workers - from.workers, to.kworkers - from.kworkers,
		to.worker_user - from.worker_user, to.worker_ticks - from.worker_ticks,
	};
}
