// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One byte and one descriptor in a message.
 */
#include "passing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr	head;
	char		bytes[CMSG_SPACE(sizeof(int))];
};

int t_send_fd(int to, int fd)
{
	union control control = {
		.head = {
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		},
	};
	struct iovec iov = { "f", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

int t_receive_fd(int from)
{
	union control control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd = -ENODATA;

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}
