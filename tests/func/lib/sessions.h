/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dump SESSIONS, message by message, so that sockets may come and go in
 * between.
 */
#ifndef T_SESSIONS_H
#define T_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "genl.h"

/** struct t_session - one live socket as SESSIONS tells */
struct t_session {
	uint32_t	role;
	uint32_t	state;
	int		family;
	uint16_t	local_port;
	uint16_t	remote_port;
	uint16_t	version;
	uint16_t	cipher;
	uint16_t	group;
	bool		verified;
	bool		resumed;
	bool		truncated;
	uint32_t	rekeys;
	uint32_t	uid;
	uint32_t	pid;
	uint64_t	inode;
	uint64_t	age_ms;
	char		server_name[TLSOCK_MAX_NAME + 1];
	char		alpn[TLSOCK_MAX_NAME + 1];
	char		profile[TLSOCK_MAX_PROFILE + 1];
	unsigned char	peer[sizeof(struct tlsock_peer) + TLSOCK_MAX_PEER_NAMES];
	size_t		peer_length;
};

/** struct t_dump - those that were read so far */
struct t_dump {
	struct t_session	session[2048];
	unsigned int		n;
	bool			over;
};

/** t_dump_begin - ask for the sessions of the socket's namespace; 0 or -errno */
int t_dump_begin(struct t_genl *genl, struct t_dump *dump);

/**
 * t_dump_read - read one datagram of the dump
 * @genl: the socket
 * @dump: what comes in is added; @over when there is no more
 * @room: bytes of the buffer to read with, up to 32768
 *
 * Return: 0, the -errno of the kernel, -EMSGSIZE if @room was too little
 */
int t_dump_read(struct t_genl *genl, struct t_dump *dump, size_t room);

/** t_dump_all - ask and read all, 0 or -errno */
int t_dump_all(struct t_genl *genl, struct t_dump *dump, size_t room);

/** t_dump_find - the session of a socket by its inode; NULL if it is not there */
const struct t_session *t_dump_find(const struct t_dump *dump, int fd);

/** t_dump_count - how often the session of a socket is in a dump */
unsigned int t_dump_count(const struct t_dump *dump, int fd);

#endif
