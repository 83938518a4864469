// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CTRL_CMD_GETPOLICY dumps first which policy each command has, then the
 * policies, one attribute a message.
 */
#include "genl_policy.h"

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "../lib/attribute.h"
#include "../lib/log.h"
#include "genl.h"

struct question {
	uint32_t	command, attribute, type;
	uint32_t	policy;		/* of the command */
	bool		found, known;
};

/* The one attribute inside of another; its number too */
static bool get_inner(const struct tl_attribute *outer, struct tl_attribute *inner)
{
	struct tl_attributes rest;

	tl_attributes_init(&rest, outer->data, outer->length);
	return tl_attributes_next(&rest, inner) > 0;
}

static void take_command(struct question *question, const struct tl_attribute *outer)
{
	struct tl_attributes rest;
	struct tl_attribute command, a;

	if (!get_inner(outer, &command) || command.type != question->command)
		return;
	tl_attributes_init(&rest, command.data, command.length);
	while (tl_attributes_next(&rest, &a) > 0)
		if (a.type == CTRL_ATTR_POLICY_DO)
			question->found = tl_attribute_u32(&a, &question->policy);
}

static void take_policy(struct question *question, const struct tl_attribute *outer)
{
	struct tl_attribute policy, attribute, a;
	struct tl_attributes rest;
	uint32_t type;

	if (!question->found || !get_inner(outer, &policy) || policy.type != question->policy ||
	    !get_inner(&policy, &attribute) || attribute.type != question->attribute)
		return;
	tl_attributes_init(&rest, attribute.data, attribute.length);
	while (tl_attributes_next(&rest, &a) > 0)
		if (a.type == NL_POLICY_TYPE_ATTR_TYPE && tl_attribute_u32(&a, &type))
			question->known = type == question->type;
}

static int take_message(struct nl_msg *message, void *arg)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(message));
	struct question *question = arg;
	struct tl_attributes rest;
	struct tl_attribute a;

	tl_attributes_init(&rest, genlmsg_attrdata(head, 0), (size_t)genlmsg_attrlen(head, 0));
	while (tl_attributes_next(&rest, &a) > 0) {
		if (a.type == CTRL_ATTR_OP_POLICY)
			take_command(question, &a);
		else if (a.type == CTRL_ATTR_POLICY)
			take_policy(question, &a);
	}
	return NL_OK;
}

/* Returns libnl's error. */
static int ask(struct nl_sock *sock, int family, struct question *question)
{
	struct nl_msg *message;
	int err = genl_connect(sock);

	if (err < 0)
		return err;
	err = nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take_message, question);
	if (err < 0)
		return err;
	message = nlmsg_alloc();
	if (!message)
		return -NLE_NOMEM;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, NLM_F_DUMP,
			 CTRL_CMD_GETPOLICY, 1) ||
	    nla_put_u16(message, CTRL_ATTR_FAMILY_ID, (uint16_t)family)) {
		nlmsg_free(message);
		return -NLE_NOMEM;
	}
	return nl_send_sync(sock, message);	/* frees the message */
}

bool td_genl_policy_has(const struct td_genl *genl, uint32_t command, uint32_t attribute,
			uint32_t type)
{
	struct question question = { .command = command, .attribute = attribute, .type = type };
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock)
		return false;
	err = ask(sock, genl->number, &question);
	if (err < 0)
		tl_log(LOG_WARNING, "cannot ask what the kernel understands: %s",
		       nl_geterror(err));
	nl_socket_free(sock);
	return err >= 0 && question.known;
}
