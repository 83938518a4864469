/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a certificate may be used for, and whether its key and signature are strong enough. */
#ifndef TLSOCK_LIB_USAGE_H
#define TLSOCK_LIB_USAGE_H

#include <stdbool.h>

struct tl_cert;

/* Least bits of an RSA key */
#define TL_USAGE_RSA_MIN	2048

/**
 * struct tl_usage - what extensions say; true where they are silent
 * @authority: basicConstraints call it an authority (false where silent)
 * @path_length: most authorities below it, -1 if there is no limit
 * @sign_certificates: by keyUsage
 * @sign_messages: likewise, digitalSignature
 * @servers: by extKeyUsage; any purpose counts
 * @clients: likewise
 * @rpc_servers: extKeyUsage names servers of RPC over TLS (RFC 9289 section 7.3);
 *	false where it is silent
 * @rpc_clients: likewise
 * @understood: no critical extension is unknown here
 */
struct tl_usage {
	bool	authority;
	int	path_length;
	bool	sign_certificates;
	bool	sign_messages;
	bool	servers;
	bool	clients;
	bool	rpc_servers;
	bool	rpc_clients;
	bool	understood;
};

/**
 * tl_usage_read - read them
 * @cert: a parsed certificate
 * @out: filled on success
 *
 * Return: false if one of the extensions is malformed
 */
bool tl_usage_read(const struct tl_cert *cert, struct tl_usage *out);

/** tl_usage_weak_key - RSA below 2048 bits, or a curve other than P-256, P-384, P-521? */
bool tl_usage_weak_key(const struct tl_cert *cert);

/** tl_usage_weak_signature - was MD5, SHA-1 or something older signed? */
bool tl_usage_weak_signature(const struct tl_cert *cert);

#endif
