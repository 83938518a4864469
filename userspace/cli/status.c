// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tlsock status`: asks the kernel for the counters of this network namespace.
 * Needs no privilege.
 */
#include "cli.h"
#include "status.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

struct answer {
	struct tc_status	status;
	int			err;	/* -ENODATA until an answer came */
};

static int on_valid(struct nl_msg *message, void *arg)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(message));
	struct answer *answer = arg;

	answer->err = tc_status_parse(genlmsg_attrdata(head, 0),
				      (size_t)genlmsg_attrlen(head, 0), &answer->status);
	return NL_OK;
}

/* Return: 0, or a negative code of libnl */
static int ask(struct nl_sock *sock, int family, struct answer *answer)
{
	struct nl_msg *message = nlmsg_alloc();
	int err;

	if (!message)
		return -NLE_NOMEM;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, TLSOCK_CMD_STATUS,
			 TLSOCK_FAMILY_VERSION)) {
		nlmsg_free(message);
		return -NLE_NOMEM;
	}
	err = nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_valid, answer);
	if (err) {
		nlmsg_free(message);
		return err;
	}
	return nl_send_sync(sock, message);	/* frees the message */
}

static int fetch(struct tc_status *status)
{
	struct answer answer = { .err = -ENODATA };
	struct nl_sock *sock = nl_socket_alloc();
	int family, err;

	if (!sock) {
		tc_say("%s", strerror(ENOMEM));
		return TC_EXIT_FAILURE;
	}
	err = genl_connect(sock);
	if (err)
		goto free_sock;
	family = genl_ctrl_resolve(sock, TLSOCK_FAMILY_NAME);
	if (family < 0) {
		tc_say("the kernel module is not loaded: 'modprobe tlsock' loads it");
		nl_socket_free(sock);
		return TC_EXIT_FAILURE;
	}
	err = ask(sock, family, &answer);

free_sock:
	nl_socket_free(sock);
	if (err < 0) {
		tc_say("cannot ask the kernel: %s", nl_geterror(err));
		return TC_EXIT_FAILURE;
	}
	if (answer.err) {
		tc_say("cannot read the kernel's answer: %s", strerror(-answer.err));
		return TC_EXIT_FAILURE;
	}
	*status = answer.status;
	return 0;
}

int tc_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct tc_status status;
	bool json = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return tc_misused("status", TC_EXIT_USAGE);
		json = true;
	}
	if (optind != argc) {
		tc_say("status takes no '%s'", argv[optind]);
		return tc_misused("status", TC_EXIT_USAGE);
	}
	err = fetch(&status);
	if (err)
		return err;
	err = tc_status_print(&status, json);
	if (err) {
		tc_say("cannot write the counters: %s", strerror(-err));
		return TC_EXIT_FAILURE;
	}
	return 0;
}
