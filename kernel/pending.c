// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that no helper has taken. Clients and servers wait apart, since a
 * helper may have room for servers alone, and must learn of them then.
 */
#include "request.h"
#include "sock.h"

/** tlsock_pending_net_init - of a new network namespace */
void tlsock_pending_net_init(struct tlsock_net *tn)
{
	INIT_LIST_HEAD(&tn->pending[TLSOCK_ROLE_CLIENT].list);
	INIT_LIST_HEAD(&tn->pending[TLSOCK_ROLE_SERVER].list);
}

/**
 * tlsock_pending_n - how many requests wait for a helper
 * @tn: of a namespace
 *
 * Return: their number; without tlsock_net.lock only a hint
 */
unsigned int tlsock_pending_n(const struct tlsock_net *tn)
{
	return READ_ONCE(tn->pending[TLSOCK_ROLE_CLIENT].n) +
	       READ_ONCE(tn->pending[TLSOCK_ROLE_SERVER].n);
}

static struct tlsock_pending *pending_of(struct tlsock_net *tn, const struct tlsock_req *req)
{
	return &tn->pending[req->ts->role];
}

/**
 * tlsock_pending_add - let a request wait
 * @tn: its namespace
 * @req: the request
 *
 * Context: tlsock_net.lock held
 * Return: whether it is the first of its role, which a helper is to be told of
 */
bool tlsock_pending_add(struct tlsock_net *tn, struct tlsock_req *req)
{
	struct tlsock_pending *pending = pending_of(tn, req);
	bool first = list_empty(&pending->list);

	list_add_tail(&req->link, &pending->list);
	WRITE_ONCE(pending->n, pending->n + 1);
	return first;
}

/**
 * tlsock_pending_remove - a request waits no longer
 * @tn: its namespace
 * @req: the request, which waits
 *
 * Context: tlsock_net.lock held
 */
void tlsock_pending_remove(struct tlsock_net *tn, struct tlsock_req *req)
{
	struct tlsock_pending *pending = pending_of(tn, req);

	list_del_init(&req->link);
	WRITE_ONCE(pending->n, pending->n - 1);
}

/* Completed ones are still there until tlsock_pending_remove(). */
static struct tlsock_req *pending_oldest(const struct tlsock_pending *pending)
{
	struct tlsock_req *req;

	list_for_each_entry(req, &pending->list, link)
		if (!test_bit(TLSOCK_REQ_COMPLETED, &req->flags))
			return req;
	return NULL;
}

/* The oldest, of any role or of servers; ids are given in turn. */
static struct tlsock_req *pending_next(const struct tlsock_net *tn, bool clients)
{
	struct tlsock_req *server = pending_oldest(&tn->pending[TLSOCK_ROLE_SERVER]);
	struct tlsock_req *client = NULL;

	if (clients)
		client = pending_oldest(&tn->pending[TLSOCK_ROLE_CLIENT]);
	if (!client || !server)
		return client ?: server;
	return (s32)(client->id - server->id) < 0 ? client : server;
}

/**
 * tlsock_pending_accept - take waiting requests
 * @tn: of the helper's namespace
 * @portid: the helper's netlink socket
 * @reqs: filled, oldest first; the caller owns a reference to each
 * @limit: places in @reqs
 * @clients: most of them that may be clients
 *
 * Return: how many were taken
 */
unsigned int tlsock_pending_accept(struct tlsock_net *tn, u32 portid,
				   struct tlsock_req **reqs, unsigned int limit,
				   unsigned int clients)
{
	struct tlsock_req *req;
	unsigned int n = 0;

	WRITE_ONCE(tn->helper, portid);
	spin_lock(&tn->lock);
	while (n < limit && (req = pending_next(tn, clients))) {
		if (req->ts->role == TLSOCK_ROLE_CLIENT)
			clients--;
		tlsock_pending_remove(tn, req);
		WRITE_ONCE(req->portid, portid);
		refcount_inc(&req->ref);
		reqs[n++] = req;
	}
	spin_unlock(&tn->lock);
	return n;
}

/**
 * tlsock_pending_return - put requests back that could not be handed out
 * @tn: of the helper's namespace
 * @reqs: from tlsock_pending_accept(); the references are consumed
 * @n: their number
 */
void tlsock_pending_return(struct tlsock_net *tn, struct tlsock_req **reqs, unsigned int n)
{
	struct tlsock_pending *pending;

	spin_lock(&tn->lock);
	while (n--) {
		/* A completed one is not in the table and stays out of the list. */
		if (xa_load(&tn->requests, reqs[n]->id) == reqs[n]) {
			WRITE_ONCE(reqs[n]->portid, 0);
			pending = pending_of(tn, reqs[n]);
			list_add(&reqs[n]->link, &pending->list);
			WRITE_ONCE(pending->n, pending->n + 1);
		}
		spin_unlock(&tn->lock);
		tlsock_request_put(reqs[n]);
		spin_lock(&tn->lock);
	}
	spin_unlock(&tn->lock);
}
