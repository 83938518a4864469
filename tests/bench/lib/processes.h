/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processor time and memory of those who take part beside the program itself. */
#ifndef TESTS_BENCH_PROCESSES_H
#define TESTS_BENCH_PROCESSES_H

#include <sys/types.h>

/**
 * struct b_processes - nanoseconds since each process began
 * @broker: the tlsockd that serves the kernel
 * @workers: its workers
 * @kworkers: work items of the kernel that no processor owns
 * @proxy: the process that was named, and its children
 */
struct b_processes {
	long long broker;
	long long workers;
	long long kworkers;
	long long proxy;
};

/** b_processes_read - what they used until now, @proxy is 0 for none; ends the program without
 * /proc */
struct b_processes b_processes_read(pid_t proxy);

/** b_processes_minus - @to minus @from, number by number */
struct b_processes b_processes_minus(struct b_processes to, struct b_processes from);

/** b_processes_memory - bytes that broker and workers have to themselves (Pss) */
long long b_processes_memory(void);

#endif
