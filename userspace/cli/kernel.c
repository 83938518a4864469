// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generic netlink by libnl: one socket for each question. What the answers mean
 * is for others.
 */
#include "kernel.h"

#include <errno.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "cli.h"
#include "status.h"

struct question {
	int	(*read)(const void *attributes, size_t size, void *arg);
	void	*arg;
	int	answers;
	int	err;
};

static int on_valid(struct nl_msg *message, void *arg)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(message));
	struct question *question = arg;

	question->answers++;
	if (!question->err)
		question->err = question->read(genlmsg_attrdata(head, 0),
					       (size_t)genlmsg_attrlen(head, 0), question->arg);
	return NL_OK;
}

/* Return: 0, or a negative code of libnl */
static int send_question(struct nl_sock *sock, int family, int command, struct question *question)
{
	int flags = command == TLSOCK_CMD_SESSIONS ? NLM_F_DUMP : 0;
	struct nl_msg *message = nlmsg_alloc();
	int err;

	if (!message)
		return -NLE_NOMEM;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, (uint8_t)command,
			 TLSOCK_FAMILY_VERSION)) {
		nlmsg_free(message);
		return -NLE_NOMEM;
	}
	err = nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_valid, question);
	if (err) {
		nlmsg_free(message);
		return err;
	}
	return nl_send_sync(sock, message);	/* frees the message */
}

static int to_errno(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -NLE_PERM:
		return -EPERM;
	case -NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

int tc_kernel_ask(int command, int (*read)(const void *attributes, size_t size, void *arg),
		  void *arg)
{
	struct question question = { .read = read, .arg = arg };
	struct nl_sock *sock = nl_socket_alloc();
	int family, err;

	if (!sock)
		return -ENOMEM;
	err = genl_connect(sock);
	if (err)
		goto free_sock;
	family = genl_ctrl_resolve(sock, TLSOCK_FAMILY_NAME);
	if (family < 0) {
		nl_socket_free(sock);
		return -ENOENT;
	}
	err = send_question(sock, family, command, &question);

free_sock:
	nl_socket_free(sock);
	if (err < 0)
		return to_errno(err);
	if (!question.answers && command != TLSOCK_CMD_SESSIONS)
		return -ENODATA;
	return question.err;
}

int tc_kernel_failed(int err)
{
	if (err == -ENOENT)
		tc_say("the kernel module is not loaded: 'modprobe tlsock' loads it");
	else if (err == -EPERM)
		tc_say("only root may ask for this, or who has CAP_NET_ADMIN");
	else
		tc_say("cannot ask the kernel: %s", strerror(-err));
	return TC_EXIT_FAILURE;
}

static int read_status(const void *attributes, size_t size, void *arg)
{
	return tc_status_parse(attributes, size, arg);
}

int tc_kernel_status(struct tc_status *status)
{
	return tc_kernel_ask(TLSOCK_CMD_STATUS, read_status, status);
}
