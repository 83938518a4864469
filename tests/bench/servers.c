// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server costs that has TLS by a TLS socket, by OpenSSL or GnuTLS linked into it, or
 * by a proxy in front of it: a client with OpenSSL connects, PARALLEL at a time,
 * asks and gets an answer of SIZE bytes. "cpu" is the processor time of all but the
 * client; the last contestant has TLS sockets on both ends: for it and for OpenSSL
 * "both" counts the client too.
 *
 *   servers SIZE COUNT ROUNDS PARALLEL...
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/crowd.h"
#include "lib/processes.h"
#include "lib/proxy.h"
#include "lib/result.h"

static const struct contestant {
	const char	*name;
	enum b_stack	client, server;
	enum b_proxy	proxy;
} contestants[] = {
	{ "OpenSSL", B_OPENSSL, B_OPENSSL, B_NO_PROXY },
	{ "OpenSSL kTLS", B_OPENSSL, B_OPENSSL_KTLS, B_NO_PROXY },
	{ "GnuTLS", B_OPENSSL, B_GNUTLS, B_NO_PROXY },
	{ "stunnel", B_OPENSSL, B_TCP, B_STUNNEL },
	{ "HAProxy", B_OPENSSL, B_TCP, B_HAPROXY },
	{ "tlsock", B_OPENSSL, B_TLSOCK, B_NO_PROXY },
	{ "tlsock, both ends", B_TLSOCK, B_TLSOCK, B_NO_PROXY },
};

#define CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

struct run {
	const struct contestant	*contestant;
	struct b_side		client, server;
	struct sockaddr_in	address;
	pid_t			pid, proxy;
};

static size_t size;
static int file;

static void start(struct run *run, const struct contestant *contestant)
{
	int listener;

	*run = (struct run) { .contestant = contestant };
	b_side_init(&run->client, contestant->client, &b_shapes[0], false);
	b_side_init(&run->server, contestant->server, &b_shapes[0], true);
	listener = b_listen(&run->server, &run->address);
	run->pid = fork();
	if (run->pid < 0)
		err(1, "fork");
	if (!run->pid)
		b_crowd_serve(&run->server, listener, file, size);
	close(listener);
	if (contestant->proxy)
		run->proxy = b_proxy_start(contestant->proxy, &run->address);
}

static void stop(struct run *run)
{
	if (run->proxy)
		b_proxy_stop(run->proxy);
	kill(run->pid, SIGKILL);
	waitpid(run->pid, NULL, 0);
	b_side_end(&run->client);
	b_side_end(&run->server);
}

static long long cpu_of(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock))
		errx(1, "the server is gone");
	return b_now(clock);
}

static void report(const struct run *run, const char *what, int parallel, double value)
{
	char name[64];

	snprintf(name, sizeof(name), "serve/%zu/%s", size, what);
	b_result(name, run->contestant->name, parallel, "ns", value);
}

static void measure(struct run *run, int parallel, int count)
{
	long long *latency = calloc(count, sizeof(*latency)), client, server, wall, sum;
	struct b_processes others;

	others = b_processes_read(run->proxy);
	server = cpu_of(run->pid);
	client = b_now(CLOCK_PROCESS_CPUTIME_ID);
	wall = b_now(CLOCK_MONOTONIC);
	b_crowd_connect(&run->client, &run->address, parallel, count, size, latency);
	wall = b_now(CLOCK_MONOTONIC) - wall;
	client = b_now(CLOCK_PROCESS_CPUTIME_ID) - client;
	server = cpu_of(run->pid) - server;
	others = b_processes_minus(b_processes_read(run->proxy), others);
	sum = server + others.broker + others.workers + others.kworkers + others.proxy;
	if (run->contestant->client == B_OPENSSL)
		report(run, "cpu", parallel, (double)sum / count);
	report(run, "both", parallel, (double)(sum + client) / count);
	report(run, "wall", parallel, (double)wall / count);
	report(run, "p50", parallel, (double)b_percentile(latency, count, 50));
	report(run, "p99", parallel, (double)b_percentile(latency, count, 99));
	free(latency);
}

static void make_file(void)
{
	file = memfd_create("answer", 0);
	if (file < 0 || ftruncate(file, (off_t)size))
		err(1, "file");
}

int main(int argc, char **argv)
{
	struct rlimit files = { 4096, 4096 };
	struct run runs[CONTESTANTS];
	int count, rounds;

	if (argc < 5)
		errx(2, "usage: servers SIZE COUNT ROUNDS PARALLEL...");
	size = strtoul(argv[1], NULL, 10);
	count = atoi(argv[2]);
	rounds = atoi(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &files);
	make_file();
	for (size_t i = 0; i < CONTESTANTS; i++) {
		start(&runs[i], &contestants[i]);
		b_crowd_connect(&runs[i].client, &runs[i].address, 2, 4, size,
				(long long[4]){ 0 });
	}
	for (int round = 0; round < rounds; round++)
		for (int p = 4; p < argc; p++)
			for (size_t i = 0; i < CONTESTANTS; i++)
				measure(&runs[i], atoi(argv[p]), count > atoi(argv[p]) ? count :
					atoi(argv[p]));
	for (size_t i = 0; i < CONTESTANTS; i++)
		stop(&runs[i]);
	return 0;
}
