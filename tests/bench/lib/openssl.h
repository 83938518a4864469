/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OpenSSL in the program, as what TLS sockets are compared with. libssl.so.3 is
 * loaded at run time: it is there without its headers.
 */
#ifndef TESTS_BENCH_OPENSSL_H
#define TESTS_BENCH_OPENSSL_H

#include <stddef.h>

/** struct b_openssl - the functions that are used, named as in OpenSSL */
struct b_openssl {
	void *(*TLS_method)(void);
	void *(*SSL_CTX_new)(const void *method);
	void (*SSL_CTX_free)(void *context);
	int (*SSL_CTX_use_certificate_chain_file)(void *context, const char *file);
	int (*SSL_CTX_use_PrivateKey_file)(void *context, const char *file, int type);
	int (*SSL_CTX_load_verify_locations)(void *context, const char *file, const char *folder);
	void (*SSL_CTX_set_verify)(void *context, int mode, void *callback);
	int (*SSL_CTX_set_ciphersuites)(void *context, const char *list);
	long (*SSL_CTX_ctrl)(void *context, int command, long number, void *pointer);
	int (*SSL_CTX_set_num_tickets)(void *context, size_t n);
	void *(*SSL_new)(void *context);
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
	void (*SSL_free)(void *ssl);
};

extern struct b_openssl b_openssl;

/**
 * struct b_openssl_how - what a context is to do
 * @certificate: PEM files in /etc/tlsock/pki without their endings, .pem and .key; NULL for
 *	a client that checks the server
 * @groups: key exchange groups by OpenSSL's names, NULL for its default
 * @tickets: how many a server sends
 */
struct b_openssl_how {
	const char	*certificate;
	const char	*groups;
	size_t		tickets;
};

/** b_openssl_load - load the library; ends the program if it is not there */
void b_openssl_load(void);

/** b_openssl_context - an SSL_CTX of TLS 1.3 with AES-128-GCM, never NULL */
void *b_openssl_context(const struct b_openssl_how *how);

#endif
