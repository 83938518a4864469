// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The broker's loop: what happens on signals and events of the kernel, and
 * what is due after each round. Requests are dispatch.c's, workers are
 * supervise.c's.
 */
#include "broker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "dispatch.h"
#include "expiry.h"
#include "generation.h"
#include "notify.h"
#include "privilege.h"
#include "programs.h"
#include "seal.h"
#include "ticket_keys.h"
#include "watch.h"

/* Longest time that SIGTERM leaves handshakes to end, milliseconds */
#define STOP_TIME	20000

/* Where the kernel's own consumers are served, the module may come later. */
static int open_families(struct td_broker *broker)
{
	int err = td_consumers_apply(broker);

	if (err && err != -ENOENT)
		return err;
	err = td_programs_open(broker);
	if (err != -ENOENT || !broker->consumers.family)
		return err;
	broker->module = TD_MODULE_GONE;
	return 0;
}

static void stop(struct td_broker *broker)
{
	if (broker->stopping) {
		td_supervise_kill_all(broker, "the helper was told twice to stop");
		broker->stop_at = 0;
		return;
	}
	tl_log(LOG_NOTICE, "stopping with %u handshakes to finish", broker->requests.n);
	td_notify_send("STOPPING=1");
	broker->stopping = true;
	broker->stop_at = td_loop_now() + STOP_TIME;
	td_programs_leave(broker);
	td_consumers_leave(broker);
}

void td_broker_drain(struct td_broker *broker)
{
	broker->draining = true;
	if (!broker->stopping)
		stop(broker);
}

/* Workers are not to have them twice. */
static int use_ticket_keys(struct td_generation *generation)
{
	int err = td_seal_use(generation->ticket_keys);

	if (err)
		tl_log(LOG_ERR, "no keys for tickets: %s", strerror(-err));
	td_ticket_keys_free(generation->ticket_keys);
	generation->ticket_keys = NULL;
	return err;
}

static int load_next(struct td_broker *broker, struct td_generation **out)
{
	int err = td_generation_load(broker->config_path, broker->generation->number + 1, out);

	if (!err && use_ticket_keys(*out)) {
		td_generation_free(*out);
		err = -EIO;
	}
	return err;
}

int td_broker_reload(struct td_broker *broker)
{
	struct td_generation *generation;
	struct td_generation *old = broker->generation;
	int err = 0;

	if (broker->stopping)
		return -EBUSY;
	td_notify_reloading();
	td_watch_look(&broker->watch);
	if (load_next(broker, &generation)) {
		tl_log(LOG_ERR, "the configuration stays as it was");
		err = -EINVAL;
	} else {
		broker->generation = generation;
		tl_log_open("tlsockd", generation->config->log_level);
		td_supervise_start(broker, generation);
		td_generation_free(old);
		/* Whom to trust, and for what, may be different now. */
		td_tickets_clear(&broker->tickets);
		td_consumers_apply(broker);
		broker->revoke.due = true;
		tl_log(LOG_NOTICE, "the configuration was read anew");
	}
	td_watch_follow(broker);
	td_notify_send("READY=1");
	return err;
}

static void handle_signals(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;
	struct signalfd_siginfo info;

	(void)events;
	td_report_stage(&broker->report, TD_REPORT_OTHER);
	while (read(broker->signals.fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			stop(broker);
			break;
		case SIGHUP:
			td_broker_reload(broker);
			break;
		case SIGCHLD:
			td_supervise_reap(broker);
			break;
		case SIGUSR1:
			td_report_summary(&broker->report);
			break;
		}
	}
}

static int open_signals(struct td_broker *broker)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	broker->signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (broker->signals.fd < 0)
		return -errno;
	broker->signals.handle = handle_signals;
	broker->signals.arg = broker;
	return td_loop_add(broker->loop, &broker->signals);
}

/* The shorter of two times to wait, where -1 is for ever */
static int64_t sooner(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* What is due after each round. Returns how long the next may wait. */
static int64_t advance(struct td_broker *broker)
{
	int64_t now = td_loop_now();
	int64_t wait;

	if (broker->module == TD_MODULE_BACK)
		td_programs_reopen(broker);
	td_report_stage(&broker->report, TD_REPORT_ACCEPT);
	td_dispatch_run(broker);
	td_programs_accept(broker);
	wait = td_consumers_run(broker, now);
	td_report_stage(&broker->report, TD_REPORT_OTHER);
	wait = sooner(wait, td_supervise_tick(broker, now));
	wait = sooner(wait, td_dispatch_tick(broker, now));
	wait = sooner(wait, td_seal_tick(now));
	wait = sooner(wait, td_expiry_tick(broker->generation, now));
	wait = sooner(wait, td_watch_tick(broker, now));
	wait = sooner(wait, td_revoke_tick(broker));
	if (broker->ready && td_dispatch_capacity(broker, NULL))
		wait = sooner(wait, TD_RETRY_TIME);
	if (broker->stopping && !broker->requests.n_waiting && !broker->requests.n_silent &&
	    !broker->drained) {
		broker->drained = true;
		td_supervise_stop(broker);
	}
	if (broker->stopping)
		wait = sooner(wait, broker->stop_at > now ? broker->stop_at - now : 0);
	return wait;
}

static bool is_over(const struct td_broker *broker)
{
	if (broker->failed)
		return true;
	if (!broker->stopping)
		return false;
	return (!broker->requests.n && !broker->supervise.first) ||
	       td_loop_now() >= broker->stop_at;
}

static void serve(struct td_broker *broker)
{
	int64_t interval = td_notify_interval();
	int64_t watchdog_at = 0;
	int64_t wait;
	int64_t now;

	for (;;) {
		wait = advance(broker);
		if (is_over(broker))
			return;
		now = td_loop_now();
		if (interval && now >= watchdog_at) {
			td_notify_send("WATCHDOG=1");
			watchdog_at = now + interval;
		}
		if (interval)
			wait = sooner(wait, watchdog_at - now);
		if (td_loop_wait(broker->loop, wait)) {
			tl_log(LOG_ERR, "cannot wait for events: %s", strerror(errno));
			broker->failed = true;
		}
	}
}

static void close_broker(struct td_broker *broker)
{
	if (broker->family || broker->consumers.family)
		td_dispatch_fail_all(broker);
	td_supervise_kill_all(broker, "the helper ends");
	td_programs_close(broker);
	td_consumers_close(broker);
	td_silent_close(broker);
	td_operator_close(broker);
	td_watch_close(broker);
	td_revoke_close(&broker->revoke);
	if (broker->signals.fd >= 0)
		close(broker->signals.fd);
	if (broker->loop >= 0)
		close(broker->loop);
	td_generation_free(broker->generation);
	td_tickets_clear(&broker->tickets);
}

int td_broker_run(const char *config_path, struct td_generation *generation)
{
	struct td_broker broker = {
		.config_path = config_path,
		.generation = generation,
		.signals.fd = -1,
		.silent.source.fd = -1,
		.watch.source.fd = -1,
		.revoke.due = true,
	};
	int err;

	td_report_stage(&broker.report, TD_REPORT_OTHER);
	broker.loop = td_loop_open();
	err = broker.loop < 0 ? broker.loop : open_signals(&broker);
	if (!err)
		err = td_silent_open(&broker);
	if (err) {
		tl_log(LOG_ERR, "cannot start: %s", strerror(-err));
		broker.failed = true;
		goto out;
	}
	if (use_ticket_keys(generation) || open_families(&broker)) {
		broker.failed = true;
		goto out;
	}
	td_operator_open(&broker);
	td_privilege_lock();
	td_supervise_start(&broker, generation);
	td_watch_follow(&broker);
	tl_log(LOG_NOTICE, "serving with %u workers", broker.supervise.wanted);
	td_notify_send("READY=1\nSTATUS=serving");
	serve(&broker);
	td_report_summary(&broker.report);
out:
	close_broker(&broker);
	if (broker.failed)
		return EXIT_FAILURE;
	return broker.draining ? TD_EXIT_DRAINED : EXIT_SUCCESS;
}
