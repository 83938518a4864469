/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS in front of a server that has none: stunnel and HAProxy. */
#ifndef TESTS_BENCH_PROXY_H
#define TESTS_BENCH_PROXY_H

#include <netinet/in.h>
#include <sys/types.h>

enum b_proxy { B_NO_PROXY, B_STUNNEL, B_HAPROXY };

/**
 * b_proxy_start - start one, with the certificate and group of the first shape, one thread
 * where it has a choice; ends the program if it does not come up
 * @proxy: which
 * @server: where the server listens; changed to where the proxy does
 *
 * Return: its process
 */
pid_t b_proxy_start(enum b_proxy proxy, struct sockaddr_in *server);

/** b_proxy_stop - end it and wait for it */
void b_proxy_stop(pid_t pid);

#endif
