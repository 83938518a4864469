// SPDX-License-Identifier: GPL-2.0-or-later
#include "openssl.h"

#include <dlfcn.h>
#include <err.h>
#include <stdio.h>

#define SSL_FILETYPE_PEM		1
#define SSL_VERIFY_PEER			1
#define SSL_CTRL_SET_GROUPS_LIST	92
#define FOLDER				"/etc/tlsock/pki/"

struct b_openssl b_openssl;

#define SYMBOL(name) { #name, (void **)&b_openssl.name }

static const struct {
	const char	*name;
	void		**to;
} symbols[] = {
	SYMBOL(TLS_method),
	SYMBOL(SSL_CTX_new),
	SYMBOL(SSL_CTX_free),
	SYMBOL(SSL_CTX_use_certificate_chain_file),
	SYMBOL(SSL_CTX_use_PrivateKey_file),
	SYMBOL(SSL_CTX_load_verify_locations),
	SYMBOL(SSL_CTX_set_verify),
	SYMBOL(SSL_CTX_set_ciphersuites),
	SYMBOL(SSL_CTX_ctrl),
	SYMBOL(SSL_CTX_set_num_tickets),
	SYMBOL(SSL_new),
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
	SYMBOL(SSL_free),
};

void b_openssl_load(void)
{
	void *library = dlopen("libssl.so.3", RTLD_NOW);

	if (!library)
		errx(1, "%s", dlerror());
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		*symbols[i].to = dlsym(library, symbols[i].name);
		if (!*symbols[i].to)
			errx(1, "libssl.so.3 has no %s", symbols[i].name);
	}
}

static void use_certificate(void *context, const char *name)
{
	char certificate[128], key[128];

	snprintf(certificate, sizeof(certificate), FOLDER "%s.pem", name);
	snprintf(key, sizeof(key), FOLDER "%s.key", name);
	if (b_openssl.SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
	    b_openssl.SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		errx(1, "OpenSSL does not load %s", certificate);
}

void *b_openssl_context(const struct b_openssl_how *how)
{
	void *context = b_openssl.SSL_CTX_new(b_openssl.TLS_method());

	if (!context ||
	    !b_openssl.SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") ||
	    !b_openssl.SSL_CTX_set_num_tickets(context, how->tickets) ||
	    !b_openssl.SSL_CTX_load_verify_locations(context, FOLDER "ca.pem", NULL))
		errx(1, "OpenSSL cannot be set up");
	if (how->groups && b_openssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0,
						  (void *)how->groups) != 1)
		errx(1, "OpenSSL has no group %s", how->groups);
	if (how->certificate)
		use_certificate(context, how->certificate);
	else
		b_openssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return context;
}
