/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connected pairs of sockets, for tests of what comes after the handshake. A
 * helper that answers with T_HELPER_KEYS must run.
 */
#ifndef T_PAIR_H
#define T_PAIR_H

#include <stdint.h>

struct t_addr;

/** struct t_pair - two connected sockets */
struct t_pair {
	int	client;
	int	server;
};

/** t_pair_open - connect two tlsock sockets on the loopback; 0 or -errno */
int t_pair_open(struct t_pair *pair, int family);

/** t_pair_through - the same by a TLS listener at @addr; 0 or -errno */
int t_pair_through(struct t_pair *pair, int listener, const struct t_addr *addr);

/** t_pair_half - the server is a TCP socket, without keys; 0 or -errno */
int t_pair_half(struct t_pair *pair);

/** t_pair_raw - the server is a raw kTLS socket instead, in the hands of the
 * test: it can send records of any type; 0 or -errno */
int t_pair_raw(struct t_pair *pair, uint16_t version);

/** t_pair_tcp - a connection over plain TCP; 0 or -errno */
int t_pair_tcp(struct t_pair *pair, int family);

/** t_upgrade - let the TLS socket @fd take over @tcp; 0 or -errno */
int t_upgrade(int fd, int tcp);

/** t_upgrade_both - upgrade both ends, the server first; 0 or -errno */
int t_upgrade_both(struct t_pair *tls, const struct t_pair *tcp);

/** t_pair_talk - bytes arrive unchanged in both directions; 0 or -errno */
int t_pair_talk(int one, int other);

/** t_pair_close - close what is still open */
void t_pair_close(struct t_pair *pair);

#endif
