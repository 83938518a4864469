// SPDX-License-Identifier: GPL-2.0-or-later
/* Connection to generic netlink by libnl. */
#include "genl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "../lib/attribute.h"
#include "../lib/log.h"

#define ROOM_MIN	1024
#define VERSION	1

static int from_libnl(int error)
{
	switch (-error) {
	case NLE_SUCCESS:
		return 0;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_AGAIN:
	case NLE_BUSY:
		return -EAGAIN;
	case NLE_INTR:
		return -EINTR;
	case NLE_BAD_SOCK:
		return -EBADF;
	case NLE_INVAL:
		return -EINVAL;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -EAFNOSUPPORT;
	default:
		return -EIO;
	}
}

static void set_options(struct nl_sock *sock, int buffer)
{
	const int on = 1;
	int fd = nl_socket_get_fd(sock);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	/* Sentences instead of numbers; without them a refusal is only shorter. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

/* Returns libnl's error. */
static int set_up(struct td_genl *genl, const char *family, const char *group, int buffer)
{
	int notify;
	int err;

	err = genl_connect(genl->sock);
	if (err < 0)
		return err;
	err = genl_ctrl_resolve(genl->sock, family);
	if (err < 0)
		return err;
	genl->number = err;
	set_options(genl->sock, buffer);
	notify = genl_ctrl_resolve_grp(genl->sock, "nlctrl", "notify");
	if (notify < 0)
		return notify;
	genl->group = genl_ctrl_resolve_grp(genl->sock, family, group);
	if (genl->group < 0)
		return genl->group;
	/* ORDER: events among the answers to questions would confuse libnl. */
	err = nl_socket_add_memberships(genl->sock, notify, genl->group, 0);
	if (err < 0)
		return err;
	nl_socket_disable_auto_ack(genl->sock);
	return nl_socket_set_nonblocking(genl->sock);
}

int td_genl_open(struct td_genl *out, const char *family, const char *group, int buffer)
{
	struct td_genl genl = { .sock = nl_socket_alloc() };
	int err;

	if (!genl.sock)
		return -ENOMEM;
	err = set_up(&genl, family, group, buffer);
	if (err >= 0) {
		*out = genl;
		return 0;
	}
	nl_socket_free(genl.sock);
	if (err != -NLE_OBJ_NOTFOUND && from_libnl(err) != -EPERM)
		tl_log(LOG_ERR, "cannot reach the netlink family %s: %s", family, nl_geterror(err));
	return from_libnl(err);
}

void td_genl_close(struct td_genl *genl)
{
	nl_socket_free(genl->sock);
	genl->sock = NULL;
}

int td_genl_fd(const struct td_genl *genl)
{
	return nl_socket_get_fd(genl->sock);
}

int td_genl_join(struct td_genl *genl)
{
	int err = nl_socket_add_memberships(genl->sock, genl->group, 0);

	if (err >= 0)
		return 0;
	tl_log(LOG_ERR, "cannot join a netlink group: %s", nl_geterror(err));
	return from_libnl(err);
}

void td_genl_leave(struct td_genl *genl)
{
	int err = nl_socket_drop_memberships(genl->sock, genl->group, 0);

	if (err < 0)
		tl_log(LOG_WARNING, "cannot leave a netlink group: %s", nl_geterror(err));
}

struct nl_msg *td_genl_message(struct td_genl *genl, uint8_t command, size_t room)
{
	struct nl_msg *msg = nlmsg_alloc_size((size_t)NLMSG_LENGTH(GENL_HDRLEN) +
					      (room > ROOM_MIN ? room : ROOM_MIN));

	if (!++genl->sequence)
		genl->sequence = 1;
	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, genl->sequence, genl->number, 0, NLM_F_REQUEST,
				command, VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

void td_genl_free(struct nl_msg *msg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);

	explicit_bzero(nlmsg_data(header), (size_t)nlmsg_datalen(header));
	nlmsg_free(msg);
}

int td_genl_send(struct td_genl *genl, struct nl_msg *msg)
{
	int err = nl_send_auto(genl->sock, msg);

	td_genl_free(msg);
	if (err >= 0)
		return 0;
	err = from_libnl(err);
	return err == -ENOMEM || err == -EINTR ? -EAGAIN : err;
}

static void split(const struct td_genl_reader *reader, size_t length)
{
	const struct nlmsghdr *message = reader->buffer;
	size_t step;

	while (length >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= length) {
		reader->message(reader->arg, message);
		step = NLMSG_ALIGN((size_t)message->nlmsg_len);
		if (step >= length)
			break;
		length -= step;
		message = (const void *)((const char *)message + step);
	}
}

void td_genl_receive(const struct td_genl *genl, const struct td_genl_reader *reader)
{
	struct sockaddr_nl from;
	socklen_t size;
	ssize_t n;

	for (;;) {
		size = sizeof(from);
		n = recvfrom(td_genl_fd(genl), reader->buffer, reader->size,
			     MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			reader->lost(reader->arg);
			continue;
		}
		if (n < 0) {
			if (errno != EAGAIN)
				tl_log(LOG_ERR, "cannot read from netlink: %s", strerror(errno));
			return;
		}
		if ((size_t)n > reader->size)
			tl_log(LOG_ERR, "a netlink message of %zd bytes is too long", n);
		else if (from.nl_pid == 0)
			split(reader, (size_t)n);
	}
}

const void *td_genl_payload(const struct nlmsghdr *message, int *command, size_t *length)
{
	const struct genlmsghdr *genl = NLMSG_DATA(message);

	if (message->nlmsg_type < NLMSG_MIN_TYPE || message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return NULL;
	*command = genl->cmd;
	*length = message->nlmsg_len - (size_t)NLMSG_LENGTH(GENL_HDRLEN);
	return (const char *)genl + GENL_HDRLEN;
}

int td_genl_news(const struct nlmsghdr *message, const char *family)
{
	struct tl_attributes rest;
	struct tl_attribute a;
	char name[GENL_NAMSIZ];
	bool ours = false;
	const void *data;
	size_t length;
	int command;

	data = td_genl_payload(message, &command, &length);
	if (!data || message->nlmsg_type != GENL_ID_CTRL ||
	    (command != CTRL_CMD_NEWFAMILY && command != CTRL_CMD_DELFAMILY))
		return 0;
	tl_attributes_init(&rest, data, length);
	while (tl_attributes_next(&rest, &a) > 0)
		if (a.type == CTRL_ATTR_FAMILY_NAME && tl_attribute_text(&a, name, sizeof(name)))
			ours = !strcmp(name, family);
	return ours ? command : 0;
}
