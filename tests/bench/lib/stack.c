// SPDX-License-Identifier: GPL-2.0-or-later
#include "stack.h"

#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tls.h>
#include <linux/tlsock.h>

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

#define BLOCK	16384

const char *const b_stack_names[B_STACKS] = {
	"TCP", "raw kTLS", "OpenSSL", "OpenSSL kTLS", "GnuTLS", "tlsock",
};

const struct b_shape b_shapes[B_SHAPES] = {
	{ "ecdsa", "bench", NULL, "server", "X25519", false, false },
	{ "hybrid", "bench-hybrid", NULL, "server", "X25519MLKEM768", false, false },
	{ "rsa", "bench-rsa", NULL, "server-rsa", "X25519", false, false },
	{ "resumed", "bench-resumed", NULL, "server", "X25519", true, false },
	{ "mutual", "bench-mutual", "bench-mutual-client", "server", "X25519", false, true },
};

static const struct b_ops *const stack_ops[B_STACKS] = {
	[B_OPENSSL] = &b_openssl_ops,
	[B_OPENSSL_KTLS] = &b_openssl_ops,
	[B_GNUTLS] = &b_gnutls_ops,
};

/* NULL: the socket does it */
static const struct b_ops *ops_of(const struct b_side *side)
{
	return stack_ops[side->stack];
}

/* As the cipher of the others. */
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

static void keys_set(int fd, bool server)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")))
		err(1, "setsockopt(TCP_ULP)");
	key_set(fd, TLS_TX, server ? 2 : 1);
	key_set(fd, TLS_RX, server ? 1 : 2);
}

bool b_side_init(struct b_side *side, enum b_stack stack, const struct b_shape *shape, bool server)
{
	*side = (struct b_side) { .stack = stack, .shape = shape, .server = server };
	return !ops_of(side) || ops_of(side)->context_new(side);
}

void b_side_end(struct b_side *side)
{
	if (ops_of(side))
		ops_of(side)->context_free(side);
}

static void option_set(int fd, int option, const char *text)
{
	if (setsockopt(fd, SOL_TLSOCK, option, text, strlen(text)))
		err(1, "setsockopt(SOL_TLSOCK)");
}

int b_socket(const struct b_side *side)
{
	bool tls = side->stack == B_TLSOCK;
	int fd = socket(AF_INET, SOCK_STREAM, tls ? IPPROTO_TLS : IPPROTO_TCP);
	const struct b_shape *shape = side->shape;

	if (fd < 0)
		err(1, "socket");
	if (tls)
		option_set(fd, TLSOCK_PROFILE, !side->server && shape->client_profile ?
			   shape->client_profile : shape->profile);
	if (tls && !side->server)
		option_set(fd, TLSOCK_SERVER_NAME, "web.test");
	return fd;
}

int b_listen(const struct b_side *side, struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = b_socket(side);

	*address = (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (bind(fd, (struct sockaddr *)address, sizeof(*address)) || listen(fd, 4096) ||
	    getsockname(fd, (struct sockaddr *)address, &len))
		err(1, "listen");
	return fd;
}

void b_begin(struct b_conn *conn, struct b_side *side, int fd)
{
	int one = 1;

	*conn = (struct b_conn) { .side = side, .fd = fd };
	/* Or what is sent after a handshake's last message waits for its ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (ops_of(side))
		ops_of(side)->begin(conn);
	else if (side->stack == B_KTLS)
		keys_set(fd, side->server);
}

int b_handshake(struct b_conn *conn)
{
	return conn->tls ? ops_of(conn->side)->handshake(conn) : 0;
}

static ssize_t checked(ssize_t n, const char *call)
{
	if (n < 0 && errno != EAGAIN)
		err(1, "%s", call);
	return n;
}

ssize_t b_send(struct b_conn *conn, const void *data, size_t size)
{
	if (conn->tls)
		return ops_of(conn->side)->send(conn, data, size);
	return checked(send(conn->fd, data, size, 0), "send");
}

ssize_t b_recv(struct b_conn *conn, void *data, size_t size)
{
	if (conn->tls)
		return ops_of(conn->side)->recv(conn, data, size);
	return checked(recv(conn->fd, data, size, 0), "recv");
}

ssize_t b_sendfile(struct b_conn *conn, int file, off_t offset, size_t size)
{
	static char block[BLOCK];

	if (!conn->tls)
		return checked(sendfile(conn->fd, file, &offset, size), "sendfile");
	if (conn->side->stack == B_OPENSSL_KTLS)
		return ops_of(conn->side)->sendfile(conn, file, offset, size);
	if (size > sizeof(block))
		size = sizeof(block);
	if (pread(file, block, size, offset) != (ssize_t)size)
		err(1, "pread");
	return b_send(conn, block, size);
}

bool b_resumed(struct b_conn *conn)
{
	struct tlsock_info info = { 0 };
	socklen_t length = sizeof(info);

	if (conn->tls)
		return ops_of(conn->side)->resumed(conn);
	if (conn->side->stack != B_TLSOCK)
		return false;
	if (getsockopt(conn->fd, SOL_TLSOCK, TLSOCK_INFO, &info, &length))
		err(1, "TLSOCK_INFO");
	return info.flags & TLSOCK_INFO_RESUMED;
}

void b_finish(struct b_conn *conn)
{
	if (conn->tls)
		ops_of(conn->side)->finish(conn);
	close(conn->fd);
	conn->fd = -1;
}

struct pair_client {
	struct b_conn			*conn;
	struct b_side			*side;
	const struct sockaddr_in	*address;
};

static void *pair_connect(void *arg)
{
	struct pair_client *client = arg;
	int fd = b_socket(client->side);

	if (connect(fd, (const struct sockaddr *)client->address, sizeof(*client->address)))
		err(1, "connect");
	b_begin(client->conn, client->side, fd);
	b_handshake(client->conn);
	return NULL;
}

void b_pair(struct b_conn ends[2], struct b_side *client, struct b_side *server, int listener,
	    const struct sockaddr_in *address)
{
	struct pair_client start = { &ends[0], client, address };
	pthread_t thread;
	int fd;

	/* Somebody has to accept meanwhile, so that the handshake runs. */
	if (pthread_create(&thread, NULL, pair_connect, &start))
		errx(1, "no thread");
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	b_begin(&ends[1], server, fd);
	b_handshake(&ends[1]);
	pthread_join(thread, NULL);
}
