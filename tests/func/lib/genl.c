// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raw generic netlink for the tests: opening, sending, and sorting what comes
 * in into events, replies and acknowledgements. It knows the tlsock family's
 * events, but not what its attributes mean.
 */
#include "genl.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tlsock.h>

#define T_GENL_PATIENCE_MS	5000

const struct nlattr *t_attr_find(const void *data, size_t size, int type, unsigned int index)
{
	const struct nlattr *attr = data;

	while (size >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= size) {
		size_t step = NLA_ALIGN(attr->nla_len);

		if ((attr->nla_type & NLA_TYPE_MASK) == type && index-- == 0)
			return attr;
		if (step >= size)
			break;
		size -= step;
		attr = (const struct nlattr *)((const char *)attr + step);
	}
	return NULL;
}

uint32_t t_attr_u32(const void *data, size_t size, int type, uint32_t otherwise)
{
	const struct nlattr *attr = t_attr_find(data, size, type, 0);
	uint32_t value;

	if (!attr || t_attr_size(attr) != sizeof(value))
		return otherwise;
	memcpy(&value, t_attr_data(attr), sizeof(value));
	return value;
}

uint64_t t_attr_u64(const void *data, size_t size, int type)
{
	const struct nlattr *attr = t_attr_find(data, size, type, 0);
	uint64_t value = 0;
	uint32_t small;

	if (attr && t_attr_size(attr) == sizeof(value)) {
		memcpy(&value, t_attr_data(attr), sizeof(value));
	} else if (attr && t_attr_size(attr) == sizeof(small)) {
		memcpy(&small, t_attr_data(attr), sizeof(small));
		value = small;
	}
	return value;
}

void t_attr_text(const struct nlattr *attr, char *to, size_t room)
{
	to[0] = 0;
	if (attr && t_attr_size(attr) < room) {
		memcpy(to, t_attr_data(attr), t_attr_size(attr));
		to[t_attr_size(attr)] = 0;
	}
}

void t_msg_init(struct t_msg *msg, const struct t_genl *genl, int command)
{
	memset(msg, 0, sizeof(*msg));
	msg->nlh.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	msg->nlh.nlmsg_type = genl->family;
	msg->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	msg->genl.cmd = command;
	msg->genl.version = TLSOCK_FAMILY_VERSION;
}

void t_msg_put(struct t_msg *msg, int type, const void *value, size_t size)
{
	struct nlattr *attr = (struct nlattr *)((char *)msg + NLMSG_ALIGN(msg->nlh.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	if (size)
		memcpy((char *)attr + NLA_HDRLEN, value, size);
	msg->nlh.nlmsg_len = NLMSG_ALIGN(msg->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

void t_msg_put_u32(struct t_msg *msg, int type, uint32_t value)
{
	t_msg_put(msg, type, &value, sizeof(value));
}

void t_msg_put_text(struct t_msg *msg, int type, const char *text)
{
	t_msg_put(msg, type, text, strlen(text) + 1);
}

static size_t keep(void *to, size_t room, const struct nlattr *attr)
{
	size_t size = attr ? t_attr_size(attr) : 0;

	if (size > room)
		size = room;
	if (size)
		memcpy(to, t_attr_data(attr), size);
	return size;
}

/* Read by another thread, which looks at the number first. */
static void ticket_note(struct t_genl *genl, const void *data, size_t size)
{
	struct t_ticket *ticket = &genl->ticket[genl->n_ticket % T_GENL_TICKETS];

	ticket->session_size = keep(ticket->session, sizeof(ticket->session),
				    t_attr_find(data, size, TLSOCK_A_TICKET_SESSION, 0));
	ticket->message_size = keep(ticket->message, sizeof(ticket->message),
				    t_attr_find(data, size, TLSOCK_A_TICKET_MESSAGE, 0));
	__atomic_add_fetch(&genl->n_ticket, 1, __ATOMIC_RELEASE);
}

static void event_note(struct t_genl *genl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *head = NLMSG_DATA(nlh);
	const char *data = (const char *)head + GENL_HDRLEN;
	size_t size = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	if (head->cmd == TLSOCK_CMD_READY)
		genl->ready++;
	if (head->cmd == TLSOCK_CMD_CANCEL && genl->n_cancel < T_GENL_EVENTS)
		genl->cancel[genl->n_cancel++] = t_attr_u32(data, size, TLSOCK_A_DONE_ID, 0);
	if (head->cmd == TLSOCK_CMD_TICKET)
		ticket_note(genl, data, size);
}

static int ack_read(struct t_genl *genl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = NLMSG_DATA(nlh);
	size_t skip = NLMSG_HDRLEN + sizeof(*ack);
	const struct nlattr *text;

	if (ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(ack->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > nlh->nlmsg_len)
		return ack->error;
	text = t_attr_find((const char *)nlh + skip, nlh->nlmsg_len - skip, NLMSGERR_ATTR_MSG, 0);
	if (text && t_attr_size(text) < sizeof(genl->extack))
		memcpy(genl->extack, t_attr_data(text), t_attr_size(text));
	return ack->error;
}

static void reply_keep(struct t_genl *genl, const struct nlmsghdr *nlh)
{
	size_t size = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	if (size > sizeof(genl->reply))
		size = sizeof(genl->reply);
	memcpy(genl->reply, (const char *)NLMSG_DATA(nlh) + GENL_HDRLEN, size);
	genl->reply_size = size;
}

/* One datagram; *answer is set when the acknowledgement was in it. */
static int receive(struct t_genl *genl, int ms, bool *done, int *answer)
{
	struct pollfd poll_fd = { .fd = genl->fd, .events = POLLIN };
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	ssize_t size;

	if (poll(&poll_fd, 1, ms) <= 0)
		return -ETIME;
	size = recv(genl->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (size < 0)
		return -errno;
	for (; NLMSG_OK(nlh, (size_t)size); nlh = NLMSG_NEXT(nlh, size)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			*answer = ack_read(genl, nlh);
			*done = true;
		} else if (nlh->nlmsg_seq == 0) {
			event_note(genl, nlh);
		} else {
			reply_keep(genl, nlh);
		}
	}
	return 0;
}

int t_genl_call(struct t_genl *genl, struct t_msg *msg)
{
	bool done = false;
	int answer = 0;
	int err;

	msg->nlh.nlmsg_seq = ++genl->seq;
	genl->extack[0] = 0;
	genl->reply_size = 0;
	if (send(genl->fd, msg, msg->nlh.nlmsg_len, 0) < 0)
		return -errno;
	while (!done) {
		err = receive(genl, T_GENL_PATIENCE_MS, &done, &answer);
		if (err)
			return err;
	}
	return answer;
}

int t_genl_events(struct t_genl *genl, int command, unsigned int count, int ms)
{
	const unsigned int *seen = command == TLSOCK_CMD_READY ? &genl->ready : &genl->n_cancel;
	bool done;
	int answer;
	int err;

	while (*seen < count) {
		err = receive(genl, ms, &done, &answer);
		if (err)
			return err;
	}
	return 0;
}

static int family_resolve(struct t_genl *genl)
{
	const struct nlattr *groups, *group, *id;
	struct t_msg msg;
	int err;

	genl->family = GENL_ID_CTRL;
	t_msg_init(&msg, genl, CTRL_CMD_GETFAMILY);
	t_msg_put_text(&msg, CTRL_ATTR_FAMILY_NAME, TLSOCK_FAMILY_NAME);
	err = t_genl_call(genl, &msg);
	if (err)
		return err;

	id = t_attr_find(genl->reply, genl->reply_size, CTRL_ATTR_FAMILY_ID, 0);
	groups = t_attr_find(genl->reply, genl->reply_size, CTRL_ATTR_MCAST_GROUPS, 0);
	group = groups ? t_attr_find(t_attr_data(groups), t_attr_size(groups), 1, 0) : NULL;
	if (!id || !group)
		return -EBADMSG;
	memcpy(&genl->family, t_attr_data(id), sizeof(genl->family));
	genl->group = t_attr_u32(t_attr_data(group), t_attr_size(group), CTRL_ATTR_MCAST_GRP_ID, 0);
	return genl->group ? 0 : -EBADMSG;
}

int t_genl_open(struct t_genl *genl)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1;
	int err;

	memset(genl, 0, sizeof(*genl));
	genl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (genl->fd < 0)
		return -errno;
	if (bind(genl->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(genl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(genl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		err = -errno;
	else
		err = family_resolve(genl);
	if (err)
		t_genl_close(genl);
	return err;
}

void t_genl_close(struct t_genl *genl)
{
	if (genl->fd >= 0)
		close(genl->fd);
	genl->fd = -1;
}

int t_genl_join(struct t_genl *genl)
{
	if (setsockopt(genl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &genl->group,
		       sizeof(genl->group)))
		return -errno;
	return 0;
}
