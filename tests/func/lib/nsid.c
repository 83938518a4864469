// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTM_NEWNSID and RTM_GETNSID by hand.
 */
#include "nsid.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "tls.h"

struct message {
	struct nlmsghdr		nlh;
	struct rtgenmsg		rtgen;
	struct {
		struct rtattr	head;
		int32_t		value;
	} id, pid;
};

static void put(struct message *message, int type, int32_t value)
{
	struct rtattr *attr = (void *)((char *)message + NLMSG_ALIGN(message->nlh.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(sizeof(value));
	memcpy(RTA_DATA(attr), &value, sizeof(value));
	message->nlh.nlmsg_len = NLMSG_ALIGN(message->nlh.nlmsg_len) + attr->rta_len;
}

/* The kernel's answer to a message: 0 or -errno. */
static int ask(struct message *message)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	union {
		struct nlmsghdr	nlh;
		char		bytes[1024];
	} answer = { 0 };
	const struct nlmsgerr *error = NLMSG_DATA(&answer.nlh);
	int err = 0;

	message->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (fd < 0 || send(fd, message, message->nlh.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		err = -errno;
	else if (answer.nlh.nlmsg_type == NLMSG_ERROR)
		err = error->error;
	if (fd >= 0)
		close(fd);
	return err;
}

int t_nsid_set(int id, pid_t pid)
{
	struct message message = {
		.nlh.nlmsg_type = RTM_NEWNSID,
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
	};

	put(&message, NETNSA_NSID, id);
	put(&message, NETNSA_PID, pid);
	return ask(&message);
}

int t_nsid_get(int id)
{
	struct message message = {
		.nlh.nlmsg_type = RTM_GETNSID,
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
	};
	int err;

	put(&message, NETNSA_NSID, id);
	err = ask(&message);
	return err == -ENOENT ? 0 : err ? err : 1;
}

int t_nsid_wait_gone(int id)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	int left, lives = 1;

	for (left = T_PATIENCE_MS / 10; left && lives > 0; left--) {
		lives = t_nsid_get(id);
		if (lives > 0)
			nanosleep(&pause, NULL);
	}
	return lives > 0 ? -ETIME : lives;
}
