// SPDX-License-Identifier: GPL-2.0-or-later
#include "task.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tls.h"

#define STEP_MS		5

static void step(void)
{
	struct timespec pause = { .tv_nsec = STEP_MS * 1000000L };

	while (nanosleep(&pause, &pause) && errno == EINTR)
		;
}

static void nothing(int number)
{
	(void)number;
}

static void *task_thread(void *arg)
{
	struct t_task *task = arg;

	__atomic_store_n(&task->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	task->result = task->call(task->arg);
	__atomic_store_n(&task->over, 1, __ATOMIC_RELEASE);
	return NULL;
}

int t_task_start(struct t_task *task, long (*call)(void *arg), void *arg)
{
	struct sigaction action = { .sa_handler = nothing };

	memset(task, 0, sizeof(*task));
	task->call = call;
	task->arg = arg;
	sigaction(SIGUSR1, &action, NULL);
	return -pthread_create(&task->thread, NULL, task_thread, task);
}

/* The letter of a task's state, 0 if there is none. */
static char task_state(pid_t pid, pid_t tid)
{
	char path[64], line[256] = "";
	const char *name;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	name = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return name && name[1] ? name[2] : 0;
}

/* Asleep twice in a row: not on the way into its call. */
static bool state_sleeps(pid_t pid, const pid_t *tid, const int *over)
{
	int left, seen = 0;

	for (left = T_PATIENCE_MS / STEP_MS; left && seen < 2; left--) {
		pid_t id = __atomic_load_n(tid, __ATOMIC_ACQUIRE);

		if (over && __atomic_load_n(over, __ATOMIC_ACQUIRE))
			return false;
		seen = id && task_state(pid, id) == 'S' ? seen + 1 : 0;
		step();
	}
	return seen == 2;
}

bool t_task_sleeps(struct t_task *task)
{
	return state_sleeps(getpid(), &task->tid, &task->over);
}

bool t_process_sleeps(pid_t pid)
{
	return state_sleeps(pid, &pid, NULL);
}

static bool task_over(const struct t_task *task, int ms)
{
	int left;

	for (left = ms / STEP_MS; left && !t_task_is_over(task); left--)
		step();
	return t_task_is_over(task);
}

bool t_task_stays(const struct t_task *task)
{
	return !task_over(task, T_SILENCE_MS);
}

void t_task_signal(struct t_task *task)
{
	pthread_kill(task->thread, SIGUSR1);
}

long t_task_end(struct t_task *task)
{
	if (!task_over(task, T_PATIENCE_MS)) {
		pthread_detach(task->thread);
		return -ETIME;
	}
	pthread_join(task->thread, NULL);
	return task->result;
}
