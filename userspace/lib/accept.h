/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel answers to ACCEPT, from attributes to plain structs. Pure:
 * nothing is sent, opened or closed here.
 */
#ifndef TLSOCK_LIB_ACCEPT_H
#define TLSOCK_LIB_ACCEPT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/tlsock.h>

#include "consumer.h"

/**
 * struct tl_own - credentials that a program brings (TLSOCK_CERT, TLSOCK_KEY,
 *	TLSOCK_CA), or a mount; all zero is none
 * @id: those of the same number are the same, 0 if there is no telling
 * @cert: bytes of the certificate chain
 * @key: bytes of the private key
 * @ca: bytes of the trust anchors
 */
struct tl_own {
	uint64_t	id;
	uint32_t	cert;
	uint32_t	key;
	uint32_t	ca;
};

/** tl_own_size - bytes of all of them, one behind the other */
static inline size_t tl_own_size(const struct tl_own *own)
{
	return (size_t)own->cert + own->key + own->ca;
}

/**
 * struct tl_request - one request of the kernel, attribute set "request"
 * @id: the kernel's number
 * @has_id: @id is valid
 * @fd: descriptor that the kernel installed in the caller, -1 if none
 * @own_fd: to read @own from, installed likewise, -1 if there are none
 * @own: the program's own credentials
 * @role: TLSOCK_ROLE_*
 * @timeout_ms: milliseconds left
 * @local: local address, AF_INET or AF_INET6
 * @remote: remote address, of the same family; all zero if the peer is gone
 * @server_name: "" if the program set none
 * @alpn: "" if the program set none
 * @profile: "" for the default
 * @verify: TLSOCK_VERIFY_*, -1 if the program set none
 * @client_cert: TLSOCK_CLIENT_CERT_*, -1 if the program set none
 * @no_resume: the program wants no session to be resumed
 * @peer_cert: the program wants to see the peer's certificates
 * @uid: effective user that made the socket
 * @gid: its group
 * @pid: process, 0 if not visible or gone
 * @cgroup: id of the socket's cgroup, 0 if there is none
 * @kernel: who in the kernel asks, if not a program
 * @mistake: a sentence if the request cannot be used, else NULL. @id (if
 *	@has_id), @fd and @own_fd are valid nevertheless, so that it can be answered.
 */
struct tl_request {
	uint32_t		id;
	int			has_id;
	int			fd;
	int			own_fd;
	struct tl_own		own;
	uint32_t		role;
	uint32_t		timeout_ms;
	struct sockaddr_storage	local;
	struct sockaddr_storage	remote;
	char			server_name[TLSOCK_MAX_NAME + 1];
	char			alpn[TLSOCK_MAX_NAME + 1];
	char			profile[TLSOCK_MAX_PROFILE + 1];
	int			verify;
	int			client_cert;
	int			no_resume;
	int			peer_cert;
	uint32_t		uid;
	uint32_t		gid;
	uint32_t		pid;
	uint64_t		cgroup;
	struct tl_kernel	kernel;
	const char		*mistake;
};

/**
 * struct tl_accept - one reply to ACCEPT
 * @n: requests in it
 * @requests: the requests; the caller owns the descriptors in them
 * @pending: requests that still wait in the kernel
 */
struct tl_accept {
	unsigned int		n;
	uint32_t		pending;
	struct tl_request	requests[TLSOCK_MAX_ACCEPT];
};

/**
 * tl_accept_parse - parse the attributes of a reply to ACCEPT
 * @data: the attributes, behind the generic netlink header
 * @length: their bytes
 * @out: the reply; valid on error too, with what was found before it
 *
 * Unknown attributes are skipped, so that an older helper works with a newer
 * kernel.
 *
 * Return: 0, -EBADMSG if the attributes themselves are cut or too many
 */
int tl_accept_parse(const void *data, size_t length, struct tl_accept *out);

#endif
