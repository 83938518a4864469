// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages over the SEQPACKET socketpair of broker and worker. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

/* Room for jobs that a worker is too busy to read; more wait in the broker. */
#define SOCKET_BUFFER	(1 << 20)

int td_channel_open(int *broker, int *worker)
{
	const int size = SOCKET_BUFFER;
	int pair[2];
	int err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	if (fcntl(pair[0], F_SETFL, O_NONBLOCK)) {
		err = -errno;
		close(pair[0]);
		close(pair[1]);
		return err;
	}
	/* The kernel's limit may be lower: then more of them wait. */
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*broker = pair[0];
	*worker = pair[1];
	return 0;
}

int td_channel_send(int socket, const struct td_message *message, int fd, int own_fd)
{
	const int fds[2] = { fd, own_fd };
	size_t size = own_fd >= 0 ? sizeof(fds) : sizeof(fds[0]);
	union {
		char		buffer[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr	align;
	} control = {};
	struct iovec iov = {
		.iov_base = (void *)message,
		.iov_len = td_message_length(message),
	};
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	ssize_t n;

	if (fd >= 0) {
		header.msg_control = control.buffer;
		header.msg_controllen = CMSG_SPACE(size);
		cmsg = CMSG_FIRSTHDR(&header);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(cmsg), fds, size);
	}
	do {
		n = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	/* Too many descriptors on the way and lack of memory pass like a full buffer. */
	if (errno == ETOOMANYREFS || errno == ENOBUFS || errno == ENOMEM)
		return -EAGAIN;
	return -errno;
}

int td_channel_receive(int socket, struct td_message *message)
{
	ssize_t n;

	/*
	 * Without room for control data, descriptors that a worker sends are
	 * dropped. ECONNRESET says once that the worker left messages unread;
	 * what it sent before comes after.
	 */
	do {
		n = recv(socket, message, sizeof(struct td_result_message),
			 MSG_DONTWAIT | MSG_TRUNC);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return -errno;
	if (!n)
		return -EPIPE;
	/* Workers send no jobs, which would be longer. */
	if ((size_t)n > sizeof(struct td_result_message) || message->type == TD_MESSAGE_JOB)
		return -EBADMSG;
	return td_message_check(message, (size_t)n);
}
