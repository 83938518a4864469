/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of a finished handshake into kernel TLS. */
#ifndef TLSOCKD_KTLS_H
#define TLSOCKD_KTLS_H

struct td_engine;
struct td_result;

/**
 * td_ktls_install - install the keys of both directions on a socket
 * @fd: TCP socket with the ULP "tls"; all of the handshake was sent, and its
 *	bytes and no others were taken out of the receive queue
 * @engine: a done one
 * @result: told what failed, with stage TLSOCK_STAGE_KEYS
 *
 * Return: 0, or -errno: -EOPNOTSUPP where this kernel lacks kernel TLS or the
 * cipher
 */
int td_ktls_install(int fd, struct td_engine *engine, struct td_result *result);

#endif
