/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processor time of the helper and of the kernel's work items. */
#ifndef TESTS_BENCH_PROCESSES_H
#define TESTS_BENCH_PROCESSES_H

/**
 * struct b_processes - nanoseconds since each process began
 * @broker: the tlsockd that serves the kernel
 * @workers: its workers
 * @kworkers: work items of the kernel that no processor owns
 * @worker_user: clock ticks of the workers in user space
 * @worker_ticks: all clock ticks of the workers
 */
struct b_processes {
	long long broker;
	long long workers;
	long long kworkers;
	long long worker_user;
	long long worker_ticks;
};

/** b_processes_read - what they used until now; ends the program without /proc */
struct b_processes b_processes_read(void);

/** b_processes_minus - @to minus @from, number by number */
struct b_processes b_processes_minus(struct b_processes to, struct b_processes from);

#endif
