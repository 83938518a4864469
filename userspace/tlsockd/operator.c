// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The administrators' socket: a packet is a request, a packet is the reply. A
 * caller who does not read his replies loses his connection.
 */
#include "operator.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/names.h"
#include "../lib/operator.h"
#include "broker.h"
#include "expiry.h"
#include "generation.h"

static void put_workers(FILE *out, const struct td_broker *broker)
{
	for (const struct td_child *c = broker->supervise.first; c; c = c->next)
		fprintf(out, "worker %d %u %u %u %" PRIu64 " %d\n", c->pid, c->generation, c->load,
			c->limit, c->jobs, c->draining);
}

static void put_latency(FILE *out, const char *role, const struct tl_latency *latency)
{
	fprintf(out, "latency-sum %s %" PRIu64 "\n", role, latency->sum_us);
	for (unsigned int i = 0; i < TL_LATENCY_BUCKETS; i++)
		if (latency->buckets[i])
			fprintf(out, "latency %s %u %" PRIu64 "\n", role, i, latency->buckets[i]);
}

static void put_consumers(FILE *out, const struct td_broker *broker)
{
	unsigned int under_way[TL_CONSUMER_N] = { 0 };

	for (const struct td_request *r = broker->requests.first; r; r = r->next)
		if (r->kernel.consumer < TL_CONSUMER_N)
			under_way[r->kernel.consumer]++;
	for (uint32_t i = 0; i < TL_CONSUMER_N; i++) {
		const struct td_outcomes *over = &broker->report.consumers[i];

		fprintf(out, "consumer %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %u\n",
			tl_consumer_name(i), over->ok, over->failed, over->canceled,
			under_way[i]);
	}
}

/* Those that end first: a reply is one packet. */
static void put_certificates(FILE *out, const struct td_generation *generation)
{
	struct td_expiry certificates[TL_OPERATOR_CERTIFICATES];
	unsigned int n = td_expiry_list(generation, certificates, TL_OPERATOR_CERTIFICATES);

	for (unsigned int i = 0; i < n; i++)
		fprintf(out, "certificate %s %u %" PRId64 "\n", certificates[i].profile,
			certificates[i].number,
			certificates[i].not_after > 0 ? certificates[i].not_after : 0);
}

static void put_status(FILE *out, struct td_broker *broker)
{
	const struct td_requests *requests = &broker->requests;
	struct td_report *report = &broker->report;
	uint64_t nsec = 0;

	td_report_stage(report, report->stage);
	for (int i = 0; i < TD_REPORT_N_STAGES; i++)
		nsec += report->broker_nsec[i];
	fprintf(out, "pid %d\nuptime-ms %" PRId64 "\ngeneration %u\nstopping %d\n", getpid(),
		td_loop_now() - broker->operators.started, broker->generation->number,
		broker->stopping);
	fprintf(out, "workers-wanted %u\nsilent %u\nwaiting %u\nrunning %u\nanswered %u\n",
		broker->supervise.wanted, requests->n_silent, requests->n_waiting,
		requests->n - requests->n_silent - requests->n_waiting - requests->n_answered,
		requests->n_answered);
	fprintf(out, "tickets %u\n", broker->tickets.n);
	fprintf(out, "ok %" PRIu64 "\nresumed %" PRIu64 "\n", report->all.ok, report->resumed);
	fprintf(out, "failed %" PRIu64 "\ncanceled %" PRIu64 "\n", report->all.failed,
		report->all.canceled);
	fprintf(out, "worker-ns %" PRIu64 "\nbroker-ns %" PRIu64 "\n", report->worker_nsec, nsec);
	put_workers(out, broker);
	put_consumers(out, broker);
	put_certificates(out, broker->generation);
	for (uint32_t role = TLSOCK_ROLE_CLIENT; role <= TLSOCK_ROLE_SERVER; role++)
		put_latency(out, tl_names_role(role), &report->latency[role]);
}

static void reload(FILE *out, struct td_broker *broker)
{
	int err = td_broker_reload(broker);

	if (err == -EBUSY)
		fputs("error the helper stops\n", out);
	else if (err)
		fputs("error the configuration has mistakes, which tlsockd's log tells\n", out);
	else
		fprintf(out, "generation %u\n", broker->generation->number);
}

static void obey(struct td_broker *broker, const char *request, FILE *out)
{
	if (!strcmp(request, TL_OPERATOR_STATUS)) {
		put_status(out, broker);
	} else if (!strcmp(request, TL_OPERATOR_RELOAD)) {
		reload(out, broker);
	} else if (!strcmp(request, TL_OPERATOR_DRAIN)) {
		td_broker_drain(broker);
		fprintf(out, "requests %u\n", broker->requests.n);
	} else {
		fprintf(out, "error there is no such request\n");
	}
}

/* Return: 0, -EAGAIN if there is no request, else why the caller has to go */
static int serve(struct td_caller *caller)
{
	char request[TL_OPERATOR_REQUEST + 1];
	char *text = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *out;
	int err = 0;

	length = recv(caller->source.fd, request, TL_OPERATOR_REQUEST, MSG_DONTWAIT);
	if (length <= 0)
		return length ? -errno : -EPIPE;
	request[length] = '\0';
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	obey(caller->broker, request, out);
	if (fclose(out))
		err = -ENOMEM;
	else if (send(caller->source.fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		err = -EPIPE;
	free(text);
	return err;
}

static void hang_up(struct td_caller *caller)
{
	td_loop_remove(caller->broker->loop, &caller->source);
	close(caller->source.fd);
	caller->source.fd = -1;
}

static void handle_caller(void *arg, uint32_t events)
{
	struct td_caller *caller = arg;
	int err;

	(void)events;
	td_report_stage(&caller->broker->report, TD_REPORT_OTHER);
	err = serve(caller);
	if (err && err != -EAGAIN)
		hang_up(caller);
}

/* The folder keeps others out; this is for those who opened it up. */
static bool is_administrator(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) &&
	       (!peer.uid || peer.uid == geteuid());
}

static struct td_caller *free_caller(struct td_operator *operators)
{
	for (int i = 0; i < TD_OPERATOR_CALLERS; i++)
		if (operators->callers[i].source.fd < 0)
			return &operators->callers[i];
	return NULL;
}

static void handle_listener(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;
	struct td_caller *caller;
	int fd;

	(void)events;
	td_report_stage(&broker->report, TD_REPORT_OTHER);
	fd = accept4(broker->operators.listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	caller = is_administrator(fd) ? free_caller(&broker->operators) : NULL;
	if (!caller) {
		close(fd);
		return;
	}
	caller->source = (struct td_source) { fd, handle_caller, caller };
	caller->broker = broker;
	if (td_loop_add(broker->loop, &caller->source)) {
		close(fd);
		caller->source.fd = -1;
	}
}

/* Nobody else may be able to put a socket there. */
static int check_folder(void)
{
	struct stat st;

	if (mkdir(TL_OPERATOR_FOLDER, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(TL_OPERATOR_FOLDER, &st))
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

/* Returns a socket that listens in place of the one of a helper before, or -errno */
static int listen_at(const char *path, ino_t *inode)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, err;

	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	memcpy(name.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if ((unlink(path) && errno != ENOENT) ||
	    bind(fd, (const struct sockaddr *)&name, sizeof(name)) || chmod(path, 0600) ||
	    lstat(path, &st) || listen(fd, TD_OPERATOR_CALLERS)) {
		err = -errno;
		close(fd);
		return err;
	}
	*inode = st.st_ino;
	return fd;
}

void td_operator_open(struct td_broker *broker)
{
	struct td_operator *operators = &broker->operators;
	char path[128];
	int err;

	for (int i = 0; i < TD_OPERATOR_CALLERS; i++)
		operators->callers[i].source.fd = -1;
	operators->started = td_loop_now();
	operators->listener = (struct td_source) { -1, handle_listener, broker };
	err = check_folder();
	if (!err)
		err = tl_operator_path(path, sizeof(path));
	if (!err)
		err = listen_at(path, &operators->inode);
	if (err >= 0) {
		operators->listener.fd = err;
		err = td_loop_add(broker->loop, &operators->listener);
	}
	if (err)
		tl_log(LOG_NOTICE, "cannot answer `tlsock status`: " TL_OPERATOR_FOLDER ": %s",
		       strerror(-err));
}

void td_operator_close(struct td_broker *broker)
{
	struct td_operator *operators = &broker->operators;
	char path[128];
	struct stat st;

	if (!operators->listener.handle)
		return;
	for (int i = 0; i < TD_OPERATOR_CALLERS; i++)
		if (operators->callers[i].source.fd >= 0)
			hang_up(&operators->callers[i]);
	if (operators->listener.fd < 0)
		return;
	td_loop_remove(broker->loop, &operators->listener);
	close(operators->listener.fd);
	operators->listener.fd = -1;
	/* The name may be another helper's by now. */
	if (!tl_operator_path(path, sizeof(path)) && !lstat(path, &st) &&
	    st.st_ino == operators->inode)
		unlink(path);
}
