// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel runs a message inside sendmsg(), so what it answers is in the
 * receive queue when sendmsg() returns. ACCEPT hands out one request at a
 * time; a request that waits counts against a limit of three to fifty, behind
 * which the kernel turns others away: all are taken at once.
 *
 * A DONE with an attribute that the kernel does not know is refused whole, and
 * the consumer would wait until its deadline: what the kernel knows is asked
 * for before, and a refused answer is given again without the rest.
 */
#include "family_handshake.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../lib/accept.h"
#include "../lib/log.h"
#include "../lib/refusal.h"
#include "genl.h"
#include "genl_policy.h"
#include "message.h"
#include "request.h"

/* One READY takes about a thousand bytes of it. */
#define RECEIVE_BUFFER	(4 << 20)

#define MAX_DATAGRAM	8192

/* Requests taken in one go, so that answers are given between them */
#define MAX_TAKEN	256

/* That the peer has proved an identity for which no key stands. */
#define PROVED		UINT32_MAX

struct td_family_handshake {
	struct td_genl			genl;
	struct td_handshake_events	events;
	bool				answered;	/* the message of that number */
	int				error;		/* what the answer was */
	bool				tells_peer;	/* REMOTE_AUTH is known */
	int				accept_error;	/* told last */
	bool				taken;		/* @request was handed out */
	struct tl_request		request;
	char	datagram[MAX_DATAGRAM] __attribute__((aligned(NLMSG_ALIGNTO)));
};

int td_family_handshake_open(struct td_family_handshake **out,
			     const struct td_handshake_events *events)
{
	struct td_family_handshake *family = calloc(1, sizeof(*family));
	int err;

	if (!family)
		return -ENOMEM;
	family->events = *events;
	err = td_genl_open(&family->genl, TL_HANDSHAKE_FAMILY, TL_HANDSHAKE_GROUP, RECEIVE_BUFFER);
	if (err == -ENOENT)
		tl_log(LOG_ERR, "the kernel has no TLS for NFS and NVMe (CONFIG_NET_HANDSHAKE)");
	else if (err == -EPERM)
		tl_log(LOG_ERR, "the kernel lets only processes with CAP_NET_ADMIN serve NFS "
				"and NVMe");
	if (err) {
		free(family);
		return err;
	}
	family->tells_peer = td_genl_policy_has(&family->genl, TL_HANDSHAKE_DONE,
						TL_HANDSHAKE_A_DONE_REMOTE_AUTH,
						NL_ATTR_TYPE_U32);
	*out = family;
	return 0;
}

void td_family_handshake_close(struct td_family_handshake *family)
{
	if (!family)
		return;
	td_genl_close(&family->genl);
	free(family);
}

int td_family_handshake_fd(const struct td_family_handshake *family)
{
	return td_genl_fd(&family->genl);
}

void td_family_handshake_leave(struct td_family_handshake *family)
{
	td_genl_leave(&family->genl);
}

int td_family_handshake_join(struct td_family_handshake *family)
{
	return td_genl_join(&family->genl);
}

/*
 * The module sets it for TLS sockets before it hands them out; here nobody
 * has. Without keys the socket goes on as TCP.
 */
static const char *prepare(int fd)
{
	if (!setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) || errno == EEXIST)
		return NULL;
	return errno == ENOENT ? "the kernel has no TLS (CONFIG_TLS)" :
				 "kernel TLS is not to be had for the socket";
}

static void get_addresses(struct tl_request *request)
{
	socklen_t size = sizeof(request->local);

	getsockname(request->fd, (struct sockaddr *)&request->local, &size);
	size = sizeof(request->remote);
	if (getpeername(request->fd, (struct sockaddr *)&request->remote, &size))
		request->remote.ss_family = request->local.ss_family;
}

static void take_accept(struct td_family_handshake *family, const void *data, size_t length)
{
	struct tl_request *request = &family->request;

	tl_consumer_parse(data, length, request);
	if (request->fd >= 0) {
		get_addresses(request);
		if (!request->mistake)
			request->mistake = prepare(request->fd);
	}
	family->taken = true;
}

static void take_error(struct td_family_handshake *family, const struct nlmsghdr *message)
{
	struct tl_refusal refusal;

	if (tl_refusal_parse(message, message->nlmsg_len, &refusal)) {
		tl_log(LOG_WARNING, "the kernel sent a malformed error");
	} else if (refusal.sequence == family->genl.sequence) {
		family->answered = true;
		family->error = refusal.error;
	}
}

static void take_message(void *arg, const struct nlmsghdr *message)
{
	struct td_family_handshake *family = arg;
	const void *data;
	size_t length;
	int command;

	if (message->nlmsg_type == NLMSG_ERROR)
		take_error(family, message);
	else if (td_genl_news(message, TLSOCK_FAMILY_NAME) == CTRL_CMD_NEWFAMILY)
		family->events.tlsock(family->events.arg);
	data = td_genl_payload(message, &command, &length);
	if (!data || message->nlmsg_type != family->genl.number)
		return;
	if (command == TL_HANDSHAKE_READY) {
		family->events.ready(family->events.arg);
	} else if (command == TL_HANDSHAKE_ACCEPT) {
		family->answered = true;
		family->error = 0;
		take_accept(family, data, length);
	}
}

static void take_loss(void *arg)
{
	struct td_family_handshake *family = arg;

	tl_log(LOG_NOTICE, "netlink messages were lost, asking the kernel's consumers anew");
	family->events.ready(family->events.arg);
}

void td_family_handshake_receive(struct td_family_handshake *family)
{
	const struct td_genl_reader reader = {
		.message = take_message,
		.lost = take_loss,
		.arg = family,
		.buffer = family->datagram,
		.size = sizeof(family->datagram),
	};

	td_genl_receive(&family->genl, &reader);
}

/* Sends a message and hears what the kernel says to it; returns that, or -errno */
static int ask(struct td_family_handshake *family, struct nl_msg *msg)
{
	int err;

	family->answered = false;
	err = td_genl_send(&family->genl, msg);
	if (err)
		return err;
	td_family_handshake_receive(family);
	/* The answer was lost with other messages; a request may be lost with it. */
	return family->answered ? family->error : -ENOBUFS;
}

static int accept_one(struct td_family_handshake *family)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TL_HANDSHAKE_ACCEPT, 0);
	int err;

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, TL_HANDSHAKE_A_ACCEPT_HANDLER_CLASS, TL_HANDSHAKE_CLASS)) {
		td_genl_free(msg);
		return -ENOMEM;
	}
	family->taken = false;
	err = ask(family, msg);
	/* ORDER: not while messages are read: it may be answered at once. */
	if (family->taken)
		family->events.request(family->events.arg, &family->request);
	return err;
}

int td_family_handshake_accept(struct td_family_handshake *family)
{
	int err = 0;

	for (int i = 0; !err && i < MAX_TAKEN; i++)
		err = accept_one(family);
	if (!err)
		family->events.ready(family->events.arg);	/* there may be more */
	if (err == -EAGAIN)
		err = 0;
	if (err && err != family->accept_error)
		tl_log(LOG_ERR, "the kernel does not hand out a request: %s", strerror(-err));
	family->accept_error = err;
	return err;
}

/*
 * RPC takes all for final but ETIMEDOUT, after which it tries again: what is
 * not the peer's fault, nor the configuration's, may be mended by then.
 */
static int rpc_status(int error)
{
	switch (error) {
	case 0:
		return 0;
	case EACCES:
	case EINVAL:
	case ENOKEY:
	case EKEYEXPIRED:
	case EKEYREJECTED:
	case EKEYREVOKED:
	case EOPNOTSUPP:
	case EPROTO:
		return EACCES;
	default:
		return ETIMEDOUT;
	}
}

static int status_of(const struct td_request *request, const struct td_result *result)
{
	if (request->kernel.consumer == TL_CONSUMER_NFS ||
	    request->kernel.consumer == TL_CONSUMER_NFSD)
		return rpc_status(result->error);
	return result->error;
}

static int send_done(struct td_family_handshake *family, const struct td_request *request,
		     const struct td_result *result, bool peer)
{
	struct nl_msg *msg = td_genl_message(&family->genl, TL_HANDSHAKE_DONE, 0);
	uint32_t status = (uint32_t)status_of(request, result);
	int err;

	if (!msg)
		return -EAGAIN;
	err = nla_put_u32(msg, TL_HANDSHAKE_A_DONE_STATUS, status);
	err |= nla_put_s32(msg, TL_HANDSHAKE_A_DONE_SOCKFD, request->fd);
	if (peer)
		err |= nla_put_u32(msg, TL_HANDSHAKE_A_DONE_REMOTE_AUTH,
				   result->psk ? (uint32_t)result->psk : PROVED);
	if (err) {
		td_genl_free(msg);
		return -EAGAIN;
	}
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	return ask(family, msg);
}

int td_family_handshake_done(struct td_family_handshake *family, const struct td_request *request,
			     const struct td_result *result)
{
	bool peer = !result->error && result->verified && family->tells_peer;
	int err = send_done(family, request, result, peer);

	if (err == -EINVAL && peer) {
		tl_log(LOG_WARNING, "the kernel does not take the peer's identity");
		err = send_done(family, request, result, false);
	}
	if (err == -ENOMEM)
		err = -EAGAIN;
	/* The consumer has given up, and closed or forgot the socket. */
	if (err == -EBUSY || err == -ENOBUFS)
		err = 0;
	return err;
}
