// SPDX-License-Identifier: GPL-2.0-or-later
/* SESSIONS by hand: a dump that is read when the test wants it. */
#include "sessions.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "request.h"

#define PATIENCE_S	5

static uint16_t u16_of(const void *data, size_t size, int type)
{
	const struct nlattr *attr = t_attr_find(data, size, type, 0);
	uint16_t value = 0;

	if (attr && t_attr_size(attr) == sizeof(value))
		memcpy(&value, t_attr_data(attr), sizeof(value));
	return value;
}

static void parse_peer(struct t_session *out, const struct nlattr *attr)
{
	if (!attr || t_attr_size(attr) > sizeof(out->peer))
		return;
	out->peer_length = t_attr_size(attr);
	memcpy(out->peer, t_attr_data(attr), out->peer_length);
}

static void parse(struct t_session *out, const void *data, size_t size)
{
	int family;

	memset(out, 0, sizeof(*out));
	out->role = t_attr_u32(data, size, TLSOCK_A_SESSION_ROLE, -1);
	out->state = t_attr_u32(data, size, TLSOCK_A_SESSION_STATE, -1);
	out->local_port = t_attr_port(data, size, TLSOCK_A_SESSION_LOCAL, &out->family);
	out->remote_port = t_attr_port(data, size, TLSOCK_A_SESSION_REMOTE, &family);
	out->version = u16_of(data, size, TLSOCK_A_SESSION_VERSION);
	out->cipher = u16_of(data, size, TLSOCK_A_SESSION_CIPHER);
	out->group = u16_of(data, size, TLSOCK_A_SESSION_GROUP);
	out->verified = t_attr_find(data, size, TLSOCK_A_SESSION_VERIFIED, 0);
	out->resumed = t_attr_find(data, size, TLSOCK_A_SESSION_RESUMED, 0);
	out->truncated = t_attr_find(data, size, TLSOCK_A_SESSION_TRUNCATED, 0);
	out->rekeys = t_attr_u32(data, size, TLSOCK_A_SESSION_REKEYS, 0);
	out->uid = t_attr_u32(data, size, TLSOCK_A_SESSION_UID, -1);
	out->pid = t_attr_u32(data, size, TLSOCK_A_SESSION_PID, -1);
	out->inode = t_attr_u64(data, size, TLSOCK_A_SESSION_INODE);
	out->age_ms = t_attr_u64(data, size, TLSOCK_A_SESSION_AGE_MS);
	t_attr_text(t_attr_find(data, size, TLSOCK_A_SESSION_SERVER_NAME, 0), out->server_name,
		    sizeof(out->server_name));
	t_attr_text(t_attr_find(data, size, TLSOCK_A_SESSION_ALPN, 0), out->alpn,
		    sizeof(out->alpn));
	t_attr_text(t_attr_find(data, size, TLSOCK_A_SESSION_PROFILE, 0), out->profile,
		    sizeof(out->profile));
	parse_peer(out, t_attr_find(data, size, TLSOCK_A_SESSION_PEER, 0));
}

int t_dump_begin(struct t_genl *genl, struct t_dump *dump)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct t_msg msg;

	dump->n = 0;
	dump->over = false;
	t_msg_init(&msg, genl, TLSOCK_CMD_SESSIONS);
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg.nlh.nlmsg_seq = ++genl->seq;
	if (setsockopt(genl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    send(genl->fd, &msg, msg.nlh.nlmsg_len, 0) < 0)
		return -errno;
	return 0;
}

static int note(struct t_dump *dump, const struct nlmsghdr *nlh)
{
	const size_t head = NLMSG_HDRLEN + GENL_HDRLEN;

	if (nlh->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(nlh))->error;
	if (nlh->nlmsg_type == NLMSG_DONE) {
		dump->over = true;
		return *(const int *)NLMSG_DATA(nlh);
	}
	if (nlh->nlmsg_len < head || dump->n == sizeof(dump->session) / sizeof(dump->session[0]))
		return -ENOBUFS;
	parse(&dump->session[dump->n++], (const char *)nlh + head, nlh->nlmsg_len - head);
	return 0;
}

int t_dump_read(struct t_genl *genl, struct t_dump *dump, size_t room)
{
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;
	ssize_t size = recv(genl->fd, buffer, room, MSG_TRUNC);
	int err = 0;

	if (size < 0)
		return -errno;
	if ((size_t)size > room)
		return -EMSGSIZE;
	for (; !err && NLMSG_OK(nlh, (size_t)size); nlh = NLMSG_NEXT(nlh, size))
		err = note(dump, nlh);
	return err;
}

int t_dump_all(struct t_genl *genl, struct t_dump *dump, size_t room)
{
	int err = t_dump_begin(genl, dump);

	while (!err && !dump->over)
		err = t_dump_read(genl, dump, room);
	return err;
}

const struct t_session *t_dump_find(const struct t_dump *dump, int fd)
{
	struct stat st;

	for (unsigned int i = 0; !fstat(fd, &st) && i < dump->n; i++)
		if (dump->session[i].inode == st.st_ino)
			return &dump->session[i];
	return NULL;
}

unsigned int t_dump_count(const struct t_dump *dump, int fd)
{
	unsigned int count = 0;
	struct stat st;

	if (fstat(fd, &st))
		return 0;
	for (unsigned int i = 0; i < dump->n; i++)
		count += dump->session[i].inode == st.st_ino;
	return count;
}
