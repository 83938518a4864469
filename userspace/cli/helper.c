// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way to the helper's socket. Only a process of root's is believed to be
 * the helper, whatever lies at the path.
 */
#include "helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/operator.h"

/* Who looks may look again, and wants to see that a helper hangs; seconds. */
#define STATUS_PATIENCE	2

static int dial(int seconds)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = seconds };
	struct ucred peer;
	socklen_t length = sizeof(peer);
	int fd, err;

	err = tl_operator_path(name.sun_path, sizeof(name.sun_path));
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (const struct sockaddr *)&name, sizeof(name)) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length))
		err = -errno;
	else if (peer.uid && peer.uid != geteuid())
		err = -EPERM;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int tc_helper_call(const char *request, int seconds, char *reply)
{
	int fd = dial(seconds);
	ssize_t size = 0;
	int err = 0;

	if (fd < 0)
		return fd;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
		err = -errno;
	} else {
		size = recv(fd, reply, TL_OPERATOR_REPLY, 0);
		err = size < 0 ? -errno : size ? 0 : -ECONNRESET;
	}
	if (err) {
		close(fd);
		return err == -EAGAIN ? -ETIMEDOUT : err;
	}
	reply[size] = '\0';
	return fd;
}

int tc_helper_status(struct tc_helper *helper)
{
	char *reply = malloc(TL_OPERATOR_REPLY + 1);
	int fd, err;

	if (!reply)
		return -ENOMEM;
	fd = tc_helper_call(TL_OPERATOR_STATUS, STATUS_PATIENCE, reply);
	err = fd < 0 ? fd : tc_helper_parse(reply, helper);
	if (fd >= 0)
		close(fd);
	free(reply);
	return err;
}
