// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many handshakes may be under way: of a network namespace, and of each
 * user in it, so that nobody takes all there are. Root is a user like any
 * other: its silent peers are as many as those of others.
 *
 * Clients and servers are counted apart. Peers who connect and say nothing
 * keep no local program from connecting, nor the other way round.
 *
 * A client without a place fails with EBUSY. A listener leaves its connection
 * in TCP's queue, as it does when its own is full, and is woken when there may
 * be a place. (The handshakes of one listener are bounded by its backlog.)
 */
#include <net/sock.h>

#include "limit.h"
#include "listen.h"
#include "request.h"

/** tlsock_limit_net_init - of a new network namespace; @tn is zeroed */
void tlsock_limit_net_init(struct tlsock_net *tn)
{
	struct tlsock_limit *limit;
	int role;

	for (role = 0; role < ARRAY_SIZE(tn->limits.role); role++) {
		limit = &tn->limits.role[role];
		xa_init(&limit->users);
		INIT_LIST_HEAD(&limit->waiting);
	}
	tn->limits.max = TLSOCK_MAX_HANDSHAKES;
	tn->limits.max_user = TLSOCK_MAX_USER_HANDSHAKES;
}

/** tlsock_limit_net_exit - the last socket of the namespace is gone */
void tlsock_limit_net_exit(struct tlsock_net *tn)
{
	struct tlsock_limit *limit;
	int role;

	for (role = 0; role < ARRAY_SIZE(tn->limits.role); role++) {
		limit = &tn->limits.role[role];
		WARN_ON_ONCE(limit->n || !xa_empty(&limit->users) ||
			     !list_empty(&limit->waiting));
		xa_destroy(&limit->users);
	}
}

/*
 * Wake all that wait: one alone might be of a user who has no place still, or
 * might not use it. Whoever is woken for nothing had to ask before for that.
 */
static void limit_wake(struct tlsock_limit *limit)
{
	struct tlsock_acceptq *queue, *next;

	lockdep_assert_held(&limit->users.xa_lock);
	list_for_each_entry_safe(queue, next, &limit->waiting, waiting) {
		list_del_init(&queue->waiting);
		queue->sk->sk_data_ready(queue->sk);
	}
}

static unsigned long limit_of_user(struct tlsock_limit *limit, kuid_t uid)
{
	void *entry = xa_load(&limit->users, __kuid_val(uid));

	return entry ? xa_to_value(entry) : 0;
}

/* In a place that there is this takes no memory. */
static int limit_set_user(struct tlsock_limit *limit, kuid_t uid, unsigned long n)
{
	void *entry = n ? xa_mk_value(n) : NULL;

	return xa_err(__xa_store(&limit->users, __kuid_val(uid), entry, GFP_ATOMIC));
}

/**
 * tlsock_limit_charge - take the place of one more handshake
 * @tn: the namespace
 * @role: side of the handshake
 * @uid: who pays: whoever made the socket that connects, or accepts
 * @queue: of a listener, woken when there may be a place; NULL to not wait
 *
 * Context: process
 * Return: 0 if the caller owes tlsock_limit_uncharge(), -EBUSY at one of the
 * limits, -ENOMEM
 */
int tlsock_limit_charge(struct tlsock_net *tn, enum tlsock_role role, kuid_t uid,
			struct tlsock_acceptq *queue)
{
	struct tlsock_limit *limit = &tn->limits.role[role];
	unsigned long of_user;
	int err = -EBUSY;

	xa_lock(&limit->users);
	of_user = limit_of_user(limit, uid);
	if (limit->n < READ_ONCE(tn->limits.max) &&
	    of_user < READ_ONCE(tn->limits.max_user)) {
		err = limit_set_user(limit, uid, of_user + 1);
		if (!err)
			limit->n++;
	} else if (queue && list_empty(&queue->waiting)) {
		/* ORDER: under the lock, so that no place that gets free is missed. */
		list_add_tail(&queue->waiting, &limit->waiting);
	}
	xa_unlock(&limit->users);
	return err;
}

/**
 * tlsock_limit_uncharge - the handshake is over, or was not started
 * @tn: the namespace
 * @role: as it was charged
 * @uid: likewise
 *
 * Context: process
 */
void tlsock_limit_uncharge(struct tlsock_net *tn, enum tlsock_role role, kuid_t uid)
{
	struct tlsock_limit *limit = &tn->limits.role[role];

	xa_lock(&limit->users);
	limit_set_user(limit, uid, limit_of_user(limit, uid) - 1);
	limit->n--;
	limit_wake(limit);
	xa_unlock(&limit->users);
}

/**
 * tlsock_limit_raised - one of the limits is another now
 * @tn: the namespace
 */
void tlsock_limit_raised(struct tlsock_net *tn)
{
	struct tlsock_limit *limit = &tn->limits.role[TLSOCK_ROLE_SERVER];

	xa_lock(&limit->users);
	limit_wake(limit);
	xa_unlock(&limit->users);
}

/**
 * tlsock_limit_forget - a listener goes away and waits for no place any more
 * @tn: the namespace
 * @queue: of the listener, which nobody accepts from or polls any more
 */
void tlsock_limit_forget(struct tlsock_net *tn, struct tlsock_acceptq *queue)
{
	struct tlsock_limit *limit = &tn->limits.role[TLSOCK_ROLE_SERVER];

	xa_lock(&limit->users);
	list_del_init(&queue->waiting);
	xa_unlock(&limit->users);
}
