/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper's side of the upcall: ACCEPT and DONE, one call each.
 */
#ifndef T_REQUEST_H
#define T_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "genl.h"
#include "tls.h"

/** struct t_request - what ACCEPT told about one handshake */
struct t_request {
	uint32_t	id;
	int		fd;		/* to be closed by whoever has the request */
	uint32_t	role;
	uint32_t	timeout_ms;
	int32_t		verify;		/* -1 if absent */
	int32_t		client_cert;	/* -1 if absent */
	uint32_t	uid;
	uint32_t	gid;
	uint32_t	pid;
	uint64_t	cgroup;
	bool		no_resume;
	bool		peer_cert;
	int		own_fd;		/* -1 if absent, else likewise to be closed */
	uint64_t	own_id;
	uint32_t	own_length[3];	/* of certificates, key and trust anchors */
	uint16_t	local_port;
	uint16_t	remote_port;
	int		family;
	char		server_name[TLSOCK_MAX_NAME + 1];
	char		alpn[TLSOCK_MAX_NAME + 1];
	char		profile[TLSOCK_MAX_PROFILE + 1];
};

/** struct t_done - what DONE is to say beyond its id; zero is absent */
struct t_done {
	uint32_t	error;
	uint32_t	stage;
	int		alert_sent;	/* + 1 */
	int		alert_received;	/* + 1 */
	int32_t		verify_code;
	uint32_t	verify_depth;
	const char	*text;
	const char	*alpn;
	const char	*server_name;
	uint16_t	version;
	uint16_t	cipher;
	uint16_t	group;
	bool		verified;
	bool		resumed;
	const uint8_t	*tx_secret;
	const uint8_t	*rx_secret;
	size_t		secret_length;
	const uint8_t	*session;
	size_t		session_length;
	bool		truncation_eof;
	const char	*profile;
	const uint8_t	*chain;
	size_t		chain_length;
	const void	*peer;
	size_t		peer_length;
};

/**
 * t_upcall_open - a network namespace of our own, in which we are the helper
 * @genl: becomes member of the group
 * @addr: of a TCP socket that listens, for clients to connect to
 *
 * Return: that socket, or -errno
 */
int t_upcall_open(struct t_genl *genl, struct t_addr *addr);

/**
 * t_accept - take requests
 * @genl: member of the group
 * @requests: room for @limit of them
 * @limit: 1 to TLSOCK_MAX_ACCEPT
 * @pending: NULL, or what still waits
 *
 * Return: their number, or -errno (-EAGAIN if none waits)
 */
int t_accept(struct t_genl *genl, struct t_request *requests, unsigned int limit,
	     uint32_t *pending);

/** t_accept_most - the same with at most so many clients among them */
int t_accept_most(struct t_genl *genl, struct t_request *requests, unsigned int limit,
		  unsigned int clients, uint32_t *pending);

/** t_accept_one - wait for READY and take one request; 0 or -errno */
int t_accept_one(struct t_genl *genl, struct t_request *request);

/** t_done - complete a request; 0 or -errno */
int t_done(struct t_genl *genl, uint32_t id, const struct t_done *done);

/** t_done_errno - complete a request with an error, or 0, and nothing else */
int t_done_errno(struct t_genl *genl, uint32_t id, int error);

/** t_attr_port - port of an address of the first level and its family, 0 if absent */
uint16_t t_attr_port(const void *data, size_t size, int type, int *family);

/** struct t_status - STATUS as numbers */
struct t_status {
	bool		helper;
	uint32_t	pending;
	uint32_t	accepted;
	uint32_t	established;
	uint64_t	started;
	uint64_t	truncated;
	uint64_t	outcome[TLSOCK_OUTCOME_OTHER + 1];
};

/** t_status - read the counters of this network namespace; 0 or -errno */
int t_status(struct t_genl *genl, struct t_status *status);

/** t_status_wait - wait until an outcome was counted more often than that; the
 * kernel counts after it has told the peer. 0, -ETIME or -errno */
int t_status_wait(struct t_genl *genl, enum tlsock_outcome outcome, uint64_t than);

#endif
