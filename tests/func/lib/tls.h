/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of the tests: addresses on the loopback, waiting for conditions,
 * the options of SOL_TLSOCK, and kernel TLS with keys that everyone knows.
 */
#ifndef T_TLS_H
#define T_TLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <linux/tlsock.h>

/* How long a condition may take before a test fails, in ms. */
#define T_PATIENCE_MS	10000

/* Long enough for a wrong event to show up, in ms. */
#define T_SILENCE_MS	150

/* TLS record types and alerts (RFC 8446 sections 5.1 and 6). */
#define T_RECORD_ALERT		21
#define T_RECORD_HANDSHAKE	22
#define T_RECORD_DATA		23

struct t_addr {
	struct sockaddr_storage	storage;
	socklen_t		len;
};

/** t_net_private - move this process to a network namespace of its own with
 * a loopback; 0 or -errno */
int t_net_private(void);

/** t_loopback - the loopback address of a family with a port */
void t_loopback(struct t_addr *addr, int family, uint16_t port);

/** t_port - the port of an address, in host order */
uint16_t t_port(const struct t_addr *addr);

/** t_socket - a stream socket of a protocol (IPPROTO_TLS, IPPROTO_TCP) */
int t_socket(int family, int protocol, int flags);

/** t_bind - bind to the loopback on an ephemeral port, tell which; 0 or -errno */
int t_bind(int fd, int family, struct t_addr *addr);

/** t_listen - socket, bind, listen; the socket or -errno */
int t_listen(int family, int protocol, struct t_addr *addr);

/** t_listen_profile - a TLS listener with a profile; the socket or -errno */
int t_listen_profile(int family, const char *profile, struct t_addr *addr);

/** t_connect - connect() that returns 0 or -errno */
int t_connect(int fd, const struct t_addr *addr);

/** t_nonblock - set or clear O_NONBLOCK */
void t_nonblock(int fd, bool on);

/** t_poll - poll() of one socket; the events seen, 0 if time is up */
int t_poll(int fd, short events, int ms);

/** t_close_abort - close with a reset instead of a FIN */
void t_close_abort(int fd);

/** t_so_error - SO_ERROR, which clears it */
int t_so_error(int fd);

/** t_get_int - an option that is an int; -errno if it cannot be read */
int t_get_int(int fd, int level, int option);

/** t_set_int - set an option that is an int; 0 or -errno */
int t_set_int(int fd, int level, int option, int value);

/** t_set_text - set an option of SOL_TLSOCK to text without its NUL; 0 or -errno */
int t_set_text(int fd, int option, const char *text);

/** t_shown_inode - the inode that /proc/net/tcp and ss show for a connection;
 * 0 if it is not there */
unsigned long t_shown_inode(int fd);

/** t_info - TLSOCK_INFO; 0 or -errno */
int t_info(int fd, struct tlsock_info *info);

/** t_error - TLSOCK_ERROR; 0 or -errno */
int t_error(int fd, struct tlsock_error *error);

/** t_state - tlsock_info.state, -errno if it cannot be read */
int t_state(int fd);

/** t_alarm - interrupt this thread by SIGALRM every so many ms, 0 ends it */
void t_alarm(int ms);

/** t_kernel_is_debug - is it the one that checks everything, and is slow therefore? */
bool t_kernel_is_debug(void);

/** t_now_ms - a clock that only goes forward, in ms */
long t_now_ms(void);

/** t_write_all - send all bytes on a blocking socket; 0 or -errno */
int t_write_all(int fd, const void *data, size_t size);

/** t_read_all - read exactly that many bytes; 0, -ENODATA at end of file, -errno */
int t_read_all(int fd, void *data, size_t size);

/**
 * t_keys_install - switch kernel TLS on, in both directions or only to send
 * @fd: TCP socket with TCP_ULP "tls"
 * @role: side of the connection, decides which of the two keys sends
 * @version: 0x0303 or 0x0304, AES-128-GCM
 * @both: false leaves reception in clear text
 *
 * Return: 0 or -errno
 */
int t_keys_install(int fd, enum tlsock_role role, uint16_t version, bool both);

/** t_raw_tls - make an established TCP socket the peer of a tlsock socket
 * whose helper used t_keys_install(); 0 or -errno */
int t_raw_tls(int fd, enum tlsock_role role, uint16_t version);

/** t_record_send - send one record of any type on a raw kTLS socket; 0 or -errno */
int t_record_send(int fd, uint8_t type, const void *data, size_t size);

/** t_record_recv - receive one record on a raw kTLS socket and tell its type;
 * bytes, 0 at end of file, or -errno */
ssize_t t_record_recv(int fd, uint8_t *type, void *data, size_t size);

/** t_closed_well - is close_notify the next record on a raw kTLS socket, and does
 * FIN follow? 0 or -errno */
int t_closed_well(int fd);

/** t_alert_send - send an alert record; 0 or -errno */
int t_alert_send(int fd, uint8_t level, uint8_t description);

/** t_key_update_send - say KeyUpdate without changing a key; @request: ask the
 * peer for one, too (RFC 8446 section 4.6.3). 0 or -errno */
int t_key_update_send(int fd, bool request);

#endif
