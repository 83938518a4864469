/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of the kernel that want TLS for sockets of their own, through the
 * kernel's netlink family "handshake": its numbers, and what it answers to
 * ACCEPT, from attributes to plain structs. Pure.
 */
#ifndef TLSOCK_LIB_CONSUMER_H
#define TLSOCK_LIB_CONSUMER_H

#include <stddef.h>
#include <stdint.h>

struct tl_request;

/* Kernels' Documentation/netlink/specs/handshake.yaml; headers of 6.1 have none of it. */
#define TL_HANDSHAKE_FAMILY	"handshake"
#define TL_HANDSHAKE_VERSION	1
#define TL_HANDSHAKE_GROUP	"tlshd"
#define TL_HANDSHAKE_CLASS	1	/* handler class of TLS */

enum {
	TL_HANDSHAKE_READY = 1,
	TL_HANDSHAKE_ACCEPT,
	TL_HANDSHAKE_DONE,
};

enum {
	TL_HANDSHAKE_A_ACCEPT_SOCKFD = 1,
	TL_HANDSHAKE_A_ACCEPT_HANDLER_CLASS,
	TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE,
	TL_HANDSHAKE_A_ACCEPT_TIMEOUT,
	TL_HANDSHAKE_A_ACCEPT_AUTH_MODE,
	TL_HANDSHAKE_A_ACCEPT_PEER_IDENTITY,
	TL_HANDSHAKE_A_ACCEPT_CERTIFICATE,
	TL_HANDSHAKE_A_ACCEPT_PEERNAME,
	TL_HANDSHAKE_A_ACCEPT_KEYRING,
};

enum {
	TL_HANDSHAKE_A_X509_CERT = 1,
	TL_HANDSHAKE_A_X509_PRIVKEY,
};

enum {
	TL_HANDSHAKE_A_DONE_STATUS = 1,
	TL_HANDSHAKE_A_DONE_SOCKFD,
	TL_HANDSHAKE_A_DONE_REMOTE_AUTH,
};

/* Who wants TLS */
enum tl_consumer {
	TL_CONSUMER_PROGRAM,	/* a program with a TLS socket, not the kernel */
	TL_CONSUMER_NFS,	/* RPC client: mounts with xprtsec= (RFC 9289) */
	TL_CONSUMER_NFSD,	/* RPC server */
	TL_CONSUMER_NVME_HOST,	/* NVMe/TCP */
	TL_CONSUMER_NVME_TARGET,
	TL_CONSUMER_N,
};

/* How the two ends prove who they are */
enum tl_auth {
	TL_AUTH_NONE = 1,	/* the client does not */
	TL_AUTH_PSK,
	TL_AUTH_X509,
};

/* Most keys that a client may choose from */
#define TL_CONSUMER_MAX_KEYS	5

/**
 * struct tl_kernel - what the kernel says of a request of its own
 * @consumer: enum tl_consumer; TL_CONSUMER_PROGRAM leaves all else unused
 * @auth: enum tl_auth
 * @certificate: serial number of the key with a certificate, 0 if none is named
 * @private_key: serial number of the key with its private key, 0 likewise
 * @keyring: serial number of the keyring where keys are, 0 likewise
 * @psks: serial numbers of pre-shared keys, the best first
 * @n_psks: their number
 */
struct tl_kernel {
	uint32_t	consumer;
	uint32_t	auth;
	int32_t		certificate;
	int32_t		private_key;
	int32_t		keyring;
	int32_t		psks[TL_CONSUMER_MAX_KEYS];
	unsigned int	n_psks;
};

/** tl_consumer_name - as in the configuration and in messages, e.g. "nfsd" */
const char *tl_consumer_name(uint32_t consumer);

/** tl_consumer_role - TLSOCK_ROLE_* of a part of the kernel; -1 for all else, and for -1 */
int tl_consumer_role(int consumer);

/**
 * tl_consumer_parse - parse the attributes of a reply to ACCEPT
 * @data: the attributes, behind the generic netlink header
 * @length: their bytes
 * @out: the request; its descriptor is the caller's. It may have a mistake,
 *	and is to be answered all the same
 *
 * Unknown attributes are skipped.
 */
void tl_consumer_parse(const void *data, size_t length, struct tl_request *out);

#endif
