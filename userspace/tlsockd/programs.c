// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests are taken as workers have room for them: what waits in the kernel
 * costs nothing, and survives this process. The module may go and come back.
 */
#include "programs.h"

#include "../lib/accept.h"
#include "../lib/log.h"
#include "broker.h"
#include "dispatch.h"
#include "family_tlsock.h"
#include "notify.h"
#include "silent.h"

static void on_ready(void *arg)
{
	struct td_broker *broker = arg;

	broker->ready = !broker->stopping;
}

static void on_more(void *arg)
{
	struct td_broker *broker = arg;

	broker->more = true;
}

static void on_crowded(void *arg)
{
	td_silent_make_room(arg);
}

static void on_request(void *arg, const struct tl_request *request)
{
	struct td_broker *broker = arg;

	broker->taken++;
	broker->taken_clients += request->role == TLSOCK_ROLE_CLIENT;
	td_dispatch_take(broker, request);
}

static void on_cancel(void *arg, uint32_t id)
{
	td_dispatch_cancel(arg, id);
}

static void on_ticket(void *arg, const struct td_family_ticket *ticket)
{
	struct td_broker *broker = arg;

	td_tickets_add(&broker->tickets, ticket);
}

static void on_session(void *arg, const struct td_family_session *session)
{
	td_revoke_session(arg, session);
}

static void on_sessions_over(void *arg, bool complete)
{
	td_revoke_finish(arg, complete);
}

static void on_gone(void *arg)
{
	struct td_broker *broker = arg;

	tl_log(LOG_WARNING, "the tlsock module was removed; waiting for it");
	td_notify_send("STATUS=waiting for the tlsock module");
	broker->module = TD_MODULE_GONE;
	broker->ready = false;
	broker->clients_wait = false;
}

static void on_back(void *arg)
{
	struct td_broker *broker = arg;

	broker->module = TD_MODULE_BACK;
}

static void handle_netlink(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;

	(void)events;
	td_report_stage(&broker->report, TD_REPORT_ACCEPT);
	td_family_tlsock_receive(broker->family);
}

int td_programs_open(struct td_broker *broker)
{
	const struct td_family_events events = {
		.ready = on_ready,
		.more = on_more,
		.crowded = on_crowded,
		.request = on_request,
		.cancel = on_cancel,
		.ticket = on_ticket,
		.session = on_session,
		.sessions_over = on_sessions_over,
		.gone = on_gone,
		.back = on_back,
		.arg = broker,
	};
	int err;

	err = td_family_tlsock_open(&broker->family, &events);
	if (err)
		return err;
	broker->netlink.fd = td_family_tlsock_fd(broker->family);
	broker->netlink.handle = handle_netlink;
	broker->netlink.arg = broker;
	err = td_loop_add(broker->loop, &broker->netlink);
	if (err) {
		td_family_tlsock_close(broker->family);
		broker->family = NULL;
		return err;
	}
	broker->module = TD_MODULE_THERE;
	broker->ready = !broker->stopping;
	return 0;
}

void td_programs_leave(struct td_broker *broker)
{
	broker->ready = false;
	if (broker->module == TD_MODULE_THERE)
		td_family_tlsock_leave(broker->family);
}

void td_programs_close(struct td_broker *broker)
{
	if (!broker->family)
		return;
	td_loop_remove(broker->loop, &broker->netlink);
	td_family_tlsock_close(broker->family);
	broker->family = NULL;
}

void td_programs_reopen(struct td_broker *broker)
{
	tl_log(LOG_NOTICE, "the tlsock module is back");
	td_programs_close(broker);
	if (td_programs_open(broker))
		broker->failed = true;
	else
		td_notify_send("STATUS=serving");
}

/*
 * Whoever is left when there was room is a client that there was none for; if there
 * was, the kernel ran short of something on the way.
 */
static int accept_some(struct td_broker *broker, unsigned int room, unsigned int clients)
{
	int err;

	if (room > TLSOCK_MAX_ACCEPT)
		room = TLSOCK_MAX_ACCEPT;
	if (clients > room)
		clients = room;
	/* ORDER: a READY may come before the answer, and must not be forgotten. */
	broker->ready = false;
	broker->more = false;
	broker->taken = 0;
	broker->taken_clients = 0;
	err = td_family_tlsock_accept(broker->family, room, clients);
	if (broker->taken == room || broker->taken_clients < clients)
		broker->ready |= broker->more;
	else
		broker->clients_wait = true;
	return err;
}

void td_programs_accept(struct td_broker *broker)
{
	unsigned int room, clients;

	while ((room = td_dispatch_capacity(broker, &clients))) {
		if (broker->clients_wait && clients) {
			broker->clients_wait = false;
			broker->ready = !broker->stopping;
		}
		if (!broker->ready || accept_some(broker, room, clients))
			return;
	}
}
