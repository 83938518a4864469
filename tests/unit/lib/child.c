// SPDX-License-Identifier: GPL-2.0-or-later
#include "child.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/config.h"
#include "tlsockd/worker.h"

#define NOBODY	65534

void t_child_start(struct t_child *child, struct td_contexts *contexts)
{
	static struct tl_config config = { .handshakes = T_CHILD_LIMIT };
	uid_t uid = getuid() ? getuid() : NOBODY;
	gid_t gid = getuid() ? getgid() : NOBODY;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		abort();
	child->pid = fork();
	if (child->pid < 0)
		abort();
	if (child->pid == 0) {
		close(ends[0]);
		_exit(td_worker_run(ends[1], contexts, &config, uid, gid));
	}
	close(ends[1]);
	child->socket = ends[0];
}

int t_child_exit(struct t_child *child)
{
	int status = -1;

	if (child->pid > 0)
		waitpid(child->pid, &status, 0);
	child->pid = -1;
	return status;
}

void t_child_stop(struct t_child *child)
{
	if (child->socket >= 0)
		close(child->socket);
	child->socket = -1;
	t_child_exit(child);
}

void t_child_give(struct t_child *child, const void *message, size_t length, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec vector = { (void *)message, length };
	struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct cmsghdr *item;

	if (fd >= 0) {
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
		item = CMSG_FIRSTHDR(&header);
		item->cmsg_level = SOL_SOCKET;
		item->cmsg_type = SCM_RIGHTS;
		item->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(item), &fd, sizeof(fd));
	}
	if (sendmsg(child->socket, &header, MSG_NOSIGNAL) != (ssize_t)length)
		abort();
}

void t_child_job(struct t_child *child, uint32_t id, const struct td_job *job, int fd)
{
	struct td_job_message message = { .type = TD_MESSAGE_JOB, .id = id };

	message.job = *job;
	t_child_give(child, &message, td_message_length((struct td_message *)&message), fd);
}

void t_child_order(struct t_child *child, enum td_message_type type, uint32_t id)
{
	struct td_message message = { .type = type, .id = id };

	t_child_give(child, &message, td_message_length(&message), -1);
}

struct td_message t_child_result(struct t_child *child)
{
	struct td_message message = { 0 };
	ssize_t length = recv(child->socket, &message, sizeof(message), 0);

	if (length <= 0 || td_message_check(&message, (size_t)length) ||
	    message.type != TD_MESSAGE_RESULT)
		memset(&message, 0xff, sizeof(message));
	return message;
}
