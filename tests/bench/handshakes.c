// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a connection costs: by TLS sockets on both ends or on one, by a library
 * linked into the programs, and without TLS. COUNT connections a round over
 * loopback, one after the other, by a client and a server process; then the
 * processor time of each process that took part, per connection. The difference
 * to TCP in the two programs, and the kernel's work items, are the module's share;
 * what workers spend in user space is the TLS library's, all but a few percent.
 *
 *   handshakes [SHAPE [COUNT [ROUNDS]]]
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/processes.h"
#include "lib/result.h"
#include "lib/stack.h"

static const struct contestant {
	const char	*name;
	enum b_stack	client, server;
} contestants[] = {
	{ "TCP", B_TCP, B_TCP },
	{ "OpenSSL", B_OPENSSL, B_OPENSSL },
	{ "GnuTLS", B_GNUTLS, B_GNUTLS },
	{ "tlsock", B_TLSOCK, B_TLSOCK },
	{ "tlsock client", B_TLSOCK, B_OPENSSL },
	{ "tlsock server", B_OPENSSL, B_TLSOCK },
};

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

/* Connections of one contestant */
struct series {
	const struct contestant	*contestant;
	struct b_side		client, server;
	int			listener;
	struct sockaddr_in	address;
	int			n_resumed;
};

/* The client closes last, so that no port waits in TIME_WAIT here. */
static void serve_one(struct series *series)
{
	int fd = accept(series->listener, NULL, NULL);
	struct b_conn conn;
	char byte;

	if (fd < 0)
		err(1, "accept");
	b_begin(&conn, &series->server, fd);
	b_handshake(&conn);
	if (b_recv(&conn, &byte, 1) != 1)
		errx(1, "nothing came");
	b_finish(&conn);
}

/* Accept as many connections, read to their end, report the time used. */
static _Noreturn void serve(struct series *series, int count, int report)
{
	long long nsec = b_now(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < count; i++)
		serve_one(series);
	nsec = b_now(CLOCK_PROCESS_CPUTIME_ID) - nsec;
	if (write(report, &nsec, sizeof(nsec)) != sizeof(nsec))
		err(1, "report");
	_exit(0);
}

static void connect_one(struct series *series)
{
	int fd = b_socket(&series->client);
	struct b_conn conn;
	char byte = 0;

	if (connect(fd, (const struct sockaddr *)&series->address, sizeof(series->address)))
		err(1, "%s: connect", series->contestant->name);
	b_begin(&conn, &series->client, fd);
	b_handshake(&conn);
	if (b_send(&conn, &byte, 1) != 1 || b_recv(&conn, &byte, 1) != 0)
		errx(1, "the server did not end it");
	series->n_resumed += b_resumed(&conn);
	b_finish(&conn);
}

/* Nanoseconds of all connections */
struct sample {
	long long		client, server, wall;
	struct b_processes	helper;
};

static struct sample measure(struct series *series, int count)
{
	struct b_processes before = b_processes_read(0);
	struct sample sample;
	int report[2];
	pid_t server;

	if (pipe(report))
		err(1, "pipe");
	sample.wall = b_now(CLOCK_MONOTONIC);
	server = fork();
	if (server < 0)
		err(1, "fork");
	if (!server)
		serve(series, count, report[1]);
	sample.client = b_now(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < count; i++)
		connect_one(series);
	sample.client = b_now(CLOCK_PROCESS_CPUTIME_ID) - sample.client;
	sample.wall = b_now(CLOCK_MONOTONIC) - sample.wall;
	if (read(report[0], &sample.server, sizeof(sample.server)) <= 0)
		errx(1, "no report");
	sample.helper = b_processes_minus(b_processes_read(0), before);
	waitpid(server, NULL, 0);
	close(report[0]);
	close(report[1]);
	return sample;
}

static void report(const struct series *series, const char *what, long long nsec, int count)
{
	char name[64];

	snprintf(name, sizeof(name), "handshake/%s/%s", series->client.shape->name, what);
	b_result(name, series->contestant->name, 1, "ns", (double)nsec / count);
}

/* A ticket may come too late for the next connection. */
static void check_resumed(const struct series *series, int count)
{
	bool resumed = series->client.shape->resumed && series->contestant->client != B_TCP;

	if (resumed ? series->n_resumed < count * 9 / 10 : series->n_resumed > 0)
		errx(1, "%s, %s: %d of %d resumed", series->client.shape->name,
		     series->contestant->name, series->n_resumed, count);
}

static void run(struct series *series, int count)
{
	struct b_processes *h;
	struct sample s;

	series->n_resumed = 0;
	s = measure(series, count);
	check_resumed(series, count);
	h = &s.helper;
	report(series, "client", s.client, count);
	report(series, "server", s.server, count);
	report(series, "broker", h->broker, count);
	report(series, "workers", h->workers, count);
	report(series, "kernel", h->kworkers, count);
	report(series, "sum", s.client + s.server + h->broker + h->workers + h->kworkers, count);
	report(series, "latency", s.wall, count);
}

/* The first connections fill caches, and get the session that the others resume. */
static bool start(struct series *series, const struct contestant *contestant,
		  const struct b_shape *shape)
{
	*series = (struct series) { .contestant = contestant };
	if (!b_side_init(&series->client, contestant->client, shape, false) ||
	    !b_side_init(&series->server, contestant->server, shape, true))
		return false;
	series->listener = b_listen(&series->server, &series->address);
	measure(series, 3);
	return true;
}

static void stop(struct series *series)
{
	close(series->listener);
	b_side_end(&series->client);
	b_side_end(&series->server);
}

static void run_shape(const struct b_shape *shape, int count, int rounds)
{
	struct series series[CONTESTANTS];
	bool able[CONTESTANTS];

	for (size_t i = 0; i < CONTESTANTS; i++)
		able[i] = start(&series[i], &contestants[i], shape);
	for (int round = 0; round < rounds; round++)
		for (size_t i = 0; i < CONTESTANTS; i++)
			if (able[i])
				run(&series[i], count);
	for (size_t i = 0; i < CONTESTANTS; i++)
		if (able[i])
			stop(&series[i]);
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 10;
	int rounds = argc > 3 ? atoi(argv[3]) : 5;

	if (count <= 0 || rounds <= 0)
		errx(2, "usage: handshakes [SHAPE [COUNT [ROUNDS]]]");
	for (int i = 0; i < B_SHAPES; i++)
		if (argc < 2 || !strcmp(argv[1], "all") || !strcmp(argv[1], b_shapes[i].name))
			run_shape(&b_shapes[i], count, rounds);
	return 0;
}
