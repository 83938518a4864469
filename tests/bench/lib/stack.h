/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways to have TLS that are compared, as programs use them: one set of calls
 * for all, which come to what a program would write for that one.
 *
 * Whatever fails ends the program: a figure of less work is no figure.
 */
#ifndef TESTS_BENCH_STACK_H
#define TESTS_BENCH_STACK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum b_stack {
	B_TCP,			/* no TLS */
	B_KTLS,			/* kernel TLS with fixed keys: the best TLS sockets can do */
	B_OPENSSL,
	B_OPENSSL_KTLS,		/* SSL_OP_ENABLE_KTLS, SSL_sendfile() */
	B_GNUTLS,
	B_TLSOCK,
	B_STACKS,
};

extern const char *const b_stack_names[B_STACKS];

/**
 * struct b_shape - a kind of handshake: TLS 1.3, AES-128-GCM
 * @name: of its measures
 * @profile: of tests/conf/profiles.d/bench.conf, in both roles
 * @client_profile: that of clients if it is another one
 * @certificate: the server's PEM files in /etc/tlsock/pki without their endings
 * @groups: key exchange groups by OpenSSL's names
 * @resumed: every connection but the first resumes the session of the one before
 * @mutual: the client shows a certificate too
 */
struct b_shape {
	const char	*name;
	const char	*profile;
	const char	*client_profile;
	const char	*certificate;
	const char	*groups;
	bool		resumed;
	bool		mutual;
};

#define B_SHAPES	5

/** b_shapes - the first is the one that everybody has: ECDSA P-256 with X25519 */
extern const struct b_shape b_shapes[B_SHAPES];

/**
 * struct b_side - what the connections of one end have in common
 * @stack: which of them
 * @shape: how handshakes are made
 * @server: this end accepts
 * @context: the stack's own
 * @session: of the last connection of a client, to be resumed; the stack's own
 */
struct b_side {
	enum b_stack		stack;
	const struct b_shape	*shape;
	bool			server;
	void			*context;
	void			*session;
};

/**
 * struct b_conn - a connection
 * @side: its end
 * @fd: TCP's or TLS's socket
 * @tls: the stack's own, NULL if the socket is all
 */
struct b_conn {
	struct b_side	*side;
	int		fd;
	void		*tls;
};

/**
 * struct b_ops - a stack in the program; the others are the calls below
 * @context_new: false if it cannot do such handshakes
 * @context_free: the side ends
 * @begin: makes @tls
 * @handshake: b_handshake()
 * @send: b_send()
 * @recv: b_recv()
 * @sendfile: b_sendfile() with kernel TLS, NULL if it does not know that
 * @resumed: b_resumed()
 * @finish: says goodbye and gives @tls back
 */
struct b_ops {
	bool	(*context_new)(struct b_side *side);
	void	(*context_free)(struct b_side *side);
	void	(*begin)(struct b_conn *conn);
	int	(*handshake)(struct b_conn *conn);
	ssize_t	(*send)(struct b_conn *conn, const void *data, size_t size);
	ssize_t	(*recv)(struct b_conn *conn, void *data, size_t size);
	ssize_t	(*sendfile)(struct b_conn *conn, int file, off_t offset, size_t size);
	bool	(*resumed)(struct b_conn *conn);
	void	(*finish)(struct b_conn *conn);
};

extern const struct b_ops b_openssl_ops, b_gnutls_ops;

/** b_side_init - false if that stack cannot do such handshakes */
bool b_side_init(struct b_side *side, enum b_stack stack, const struct b_shape *shape, bool server);

/** b_side_end - give its memory back; its connections are gone */
void b_side_end(struct b_side *side);

/** b_socket - the socket of a client or listener of that end, with its options set */
int b_socket(const struct b_side *side);

/** b_listen - such a listener on the loopback, at a port that goes to @address */
int b_listen(const struct b_side *side, struct sockaddr_in *address);

/** b_begin - the connection of a socket that is connected; nothing is sent yet */
void b_begin(struct b_conn *conn, struct b_side *side, int fd);

/** b_handshake - go on with it. Return: 0 when it is over, POLLIN or POLLOUT if it waits for
 * a socket that does not block */
int b_handshake(struct b_conn *conn);

/** b_send - as send(); -1 with EAGAIN only */
ssize_t b_send(struct b_conn *conn, const void *data, size_t size);

/** b_recv - as recv(), 0 after the peer's goodbye; -1 with EAGAIN only */
ssize_t b_recv(struct b_conn *conn, void *data, size_t size);

/** b_sendfile - as sendfile(), through the program if the stack can do no better; -1 with
 * EAGAIN only */
ssize_t b_sendfile(struct b_conn *conn, int file, off_t offset, size_t size);

/** b_resumed - was a session resumed? */
bool b_resumed(struct b_conn *conn);

/** b_finish - say goodbye, close, give memory back */
void b_finish(struct b_conn *conn);

/** b_pair - two connected ends over the loopback, handshake done: in @ends the client's,
 * then the server's */
void b_pair(struct b_conn ends[2], struct b_side *client, struct b_side *server, int listener,
	    const struct sockaddr_in *address);

#endif
