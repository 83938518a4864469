/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults, one at a time: allocations and copies from and to the program that a
 * call makes fail, the first, then the second, until there are no more
 * (Documentation/fault-injection, fail-nth). Only the debug kernel can.
 */
#ifndef T_FAULTS_H
#define T_FAULTS_H

#include <stdbool.h>

/**
 * struct t_faults - the faults of this thread
 * @fd: where they are ordered
 * @n: the fault of this round, from 1
 * @over: the last round had none
 */
struct t_faults {
	int	fd;
	int	n;
	bool	over;
};

/** t_faults_open - can this kernel inject faults? For the calling thread */
bool t_faults_open(struct t_faults *faults);

/** t_faults_close - no more faults */
void t_faults_close(struct t_faults *faults);

/** t_faults_next - go on to the next round; false after one without a fault */
bool t_faults_next(struct t_faults *faults);

/** t_faults_arm - the next system calls meet the fault of this round */
void t_faults_arm(struct t_faults *faults);

/** t_faults_disarm - no more; keeps errno */
void t_faults_disarm(struct t_faults *faults);

/* Rounds with one fault each, the last without one. */
#define T_EACH_FAULT(faults) \
	for ((faults)->n = 0, (faults)->over = false; t_faults_next(faults);)

/* The value of an expression that meets the fault of this round. */
#define T_FAULT(faults, expression) \
	({ \
		__typeof__(expression) value_; \
		t_faults_arm(faults); \
		value_ = (expression); \
		t_faults_disarm(faults); \
		value_; \
	})

#endif
