// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a connection costs by TLS sockets, by OpenSSL linked into the programs,
 * and without TLS: COUNT connections over loopback, one after the other, by a
 * client and a server process; then the processor time of each process that
 * took part, per connection. The difference to TCP in the two programs, and
 * the kernel's work items, are the module's share; what workers spend in user
 * space is wolfSSL's, all but a few percent.
 *
 * Run it with --icount of tests/vm/run: a nanosecond is an instruction then.
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tlsock.h>

#include "lib/openssl.h"
#include "lib/processes.h"

enum kind { KIND_TCP, KIND_OPENSSL, KIND_TLSOCK, KINDS };

static const char *const kind_names[KINDS] = { "TCP", "OpenSSL", "tlsock" };

/*
 * A kind of handshake: a profile of tests/conf/profiles.d/bench.conf, in both
 * roles, and the same with OpenSSL.
 */
static const struct shape {
	const char	*name;
	const char	*profile;
	const char	*certificate;
	const char	*groups;
	bool		resumed;
} shapes[] = {
	{ "ECDSA P-256, X25519", "bench", "server", "X25519", false },
	{ "ECDSA P-256, X25519MLKEM768", "bench-hybrid", "server", "X25519MLKEM768", false },
	{ "RSA-2048, X25519", "bench-rsa", "server-rsa", "X25519", false },
	{ "resumed, X25519", "bench-resumed", "server", "X25519", true },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* One series of connections of one kind */
struct series {
	enum kind		kind;
	const struct shape	*shape;
	int			count;
	struct sockaddr_in	address;
	void			*client_context, *server_context;
	void			*session;
	int			n_resumed;
};

struct sample {
	long long		client, server, wall;
	struct b_processes	helper;
};

static long long now(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		err(1, "clock_gettime");
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_socket(const struct series *series, int option, const char *text)
{
	bool tls = series->kind == KIND_TLSOCK;
	int fd = socket(AF_INET, SOCK_STREAM, tls ? IPPROTO_TLS : IPPROTO_TCP);

	if (fd < 0)
		err(1, "socket");
	if (tls && (setsockopt(fd, SOL_TLSOCK, TLSOCK_PROFILE, series->shape->profile,
			       strlen(series->shape->profile)) ||
		    (text && setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)))))
		err(1, "setsockopt");
	return fd;
}

/* With OpenSSL, the connection of this file descriptor; else NULL */
static void *new_ssl(const struct series *series, void *context, int fd)
{
	void *ssl = series->kind == KIND_OPENSSL ? b_openssl.SSL_new(context) : NULL;

	if (ssl)
		b_openssl.SSL_set_fd(ssl, fd);
	return ssl;
}

static void serve_one(const struct series *series, int fd)
{
	void *ssl = new_ssl(series, series->server_context, fd);
	char byte;

	if (ssl) {
		if (b_openssl.SSL_accept(ssl) != 1 || b_openssl.SSL_read(ssl, &byte, 1) != 1)
			errx(1, "OpenSSL's server failed");
		b_openssl.SSL_shutdown(ssl);
		b_openssl.SSL_free(ssl);
	} else if (read(fd, &byte, 1) != 1) {
		err(1, "read");
	}
	close(fd);
}

/* Accept as many connections, read to their end, report the time used. */
static _Noreturn void serve(const struct series *series, int listener, int report)
{
	long long nsec = now(CLOCK_PROCESS_CPUTIME_ID);
	int fd;

	for (int i = 0; i < series->count; i++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		serve_one(series, fd);
	}
	nsec = now(CLOCK_PROCESS_CPUTIME_ID) - nsec;
	if (write(report, &nsec, sizeof(nsec)) != sizeof(nsec))
		err(1, "report");
	exit(0);
}

/* The server closes first, so that no port waits in TIME_WAIT here. */
static void talk_openssl(struct series *series, int fd)
{
	void *ssl = new_ssl(series, series->client_context, fd);
	char byte = 0;

	b_openssl.SSL_set1_host(ssl, "web.test");
	if (series->session) {
		b_openssl.SSL_set_session(ssl, series->session);
		b_openssl.SSL_SESSION_free(series->session);
		series->session = NULL;
	}
	if (b_openssl.SSL_connect(ssl) != 1 || b_openssl.SSL_write(ssl, &byte, 1) != 1 ||
	    b_openssl.SSL_read(ssl, &byte, 1) > 0)
		errx(1, "OpenSSL's client failed");
	series->n_resumed += b_openssl.SSL_session_reused(ssl);
	/* A session whose connection was not ended in good order is not resumed. */
	b_openssl.SSL_shutdown(ssl);
	if (series->shape->resumed)
		series->session = b_openssl.SSL_get1_session(ssl);
	b_openssl.SSL_free(ssl);
}

static void talk_tcp(int fd)
{
	char byte = 0;

	if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 0)
		err(1, "write");
}

static void talk_tlsock(struct series *series, int fd)
{
	struct tlsock_info info = { 0 };
	socklen_t length = sizeof(info);

	talk_tcp(fd);
	if (getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, &info, &length))
		err(1, "TLSOCK_INFO");
	series->n_resumed += !!(info.flags & TLSOCK_INFO_RESUMED);
}

static void run_client(struct series *series)
{
	for (int i = 0; i < series->count; i++) {
		int fd = open_socket(series, TLSOCK_SERVER_NAME, "web.test");

		if (connect(fd, (const struct sockaddr *)&series->address, sizeof(series->address)))
			err(1, "connect");
		if (series->kind == KIND_OPENSSL)
			talk_openssl(series, fd);
		else if (series->kind == KIND_TLSOCK)
			talk_tlsock(series, fd);
		else
			talk_tcp(fd);
		close(fd);
	}
}

static int start_listening(struct series *series)
{
	int fd = open_socket(series, 0, NULL);
	socklen_t len = sizeof(series->address);

	series->address = (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (bind(fd, (struct sockaddr *)&series->address, sizeof(series->address)) ||
	    listen(fd, 64) || getsockname(fd, (struct sockaddr *)&series->address, &len))
		err(1, "listen");
	return fd;
}

static void make_contexts(struct series *series)
{
	struct b_openssl_how client = { .groups = series->shape->groups };
	struct b_openssl_how server = {
		.groups = series->shape->groups,
		.certificate = series->shape->certificate,
		.tickets = series->shape->resumed,
	};

	series->client_context = b_openssl_context(&client);
	series->server_context = b_openssl_context(&server);
}

static struct sample measure(struct series *series)
{
	int listener = start_listening(series), report[2];
	struct b_processes before;
	struct sample sample;
	pid_t server;

	if (pipe(report))
		err(1, "pipe");
	before = b_processes_read();
	sample.wall = now(CLOCK_MONOTONIC);
	sample.client = now(CLOCK_PROCESS_CPUTIME_ID);
	server = fork();
	if (server < 0)
		err(1, "fork");
	if (!server)
		serve(series, listener, report[1]);
	run_client(series);
	sample.client = now(CLOCK_PROCESS_CPUTIME_ID) - sample.client;
	sample.wall = now(CLOCK_MONOTONIC) - sample.wall;
	sample.helper = b_processes_minus(b_processes_read(), before);
	if (read(report[0], &sample.server, sizeof(sample.server)) <= 0)
		err(1, "report");
	waitpid(server, NULL, 0);
	close(report[0]);
	close(report[1]);
	close(listener);
	return sample;
}

/* A ticket may come too late for the next connection. */
static bool is_as_wanted(const struct series *series)
{
	if (series->shape->resumed)
		return series->n_resumed >= series->count * 9 / 10;
	return !series->n_resumed;
}

/* The first ones fill caches, and get the session that the others resume. */
static struct sample run(enum kind kind, const struct shape *shape, int count)
{
	struct series series = { .kind = kind, .shape = shape, .count = 3 };
	struct sample sample;

	make_contexts(&series);
	measure(&series);
	series.count = count;
	series.n_resumed = 0;
	sample = measure(&series);
	if (kind != KIND_TCP && !is_as_wanted(&series))
		errx(1, "%s, %s: %d of %d resumed", shape->name, kind_names[kind],
		     series.n_resumed, count);
	b_openssl.SSL_CTX_free(series.client_context);
	b_openssl.SSL_CTX_free(series.server_context);
	return sample;
}

static void print_row(const char *name, const long long values[KINDS], int count)
{
	printf("%-28s", name);
	for (int kind = 0; kind < KINDS; kind++)
		printf(" %11lld", values[kind] / count);
	printf("\n");
}

static void print_shape(const struct shape *shape, const struct sample samples[KINDS], int count)
{
	long long rows[7][KINDS];
	static const char *const names[] = {
		"client process", "server process", "tlsockd broker", "tlsockd workers",
		"  of these in user space", "kernel work items", "sum",
	};

	for (int kind = 0; kind < KINDS; kind++) {
		const struct sample *s = &samples[kind];
		const struct b_processes *h = &s->helper;

		rows[0][kind] = s->client;
		rows[1][kind] = s->server;
		rows[2][kind] = h->broker;
		rows[3][kind] = h->workers;
		rows[4][kind] = h->worker_ticks ? h->workers * h->worker_user / h->worker_ticks : 0;
		rows[5][kind] = h->kworkers;
		rows[6][kind] = s->client + s->server + h->broker + h->workers + h->kworkers;
	}
	printf("%-28s %11s %11s %11s\n", shape->name, kind_names[0], kind_names[1], kind_names[2]);
	for (int i = 0; i < 7; i++)
		print_row(names[i], rows[i], count);
	printf("%-28s %35.2f of OpenSSL's\n\n", "",
	       (double)rows[6][KIND_TLSOCK] / (double)rows[6][KIND_OPENSSL]);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 100;
	struct sample samples[KINDS];

	if (count <= 0)
		errx(2, "usage: handshakes [COUNT]");
	b_openssl_load();
	printf("nanoseconds of processor time for a connection, both ends\n\n");
	for (size_t i = 0; i < SHAPES; i++) {
		for (int kind = 0; kind < KINDS; kind++)
			samples[kind] = run(kind, &shapes[i], count);
		print_shape(&shapes[i], samples, count);
	}
	return 0;
}
