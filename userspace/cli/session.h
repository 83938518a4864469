/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live TLS sockets as the kernel tells of them, as plain data, and which of them
 * are wanted.
 */
#ifndef TLSOCK_CLI_SESSION_H
#define TLSOCK_CLI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <linux/tlsock.h>

/**
 * struct tc_session - one socket
 * @role: enum tlsock_role
 * @state: enum tlsock_state
 * @local: local address, its family AF_UNSPEC if not known
 * @remote: remote address, likewise
 * @version: as on the wire, 0 during the handshake
 * @cipher: likewise
 * @group: likewise, 0 also if not known
 * @verified: the peer proved its identity
 * @resumed: a session was resumed
 * @truncated: the peer ended without close_notify
 * @rekeys: KeyUpdates
 * @uid: user that made the socket
 * @pid: process, 0 if not visible
 * @inode: of the socket
 * @age_ms: since the handshake began
 * @server_name: "" if there is none
 * @alpn: likewise
 * @profile: likewise
 * @peer: whom the peer's certificate is for, its size 0 if there was none
 * @names: names of @peer
 */
struct tc_session {
	uint32_t		role;
	uint32_t		state;
	struct sockaddr_storage	local;
	struct sockaddr_storage	remote;
	uint16_t		version;
	uint16_t		cipher;
	uint16_t		group;
	bool			verified;
	bool			resumed;
	bool			truncated;
	uint32_t		rekeys;
	uint32_t		uid;
	uint32_t		pid;
	uint64_t		inode;
	uint64_t		age_ms;
	char			server_name[TLSOCK_MAX_NAME + 1];
	char			alpn[TLSOCK_MAX_NAME + 1];
	char			profile[TLSOCK_MAX_PROFILE + 1];
	struct tlsock_peer	peer;
	char			names[TLSOCK_MAX_PEER_NAMES];
};

/**
 * struct tc_filter - the sessions that are wanted; zeroed it is all of them
 * @has: TC_FILTER_*, which of the rest count
 * @role: enum tlsock_role
 * @peer: remote address, IPv4 in IPv6's form
 * @peer_bits: leading bits of it that count
 * @port: local or remote
 * @uid: user
 * @name: server name; "*.example.org" is any name below it
 * @suite: part of the name of the suite, or its number, in any case
 */
struct tc_filter {
	unsigned int	has;
	uint32_t	role;
	unsigned char	peer[16];
	unsigned int	peer_bits;
	uint16_t	port;
	uint32_t	uid;
	const char	*name;
	const char	*suite;
};

enum {
	TC_FILTER_ROLE = 1,
	TC_FILTER_PEER = 2,
	TC_FILTER_PORT = 4,
	TC_FILTER_UID = 8,
	TC_FILTER_RESUMED = 16,
};

/**
 * tc_session_parse - read the attributes of a SESSIONS answer
 * @attributes: what follows the generic netlink header
 * @size: its bytes
 * @session: the session; undefined on error
 *
 * Return: 0; -EBADMSG if an attribute is cut off, of a wrong size or missing
 */
int tc_session_parse(const void *attributes, size_t size, struct tc_session *session);

/** tc_filter_role - from "client" or "server"; 0 or -EINVAL */
int tc_filter_role(struct tc_filter *filter, const char *text);

/** tc_filter_peer - from ADDRESS[/BITS]; 0 or -EINVAL */
int tc_filter_peer(struct tc_filter *filter, const char *text);

/** tc_filter_port - from a number; 0 or -EINVAL */
int tc_filter_port(struct tc_filter *filter, const char *text);

/** tc_filter_user - from a name or number; 0 or -EINVAL */
int tc_filter_user(struct tc_filter *filter, const char *text);

/** tc_filter_wants - is it one of those? */
bool tc_filter_wants(const struct tc_filter *filter, const struct tc_session *session);

/** tc_session_next_name - the name behind @name, the first of all behind NULL; NULL at the end */
const char *tc_session_next_name(const struct tc_session *session, const char *name);

/** tc_session_identity - the subject of the peer, or its first name; "" if there is none */
const char *tc_session_identity(const struct tc_session *session);

/** tc_session_suite - name of the suite or its number in hex, "" if there is none */
const char *tc_session_suite(const struct tc_session *session, char text[8]);

/** tc_session_address - "ADDRESS:PORT" or "[ADDRESS]:PORT", "-" if not known */
void tc_session_address(const struct sockaddr_storage *address, char *text, size_t size);

/** tc_session_line - write one line for people */
void tc_session_line(FILE *out, const struct tc_session *session);

/** tc_session_json - a new object of json-c, NULL without memory */
struct json_object *tc_session_json(const struct tc_session *session);

#endif
