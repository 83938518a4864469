// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands ACCEPT and STATUS of the family "tlsock": parse, check the
 * combination, call one function of request.c, reply. Policies are in
 * netlink-gen.c.
 */
#include <linux/cgroup.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/pid_namespace.h>
#include <net/genetlink.h>

#include "netlink-gen.h"
#include "notify.h"
#include "option.h"
#include "request.h"
#include "sock.h"
#include "trace.h"

/**
 * struct netlink_handout - what a helper gets of a request
 * @fd: descriptor of the TCP socket, reserved
 * @own_fd: of the program's own credentials, reserved; -1 if there are none
 * @own: file for it
 */
struct netlink_handout {
	int		fd;
	int		own_fd;
	struct file	*own;
};

/* Room for the attributes of one request, its strings included. */
static size_t netlink_request_size(const struct tlsock_cfg *cfg)
{
	size_t size = nla_total_size(0);	/* the nest */

	size += 13 * nla_total_size(sizeof(u32));
	size += 2 * nla_total_size_64bit(sizeof(u64));
	size += 2 * nla_total_size(sizeof(struct sockaddr_storage));
	size += 2 * nla_total_size(0);	/* flags */
	if (!cfg)
		return size;
	size += cfg->server_name ? nla_total_size(strlen(cfg->server_name) + 1) : 0;
	size += cfg->alpn ? nla_total_size(strlen(cfg->alpn) + 1) : 0;
	size += cfg->profile ? nla_total_size(strlen(cfg->profile) + 1) : 0;
	return size;
}

/**
 * tlsock_netlink_put_address - tell an address of a connection
 * @skb: message
 * @attr: attribute to put it into
 * @inner: TCP socket
 * @peer: 0 for the local address, 1 for the remote one
 *
 * Context: process, may sleep
 * Return: 0, also if the peer is not known any more, or -EMSGSIZE
 */
int tlsock_netlink_put_address(struct sk_buff *skb, int attr, struct socket *inner, int peer)
{
	struct sockaddr_storage address = {};
	int len;

	len = READ_ONCE(inner->ops)->getname(inner, (struct sockaddr *)&address, peer);
	if (len < 0)	/* The peer is gone already; the handshake will tell. */
		return 0;
	return nla_put(skb, attr, len, &address);
}

static int netlink_put_options(struct sk_buff *skb, const struct tlsock_cfg *cfg)
{
	if (!cfg)
		return 0;
	if ((cfg->server_name &&
	     nla_put_string(skb, TLSOCK_A_REQUEST_SERVER_NAME, cfg->server_name)) ||
	    (cfg->alpn && nla_put_string(skb, TLSOCK_A_REQUEST_ALPN, cfg->alpn)) ||
	    (cfg->profile && nla_put_string(skb, TLSOCK_A_REQUEST_PROFILE, cfg->profile)) ||
	    (cfg->no_resume && nla_put_flag(skb, TLSOCK_A_REQUEST_NO_RESUME)) ||
	    (cfg->peer_cert && nla_put_flag(skb, TLSOCK_A_REQUEST_PEER_CERT)) ||
	    (cfg->verify >= 0 && nla_put_u32(skb, TLSOCK_A_REQUEST_VERIFY, cfg->verify)) ||
	    (cfg->client_cert >= 0 &&
	     nla_put_u32(skb, TLSOCK_A_REQUEST_CLIENT_CERT, cfg->client_cert)))
		return -EMSGSIZE;
	return 0;
}

/* Who made the socket, in terms of the helper that asks. */
static int netlink_put_owner(struct sk_buff *skb, const struct tlsock_sock *ts,
			     const struct socket *inner)
{
	const struct inode *inode = SOCK_INODE((struct socket *)inner);
	struct cgroup *cgroup = sock_cgroup_ptr((struct sock_cgroup_data *)
						&ts->inet.sk.sk_cgrp_data);
	/* The number of a process that is gone may be another's by now. */
	bool alive = pid_has_task(ts->pid, PIDTYPE_TGID);

	if (nla_put_u32(skb, TLSOCK_A_REQUEST_UID,
			from_kuid_munged(current_user_ns(), inode->i_uid)) ||
	    nla_put_u32(skb, TLSOCK_A_REQUEST_GID,
			from_kgid_munged(current_user_ns(), inode->i_gid)) ||
	    nla_put_u32(skb, TLSOCK_A_REQUEST_PID, alive ? pid_vnr(ts->pid) : 0) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_REQUEST_CGROUP, cgroup_id(cgroup), 0))
		return -EMSGSIZE;
	return 0;
}

static bool netlink_has_own(const struct tlsock_req *req)
{
	const struct tlsock_cfg *cfg = req->ts->cfg;

	return cfg && (cfg->own[TLSOCK_CREDENTIAL_CERT] || cfg->own[TLSOCK_CREDENTIAL_KEY] ||
		       cfg->own[TLSOCK_CREDENTIAL_CA]);
}

static int netlink_put_own(struct sk_buff *skb, const struct tlsock_req *req, int fd)
{
	static const int attrs[] = {
		[TLSOCK_CREDENTIAL_CERT] = TLSOCK_A_REQUEST_OWN_CERT,
		[TLSOCK_CREDENTIAL_KEY] = TLSOCK_A_REQUEST_OWN_KEY,
		[TLSOCK_CREDENTIAL_CA] = TLSOCK_A_REQUEST_OWN_CA,
	};
	const struct tlsock_cfg *cfg = req->ts->cfg;
	int kind;

	if (fd < 0)
		return 0;
	if (nla_put_s32(skb, TLSOCK_A_REQUEST_OWN_FD, fd) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_REQUEST_OWN_ID, cfg->own_id, 0))
		return -EMSGSIZE;
	for (kind = 0; kind < TLSOCK_CREDENTIAL_N; kind++)
		if (cfg->own[kind] && nla_put_u32(skb, attrs[kind], cfg->own[kind]->length))
			return -EMSGSIZE;
	return 0;
}

/*
 * The request pins its socket, and the options and the process of a socket do
 * not change between HANDSHAKE and its end.
 */
static int netlink_put_request(struct sk_buff *skb, const struct tlsock_req *req,
			       const struct netlink_handout *out)
{
	struct socket *inner = sock_from_file(req->file);
	struct nlattr *nest = nla_nest_start(skb, TLSOCK_A_ACCEPT_REQUEST);
	long left = (long)(req->deadline - jiffies);

	if (!nest ||
	    nla_put_u32(skb, TLSOCK_A_REQUEST_ID, req->id) ||
	    nla_put_s32(skb, TLSOCK_A_REQUEST_SOCKFD, out->fd) ||
	    nla_put_u32(skb, TLSOCK_A_REQUEST_ROLE, req->ts->role) ||
	    nla_put_u32(skb, TLSOCK_A_REQUEST_TIMEOUT_MS, jiffies_to_msecs(max(left, 1L))) ||
	    tlsock_netlink_put_address(skb, TLSOCK_A_REQUEST_LOCAL, inner, 0) ||
	    tlsock_netlink_put_address(skb, TLSOCK_A_REQUEST_REMOTE, inner, 1) ||
	    netlink_put_options(skb, req->ts->cfg) ||
	    netlink_put_own(skb, req, out->own_fd) ||
	    netlink_put_owner(skb, req->ts, inner))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static void netlink_drop_handout(const struct netlink_handout *out)
{
	put_unused_fd(out->fd);
	if (out->own_fd < 0)
		return;
	put_unused_fd(out->own_fd);
	fput(out->own);
}

static int netlink_prepare_own(const struct tlsock_req *req, struct netlink_handout *out)
{
	out->own_fd = -1;
	if (!netlink_has_own(req))
		return 0;
	out->own = tlsock_credential_file(req->ts->cfg);
	if (IS_ERR(out->own))
		return PTR_ERR(out->own);
	out->own_fd = get_unused_fd_flags(O_CLOEXEC);
	if (out->own_fd >= 0)
		return 0;
	fput(out->own);
	return out->own_fd;
}

static int netlink_prepare_handout(const struct tlsock_req *req, struct netlink_handout *out)
{
	int err;

	out->fd = get_unused_fd_flags(O_CLOEXEC);
	if (out->fd < 0)
		return out->fd;
	err = netlink_prepare_own(req, out);
	if (err)
		put_unused_fd(out->fd);
	return err;
}

/* Fill the reply; as many descriptors as the helper has room for are reserved. */
static int netlink_fill_accept(struct sk_buff *skb, struct tlsock_req **reqs,
			       struct netlink_handout *outs, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = netlink_prepare_handout(reqs[i], &outs[i]);
		if (err)
			return i ? i : err;
		err = netlink_put_request(skb, reqs[i], &outs[i]);
		if (WARN_ON_ONCE(err)) {
			netlink_drop_handout(&outs[i]);
			return i ? i : err;
		}
		trace_tlsock_request_accept(reqs[i]);
	}
	return n;
}

static struct sk_buff *netlink_new_accept(struct genl_info *info, struct tlsock_req **reqs,
					  unsigned int n, void **head)
{
	size_t size = nla_total_size(sizeof(u32));	/* pending */
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < n; i++)
		size += netlink_request_size(reqs[i]->ts->cfg);
	skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb)
		return NULL;
	*head = genlmsg_put_reply(skb, info, &tlsock_nl_family, 0, TLSOCK_CMD_ACCEPT);
	if (!*head) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/* TLSOCK_CMD_ACCEPT: hand out waiting requests with their sockets. */
int tlsock_nl_accept_doit(struct sk_buff *request, struct genl_info *info)
{
	struct tlsock_net *tn = tlsock_request_net(genl_info_net(info));
	struct nlattr *limit = info->attrs[TLSOCK_A_ACCEPT_LIMIT];
	struct nlattr *clients = info->attrs[TLSOCK_A_ACCEPT_CLIENTS];
	struct tlsock_req *reqs[TLSOCK_MAX_ACCEPT];
	struct netlink_handout outs[TLSOCK_MAX_ACCEPT];
	int n, sent = 0, err;
	struct sk_buff *skb;
	void *head;

	n = tlsock_pending_accept(tn, info->snd_portid, reqs,
				  limit ? nla_get_u32(limit) : 1,
				  clients ? nla_get_u32(clients) : UINT_MAX);
	if (!n) {
		GENL_SET_ERR_MSG(info, "no handshake waits");
		return -EAGAIN;
	}
	err = -ENOMEM;
	skb = netlink_new_accept(info, reqs, n, &head);
	if (!skb)
		goto out_return;
	err = netlink_fill_accept(skb, reqs, outs, n);
	if (err < 0) {
		if (err == -ENOMEM)
			GENL_SET_ERR_MSG(info, "no memory is free");
		else
			GENL_SET_ERR_MSG(info, "no file descriptor is free in the helper");
		goto out_skb;
	}
	sent = err;
	if (nla_put_u32(skb, TLSOCK_A_ACCEPT_PENDING, tlsock_pending_n(tn) + n - sent)) {
		err = -EMSGSIZE;
		goto out_fds;
	}
	genlmsg_end(skb, head);
	err = genlmsg_reply(skb, info);
	skb = NULL;
	if (err) {
		GENL_SET_ERR_MSG(info, "the reply does not fit the helper's socket buffer");
		goto out_fds;
	}

	/* COMMIT POINT: the helper owns the descriptors. */
	tlsock_pending_return(tn, reqs + sent, n - sent);
	while (sent--) {
		fd_install(outs[sent].fd, get_file(reqs[sent]->file));
		if (outs[sent].own_fd >= 0)
			fd_install(outs[sent].own_fd, outs[sent].own);
		tlsock_request_put(reqs[sent]);
	}
	return 0;

out_fds:
	while (sent--)
		netlink_drop_handout(&outs[sent]);
out_skb:
	nlmsg_free(skb);
out_return:
	tlsock_pending_return(tn, reqs, n);
	return err;
}

static int netlink_put_outcome(struct sk_buff *skb, u32 kind, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, TLSOCK_A_STATUS_OUTCOME);

	if (!nest || nla_put_u32(skb, TLSOCK_A_OUTCOME_KIND, kind) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_OUTCOME_COUNT, count, 0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int netlink_put_status(struct sk_buff *skb, struct net *net)
{
	struct tlsock_net *tn = tlsock_request_net(net);
	unsigned int pending, requests;
	int i, err = 0;

	spin_lock(&tn->lock);
	pending = tlsock_pending_n(tn);
	requests = tn->n_requests;
	spin_unlock(&tn->lock);
	if ((tlsock_notify_has_helper(net) && nla_put_flag(skb, TLSOCK_A_STATUS_HELPER)) ||
	    nla_put_u32(skb, TLSOCK_A_STATUS_PENDING, pending) ||
	    nla_put_u32(skb, TLSOCK_A_STATUS_ACCEPTED, requests - pending) ||
	    nla_put_u32(skb, TLSOCK_A_STATUS_ESTABLISHED, atomic_read(&tn->established)) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_STATUS_STARTED, atomic64_read(&tn->started), 0) ||
	    nla_put_u64_64bit(skb, TLSOCK_A_STATUS_TRUNCATED,
			      atomic64_read(&tn->truncated), 0))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(tn->outcomes) && !err; i++)
		err = netlink_put_outcome(skb, i, atomic64_read(&tn->outcomes[i]));
	return err;
}

/* TLSOCK_CMD_STATUS: the counters, for anyone. */
int tlsock_nl_status_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *head;

	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &tlsock_nl_family, 0, TLSOCK_CMD_STATUS);
	if (!head || netlink_put_status(skb, genl_info_net(info))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}
