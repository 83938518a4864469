// SPDX-License-Identifier: GPL-2.0-or-later
/* GnuTLS in the program. libgnutls.so.30 is loaded at run time, as OpenSSL. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include "library.h"
#include "stack.h"

#define GNUTLS_SERVER		(1 << 0)
#define GNUTLS_CLIENT		(1 << 1)
#define GNUTLS_NO_SIGNAL	(1 << 6)
#define GNUTLS_NO_TICKETS	(1 << 10)
#define GNUTLS_CRD_CERTIFICATE	1
#define GNUTLS_X509_FMT_PEM	1
#define GNUTLS_NAME_DNS		1
#define GNUTLS_CERT_REQUIRE	2
#define GNUTLS_SHUT_WR		1
#define GNUTLS_E_AGAIN		-28
#define GNUTLS_E_INTERRUPTED	-52

#define PRIORITY	\
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519"

struct datum {
	unsigned char	*data;
	unsigned int	size;
};

static struct {
	int (*gnutls_certificate_allocate_credentials)(void **credentials);
	void (*gnutls_certificate_free_credentials)(void *credentials);
	int (*gnutls_certificate_set_x509_key_file)(void *credentials, const char *certificate,
						    const char *key, int format);
	int (*gnutls_certificate_set_x509_trust_file)(void *credentials, const char *file,
						      int format);
	void (*gnutls_certificate_server_set_request)(void *session, int request);
	int (*gnutls_init)(void **session, unsigned int flags);
	void (*gnutls_deinit)(void *session);
	int (*gnutls_priority_set_direct)(void *session, const char *priorities,
					  const char **error);
	int (*gnutls_credentials_set)(void *session, int type, void *credentials);
	int (*gnutls_server_name_set)(void *session, int type, const void *name, size_t size);
	void (*gnutls_session_set_verify_cert)(void *session, const char *name,
					       unsigned int flags);
	void (*gnutls_transport_set_int2)(void *session, int receive, int send);
	int (*gnutls_handshake)(void *session);
	int (*gnutls_record_get_direction)(void *session);
	ssize_t (*gnutls_record_send)(void *session, const void *data, size_t size);
	ssize_t (*gnutls_record_recv)(void *session, void *data, size_t size);
	int (*gnutls_bye)(void *session, int how);
	int (*gnutls_session_ticket_key_generate)(struct datum *key);
	int (*gnutls_session_ticket_enable_server)(void *session, const struct datum *key);
	int (*gnutls_session_get_data2)(void *session, struct datum *data);
	int (*gnutls_session_set_data)(void *session, const void *data, size_t size);
	int (*gnutls_session_is_resumed)(void *session);
	void (**gnutls_free)(void *memory);
	const char *(*gnutls_strerror)(int error);
} g;

#define SYMBOL(name) { #name, (void **)&g.name }

static const struct b_symbol symbols[] = {
	SYMBOL(gnutls_certificate_allocate_credentials),
	SYMBOL(gnutls_certificate_free_credentials),
	SYMBOL(gnutls_certificate_set_x509_key_file),
	SYMBOL(gnutls_certificate_set_x509_trust_file),
	SYMBOL(gnutls_certificate_server_set_request),
	SYMBOL(gnutls_init),
	SYMBOL(gnutls_deinit),
	SYMBOL(gnutls_priority_set_direct),
	SYMBOL(gnutls_credentials_set),
	SYMBOL(gnutls_server_name_set),
	SYMBOL(gnutls_session_set_verify_cert),
	SYMBOL(gnutls_transport_set_int2),
	SYMBOL(gnutls_handshake),
	SYMBOL(gnutls_record_get_direction),
	SYMBOL(gnutls_record_send),
	SYMBOL(gnutls_record_recv),
	SYMBOL(gnutls_bye),
	SYMBOL(gnutls_session_ticket_key_generate),
	SYMBOL(gnutls_session_ticket_enable_server),
	SYMBOL(gnutls_session_get_data2),
	SYMBOL(gnutls_session_set_data),
	SYMBOL(gnutls_session_is_resumed),
	SYMBOL(gnutls_free),
	SYMBOL(gnutls_strerror),
};

/* Of all contexts: they live one after the other. */
static struct datum ticket_key;

static void done(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "GnuTLS: %s: %s", what, g.gnutls_strerror(ret));
}

static void use_certificate(void *credentials, const char *name)
{
	struct b_pair_of_files files = b_files(name);

	done(g.gnutls_certificate_set_x509_key_file(credentials, files.certificate, files.key,
						    GNUTLS_X509_FMT_PEM), files.certificate);
}

static bool context_new(struct b_side *side)
{
	const struct b_shape *shape = side->shape;

	/* Debian's is built without the hybrid groups. */
	if (strcmp(shape->groups, "X25519") != 0)
		return false;
	b_library_load("libgnutls.so.30", symbols, sizeof(symbols) / sizeof(symbols[0]));
	done(g.gnutls_certificate_allocate_credentials(&side->context), "credentials");
	done(g.gnutls_certificate_set_x509_trust_file(side->context, B_PKI "ca.pem",
						      GNUTLS_X509_FMT_PEM), "trust");
	if (side->server)
		use_certificate(side->context, shape->certificate);
	else if (shape->mutual)
		use_certificate(side->context, "client");
	if (!ticket_key.data)
		done(g.gnutls_session_ticket_key_generate(&ticket_key), "ticket key");
	return true;
}

static void session_free(struct b_side *side)
{
	struct datum *session = side->session;

	if (!session)
		return;
	(*g.gnutls_free)(session->data);
	session->data = NULL;
	side->session = NULL;
}

static void context_free(struct b_side *side)
{
	session_free(side);
	g.gnutls_certificate_free_credentials(side->context);
}

static void begin_server(struct b_conn *conn)
{
	if (conn->side->shape->resumed)
		done(g.gnutls_session_ticket_enable_server(conn->tls, &ticket_key), "tickets");
	if (!conn->side->shape->mutual)
		return;
	g.gnutls_certificate_server_set_request(conn->tls, GNUTLS_CERT_REQUIRE);
	g.gnutls_session_set_verify_cert(conn->tls, NULL, 0);
}

static void begin_client(struct b_conn *conn)
{
	struct datum *session = conn->side->session;

	done(g.gnutls_server_name_set(conn->tls, GNUTLS_NAME_DNS, "web.test", 8), "name");
	g.gnutls_session_set_verify_cert(conn->tls, "web.test", 0);
	if (session)
		done(g.gnutls_session_set_data(conn->tls, session->data, session->size),
		     "session");
	session_free(conn->side);
}

static void begin(struct b_conn *conn)
{
	const struct b_side *side = conn->side;
	unsigned int flags = (side->server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NO_SIGNAL;

	if (!side->shape->resumed)
		flags |= GNUTLS_NO_TICKETS;
	done(g.gnutls_init(&conn->tls, flags), "init");
	done(g.gnutls_priority_set_direct(conn->tls, PRIORITY, NULL), "priorities");
	done(g.gnutls_credentials_set(conn->tls, GNUTLS_CRD_CERTIFICATE, side->context),
	     "credentials");
	g.gnutls_transport_set_int2(conn->tls, conn->fd, conn->fd);
	if (side->server)
		begin_server(conn);
	else
		begin_client(conn);
}

static bool again(ssize_t ret)
{
	return ret == GNUTLS_E_AGAIN || ret == GNUTLS_E_INTERRUPTED;
}

static int handshake(struct b_conn *conn)
{
	int ret = g.gnutls_handshake(conn->tls);

	if (again(ret))
		return g.gnutls_record_get_direction(conn->tls) ? POLLOUT : POLLIN;
	done(ret, "handshake");
	return 0;
}

static ssize_t result(ssize_t n)
{
	if (again(n)) {
		errno = EAGAIN;
		return -1;
	}
	done((int)n, "record");
	return n;
}

static ssize_t record_send(struct b_conn *conn, const void *data, size_t size)
{
	return result(g.gnutls_record_send(conn->tls, data, size));
}

static ssize_t record_recv(struct b_conn *conn, void *data, size_t size)
{
	ssize_t n;

	/* It returns after a ticket, too. */
	do {
		n = g.gnutls_record_recv(conn->tls, data, size);
	} while (again(n) && !(fcntl(conn->fd, F_GETFL) & O_NONBLOCK));
	return result(n);
}

static bool resumed(struct b_conn *conn)
{
	return g.gnutls_session_is_resumed(conn->tls);
}

static void finish(struct b_conn *conn)
{
	static struct datum session;
	struct b_side *side = conn->side;

	g.gnutls_bye(conn->tls, GNUTLS_SHUT_WR);
	if (!side->server && side->shape->resumed && !side->session &&
	    g.gnutls_session_get_data2(conn->tls, &session) >= 0)
		side->session = &session;
	g.gnutls_deinit(conn->tls);
}

const struct b_ops b_gnutls_ops = {
	.context_new = context_new,
	.context_free = context_free,
	.begin = begin,
	.handshake = handshake,
	.send = record_send,
	.recv = record_recv,
	.resumed = resumed,
	.finish = finish,
};
