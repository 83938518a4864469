/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-ins for the kernel and for workers (stand_in_worker.h), for tests of the broker. */
#ifndef TESTS_UNIT_STAND_IN_H
#define TESTS_UNIT_STAND_IN_H

#include <stdbool.h>
#include <stdint.h>

struct td_result;

#define T_MAX_REQUESTS	1024

/* What a worker does with its fifth job; the others are answered at once. */
enum t_mode {
	T_MODE_GOOD,
	T_MODE_CRASH,
	T_MODE_HANG,
	T_MODE_WRONG_ID,
	T_MODE_TWICE,
	T_MODE_GARBAGE,
	T_MODE_EARLY_EXIT,	/* before the first job */
	T_MODE_SLOW,		/* no job is answered before its CANCEL or DRAIN */
};

/* For workers that are started from now on */
extern enum t_mode t_mode;

/**
 * struct t_kernel - what the kernel was told
 * @answers: number of answers, by id
 * @errors: last answer, by id
 * @lack_memory: so many answers cannot be taken
 * @total: number of answers
 */
struct t_kernel {
	int	answers[T_MAX_REQUESTS + 1];
	int	errors[T_MAX_REQUESTS + 1];
	int	lack_memory;
	int	total;
};

extern struct t_kernel t_kernel;

/** t_stand_in_done - the kernel takes an answer; 0 or -EAGAIN */
int t_stand_in_done(uint32_t id, const struct td_result *result);

/** t_stand_in_count - how many requests had this error as their answer */
int t_stand_in_count(int error);

/** t_stand_in_one_each - do ids from 1 to @n have one answer each, and no other any? */
bool t_stand_in_one_each(int n);

/** t_stand_in_work - be a worker at this end of a socket; its exit code */
int t_stand_in_work(int socket);

#endif
