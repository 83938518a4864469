/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshakes with the real helper, in the network namespace where it runs and
 * with the profiles of tests/conf.
 */
#ifndef T_REAL_H
#define T_REAL_H

#include <stdbool.h>

#include "tls.h"

/** t_real_helper - does a helper run in this network namespace? */
bool t_real_helper(void);

/**
 * struct t_real - one handshake between two tlsock sockets
 * @server_profile: of the listener
 * @client_profile: NULL for the default
 * @name: server name, NULL for none
 * @family: AF_INET if 0
 * @client: the socket after t_real_connect()
 * @server: what accept() gave, -1 if the handshake failed
 */
struct t_real {
	const char	*server_profile;
	const char	*client_profile;
	const char	*name;
	int		family;
	int		client;
	int		server;
};

/**
 * t_real_connect - run the handshake with both ends in this process
 * @real: what to connect; filled with the sockets
 *
 * Return: what connect() came to, 0 or -errno; the caller closes by
 * t_real_close() in any case
 */
int t_real_connect(struct t_real *real);

/** t_real_close - close both ends */
void t_real_close(struct t_real *real);

#endif
