/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A call that is to block, in a thread of its own: waiting until it sleeps, and
 * for what it came to.
 */
#ifndef T_TASK_H
#define T_TASK_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct t_task - the thread
 * @call: returns 0 or more, or -errno
 * @arg: of @call
 * @result: what it returned
 * @over: it has returned
 * @tid: of the thread, 0 until it runs
 * @thread: its pthread_t
 */
struct t_task {
	long		(*call)(void *arg);
	void		*arg;
	long		result;
	int		over;
	pid_t		tid;
	pthread_t	thread;
};

/** t_task_start - run a call in a thread; SIGUSR1 interrupts it; 0 or -errno */
int t_task_start(struct t_task *task, long (*call)(void *arg), void *arg);

/** t_task_sleeps - wait until the thread is asleep, in its call; false if it
 * returned instead */
bool t_task_sleeps(struct t_task *task);

/** t_process_sleeps - the same of the only thread of a child process */
bool t_process_sleeps(pid_t pid);

/** t_task_is_over - has it returned? */
static inline bool t_task_is_over(const struct t_task *task)
{
	return __atomic_load_n(&task->over, __ATOMIC_ACQUIRE);
}

/** t_task_stays - is it still in its call after a while? */
bool t_task_stays(const struct t_task *task);

/** t_task_signal - interrupt it by SIGUSR1 */
void t_task_signal(struct t_task *task);

/** t_task_end - wait for what it came to; -ETIME if it stays, and is left behind */
long t_task_end(struct t_task *task);

#endif
