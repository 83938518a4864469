/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs that test limits share: settings, counters, and clients in
 * numbers.
 */
#ifndef T_LIMITS_H
#define T_LIMITS_H

#include <stdint.h>
#include <sys/types.h>

#include "request.h"
#include "tls.h"

#define T_SYSCTL(name)	"/proc/sys/net/tlsock/" name
#define T_MAX_ALL	T_SYSCTL("max_handshakes")
#define T_MAX_USER	T_SYSCTL("max_user_handshakes")

/** t_sysctl_set - set a number of this network namespace; 0 or -errno */
int t_sysctl_set(const char *name, const char *value);

/** t_sysctl_get - read a number, -1 if it cannot be read */
long t_sysctl_get(const char *name);

/** t_tls_client - begin a TLS connection without waiting; the socket or -errno */
int t_tls_client(const struct t_addr *addr);

/** t_tcp_client - a TCP connection that says nothing; the socket or -errno */
int t_tcp_client(const struct t_addr *addr);

/** t_connect_wait - connect() and its outcome, which a socket that does not block
 * may give at once or later; 0 or -errno */
int t_connect_wait(int fd, const struct t_addr *addr);

/** t_accept_all - accept and close that many connections; how many came */
int t_accept_all(int listener, int n);

/** t_close_all - close those of @n sockets that are open */
void t_close_all(int *fds, int n);

/** t_outcome - counter of this network namespace, UINT64_MAX if unknown */
uint64_t t_outcome(enum tlsock_outcome outcome);

/** t_status_sum - the sum of all outcomes, and of the handshakes under way */
uint64_t t_status_sum(const struct t_status *status);

/** t_module_users - TLS sockets of the whole machine, by the module's count */
long t_module_users(void);

/** t_module_users_wait - wait until there are as few; 0 or -ETIME */
int t_module_users_wait(long users);

#endif
