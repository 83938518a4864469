// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the helper: they wait, are taken, and are completed exactly
 * once, by DONE, by the deadline, by the program that goes away or by the
 * death of the helper. Whoever sets TLSOCK_REQ_COMPLETED completes.
 */
#include <linux/file.h>
#include <net/netlink.h>
#include <net/netns/generic.h>

#include "listen.h"
#include "notify.h"
#include "option.h"
#include "rekey.h"
#include "request.h"
#include "sock.h"
#include "trace.h"

/**
 * tlsock_request_net - the requests of a network namespace
 * @net: the namespace
 *
 * Return: them, for as long as @net lives
 */
struct tlsock_net *tlsock_request_net(const struct net *net)
{
	return net_generic(net, tlsock_net_id);
}

/** tlsock_request_net_init - of a new network namespace; @tn is zeroed */
void tlsock_request_net_init(struct tlsock_net *tn)
{
	spin_lock_init(&tn->lock);
	tlsock_pending_net_init(tn);
	xa_init_flags(&tn->requests, XA_FLAGS_ALLOC1);
	tlsock_limit_net_init(tn);
	tlsock_sessions_net_init(&tn->sessions);
	tn->rekey_records = TLSOCK_REKEY_RECORDS;
}

/** tlsock_request_net_exit - the last socket of the namespace is gone */
void tlsock_request_net_exit(struct tlsock_net *tn)
{
	WARN_ON_ONCE(tn->n_requests || !xa_empty(&tn->requests));
	xa_destroy(&tn->requests);
	tlsock_limit_net_exit(tn);
	tlsock_sessions_net_exit(&tn->sessions);
}

/** tlsock_request_put - drop a reference */
void tlsock_request_put(struct tlsock_req *req)
{
	if (!refcount_dec_and_test(&req->ref))
		return;
	fput(req->file);
	sock_put(tlsock_outer(req->ts));
	kfree(req);
}

/**
 * tlsock_request_claim - become the one who completes a request
 * @req: the request
 *
 * The handshake's place is free from here on, before anybody is told.
 *
 * Return: true exactly once for each request; the caller then owes
 * tlsock_request_complete()
 */
bool tlsock_request_claim(struct tlsock_req *req)
{
	if (test_and_set_bit(TLSOCK_REQ_COMPLETED, &req->flags))
		return false;
	tlsock_limit_uncharge(tlsock_request_net(req->net), req->ts->role, req->uid);
	return true;
}

/* Nobody finds the request any more. */
static void request_unlink(struct tlsock_req *req)
{
	struct tlsock_net *tn = tlsock_request_net(req->net);

	spin_lock(&tn->lock);
	if (!list_empty(&req->link))
		tlsock_pending_remove(tn, req);
	xa_erase(&tn->requests, req->id);
	tn->n_requests--;
	spin_unlock(&tn->lock);
}

/* Forget and let go of a request whose socket knows the outcome. */
static void request_end(struct tlsock_req *req, const struct tlsock_done *done)
{
	request_unlink(req);
	trace_tlsock_request_end(req);
	if (req->portid && (done->outcome == TLSOCK_OUTCOME_CANCELED ||
			    done->outcome == TLSOCK_OUTCOME_TIMEOUT))
		tlsock_notify_cancel(req->net, req->portid, req->id);
	if (cancel_delayed_work(&req->timer))
		tlsock_request_put(req);
	tlsock_request_put(req);
}

/**
 * tlsock_request_complete - give a socket the outcome of its handshake
 * @req: claimed by the caller, whose own reference survives
 * @done: the outcome; changed if kernel TLS is not on
 *
 * Context: process, takes the outer sk_lock
 */
void tlsock_request_complete(struct tlsock_req *req, struct tlsock_done *done)
{
	struct tlsock_sock *ts = req->ts, *listener = NULL;
	struct sock *sk = tlsock_outer(ts);
	bool established = false;

	lock_sock(sk);
	if (ts->req == req) {
		ts->req = NULL;
		established = tlsock_connect_finish(ts, done);
		listener = ts->listener;
		if (listener)
			sock_hold(tlsock_outer(listener));
	} else {
		tlsock_done_count(req->net, done);
	}
	release_sock(sk);
	if (listener) {
		tlsock_listen_child_done(listener, ts, established);
		sock_put(tlsock_outer(listener));
	}
	request_end(req, done);
}

/**
 * tlsock_request_cancel - the program gives up a handshake
 * @ts: its socket
 *
 * Whatever the helper still does has no effect on @ts.
 *
 * Context: process, outer sk_lock held
 * Return: true if a handshake was under way
 */
bool tlsock_request_cancel(struct tlsock_sock *ts)
{
	struct tlsock_req *req = ts->req;
	struct tlsock_done done;

	sock_owned_by_me(tlsock_outer(ts));
	if (!req)
		return false;
	/* ORDER: a completion that won the race finds no request and leaves us alone. */
	ts->req = NULL;
	if (tlsock_request_claim(req)) {
		tlsock_done_init(&done, ECANCELED, TLSOCK_STAGE_HANDSHAKE, NULL);
		done.outcome = TLSOCK_OUTCOME_CANCELED;
		tlsock_done_count(req->net, &done);
		request_end(req, &done);
	}
	return true;
}

static void request_timeout(struct work_struct *work)
{
	struct tlsock_req *req = container_of(to_delayed_work(work), struct tlsock_req, timer);
	struct tlsock_done done;
	bool taken = READ_ONCE(req->portid);

	if (tlsock_request_claim(req)) {
		tlsock_done_init(&done, ETIMEDOUT,
				 taken ? TLSOCK_STAGE_HANDSHAKE : TLSOCK_STAGE_QUEUE,
				 taken ? "the handshake was not over before the deadline" :
					 "no helper took the handshake before the deadline");
		tlsock_request_complete(req, &done);
	}
	tlsock_request_put(req);
}

/**
 * tlsock_request_submit - queue a handshake for the helper
 * @ts: in state HANDSHAKE, TCP_ULP "tls" on its inner socket
 * @uid: whose place tlsock_limit_charge() took; the request's if this succeeds
 *
 * A zero return guarantees exactly one tlsock_request_complete() or
 * tlsock_request_cancel(), at the deadline at the latest.
 *
 * Context: process, outer sk_lock held, may sleep
 * Return: 0, -EUNATCH if no helper listens, -ENOMEM
 */
int tlsock_request_submit(struct tlsock_sock *ts, kuid_t uid)
{
	struct net *net = sock_net(tlsock_outer(ts));
	struct tlsock_net *tn = tlsock_request_net(net);
	unsigned long timeout = msecs_to_jiffies(tlsock_option_timeout_ms(ts->cfg));
	struct tlsock_req *req;
	struct sk_buff *ready;
	bool first;
	int err;

	sock_owned_by_me(tlsock_outer(ts));
	if (!tlsock_notify_has_helper(net))
		return -EUNATCH;
	/* A request that nobody hears of would wait until its deadline. */
	ready = tlsock_notify_ready_new();
	req = kzalloc_obj(*req, GFP_KERNEL_ACCOUNT);
	if (!ready || !req) {
		err = -ENOMEM;
		goto out_free;
	}
	refcount_set(&req->ref, 2);	/* whoever completes, and the timer */
	INIT_LIST_HEAD(&req->link);
	INIT_DELAYED_WORK(&req->timer, request_timeout);
	req->ts = ts;
	req->net = net;
	req->uid = uid;
	req->deadline = jiffies + timeout;
	err = xa_alloc_cyclic(&tn->requests, &req->id, req, XA_LIMIT(1, U32_MAX),
			      &tn->next_id, GFP_KERNEL);
	if (err < 0)
		goto out_free;
	sock_hold(tlsock_outer(ts));
	req->file = get_file(ts->inner->file);
	ts->req = req;
	trace_tlsock_request_submit(req);

	/* COMMIT POINT: from here on the request may complete. */
	queue_delayed_work(tlsock_wq, &req->timer, timeout);
	spin_lock(&tn->lock);
	tn->n_requests++;
	first = tlsock_pending_add(tn, req);
	spin_unlock(&tn->lock);
	/*
	 * A helper that has been told drains until nothing waits, but may leave
	 * clients: those that it took may wait for this server.
	 */
	if (first)
		tlsock_notify_ready_send(net, ready);
	else
		nlmsg_free(ready);
	return 0;

out_free:
	nlmsg_free(ready);
	kfree(req);
	return err;
}

/**
 * tlsock_request_find - look up a request that a helper took
 * @tn: of the helper's namespace
 * @id: its name
 * @portid: the helper's netlink socket
 *
 * Return: the request with a reference for the caller, or NULL if there is
 * none, or another helper has it
 */
struct tlsock_req *tlsock_request_find(struct tlsock_net *tn, u32 id, u32 portid)
{
	struct tlsock_req *req;

	spin_lock(&tn->lock);
	req = xa_load(&tn->requests, id);
	if (req && req->portid == portid)
		refcount_inc(&req->ref);
	else
		req = NULL;
	spin_unlock(&tn->lock);
	return req;
}

/* The next request of a helper at or behind *id, with a reference. */
static struct tlsock_req *request_next_of(struct tlsock_net *tn, u32 portid, unsigned long *id)
{
	struct tlsock_req *req;

	spin_lock(&tn->lock);
	xa_for_each_start(&tn->requests, *id, req, *id) {
		if (req->portid == portid) {
			refcount_inc(&req->ref);
			break;
		}
	}
	spin_unlock(&tn->lock);
	return req;
}

/**
 * tlsock_request_helper_died - a netlink socket was closed
 * @net: its namespace
 * @portid: its port; most are no helper's
 *
 * What it had taken fails; what it had not taken waits for another helper.
 *
 * Context: process, may sleep
 */
void tlsock_request_helper_died(struct net *net, u32 portid)
{
	struct tlsock_net *tn = tlsock_request_net(net);
	struct tlsock_req *req;
	struct tlsock_done done;
	unsigned long id = 0;

	cmpxchg(&tn->helper, portid, 0);
	if (!READ_ONCE(tn->n_requests))
		return;
	while ((req = request_next_of(tn, portid, &id))) {
		if (tlsock_request_claim(req)) {
			tlsock_done_init(&done, EIO, TLSOCK_STAGE_HANDSHAKE,
					 "the helper exited during the handshake");
			tlsock_request_complete(req, &done);
		}
		tlsock_request_put(req);
		id++;
	}
	if (tlsock_pending_n(tn))
		tlsock_notify_ready(net);
}
