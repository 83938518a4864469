// SPDX-License-Identifier: GPL-2.0-or-later
#include "consumers.h"

#include <errno.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "broker.h"
#include "dispatch.h"
#include "family_handshake.h"
#include "generation.h"

static void on_ready(void *arg)
{
	struct td_broker *broker = arg;

	broker->consumers.ready = !broker->stopping;
}

static void on_request(void *arg, const struct tl_request *request)
{
	td_dispatch_take(arg, request);
}

static void on_tlsock(void *arg)
{
	struct td_broker *broker = arg;

	/* Where the module was there before, its own socket tells. */
	if (broker->module == TD_MODULE_GONE)
		broker->module = TD_MODULE_BACK;
}

static void handle_netlink(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;

	(void)events;
	td_report_stage(&broker->report, TD_REPORT_ACCEPT);
	td_family_handshake_receive(broker->consumers.family);
}

static int open_consumers(struct td_broker *broker)
{
	const struct td_handshake_events events = {
		.ready = on_ready,
		.request = on_request,
		.tlsock = on_tlsock,
		.arg = broker,
	};
	struct td_consumers *consumers = &broker->consumers;
	int err = td_family_handshake_open(&consumers->family, &events);

	if (err)
		return err;
	consumers->source = (struct td_source) {
		.fd = td_family_handshake_fd(consumers->family),
		.handle = handle_netlink,
		.arg = broker,
	};
	err = td_loop_add(broker->loop, &consumers->source);
	if (err) {
		tl_log(LOG_ERR, "cannot serve the kernel's own consumers: %s", strerror(-err));
		td_family_handshake_close(consumers->family);
		consumers->family = NULL;
		return err;
	}
	consumers->ready = true;
	tl_log(LOG_NOTICE, "serving the kernel's own consumers");
	return 0;
}

int td_consumers_apply(struct td_broker *broker)
{
	struct td_consumers *consumers = &broker->consumers;
	bool wanted = broker->generation->config->kernel_consumers;

	if (!consumers->family)
		return wanted ? open_consumers(broker) : 0;
	if (!wanted)
		td_consumers_leave(broker);
	else if (consumers->left)
		consumers->ready = !td_family_handshake_join(consumers->family);
	consumers->left = !wanted;
	return 0;
}

int64_t td_consumers_run(struct td_broker *broker, int64_t now)
{
	struct td_consumers *consumers = &broker->consumers;

	if (!consumers->family || !consumers->ready)
		return -1;
	if (now < consumers->retry_at)
		return consumers->retry_at - now;
	/* ORDER: a READY may come before the answer, and must not be forgotten. */
	consumers->ready = false;
	if (!td_family_handshake_accept(consumers->family))
		return consumers->ready ? 0 : -1;
	consumers->ready = true;
	consumers->retry_at = now + TD_RETRY_TIME;
	return TD_RETRY_TIME;
}

void td_consumers_leave(struct td_broker *broker)
{
	struct td_consumers *consumers = &broker->consumers;

	if (!consumers->family)
		return;
	consumers->ready = false;
	td_family_handshake_leave(consumers->family);
}

void td_consumers_close(struct td_broker *broker)
{
	struct td_consumers *consumers = &broker->consumers;

	if (!consumers->family)
		return;
	td_loop_remove(broker->loop, &consumers->source);
	td_family_handshake_close(consumers->family);
	consumers->family = NULL;
}
