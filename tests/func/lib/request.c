// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACCEPT, DONE and STATUS of the tlsock family as calls with structs.
 */
#include "request.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

uint16_t t_attr_port(const void *data, size_t size, int type, int *family)
{
	const struct nlattr *attr = t_attr_find(data, size, type, 0);
	struct t_addr addr = { 0 };

	*family = AF_UNSPEC;
	if (!attr || t_attr_size(attr) > sizeof(addr.storage))
		return 0;
	memcpy(&addr.storage, t_attr_data(attr), t_attr_size(attr));
	if ((addr.storage.ss_family == AF_INET &&
	     t_attr_size(attr) == sizeof(struct sockaddr_in)) ||
	    (addr.storage.ss_family == AF_INET6 &&
	     t_attr_size(attr) == sizeof(struct sockaddr_in6)))
		*family = addr.storage.ss_family;
	return t_port(&addr);
}

static void request_parse(struct t_request *out, const struct nlattr *attr)
{
	const void *data = t_attr_data(attr);
	size_t size = t_attr_size(attr);
	int family;

	memset(out, 0, sizeof(*out));
	out->id = t_attr_u32(data, size, TLSOCK_A_REQUEST_ID, 0);
	out->fd = t_attr_u32(data, size, TLSOCK_A_REQUEST_SOCKFD, -1);
	out->role = t_attr_u32(data, size, TLSOCK_A_REQUEST_ROLE, -1);
	out->timeout_ms = t_attr_u32(data, size, TLSOCK_A_REQUEST_TIMEOUT_MS, 0);
	out->verify = t_attr_u32(data, size, TLSOCK_A_REQUEST_VERIFY, -1);
	out->client_cert = t_attr_u32(data, size, TLSOCK_A_REQUEST_CLIENT_CERT, -1);
	out->uid = t_attr_u32(data, size, TLSOCK_A_REQUEST_UID, -1);
	out->gid = t_attr_u32(data, size, TLSOCK_A_REQUEST_GID, -1);
	out->pid = t_attr_u32(data, size, TLSOCK_A_REQUEST_PID, 0);
	out->cgroup = t_attr_u64(data, size, TLSOCK_A_REQUEST_CGROUP);
	out->peer_cert = t_attr_find(data, size, TLSOCK_A_REQUEST_PEER_CERT, 0);
	out->no_resume = t_attr_find(data, size, TLSOCK_A_REQUEST_NO_RESUME, 0);
	out->own_fd = t_attr_u32(data, size, TLSOCK_A_REQUEST_OWN_FD, -1);
	out->own_id = t_attr_u64(data, size, TLSOCK_A_REQUEST_OWN_ID);
	out->own_length[0] = t_attr_u32(data, size, TLSOCK_A_REQUEST_OWN_CERT, 0);
	out->own_length[1] = t_attr_u32(data, size, TLSOCK_A_REQUEST_OWN_KEY, 0);
	out->own_length[2] = t_attr_u32(data, size, TLSOCK_A_REQUEST_OWN_CA, 0);
	out->local_port = t_attr_port(data, size, TLSOCK_A_REQUEST_LOCAL, &out->family);
	out->remote_port = t_attr_port(data, size, TLSOCK_A_REQUEST_REMOTE, &family);
	if (family != out->family)
		out->family = AF_UNSPEC;
	attr = t_attr_find(data, size, TLSOCK_A_REQUEST_SERVER_NAME, 0);
	t_attr_text(attr, out->server_name, sizeof(out->server_name));
	attr = t_attr_find(data, size, TLSOCK_A_REQUEST_ALPN, 0);
	t_attr_text(attr, out->alpn, sizeof(out->alpn));
	attr = t_attr_find(data, size, TLSOCK_A_REQUEST_PROFILE, 0);
	t_attr_text(attr, out->profile, sizeof(out->profile));
}

int t_upcall_open(struct t_genl *genl, struct t_addr *addr)
{
	int err, listener;

	signal(SIGPIPE, SIG_IGN);
	err = t_net_private();
	if (err)
		return err;
	listener = t_listen(AF_INET, IPPROTO_TCP, addr);
	if (listener < 0)
		return listener;
	err = t_genl_open(genl);
	if (err)
		return err;
	err = t_genl_join(genl);
	return err ? err : listener;
}

int t_accept_most(struct t_genl *genl, struct t_request *requests, unsigned int limit,
		  unsigned int clients, uint32_t *pending)
{
	const struct nlattr *attr;
	struct t_msg msg;
	unsigned int n;
	int err;

	t_msg_init(&msg, genl, TLSOCK_CMD_ACCEPT);
	t_msg_put_u32(&msg, TLSOCK_A_ACCEPT_LIMIT, limit);
	if (clients < limit)
		t_msg_put_u32(&msg, TLSOCK_A_ACCEPT_CLIENTS, clients);
	err = t_genl_call(genl, &msg);
	if (err)
		return err;
	for (n = 0; n < limit; n++) {
		attr = t_attr_find(genl->reply, genl->reply_size, TLSOCK_A_ACCEPT_REQUEST, n);
		if (!attr)
			break;
		request_parse(&requests[n], attr);
	}
	if (pending)
		*pending = t_attr_u32(genl->reply, genl->reply_size, TLSOCK_A_ACCEPT_PENDING, -1);
	return n;
}

int t_accept(struct t_genl *genl, struct t_request *requests, unsigned int limit,
	     uint32_t *pending)
{
	return t_accept_most(genl, requests, limit, limit, pending);
}

int t_accept_one(struct t_genl *genl, struct t_request *request)
{
	unsigned int seen;
	int n, err = 0;

	for (;;) {
		seen = genl->ready;
		n = t_accept(genl, request, 1, NULL);
		if (n != -EAGAIN || err)
			break;
		err = t_genl_events(genl, TLSOCK_CMD_READY, seen + 1, T_PATIENCE_MS);
	}
	if (n == 0)
		return -ENODATA;
	return n < 0 ? n : 0;
}

static void put_u16(struct t_msg *msg, int type, uint16_t value)
{
	if (value)
		t_msg_put(msg, type, &value, sizeof(value));
}

static void put_alert(struct t_msg *msg, int type, int alert)
{
	uint8_t value = alert - 1;

	if (alert)
		t_msg_put(msg, type, &value, sizeof(value));
}

static void put_text(struct t_msg *msg, int type, const char *text)
{
	if (text)
		t_msg_put_text(msg, type, text);
}

int t_done(struct t_genl *genl, uint32_t id, const struct t_done *done)
{
	struct t_msg msg;

	t_msg_init(&msg, genl, TLSOCK_CMD_DONE);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ID, id);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ERROR, done->error);
	if (done->stage)
		t_msg_put_u32(&msg, TLSOCK_A_DONE_STAGE, done->stage);
	put_alert(&msg, TLSOCK_A_DONE_ALERT_SENT, done->alert_sent);
	put_alert(&msg, TLSOCK_A_DONE_ALERT_RECEIVED, done->alert_received);
	if (done->verify_code)
		t_msg_put_u32(&msg, TLSOCK_A_DONE_VERIFY_CODE, done->verify_code);
	if (done->verify_depth)
		t_msg_put_u32(&msg, TLSOCK_A_DONE_VERIFY_DEPTH, done->verify_depth);
	put_text(&msg, TLSOCK_A_DONE_TEXT, done->text);
	put_text(&msg, TLSOCK_A_DONE_ALPN, done->alpn);
	put_text(&msg, TLSOCK_A_DONE_SERVER_NAME, done->server_name);
	put_u16(&msg, TLSOCK_A_DONE_VERSION, done->version);
	put_u16(&msg, TLSOCK_A_DONE_CIPHER, done->cipher);
	put_u16(&msg, TLSOCK_A_DONE_GROUP, done->group);
	if (done->verified)
		t_msg_put(&msg, TLSOCK_A_DONE_VERIFIED, NULL, 0);
	if (done->resumed)
		t_msg_put(&msg, TLSOCK_A_DONE_RESUMED, NULL, 0);
	if (done->tx_secret)
		t_msg_put(&msg, TLSOCK_A_DONE_TX_SECRET, done->tx_secret, done->secret_length);
	if (done->rx_secret)
		t_msg_put(&msg, TLSOCK_A_DONE_RX_SECRET, done->rx_secret, done->secret_length);
	if (done->truncation_eof)
		t_msg_put(&msg, TLSOCK_A_DONE_TRUNCATION_EOF, NULL, 0);
	if (done->session)
		t_msg_put(&msg, TLSOCK_A_DONE_SESSION, done->session, done->session_length);
	if (done->profile)
		t_msg_put_text(&msg, TLSOCK_A_DONE_PROFILE, done->profile);
	if (done->chain)
		t_msg_put(&msg, TLSOCK_A_DONE_CHAIN, done->chain, done->chain_length);
	if (done->peer)
		t_msg_put(&msg, TLSOCK_A_DONE_PEER, done->peer, done->peer_length);
	return t_genl_call(genl, &msg);
}

int t_done_errno(struct t_genl *genl, uint32_t id, int error)
{
	struct t_done done = { .error = error };

	return t_done(genl, id, &done);
}

int t_status(struct t_genl *genl, struct t_status *status)
{
	const struct nlattr *attr;
	const void *data = genl->reply;
	unsigned int index, kind;
	struct t_msg msg;
	size_t size;
	int err;

	t_msg_init(&msg, genl, TLSOCK_CMD_STATUS);
	err = t_genl_call(genl, &msg);
	if (err)
		return err;

	memset(status, 0, sizeof(*status));
	size = genl->reply_size;
	status->helper = t_attr_find(data, size, TLSOCK_A_STATUS_HELPER, 0);
	status->pending = t_attr_u32(data, size, TLSOCK_A_STATUS_PENDING, -1);
	status->accepted = t_attr_u32(data, size, TLSOCK_A_STATUS_ACCEPTED, -1);
	status->established = t_attr_u32(data, size, TLSOCK_A_STATUS_ESTABLISHED, -1);
	status->started = t_attr_u64(data, size, TLSOCK_A_STATUS_STARTED);
	status->truncated = t_attr_u64(data, size, TLSOCK_A_STATUS_TRUNCATED);
	for (index = 0; (attr = t_attr_find(data, size, TLSOCK_A_STATUS_OUTCOME, index)); index++) {
		kind = t_attr_u32(t_attr_data(attr), t_attr_size(attr), TLSOCK_A_OUTCOME_KIND, -1);
		if (kind <= TLSOCK_OUTCOME_OTHER)
			status->outcome[kind] = t_attr_u64(t_attr_data(attr), t_attr_size(attr),
						       TLSOCK_A_OUTCOME_COUNT);
	}
	return 0;
}

int t_status_wait(struct t_genl *genl, enum tlsock_outcome outcome, uint64_t than)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	struct t_status status;
	int err, left;

	for (left = T_PATIENCE_MS / 5; left; left--) {
		err = t_status(genl, &status);
		if (err || status.outcome[outcome] > than)
			return err;
		nanosleep(&pause, NULL);
	}
	return -ETIME;
}
