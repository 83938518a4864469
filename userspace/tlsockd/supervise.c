// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start and end of worker processes. A worker is gone when its socket is
 * closed and its process was waited for, in whichever order that comes.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "broker.h"
#include "channel.h"
#include "dispatch.h"
#include "generation.h"
#include "message.h"
#include "worker.h"

/* Starts are at least so far apart once a worker has died, milliseconds. */
#define MIN_DELAY	200

/* So far apart where workers die before their first job */
#define MAX_DELAY	5000

/* The worker's socket in the worker */
#define WORKER_FD	3

static unsigned int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned int)n : 1;
}

/* The life of the new process. Nothing of the broker's is left in it but memory. */
static _Noreturn void run_worker(const struct td_generation *generation, int socket, pid_t parent)
{
	/* Meant for the broker, though a terminal or killall(1) sends them to all. */
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGPIPE };
	sigset_t none;

	sigemptyset(&none);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EXIT_FAILURE);
	if (socket != WORKER_FD && dup3(socket, WORKER_FD, O_CLOEXEC) < 0)
		_exit(EXIT_FAILURE);
	if (close_range(WORKER_FD + 1, ~0U, 0) || sigprocmask(SIG_SETMASK, &none, NULL))
		_exit(EXIT_FAILURE);
	_exit(td_worker_run(WORKER_FD, generation->contexts, generation->config, generation->uid,
			    generation->gid));
}

/* Takes what a worker said before it went, fails the rest. */
static void close_socket(struct td_child *child)
{
	struct td_broker *broker = child->broker;

	if (child->source.fd < 0)
		return;
	td_loop_remove(broker->loop, &child->source);
	close(child->source.fd);
	child->source.fd = -1;
	child->lost = child->load;
	td_dispatch_lost(broker, child);
}

static void receive(struct td_child *child)
{
	union {
		struct td_message		message;
		struct td_result_message	result;
	} room;
	struct td_message *message = &room.message;
	int err;

	while (child->source.fd >= 0) {
		err = td_channel_receive(child->source.fd, message);
		if (err == -EAGAIN)
			return;
		if (!err && message->type == TD_MESSAGE_RESULT) {
			td_dispatch_result(child->broker, child, &room.result);
			explicit_bzero(message, sizeof(*message));
			if (child->killed)
				return;
		} else {
			if (!err || err == -EBADMSG)
				td_supervise_kill(child, "it sent a malformed message");
			close_socket(child);
		}
	}
}

static void send_drain(struct td_child *child)
{
	const struct td_message message = { .type = TD_MESSAGE_DRAIN };
	int err;

	if (!child->draining || child->drain_sent || child->source.fd < 0)
		return;
	err = td_channel_send(child->source.fd, &message, -1, -1);
	if (err == -EAGAIN)
		td_loop_want_write(child->broker->loop, &child->source, true);
	else
		child->drain_sent = true;
}

static void handle(void *arg, uint32_t events)
{
	struct td_child *child = arg;

	td_report_stage(&child->broker->report, TD_REPORT_ANSWER);
	if (events & EPOLLOUT) {
		td_loop_want_write(child->broker->loop, &child->source, false);
		child->full = false;
		send_drain(child);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(child);
}

static int start_process(struct td_child *child, const struct td_generation *generation)
{
	struct td_broker *broker = child->broker;
	pid_t parent = getpid();
	int socket;
	int err;

	err = td_channel_open(&child->source.fd, &socket);
	if (err)
		return err;
	err = td_loop_add(broker->loop, &child->source);
	if (err)
		goto close_sockets;
	child->pid = fork();
	if (child->pid < 0) {
		err = -errno;
		goto remove_source;
	}
	if (!child->pid)
		run_worker(generation, socket, parent);
	close(socket);
	return 0;

remove_source:
	td_loop_remove(broker->loop, &child->source);
close_sockets:
	close(child->source.fd);
	close(socket);
	return err;
}

static int start_worker(struct td_broker *broker)
{
	const struct td_generation *generation = broker->generation;
	struct td_child *child = calloc(1, sizeof(*child));
	int err;

	if (!child)
		return -ENOMEM;
	child->source.handle = handle;
	child->source.arg = child;
	child->broker = broker;
	child->generation = generation->number;
	child->limit = generation->config->handshakes;
	child->started = td_loop_now();
	err = start_process(child, generation);
	if (err) {
		free(child);
		return err;
	}
	child->next = broker->supervise.first;
	broker->supervise.first = child;
	tl_log(LOG_DEBUG, "worker %d started", child->pid);
	return 0;
}

static void drain(struct td_child *child)
{
	child->draining = true;
	send_drain(child);
}

void td_supervise_start(struct td_broker *broker, const struct td_generation *generation)
{
	struct td_supervise *s = &broker->supervise;

	for (struct td_child *c = s->first; c; c = c->next)
		if (c->generation != generation->number)
			drain(c);
	s->wanted = generation->config->workers ? generation->config->workers : processors();
	s->respawn_at = 0;
	s->delay = 0;
	td_supervise_tick(broker, td_loop_now());
}

void td_supervise_stop(struct td_broker *broker)
{
	broker->supervise.wanted = 0;
	for (struct td_child *c = broker->supervise.first; c; c = c->next)
		drain(c);
}

void td_supervise_kill(struct td_child *child, const char *why)
{
	if (child->killed || !child->pid)
		return;
	tl_log(LOG_ERR, "killing worker %d: %s", child->pid, why);
	child->killed = true;
	child->draining = true;
	if (kill(child->pid, SIGKILL))
		tl_log(LOG_ERR, "cannot kill worker %d: %s", child->pid, strerror(errno));
}

void td_supervise_kill_all(struct td_broker *broker, const char *why)
{
	for (struct td_child *c = broker->supervise.first; c; c = c->next)
		td_supervise_kill(c, why);
}

/* Puts off the next start after a death that nobody asked for. */
static void back_off(struct td_supervise *s, const struct td_child *child, int64_t now)
{
	bool worked = child->jobs || now - child->started > MAX_DELAY;

	if (worked || s->delay < MIN_DELAY)
		s->delay = MIN_DELAY;
	else
		s->delay = s->delay * 2 < MAX_DELAY ? s->delay * 2 : MAX_DELAY;
	if (s->respawn_at < now + s->delay)
		s->respawn_at = now + s->delay;
}

static void ended(struct td_child *child, int status)
{
	pid_t pid = child->pid;

	child->pid = 0;
	/* What it sent before stays readable; then comes the end of file. */
	receive(child);
	close_socket(child);
	if (WIFEXITED(status) && !WEXITSTATUS(status) && child->draining) {
		tl_log(LOG_DEBUG, "worker %d has finished", pid);
		/* It may have gone by lists that are not the last ones. */
		child->broker->revoke.due = true;
		return;
	}
	if (WIFSIGNALED(status))
		tl_log(LOG_ERR, "worker %d died of signal %d (%s), %u handshakes lost", pid,
		       WTERMSIG(status), strsignal(WTERMSIG(status)), child->lost);
	else
		tl_log(LOG_ERR, "worker %d exited with status %d, %u handshakes lost", pid,
		       WEXITSTATUS(status), child->lost);
	back_off(&child->broker->supervise, child, td_loop_now());
}

void td_supervise_reap(struct td_broker *broker)
{
	struct td_child *c;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (c = broker->supervise.first; c && c->pid != pid; c = c->next)
			;
		if (c)
			ended(c, status);
	}
}

static void forget_gone(struct td_supervise *s)
{
	struct td_child **at = &s->first;

	while (*at) {
		struct td_child *c = *at;

		if (c->pid || c->source.fd >= 0) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
}

int64_t td_supervise_tick(struct td_broker *broker, int64_t now)
{
	struct td_supervise *s = &broker->supervise;
	unsigned int running = 0;
	int err;

	forget_gone(s);
	for (struct td_child *c = s->first; c; c = c->next)
		if (!c->draining && c->source.fd >= 0)
			running++;
	for (; running < s->wanted; running++) {
		if (now < s->respawn_at)
			return s->respawn_at - now;
		err = start_worker(broker);
		if (err) {
			tl_log(LOG_ERR, "cannot start a worker: %s; trying again in a second",
			       strerror(-err));
			s->respawn_at = now + 1000;
		} else if (s->delay) {
			s->respawn_at = now + s->delay;
		}
	}
	return -1;
}
