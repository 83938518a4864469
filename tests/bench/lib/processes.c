// SPDX-License-Identifier: GPL-2.0-or-later
#include "processes.h"

#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE	512

/* Names and clocks of one process */
struct process {
	char		name[LINE];
	pid_t		pid, parent;
	long long	nsec;
};

static bool read_line(const char *pid, const char *name, char line[LINE])
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

/* False if the process is gone. "PID (NAME) STATE PARENT ..." */
static bool process_read(const char *pid, struct process *process)
{
	struct timespec time;
	clockid_t clock;
	char line[LINE], *rest;

	if (!read_line(pid, "comm", process->name) || !read_line(pid, "stat", line))
		return false;
	rest = strrchr(line, ')');
	process->pid = atoi(pid);
	if (!rest || sscanf(rest + 1, " %*c %d", &process->parent) != 1 ||
	    clock_getcpuclockid(process->pid, &clock) || clock_gettime(clock, &time))
		return false;
	process->nsec = time.tv_sec * 1000000000LL + time.tv_nsec;
	return true;
}

/* The broker is the tlsockd whose parent is none. */
static bool is_worker(const struct process *process)
{
	char parent[16], name[LINE];

	snprintf(parent, sizeof(parent), "%d", process->parent);
	return read_line(parent, "comm", name) && !strcmp(name, "tlsockd");
}

static void add(struct b_processes *sum, const struct process *process, pid_t proxy)
{
	if (proxy && (process->pid == proxy || process->parent == proxy))
		sum->proxy += process->nsec;
	else if (!strcmp(process->name, "tlsockd"))
		*(is_worker(process) ? &sum->workers : &sum->broker) += process->nsec;
	else if (!strncmp(process->name, "kworker/u", 9))
		sum->kworkers += process->nsec;
}

static struct dirent *next_process(DIR *proc)
{
	struct dirent *entry;

	do {
		entry = readdir(proc);
	} while (entry && (entry->d_name[0] < '0' || entry->d_name[0] > '9'));
	return entry;
}

static DIR *open_proc(void)
{
	DIR *proc = opendir("/proc");

	if (!proc)
		err(1, "/proc");
	return proc;
}

struct b_processes b_processes_read(pid_t proxy)
{
	struct b_processes sum = { 0 };
	struct process process;
	struct dirent *entry;
	DIR *proc = open_proc();

	while ((entry = next_process(proc)))
		if (process_read(entry->d_name, &process))
			add(&sum, &process, proxy);
	closedir(proc);
	return sum;
}

struct b_processes b_processes_minus(struct b_processes to, struct b_processes from)
{
	return (struct b_processes) {
		to.broker - from.broker, to.workers - from.workers,
		to.kworkers - from.kworkers, to.proxy - from.proxy,
	};
}

static long long pss_of(const char *pid)
{
	char path[300], line[LINE];
	long long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file) && sscanf(line, "Pss: %lld kB", &kib) != 1)
		;
	fclose(file);
	return kib * 1024;
}

long long b_processes_memory(void)
{
	struct dirent *entry;
	DIR *proc = open_proc();
	long long bytes = 0;
	char name[LINE];

	while ((entry = next_process(proc)))
		if (read_line(entry->d_name, "comm", name) && !strcmp(name, "tlsockd"))
			bytes += pss_of(entry->d_name);
	closedir(proc);
	return bytes;
}
