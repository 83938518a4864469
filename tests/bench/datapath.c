// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a TLS socket costs beside the kernel TLS socket that it owns: the same
 * calls on both, on plain TCP and by OpenSSL in the program, in turns in one
 * process over the loopback, and the kernel memory of live connections.
 *
 * Run it with --icount of tests/vm/run: a nanosecond is an instruction then.
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
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

#include "lib/openssl.h"

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

#define BLOCK		16384
#define ROUNDS		1000
#define SENDS		20
#define CONNECTIONS	600

enum kind { KIND_TCP, KIND_OPENSSL, KIND_KTLS, KIND_TLSOCK, KINDS };

static const char *const kind_names[KINDS] = { "TCP", "OpenSSL", "kernel TLS", "tlsock" };

enum operation { READ_1, WOULD_BLOCK, SEND_1, WRITE_BLOCK, SENDFILE_BLOCK, OPERATIONS };

static const char *const operation_names[OPERATIONS] = {
	"read 1 byte", "read, would block", "send 1 byte", "write and read 16 KiB",
	"sendfile and read 16 KiB",
};

/* With OpenSSL's objects where they are what reads and writes. */
struct pair {
	int client, server;
	void *client_ssl, *server_ssl;
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

static void *ssl_connect(void *arg)
{
	return b_openssl.SSL_connect(arg) == 1 ? arg : NULL;
}

static void ssl_start(struct pair *pair)
{
	static const struct b_openssl_how how = { .certificate = "server" };
	void *context = b_openssl_context(&how), *connected;
	pthread_t thread;

	pair->client_ssl = b_openssl.SSL_new(context);
	pair->server_ssl = b_openssl.SSL_new(context);
	b_openssl.SSL_set_fd(pair->client_ssl, pair->client);
	b_openssl.SSL_set_fd(pair->server_ssl, pair->server);
	if (pthread_create(&thread, NULL, ssl_connect, pair->client_ssl) ||
	    b_openssl.SSL_accept(pair->server_ssl) != 1 || pthread_join(thread, &connected) ||
	    !connected)
		errx(1, "OpenSSL's handshake failed");
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
	if (kind == KIND_OPENSSL)
		ssl_start(&pair);
	return pair;
}

static void expect(ssize_t got, size_t size)
{
	if (got != (ssize_t)size)
		err(1, "%zd of %zu bytes", got, size);
}

static void transmit(const struct pair *pair, size_t size)
{
	if (pair->client_ssl)
		expect(b_openssl.SSL_write(pair->client_ssl, block, (int)size), size);
	else
		expect(send(pair->client, block, size, 0), size);
}

static void drain(const struct pair *pair, size_t size)
{
	if (!pair->server_ssl)
		expect(recv(pair->server, block, size, MSG_WAITALL), size);
	/* One record a call. */
	for (ssize_t n; pair->server_ssl && size; size -= n) {
		n = b_openssl.SSL_read(pair->server_ssl, block, (int)size);
		if (n <= 0)
			errx(1, "SSL_read");
	}
}

/* Where OpenSSL encrypts in the program, the file has to be read into it. */
static void transmit_file(const struct pair *pair)
{
	off_t offset = 0;

	if (pair->client_ssl) {
		expect(pread(file, block, BLOCK, 0), BLOCK);
		transmit(pair, BLOCK);
	} else {
		expect(sendfile(pair->client, file, &offset, BLOCK), BLOCK);
	}
}

static void call(const struct pair *pair, enum operation operation)
{
	switch (operation) {
	case READ_1:
		if (pair->server_ssl)
			expect(b_openssl.SSL_read(pair->server_ssl, block, 1), 1);
		else
			expect(read(pair->server, block, 1), 1);
		break;
	case WOULD_BLOCK:
		/* With OpenSSL the program asks the socket itself. */
		if (recv(pair->client, block, 1, MSG_DONTWAIT) >= 0)
			errx(1, "something to read");
		break;
	case SEND_1:
		transmit(pair, 1);
		break;
	case WRITE_BLOCK:
		transmit(pair, BLOCK);
		drain(pair, BLOCK);
		break;
	case SENDFILE_BLOCK:
		transmit_file(pair);
		drain(pair, BLOCK);
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
		transmit(pair, ROUNDS);
	start = now();
	call(pair, operation);
	end = now();
	/* Now and then, so that the window's updates hit few samples. */
	if (operation == SEND_1 && round % SENDS == SENDS - 1)
		drain(pair, SENDS);
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

	pairs[0] = connect_new(kind, listener);	/* makes what is made once */
	before = slab_bytes();
	for (i = 1; i < CONNECTIONS; i++) {
		pairs[i] = connect_new(kind, listener);
		/* So that no ticket waits to be read. */
		expect(send(pairs[i].server, block, 1, 0), 1);
		expect(read(pairs[i].client, block, 1), 1);
	}
	after = slab_bytes();
	for (i = 0; i < CONNECTIONS; i++) {
		if (kind == KIND_OPENSSL) {
			b_openssl.SSL_free(pairs[i].client_ssl);
			b_openssl.SSL_free(pairs[i].server_ssl);
		}
		close(pairs[i].client);
		close(pairs[i].server);
	}
	close(listener);
	return (after - before) / (2 * (CONNECTIONS - 1));
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };
	int kind, operation, listener;
	struct pair pairs[KINDS];
	long long bytes[KINDS];

	setrlimit(RLIMIT_NOFILE, &files);
	b_openssl_load();
	file = memfd_create("block", 0);
	expect(write(file, block, BLOCK), BLOCK);
	for (kind = 0; kind < KINDS; kind++) {
		listener = listen_new(kind == KIND_TLSOCK ? IPPROTO_TLS : IPPROTO_TCP);
		pairs[kind] = connect_new(kind, listener);
		close(listener);
	}
	printf("%-26s", "instructions (median)");
	for (kind = 0; kind < KINDS; kind++)
		printf(" %10s", kind_names[kind]);
	printf("  over kernel TLS\n");
	for (operation = 0; operation < OPERATIONS; operation++)
		measure(pairs, operation);
	for (kind = 0; kind < 2 * KINDS; kind++) /* the first time fills caches */
		bytes[kind % KINDS] = memory(kind % KINDS);
	printf("%-26s", "kernel memory of a socket");
	for (kind = 0; kind < KINDS; kind++)
		printf(" %10lld", bytes[kind]);
	printf("  %+6lld bytes\n", bytes[KIND_TLSOCK] - bytes[KIND_KTLS]);
	return 0;
}
