// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel and the workers as a test of the broker wants them. */
#include "stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tlsockd/family_tlsock.h"
#include "tlsockd/message.h"

enum t_mode t_mode;
struct t_kernel t_kernel;

int t_stand_in_done(uint32_t id, const struct td_result *result)
{
	if (t_kernel.lack_memory > 0) {
		t_kernel.lack_memory--;
		return -EAGAIN;
	}
	if (id > T_MAX_REQUESTS)
		abort();
	t_kernel.answers[id]++;
	t_kernel.errors[id] = result->error;
	t_kernel.total++;
	return 0;
}

/* There are no connections. */
int td_family_tlsock_sessions(struct td_family_tlsock *family)
{
	(void)family;
	return 0;
}

int td_family_tlsock_revoke(struct td_family_tlsock *family, uint64_t inode, const uint8_t *sha256)
{
	(void)family;
	(void)inode;
	(void)sha256;
	return 0;
}

int t_stand_in_count(int error)
{
	int n = 0;

	for (int i = 1; i <= T_MAX_REQUESTS; i++)
		n += t_kernel.answers[i] && t_kernel.errors[i] == error;
	return n;
}

bool t_stand_in_one_each(int n)
{
	for (int i = 1; i <= T_MAX_REQUESTS; i++)
		if (t_kernel.answers[i] != (i <= n))
			return false;
	return true;
}

static void answer(int socket, uint32_t id)
{
	struct td_message m = { .type = TD_MESSAGE_RESULT, .id = id };

	m.result.alert_sent = -1;
	m.result.alert_received = -1;
	if (send(socket, &m, td_message_length(&m), 0) < 0)
		_exit(1);
}

static void misbehave(int socket, uint32_t id)
{
	struct td_message m = { .type = TD_MESSAGE_RESULT, .id = id };

	switch (t_mode) {
	case T_MODE_CRASH:
		raise(SIGKILL);
		break;
	case T_MODE_HANG:
		pause();
		break;
	case T_MODE_WRONG_ID:
		answer(socket, id + 1000);
		break;
	case T_MODE_TWICE:
		answer(socket, id);
		answer(socket, id);
		break;
	case T_MODE_GARBAGE:
		memset(&m.result, 'x', sizeof(m.result));
		if (send(socket, &m, td_message_length(&m), 0) < 0)
			_exit(1);
		break;
	case T_MODE_GOOD:
		answer(socket, id);
		break;
	case T_MODE_EARLY_EXIT:
	case T_MODE_SLOW:
		break;
	}
}

/* A job without its descriptor ends the worker, which fails the test. */
static void take_descriptor(struct msghdr *header)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(header);
	int fd;

	if (!cmsg)
		_exit(2);
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	if (fcntl(fd, F_GETFD) < 0)
		_exit(3);
	close(fd);
}

static void answer_rest(int socket, const uint32_t *ids, int n)
{
	for (int i = 0; i < n; i++)
		if (ids[i])
			answer(socket, ids[i]);
}

/* Every job is kept until it is answered, number by number. */
static int work_slowly(int socket, const struct td_message *m)
{
	static uint32_t ids[64];
	static int n;

	if (m->type == TD_MESSAGE_JOB && n < 64)
		ids[n++] = m->id;
	for (int i = 0; m->type == TD_MESSAGE_CANCEL && i < n; i++) {
		if (ids[i] != m->id)
			continue;
		answer(socket, m->id);
		ids[i] = 0;
	}
	if (m->type == TD_MESSAGE_DRAIN)
		answer_rest(socket, ids, n);
	return m->type == TD_MESSAGE_DRAIN;
}

static int work(int socket, const struct td_message *m)
{
	static int jobs;

	if (t_mode == T_MODE_SLOW)
		return work_slowly(socket, m);
	if (m->type == TD_MESSAGE_JOB && ++jobs == 5)
		misbehave(socket, m->id);
	else if (m->type == TD_MESSAGE_JOB)
		answer(socket, m->id);
	return m->type == TD_MESSAGE_DRAIN;
}

int t_stand_in_work(int socket)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct td_message m;
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };

	if (t_mode == T_MODE_EARLY_EXIT)
		return 7;
	for (;;) {
		struct msghdr header = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(socket, &header, 0) <= 0)
			return 0;
		if (m.type == TD_MESSAGE_JOB)
			take_descriptor(&header);
		if (work(socket, &m))
			return 0;
	}
}
