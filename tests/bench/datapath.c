// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a TLS socket costs beside the kernel TLS socket that it owns: the same
 * calls on both, and on plain TCP, in turns in one process over the loopback,
 * and the kernel memory of live connections.
 *
 * Run it with --icount of tests/vm/run: a nanosecond is an instruction then.
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/tls.h>
#include <linux/tlsock.h>

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

#define BLOCK		16384
#define ROUNDS		1000
#define SENDS		20
#define CONNECTIONS	600

enum kind { KIND_TCP, KIND_KTLS, KIND_TLSOCK, KINDS };

static const char *const kind_names[KINDS] = { "TCP", "kernel TLS", "tlsock" };

enum operation { READ_1, WOULD_BLOCK, SEND_1, WRITE_BLOCK, SENDFILE_BLOCK, OPERATIONS };

static const char *const operation_names[OPERATIONS] = {
	"read 1 byte", "read, would block", "send 1 byte", "write and read 16 KiB",
	"sendfile and read 16 KiB",
};

struct pair {
	int client;
	int server;
};

static char block[BLOCK];
static int file;

static long long now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time))
		err(1, "clock_gettime");
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* As the cipher that tlsockd prefers. */
static void key_set(int fd, int direction, unsigned char key)
{
	struct tls12_crypto_info_aes_gcm_128 info = {
		.info.version = TLS_1_3_VERSION,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	memset(info.key, key, sizeof(info.key));
	if (setsockopt(fd, SOL_TLS, direction, &info, sizeof(info)))
		err(1, "setsockopt(SOL_TLS)");
}

static void keys_set(int fd, unsigned char tx, unsigned char rx)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")))
		err(1, "setsockopt(TCP_ULP)");
	key_set(fd, TLS_TX, tx);
	key_set(fd, TLS_RX, rx);
}

static int socket_new(int protocol, int option, const char *text)
{
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	if (fd < 0)
		err(1, "socket");
	if (protocol == IPPROTO_TLS && setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)))
		err(1, "setsockopt(SOL_TLSOCK)");
	return fd;
}

static struct sockaddr_in address;

static int listen_new(int protocol)
{
	int fd = socket_new(protocol, TLSOCK_PROFILE, "web");
	socklen_t len = sizeof(address);

	address = (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		err(1, "listen");
	return fd;
}

static struct pair connect_new(enum kind kind, int listener)
{
	int protocol = kind == KIND_TLSOCK ? IPPROTO_TLS : IPPROTO_TCP;
	struct pair pair = { .client = socket_new(protocol, TLSOCK_SERVER_NAME, "web.test") };
	int one = 1, status;
	pid_t child = fork();

	/* Somebody has to accept meanwhile, so that the handshake runs. */
	if (child == 0) {
		if (connect(pair.client, (struct sockaddr *)&address, sizeof(address)))
			err(1, "connect");
		_exit(0);
	}
	pair.server = accept(listener, NULL, NULL);
	if (pair.server < 0)
		err(1, "accept");
	if (waitpid(child, &status, 0) != child || status)
		errx(1, "the client failed");
	setsockopt(pair.client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (kind == KIND_KTLS) {
		keys_set(pair.client, 1, 2);
		keys_set(pair.server, 2, 1);
	}
	return pair;
}

static void expect(ssize_t got, size_t size)
{
	if (got != (ssize_t)size)
		err(1, "%zd of %zu bytes", got, size);
}

static void drain(int fd, size_t size)
{
	expect(recv(fd, block, size, MSG_WAITALL), size);
}

static void call(const struct pair *pair, enum operation operation)
{
	off_t offset = 0;

	switch (operation) {
	case READ_1:
		expect(read(pair->server, block, 1), 1);
		break;
	case WOULD_BLOCK:
		if (recv(pair->client, block, 1, MSG_DONTWAIT) >= 0)
			errx(1, "something to read");
		break;
	case SEND_1:
		expect(send(pair->client, block, 1, 0), 1);
		break;
	case WRITE_BLOCK:
		expect(write(pair->client, block, BLOCK), BLOCK);
		drain(pair->server, BLOCK);
		break;
	case SENDFILE_BLOCK:
		expect(sendfile(pair->client, file, &offset, BLOCK), BLOCK);
		drain(pair->server, BLOCK);
		break;
	case OPERATIONS:
		break;
	}
}

/* Instructions of one call in the given round. */
static long long run(const struct pair *pair, enum operation operation, int round)
{
	long long start, end;

	if (operation == READ_1 && !round)
		expect(send(pair->client, block, ROUNDS, 0), ROUNDS);
	start = now();
	call(pair, operation);
	end = now();
	/* Now and then, so that the window's updates hit few samples. */
	if (operation == SEND_1 && round % SENDS == SENDS - 1)
		drain(pair->server, SENDS);
	return end - start;
}

static int compare(const void *a, const void *b)
{
	long long one = *(const long long *)a, two = *(const long long *)b;

	return (one > two) - (one < two);
}

static void measure(const struct pair *pairs, enum operation operation)
{
	static long long samples[KINDS][ROUNDS];
	long long base, clock = now(), median[KINDS];
	int round, kind;

	clock = now() - clock;
	for (round = 0; round < ROUNDS; round++)
		for (kind = 0; kind < KINDS; kind++)
			samples[kind][round] = run(&pairs[kind], operation, round) - clock;
	printf("%-26s", operation_names[operation]);
	for (kind = 0; kind < KINDS; kind++) {
		qsort(samples[kind], ROUNDS, sizeof(samples[kind][0]), compare);
		median[kind] = samples[kind][ROUNDS / 2];
		printf(" %10lld", median[kind]);
	}
	base = median[KIND_KTLS];
	printf("  %+6.1f %%\n", 100.0 * (double)(median[KIND_TLSOCK] - base) / (double)base);
}

/* Bytes of all kernel objects that are in use. */
static long long slab_bytes(void)
{
	FILE *slab = fopen("/proc/slabinfo", "r");
	long long active, size, sum = 0;
	char line[512];

	if (!slab)
		err(1, "/proc/slabinfo");
	while (fgets(line, sizeof(line), slab))
		if (sscanf(line, "%*s %lld %*d %lld", &active, &size) == 2)
			sum += active * size;
	fclose(slab);
	return sum;
}

static long long memory(enum kind kind)
{
	int listener = listen_new(kind == KIND_TLSOCK ? IPPROTO_TLS : IPPROTO_TCP), i;
	static struct pair pairs[CONNECTIONS];
	long long before, after;

	/* The first ones make what is made once. */
	pairs[0] = connect_new(kind, listener);
	before = slab_bytes();
	for (i = 1; i < CONNECTIONS; i++)
		pairs[i] = connect_new(kind, listener);
	after = slab_bytes();
	for (i = 0; i < CONNECTIONS; i++) {
		close(pairs[i].client);
		close(pairs[i].server);
	}
	close(listener);
	return (after - before) / (2 * (CONNECTIONS - 1));
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };
	struct pair pairs[KINDS];
	long long bytes[KINDS];
	int kind, operation, listener;

	setrlimit(RLIMIT_NOFILE, &files);
	file = memfd_create("block", 0);
	expect(write(file, block, BLOCK), BLOCK);
	for (kind = 0; kind < KINDS; kind++) {
		listener = listen_new(kind == KIND_TLSOCK ? IPPROTO_TLS : IPPROTO_TCP);
		pairs[kind] = connect_new(kind, listener);
		close(listener);
	}
	printf("%-26s %10s %10s %10s  over kernel TLS\n", "instructions (median)",
	       kind_names[KIND_TCP], kind_names[KIND_KTLS], kind_names[KIND_TLSOCK]);
	for (operation = 0; operation < OPERATIONS; operation++)
		measure(pairs, operation);
	/* The first time fills caches. */
	for (kind = 0; kind < 2 * KINDS; kind++)
		bytes[kind % KINDS] = memory(kind % KINDS);
	printf("%-26s %10lld %10lld %10lld  %+6lld bytes\n", "kernel memory of a socket",
	       bytes[KIND_TCP], bytes[KIND_KTLS], bytes[KIND_TLSOCK],
	       bytes[KIND_TLSOCK] - bytes[KIND_KTLS]);
	return 0;
}
