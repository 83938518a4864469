// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What grows with the number of live connections and of silent peers: kernel and
 * helper memory, the cost of a handshake beside them, the time until accept()
 * returns one.
 *
 *   live [CONNECTIONS [SILENT]]
 */
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/processes.h"
#include "lib/result.h"
#include "lib/stack.h"

#define MOST		10000
#define COMPARED	300
#define HANDSHAKES	10
#define ROUNDS		5

struct pair {
	struct b_conn ends[2];
};

/* Connections of one stack to one listener */
struct set {
	struct b_side		client, server;
	int			listener;
	struct sockaddr_in	address;
	struct pair		*pairs;
	int			count;
};

/* Or what is free in the processors' own lists counts as used. */
static void shrink_slabs(void)
{
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		errx(1, "/sys/kernel/slab");
	for (size_t i = 0; i < caches.gl_pathc; i++) {
		int fd = open(caches.gl_pathv[i], O_WRONLY);

		if (fd < 0 || write(fd, "1", 1) != 1)
			err(1, "%s", caches.gl_pathv[i]);
		close(fd);
	}
	globfree(&caches);
}

/* Bytes of all kernel objects that are in use. */
static long long slab_bytes(void)
{
	long long active, size, sum = 0;
	char line[512];
	FILE *slab;

	shrink_slabs();
	slab = fopen("/proc/slabinfo", "r");
	if (!slab)
		err(1, "/proc/slabinfo");
	while (fgets(line, sizeof(line), slab))
		if (sscanf(line, "%*s %lld %*d %lld", &active, &size) == 2)
			sum += active * size;
	fclose(slab);
	return sum;
}

static void open_set(struct set *set, enum b_stack stack, const struct b_shape *shape)
{
	*set = (struct set) { .pairs = calloc(MOST, sizeof(*set->pairs)) };
	if (!set->pairs)
		err(1, "no memory");
	b_side_init(&set->client, stack, shape, false);
	b_side_init(&set->server, stack, shape, true);
	set->listener = b_listen(&set->server, &set->address);
}

static void fill(struct set *set, int count)
{
	char byte = 0;

	for (; set->count < count; set->count++) {
		struct b_conn *ends = set->pairs[set->count].ends;

		b_pair(ends, &set->client, &set->server, set->listener, &set->address);
		/* So that no ticket waits to be read. */
		if (b_send(&ends[1], &byte, 1) != 1 || b_recv(&ends[0], &byte, 1) != 1)
			errx(1, "a byte was lost");
	}
}

static void empty(struct set *set)
{
	while (set->count) {
		set->count--;
		b_finish(&set->pairs[set->count].ends[0]);
		b_finish(&set->pairs[set->count].ends[1]);
	}
}

static void close_set(struct set *set)
{
	empty(set);
	close(set->listener);
	b_side_end(&set->client);
	b_side_end(&set->server);
	free(set->pairs);
}

static const char *name_of(const struct set *set)
{
	return b_stack_names[set->client.stack];
}

/* Kernel memory of one socket when there are @count connections. */
static void measure_memory(struct set *set, int count)
{
	long long before;
	int had;

	fill(set, 1);	/* makes what is made once */
	before = slab_bytes();
	had = set->count;
	fill(set, count);
	b_result("memory/socket", name_of(set), count, "bytes",
		 (double)(slab_bytes() - before) / (2 * (set->count - had)));
}

static long long cpu_of_all(void)
{
	struct b_processes others = b_processes_read(0);

	return b_now(CLOCK_PROCESS_CPUTIME_ID) + others.broker + others.workers +
	       others.kworkers;
}

/* What a full handshake costs both ends while @others are there. */
static void measure_handshakes(struct set *set, const char *measure, int others)
{
	long long cpu, wall;

	fill(set, 2);
	empty(set);
	for (int round = 0; round < ROUNDS; round++) {
		char name[64];

		cpu = cpu_of_all();
		wall = b_now(CLOCK_MONOTONIC);
		fill(set, HANDSHAKES);
		wall = b_now(CLOCK_MONOTONIC) - wall;
		cpu = cpu_of_all() - cpu;
		snprintf(name, sizeof(name), "%s/cpu", measure);
		b_result(name, name_of(set), others, "ns", (double)cpu / HANDSHAKES);
		snprintf(name, sizeof(name), "%s/wall", measure);
		b_result(name, name_of(set), others, "ns", (double)wall / HANDSHAKES);
		empty(set);
	}
}

static void measure_live(int most)
{
	struct set set, full;

	open_set(&set, B_TLSOCK, &b_shapes[3]);
	open_set(&full, B_TLSOCK, &b_shapes[0]);
	for (int count = 10; count <= most; count *= count < 1000 ? 100 : 10) {
		measure_memory(&set, count);
		b_result("memory/helper", "tlsock", count, "bytes",
			 (double)b_processes_memory());
		measure_handshakes(&full, "beside-live", count);
	}
	close_set(&full);
	close_set(&set);
}

static void compare_memory(enum b_stack stack)
{
	struct set set;

	open_set(&set, stack, &b_shapes[0]);
	fill(&set, COMPARED);	/* the first time fills caches */
	empty(&set);
	measure_memory(&set, COMPARED);
	close_set(&set);
}

/* Peers that connect to a server and say nothing. */
static void measure_silent(int silent)
{
	struct pollfd waiting = { .events = POLLIN };
	const struct sockaddr *address;
	struct b_side tcp;
	struct set set;
	int *fds = calloc(silent, sizeof(*fds));

	open_set(&set, B_TLSOCK, &b_shapes[0]);
	waiting.fd = set.listener;
	address = (const struct sockaddr *)&set.address;
	b_side_init(&tcp, B_TCP, &b_shapes[0], false);
	measure_handshakes(&set, "beside-silent", 0);
	for (int i = 0; i < silent; i++) {
		fds[i] = b_socket(&tcp);
		if (connect(fds[i], address, sizeof(set.address)))
			err(1, "connect");
		/* A listener's handshakes start in poll() and accept(). */
		poll(&waiting, 1, 0);
	}
	measure_handshakes(&set, "beside-silent", silent);
	b_result("memory/helper-silent", "tlsock", silent, "bytes", (double)b_processes_memory());
	for (int i = 0; i < silent; i++)
		close(fds[i]);
	free(fds);
	close_set(&set);
}

int main(int argc, char **argv)
{
	int most = argc > 1 ? atoi(argv[1]) : MOST;
	int silent = argc > 2 ? atoi(argv[2]) : 1000;
	struct rlimit files = { 32768, 32768 };

	if (most < 10 || most > MOST || silent < 1)
		errx(2, "usage: live [CONNECTIONS [SILENT]]");
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "RLIMIT_NOFILE");
	measure_silent(silent);
	for (int stack = 0; stack < B_STACKS; stack++)
		if (stack != B_GNUTLS && stack != B_OPENSSL_KTLS)
			compare_memory(stack);
	measure_live(most);
	return 0;
}
