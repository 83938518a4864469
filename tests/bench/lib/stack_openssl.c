// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OpenSSL in the program, by itself or with kernel TLS. libssl.so.3 is loaded at
 * run time: it is there without its headers.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>

#include "library.h"
#include "stack.h"

#define SSL_FILETYPE_PEM		1
#define SSL_VERIFY_PEER			1
#define SSL_VERIFY_FAIL_IF_NO_PEER_CERT	2
#define SSL_ERROR_WANT_READ		2
#define SSL_ERROR_WANT_WRITE		3
#define SSL_ERROR_ZERO_RETURN		6
#define SSL_OP_ENABLE_KTLS		(1ULL << 3)
#define SSL_CTRL_MODE			33
#define SSL_CTRL_SET_TLSEXT_HOSTNAME	55
#define SSL_CTRL_SET_GROUPS_LIST	92
#define SSL_MODE_ENABLE_PARTIAL_WRITE	1
#define SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER	2
#define BIO_CTRL_GET_KTLS_SEND		73
#define BIO_CTRL_GET_KTLS_RECV		76

static struct {
	void *(*TLS_method)(void);
	void *(*SSL_CTX_new)(const void *method);
	void (*SSL_CTX_free)(void *context);
	int (*SSL_CTX_use_certificate_chain_file)(void *context, const char *file);
	int (*SSL_CTX_use_PrivateKey_file)(void *context, const char *file, int type);
	int (*SSL_CTX_load_verify_locations)(void *context, const char *file, const char *folder);
	void (*SSL_CTX_set_verify)(void *context, int mode, void *callback);
	int (*SSL_CTX_set_ciphersuites)(void *context, const char *list);
	uint64_t (*SSL_CTX_set_options)(void *context, uint64_t options);
	long (*SSL_CTX_ctrl)(void *context, int command, long number, void *pointer);
	int (*SSL_CTX_set_num_tickets)(void *context, size_t n);
	void *(*SSL_new)(void *context);
	long (*SSL_ctrl)(void *ssl, int command, long number, void *pointer);
	int (*SSL_set_fd)(void *ssl, int fd);
	int (*SSL_set1_host)(void *ssl, const char *name);
	int (*SSL_set_session)(void *ssl, void *session);
	void *(*SSL_get1_session)(void *ssl);
	void (*SSL_SESSION_free)(void *session);
	int (*SSL_session_reused)(const void *ssl);
	int (*SSL_shutdown)(void *ssl);
	int (*SSL_accept)(void *ssl);
	int (*SSL_connect)(void *ssl);
	int (*SSL_read)(void *ssl, void *data, int size);
	int (*SSL_write)(void *ssl, const void *data, int size);
	ssize_t (*SSL_sendfile)(void *ssl, int file, off_t offset, size_t size, int flags);
	int (*SSL_get_error)(const void *ssl, int ret);
	void *(*SSL_get_wbio)(const void *ssl);
	void *(*SSL_get_rbio)(const void *ssl);
	void (*SSL_free)(void *ssl);
	long (*BIO_ctrl)(void *bio, int command, long number, void *pointer);
} o;

#define SYMBOL(name) { #name, (void **)&o.name }

static const struct b_symbol symbols[] = {
	SYMBOL(TLS_method),
	SYMBOL(SSL_CTX_new),
	SYMBOL(SSL_CTX_free),
	SYMBOL(SSL_CTX_use_certificate_chain_file),
	SYMBOL(SSL_CTX_use_PrivateKey_file),
	SYMBOL(SSL_CTX_load_verify_locations),
	SYMBOL(SSL_CTX_set_verify),
	SYMBOL(SSL_CTX_set_ciphersuites),
	SYMBOL(SSL_CTX_set_options),
	SYMBOL(SSL_CTX_ctrl),
	SYMBOL(SSL_CTX_set_num_tickets),
	SYMBOL(SSL_new),
	SYMBOL(SSL_ctrl),
	SYMBOL(SSL_set_fd),
	SYMBOL(SSL_set1_host),
	SYMBOL(SSL_set_session),
	SYMBOL(SSL_get1_session),
	SYMBOL(SSL_SESSION_free),
	SYMBOL(SSL_session_reused),
	SYMBOL(SSL_shutdown),
	SYMBOL(SSL_accept),
	SYMBOL(SSL_connect),
	SYMBOL(SSL_read),
	SYMBOL(SSL_write),
	SYMBOL(SSL_sendfile),
	SYMBOL(SSL_get_error),
	SYMBOL(SSL_get_wbio),
	SYMBOL(SSL_get_rbio),
	SYMBOL(SSL_free),
	SYMBOL(BIO_ctrl),
};

static void use_certificate(void *context, const char *name)
{
	struct b_pair_of_files files = b_files(name);

	if (o.SSL_CTX_use_certificate_chain_file(context, files.certificate) != 1 ||
	    o.SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) != 1)
		errx(1, "OpenSSL does not load %s", files.certificate);
}

static bool context_new(struct b_side *side)
{
	const struct b_shape *shape = side->shape;
	void *context;

	b_library_load("libssl.so.3", symbols, sizeof(symbols) / sizeof(symbols[0]));
	context = o.SSL_CTX_new(o.TLS_method());
	if (!context ||
	    !o.SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") ||
	    !o.SSL_CTX_set_num_tickets(context, shape->resumed) ||
	    !o.SSL_CTX_load_verify_locations(context, B_PKI "ca.pem", NULL) ||
	    o.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, (void *)shape->groups) != 1)
		errx(1, "OpenSSL cannot be set up");
	o.SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE |
		       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, NULL);
	if (side->stack == B_OPENSSL_KTLS)
		o.SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS);
	if (side->server)
		use_certificate(context, shape->certificate);
	else if (shape->mutual)
		use_certificate(context, "client");
	if (!side->server || shape->mutual)
		o.SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				     NULL);
	side->context = context;
	return true;
}

static void context_free(struct b_side *side)
{
	if (side->session)
		o.SSL_SESSION_free(side->session);
	o.SSL_CTX_free(side->context);
}

static void begin(struct b_conn *conn)
{
	struct b_side *side = conn->side;

	conn->tls = o.SSL_new(side->context);
	if (!conn->tls || !o.SSL_set_fd(conn->tls, conn->fd))
		errx(1, "OpenSSL has no memory");
	if (side->server)
		return;
	o.SSL_set1_host(conn->tls, "web.test");
	o.SSL_ctrl(conn->tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, (void *)"web.test");
	if (!side->session)
		return;
	o.SSL_set_session(conn->tls, side->session);
	o.SSL_SESSION_free(side->session);
	side->session = NULL;
}

static int handshake(struct b_conn *conn)
{
	void *tls = conn->tls;
	int ret = conn->side->server ? o.SSL_accept(tls) : o.SSL_connect(tls);

	if (ret == 1) {
		if (conn->side->stack == B_OPENSSL_KTLS &&
		    (o.BIO_ctrl(o.SSL_get_wbio(tls), BIO_CTRL_GET_KTLS_SEND, 0, NULL) <= 0 ||
		     o.BIO_ctrl(o.SSL_get_rbio(tls), BIO_CTRL_GET_KTLS_RECV, 0, NULL) <= 0))
			errx(1, "OpenSSL did not use kernel TLS");
		return 0;
	}
	switch (o.SSL_get_error(tls, ret)) {
	case SSL_ERROR_WANT_READ:
		return POLLIN;
	case SSL_ERROR_WANT_WRITE:
		return POLLOUT;
	default:
		errx(1, "OpenSSL's handshake failed");
	}
}

static ssize_t result(struct b_conn *conn, ssize_t n)
{
	if (n > 0)
		return n;
	switch (o.SSL_get_error(conn->tls, (int)n)) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	default:
		err(1, "OpenSSL");
	}
}

static ssize_t ssl_send(struct b_conn *conn, const void *data, size_t size)
{
	return result(conn, o.SSL_write(conn->tls, data, (int)size));
}

static ssize_t ssl_recv(struct b_conn *conn, void *data, size_t size)
{
	return result(conn, o.SSL_read(conn->tls, data, (int)size));
}

static ssize_t ssl_sendfile(struct b_conn *conn, int file, off_t offset, size_t size)
{
	return result(conn, o.SSL_sendfile(conn->tls, file, offset, size, 0));
}

static bool resumed(struct b_conn *conn)
{
	return o.SSL_session_reused(conn->tls);
}

static void finish(struct b_conn *conn)
{
	struct b_side *side = conn->side;

	/* A session whose connection was not ended in good order is not resumed. */
	o.SSL_shutdown(conn->tls);
	if (!side->server && side->shape->resumed && !side->session)
		side->session = o.SSL_get1_session(conn->tls);
	o.SSL_free(conn->tls);
}

const struct b_ops b_openssl_ops = {
	.context_new = context_new,
	.context_free = context_free,
	.begin = begin,
	.handshake = handshake,
	.send = ssl_send,
	.recv = ssl_recv,
	.sendfile = ssl_sendfile,
	.resumed = resumed,
	.finish = finish,
};
