// SPDX-License-Identifier: GPL-2.0-or-later
/* Connection to generic netlink by libnl. */
#include "genl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "../lib/log.h"

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

void td_genl_leave(struct td_genl *genl)
{
	int err = nl_socket_drop_memberships(genl->sock, genl->group, 0);

	if (err < 0)
		tl_log(LOG_WARNING, "cannot leave a netlink group: %s", nl_geterror(err));
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
