// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a TLS socket costs beside the kernel TLS socket that it owns: the same
 * calls on both, on plain TCP and by libraries in the program, in turns in one
 * process over the loopback.
 *
 *   datapath [CALLS [ROUNDS]]
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/result.h"
#include "lib/stack.h"

#define BLOCK		16384
#define FILE_SIZE	65536
#define BUFFER_SIZE	(1 << 20)
#define CALLS_MAX	1000
#define SENDS		20
#define BUFFERS		8

enum operation {
	READ_1, WOULD_BLOCK, SEND_1, PING_PONG, WRITE_BLOCK, SENDFILE, RELAY_BLOCK,
	MULTISHOT_BLOCK, OPERATIONS
};

static const char *const operation_names[OPERATIONS] = {
	"read-1", "read-would-block", "send-1", "ping-pong-1", "write-read-16k",
	"sendfile-read-64k", "splice-relay-16k", "multishot-read-16k",
};

/* Two connections of a stack, the second one only for relays */
struct path {
	struct b_side		client, server;
	struct b_conn		ends[2], onward[2];
	struct io_uring		ring;
	struct io_uring_buf_ring *buffers;
	bool			armed;
};

static char block[FILE_SIZE];
static char ring_memory[B_STACKS][BUFFERS][BLOCK];
static int file, hose[2];

static void expect(ssize_t got, size_t size)
{
	if (got != (ssize_t)size)
		err(1, "%zd of %zu bytes", got, size);
}

static void transmit(struct b_conn *conn, size_t size)
{
	expect(b_send(conn, block, size), size);
}

static void drain(struct b_conn *conn, size_t size)
{
	ssize_t n;

	if (!conn->tls)
		expect(recv(conn->fd, block, size, MSG_WAITALL), size);
	/* One record a call. */
	for (; conn->tls && size; size -= n) {
		n = b_recv(conn, block, size);
		if (n <= 0)
			errx(1, "the end of the connection");
	}
}

static void transmit_file(struct b_conn *conn)
{
	for (size_t at = 0; at < FILE_SIZE;)
		at += b_sendfile(conn, file, (off_t)at, FILE_SIZE - at);
}

/* What came over one connection goes on over another. */
static void relay(struct b_conn *from, struct b_conn *to)
{
	ssize_t n;

	for (size_t left = BLOCK; left; left -= n) {
		if (from->tls) {
			n = b_recv(from, block, left);
			transmit(to, n);
			continue;
		}
		n = splice(from->fd, NULL, hose[1], NULL, left, 0);
		if (n <= 0)
			err(1, "splice");
		for (ssize_t done = 0, m; done < n; done += m) {
			m = splice(hose[0], NULL, to->fd, NULL, n - done,
				   (size_t)n < left ? SPLICE_F_MORE : 0);
			if (m <= 0)
				err(1, "splice");
		}
	}
}

static void give_buffer(struct path *path, char (*memory)[BLOCK], int id)
{
	io_uring_buf_ring_add(path->buffers, memory[id], BLOCK, id,
			      io_uring_buf_ring_mask(BUFFERS), 0);
	io_uring_buf_ring_advance(path->buffers, 1);
}

static void ring_open(struct path *path, char (*memory)[BLOCK])
{
	struct io_uring_buf_reg reg = { .ring_entries = BUFFERS };

	if (io_uring_queue_init(BUFFERS, &path->ring, 0))
		errx(1, "no io_uring");
	path->buffers = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
	if (path->buffers == MAP_FAILED)
		err(1, "mmap");
	reg.ring_addr = (unsigned long)path->buffers;
	io_uring_buf_ring_init(path->buffers);
	if (io_uring_register_buf_ring(&path->ring, &reg, 0))
		errx(1, "no ring of buffers");
	for (int id = 0; id < BUFFERS; id++)
		give_buffer(path, memory, id);
}

static void arm(struct path *path)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&path->ring);

	io_uring_prep_recv_multishot(sqe, path->ends[1].fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = 0;
	io_uring_submit(&path->ring);
	path->armed = true;
}

/* A library in the program reads when the socket is readable. */
static void multishot(struct path *path, char (*memory)[BLOCK])
{
	struct io_uring_cqe *cqe;

	if (path->ends[1].tls) {
		drain(&path->ends[1], BLOCK);
		return;
	}
	for (int left = BLOCK; left;) {
		if (!path->armed)
			arm(path);
		if (io_uring_wait_cqe(&path->ring, &cqe))
			errx(1, "io_uring");
		if (cqe->res <= 0)
			errx(1, "multishot receive: %s", strerror(-cqe->res));
		left -= cqe->res;
		path->armed = cqe->flags & IORING_CQE_F_MORE;
		give_buffer(path, memory, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
		io_uring_cqe_seen(&path->ring, cqe);
	}
}

/* What is needed before the call that counts, and behind it. */
static void prepare(struct path *path, enum operation operation, int round)
{
	if (operation == READ_1 && !(round % SENDS))
		transmit(&path->ends[0], SENDS);
	if (operation == RELAY_BLOCK)
		transmit(&path->ends[0], BLOCK);
}

static void clean_up(struct path *path, enum operation operation, int round)
{
	/* Now and then, so that the window's updates hit few samples. */
	if (operation == SEND_1 && round % SENDS == SENDS - 1)
		drain(&path->ends[1], SENDS);
	if (operation == RELAY_BLOCK)
		drain(&path->onward[1], BLOCK);
}

static void call(struct path *path, enum operation operation, char (*memory)[BLOCK])
{
	switch (operation) {
	case READ_1:
		expect(b_recv(&path->ends[1], block, 1), 1);
		break;
	case WOULD_BLOCK:
		/* With a library the program asks the socket itself. */
		if (recv(path->ends[1].fd, block, 1, MSG_DONTWAIT) >= 0)
			errx(1, "something to read");
		break;
	case SEND_1:
		transmit(&path->ends[0], 1);
		break;
	case PING_PONG:
		transmit(&path->ends[0], 1);
		drain(&path->ends[1], 1);
		transmit(&path->ends[1], 1);
		drain(&path->ends[0], 1);
		break;
	case WRITE_BLOCK:
		transmit(&path->ends[0], BLOCK);
		drain(&path->ends[1], BLOCK);
		break;
	case SENDFILE:
		transmit_file(&path->ends[0]);
		drain(&path->ends[1], FILE_SIZE);
		break;
	case RELAY_BLOCK:
		relay(&path->ends[1], &path->onward[0]);
		break;
	case MULTISHOT_BLOCK:
		transmit(&path->ends[0], BLOCK);
		multishot(path, memory);
		break;
	case OPERATIONS:
		break;
	}
}

static long long run(struct path *path, enum operation operation, int round,
		     char (*memory)[BLOCK])
{
	long long nsec;

	prepare(path, operation, round);
	nsec = b_now(CLOCK_MONOTONIC);
	call(path, operation, memory);
	nsec = b_now(CLOCK_MONOTONIC) - nsec;
	clean_up(path, operation, round);
	return nsec;
}

/* The mean of @calls calls of each. */
static void measure(struct path *paths, enum operation operation, int calls)
{
	static long long samples[B_STACKS][CALLS_MAX];
	long long clock = b_now(CLOCK_MONOTONIC);
	char name[64];
	int i, stack;

	clock = b_now(CLOCK_MONOTONIC) - clock;
	for (i = 0; i < calls; i++)
		for (stack = 0; stack < B_STACKS; stack++)
			samples[stack][i] = run(&paths[stack], operation, i,
						ring_memory[stack]) - clock;
	snprintf(name, sizeof(name), "call/%s", operation_names[operation]);
	for (stack = 0; stack < B_STACKS; stack++)
		b_result(name, b_stack_names[stack], 1, "ns",
			 b_middle(samples[stack], calls));
}

/* So that one thread can send first and read then. */
static void enlarge_buffers(const struct b_conn *conn)
{
	int size = BUFFER_SIZE;

	if (setsockopt(conn->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    setsockopt(conn->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		err(1, "buffers");
}

static void path_open(struct path *path, enum b_stack stack, char (*memory)[BLOCK])
{
	struct sockaddr_in address;
	int listener;

	b_side_init(&path->client, stack, &b_shapes[0], false);
	b_side_init(&path->server, stack, &b_shapes[0], true);
	listener = b_listen(&path->server, &address);
	b_pair(path->ends, &path->client, &path->server, listener, &address);
	b_pair(path->onward, &path->client, &path->server, listener, &address);
	close(listener);
	enlarge_buffers(&path->ends[0]);
	enlarge_buffers(&path->ends[1]);
	ring_open(path, memory);
}

int main(int argc, char **argv)
{
	static struct path paths[B_STACKS];
	int calls = argc > 1 ? atoi(argv[1]) : 200;
	int rounds = argc > 2 ? atoi(argv[2]) : 5;

	/* Every send is followed by its reads: see prepare(). */
	if (calls < SENDS || calls % SENDS || calls > CALLS_MAX || rounds < 1)
		errx(2, "usage: datapath [CALLS [ROUNDS]], CALLS by %d up to %d", SENDS, CALLS_MAX);
	file = memfd_create("block", 0);
	expect(write(file, block, FILE_SIZE), FILE_SIZE);
	if (pipe(hose))
		err(1, "pipe");
	for (int stack = 0; stack < B_STACKS; stack++)
		path_open(&paths[stack], stack, ring_memory[stack]);
	for (int operation = 0; operation < OPERATIONS; operation++)
		for (int round = 0; round < rounds; round++)
			measure(paths, operation, calls);
	return 0;
}
