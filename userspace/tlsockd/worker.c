// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of a worker. It waits in one place, for the ring, and everything
 * that came is handled before it waits again; requests made meanwhile are
 * submitted by the same system call. A handshake's turn calls wolfSSL once, so
 * none keeps the others waiting for longer than one public key operation.
 *
 * Deadlines need no timer each: the nearest is the time limit of the wait, and
 * one that ended early only makes the loop look once for nothing.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "handshake.h"
#include "outcome.h"
#include "own.h"
#include "profile.h"
#include "ring.h"
#include "sandbox.h"
#include "wolf.h"

#define RING_ENTRIES	256
#define BATCH		64
#define NEVER		UINT64_MAX
#define TAG_CHANNEL	6
#define TAG_REPORT	7

/**
 * struct descriptors - what comes with a job
 * @socket: the TCP socket, -1 if there is none
 * @own: to read the program's credentials from, -1 if there are none
 */
struct descriptors {
	int	socket;
	int	own;
};

/**
 * struct worker - all of it
 * @ring: requests and completions
 * @socket: to the broker
 * @contexts: by profile
 * @owns: profiles with credentials of programs
 * @limit: most handshakes at a time
 * @active: handshakes under way
 * @count: their number
 * @reports: results on their way to the broker
 * @draining: no more jobs will come
 * @nearest: no deadline is earlier, nanoseconds of CLOCK_MONOTONIC
 * @message: what the broker sends
 * @job: likewise
 * @header: of the receive request
 * @vector: of the receive request
 * @control: room for the descriptors
 */
struct worker {
	struct io_uring			ring;
	int				socket;
	const struct td_contexts	*contexts;
	struct td_owns			owns;
	unsigned int			limit;
	struct td_handshake		*active;
	unsigned int			count;
	unsigned int			reports;
	bool				draining;
	uint64_t			nearest;
	union {
		struct td_message	message;
		struct td_job_message	job;
	};
	struct msghdr			header;
	struct iovec			vector;
	char				control[CMSG_SPACE(sizeof(struct descriptors))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
};

static uint64_t now_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int listen_to_broker(struct worker *worker)
{
	struct io_uring_sqe *sqe;
	int ret;

	ret = td_ring_reserve(&worker->ring, 1);
	if (ret)
		return ret;
	worker->vector = (struct iovec){ &worker->job, sizeof(worker->job) };
	worker->header = (struct msghdr){ .msg_iov = &worker->vector, .msg_iovlen = 1,
		.msg_control = worker->control, .msg_controllen = sizeof(worker->control) };
	sqe = td_ring_get(&worker->ring, NULL, TAG_CHANNEL);
	io_uring_prep_recvmsg(sqe, worker->socket, &worker->header, MSG_CMSG_CLOEXEC);
	return 0;
}

static void unlink_handshake(struct worker *worker, struct td_handshake *handshake)
{
	*handshake->link = handshake->next;
	if (handshake->next)
		handshake->next->link = handshake->link;
	worker->count--;
}

static void link_handshake(struct worker *worker, struct td_handshake *handshake)
{
	handshake->next = worker->active;
	handshake->link = &worker->active;
	if (worker->active)
		worker->active->link = &handshake->next;
	worker->active = handshake;
	worker->count++;
	if (handshake->deadline < worker->nearest)
		worker->nearest = handshake->deadline;
}

/* The handshake is over: its result goes to the broker, and then it goes. */
static int report(struct worker *worker, struct td_handshake *handshake)
{
	struct td_result *result = &handshake->message.result;
	struct io_uring_sqe *sqe;
	const void *whole;
	int ret;

	unlink_handshake(worker, handshake);
	ret = td_ring_reserve(&worker->ring, 1);
	if (ret) {
		td_handshake_free(handshake);
		return ret;
	}
	result->usec = (uint32_t)((now_of(CLOCK_MONOTONIC) - handshake->start) / 1000);
	sqe = td_ring_get(&worker->ring, handshake, TAG_REPORT);
	/* ORDER: the length may be another one afterwards. */
	whole = td_handshake_report(handshake);
	io_uring_prep_send(sqe, worker->socket, whole, td_message_length(&handshake->message),
			   MSG_NOSIGNAL | MSG_WAITALL);
	worker->reports++;
	return 0;
}

/* Processor time is charged from one event to the next: one clock reading each. */
static void charge(struct td_handshake *handshake, uint64_t *cpu)
{
	uint64_t now = now_of(CLOCK_THREAD_CPUTIME_ID);

	handshake->message.result.cpu_nsec += now - *cpu;
	*cpu = now;
}

static bool begin(struct worker *worker, struct td_handshake *handshake, int own)
{
	const struct td_job *job = &worker->message.job;
	const struct td_profile *profile = td_profile_find(worker->contexts, job->profile);

	if (profile && own >= 0) {
		handshake->own = td_own_get(&worker->owns, profile, job, own,
					    &handshake->message.result);
		if (!handshake->own)
			return td_handshake_stop(handshake, &worker->ring, ECANCELED);
		profile = &handshake->own->profile;
	}
	return td_handshake_start(handshake, &worker->job, profile, &worker->ring);
}

static int start_job(struct worker *worker, struct descriptors fds, uint64_t *cpu)
{
	struct td_handshake *handshake;
	bool goes_on = false;

	handshake = td_handshake_new(&worker->message.job, worker->message.id, fds.socket,
				     now_of(CLOCK_MONOTONIC));
	if (!handshake) {
		tl_log(LOG_ERR, "out of memory");
		return -ENOMEM;
	}
	link_handshake(worker, handshake);
	if (worker->count <= worker->limit) {
		goes_on = begin(worker, handshake, fds.own);
	} else {
		td_outcome_set(&handshake->message.result, EBUSY, TLSOCK_STAGE_QUEUE,
			       "the worker has too many handshakes");
		goes_on = td_handshake_stop(handshake, &worker->ring, ECANCELED);
	}
	if (fds.own >= 0)
		close(fds.own);
	charge(handshake, cpu);
	return goes_on ? 0 : report(worker, handshake);
}

static int cancel_job(struct worker *worker, uint32_t id)
{
	struct td_handshake *handshake;

	for (handshake = worker->active; handshake; handshake = handshake->next)
		if (handshake->message.id == id)
			break;
	/* A result that crossed the cancellation answers it. */
	if (!handshake || td_handshake_stop(handshake, &worker->ring, ECANCELED))
		return 0;
	return report(worker, handshake);
}

static struct descriptors take_descriptors(struct worker *worker)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(&worker->header);
	struct descriptors fds = { -1, -1 };

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
	    control->cmsg_len <= CMSG_LEN(sizeof(fds)))
		memcpy(&fds, CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
	return fds;
}

/* A job has its socket and, if its program brings any, its credentials. */
static bool fits(const struct td_message *message, struct descriptors fds)
{
	bool job = message->type == TD_MESSAGE_JOB;

	return (fds.socket >= 0) == job &&
	       (fds.own >= 0) == (job && tl_own_size(&message->job.own));
}

/* Return: 0 to go on, -errno to end the worker; -EPIPE: the broker is gone */
static int hear_broker(struct worker *worker, int length, uint64_t *cpu)
{
	struct descriptors fds;
	int ret;

	if (length == -EINTR || length == -EAGAIN)
		return listen_to_broker(worker);
	if (length <= 0)
		return length ? length : -EPIPE;
	fds = take_descriptors(worker);
	if ((worker->header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    td_message_check(&worker->message, (size_t)length) ||
	    !fits(&worker->message, fds)) {
		tl_log(LOG_ERR, "malformed message from the broker");
		return -EBADMSG;
	}
	switch (worker->message.type) {
	case TD_MESSAGE_JOB:
		ret = start_job(worker, fds, cpu);
		break;
	case TD_MESSAGE_CANCEL:
		ret = cancel_job(worker, worker->message.id);
		break;
	case TD_MESSAGE_DRAIN:
		worker->draining = true;
		ret = 0;
		break;
	default:
		ret = -EBADMSG;
		break;
	}
	return ret ? ret : listen_to_broker(worker);
}

static int handle(struct worker *worker, const struct io_uring_cqe *cqe, uint64_t *cpu)
{
	struct td_handshake *handshake = td_ring_owner(cqe);
	bool goes_on;

	if (td_ring_tag(cqe) == TAG_CHANNEL)
		return hear_broker(worker, cqe->res, cpu);
	if (td_ring_tag(cqe) == TAG_REPORT) {
		worker->reports--;
		td_handshake_free(handshake);
		return cqe->res < 0 ? cqe->res : 0;
	}
	goes_on = td_handshake_complete(handshake, &worker->ring, cqe);
	charge(handshake, cpu);
	return goes_on ? 0 : report(worker, handshake);
}

static int stop_late(struct worker *worker)
{
	uint64_t now = now_of(CLOCK_MONOTONIC);
	struct td_handshake *handshake, *next;
	int ret = 0;

	if (now < worker->nearest)
		return 0;
	worker->nearest = NEVER;
	for (handshake = worker->active; handshake && ret == 0; handshake = next) {
		next = handshake->next;
		if (handshake->deadline > now) {
			if (handshake->deadline < worker->nearest)
				worker->nearest = handshake->deadline;
			continue;
		}
		if (!td_handshake_stop(handshake, &worker->ring, ETIMEDOUT))
			ret = report(worker, handshake);
	}
	return ret;
}

static int wait_for_events(struct worker *worker)
{
	struct __kernel_timespec limit;
	struct io_uring_cqe *cqe;
	uint64_t now, left;
	int ret;

	if (worker->nearest == NEVER) {
		ret = io_uring_submit_and_wait(&worker->ring, 1);
	} else {
		now = now_of(CLOCK_MONOTONIC);
		left = worker->nearest > now ? worker->nearest - now : 0;
		limit.tv_sec = (long long)(left / 1000000000);
		limit.tv_nsec = (long long)(left % 1000000000);
		ret = io_uring_submit_and_wait_timeout(&worker->ring, &cqe, 1, &limit, NULL);
	}
	return ret == -ETIME || ret == -EINTR || ret == -EAGAIN || ret == -EBUSY || ret >= 0 ?
		0 : ret;
}

static int run(struct worker *worker)
{
	struct io_uring_cqe *cqes[BATCH];
	unsigned int count, i;
	uint64_t cpu;
	int ret;

	ret = listen_to_broker(worker);
	while (ret == 0 && !(worker->draining && !worker->count && !worker->reports)) {
		ret = wait_for_events(worker);
		cpu = now_of(CLOCK_THREAD_CPUTIME_ID);
		do {
			count = io_uring_peek_batch_cqe(&worker->ring, cqes, BATCH);
			for (i = 0; i < count && ret == 0; i++)
				ret = handle(worker, cqes[i], &cpu);
			io_uring_cq_advance(&worker->ring, count);
		} while (ret == 0 && count == BATCH);
		if (ret == 0)
			ret = stop_late(worker);
	}
	return ret;
}

/* The broker's end does not block; this one is waited for by the ring. */
static int set_blocking(int socket)
{
	int flags = fcntl(socket, F_GETFL);

	if (flags < 0 || fcntl(socket, F_SETFL, flags & ~O_NONBLOCK))
		return -errno;
	return 0;
}

int td_worker_run(int socket, struct td_contexts *contexts, const struct tl_config *config,
		  uid_t uid, gid_t gid)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int ret = -ENOMEM;

	if (!worker)
		return EXIT_FAILURE;
	worker->socket = socket;
	worker->contexts = contexts;
	worker->limit = config->handshakes;
	worker->nearest = NEVER;
	ret = set_blocking(socket);
	if (ret == 0)
		ret = td_ring_create(&worker->ring, RING_ENTRIES);
	if (ret)
		goto free_worker;
	ret = td_sandbox_drop(uid, gid);
	if (ret == 0)
		ret = td_ring_enable(&worker->ring);
	if (ret == 0)
		ret = td_sandbox_hide_files(TD_WOLF_SEED_FILE);
	if (ret == 0)
		ret = td_sandbox_seal(TD_WOLF_SEED_FILE != NULL);
	if (ret == 0)
		ret = run(worker);
	if (ret == -EPIPE || ret == -ECONNRESET)
		tl_log(LOG_DEBUG, "the broker is gone");
	else if (ret)
		tl_log(LOG_ERR, "worker ends: %s", strerror(-ret));
	/* Requests may be under way that write to their handshakes: only the exit is safe. */
	_exit(ret ? EXIT_FAILURE : EXIT_SUCCESS);

free_worker:
	free(worker);
	return EXIT_FAILURE;
}
