/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * TLS sockets: socket(AF_INET or AF_INET6, SOCK_STREAM, IPPROTO_TLS).
 *
 * The options of level SOL_TLSOCK and their values. Set them before connect(),
 * listen() or TLSOCK_UPGRADE; an accepted socket inherits those of its listener.
 * (The upcall to the helper, in linux/tlsock_netlink.h, is nothing for programs.)
 */
#ifndef _UAPI_LINUX_TLSOCK_H
#define _UAPI_LINUX_TLSOCK_H

#include <linux/types.h>
#include <linux/tlsock_netlink.h>

#ifndef IPPROTO_TLS
#define IPPROTO_TLS	260
#endif
#ifndef SOL_TLSOCK
#define SOL_TLSOCK	290
#endif

/* Options */
#define TLSOCK_SERVER_NAME	1	/* text; get on a server: the name asked for */
#define TLSOCK_PROFILE		2	/* text; a profile of the administrator */
#define TLSOCK_VERIFY		3	/* int, TLSOCK_VERIFY_* */
#define TLSOCK_CLIENT_CERT	4	/* int, TLSOCK_CLIENT_CERT_* */
#define TLSOCK_ALPN		5	/* text, comma list; get: the one chosen */
#define TLSOCK_TIMEOUT_MS	6	/* unsigned int, milliseconds */
#define TLSOCK_INFO		7	/* get: struct tlsock_info */
#define TLSOCK_ERROR		8	/* get: struct tlsock_error */
#define TLSOCK_ROLE		9	/* int, enum tlsock_role; for TLSOCK_UPGRADE */
#define TLSOCK_UPGRADE		10	/* set: int, descriptor of a connected TCP socket */
#define TLSOCK_KEY_UPDATE	11	/* set: int, TLSOCK_KEY_UPDATE_*; once connected */
#define TLSOCK_RESUME		12	/* int, 0: full handshakes only; default 1 */
#define TLSOCK_CERT		13	/* set: int, descriptor of a PEM file; get: what it held */
#define TLSOCK_KEY		14	/* set: likewise */
#define TLSOCK_CA		15	/* set and get: like TLSOCK_CERT */
#define TLSOCK_PEER		16	/* get: struct tlsock_peer and names; once connected */
#define TLSOCK_PEER_CERT	17	/* int, 1: keep them; get: the one whose number is given */

/* Values of TLSOCK_VERIFY: what to ask of the peer's certificate */
#define TLSOCK_VERIFY_NONE	0	/* accept any */
#define TLSOCK_VERIFY_OPTIONAL	1	/* accept any, tell in tlsock_info */
#define TLSOCK_VERIFY_REQUIRED	2	/* refuse what does not verify */

/* Values of TLSOCK_CLIENT_CERT: what a server asks of its clients */
#define TLSOCK_CLIENT_CERT_NONE		0
#define TLSOCK_CLIENT_CERT_REQUEST	1	/* ask, accept none */
#define TLSOCK_CLIENT_CERT_REQUIRE	2	/* ask, refuse none */

/* Values of TLSOCK_KEY_UPDATE: whose key to change (RFC 8446 section 4.6.3) */
#define TLSOCK_KEY_UPDATE_OWN	0
#define TLSOCK_KEY_UPDATE_BOTH	1	/* and ask the peer to change its own */

#define TLSOCK_TIMEOUT_MS_DEFAULT	15000
#define TLSOCK_TIMEOUT_MS_MAX		600000

/* States of a socket, tlsock_info.state */
enum tlsock_state {
	TLSOCK_STATE_INIT,
	TLSOCK_STATE_CONNECTING,	/* TCP is being established */
	TLSOCK_STATE_LISTEN,
	TLSOCK_STATE_HANDSHAKE,
	TLSOCK_STATE_ESTABLISHED,
	TLSOCK_STATE_FAILED,
	TLSOCK_STATE_CLOSED,
};

/* tlsock_info.flags */
#define TLSOCK_INFO_VERIFIED	(1U << 0)	/* the peer proved its identity */
#define TLSOCK_INFO_RESUMED	(1U << 1)
#define TLSOCK_INFO_TRUNCATED	(1U << 2)	/* the peer ended without close_notify */
#define TLSOCK_INFO_RX_EOF	(1U << 3)	/* the peer sent close_notify */

/**
 * struct tlsock_info - what a TLS socket is doing
 * @size: bytes of this struct in the kernel; the caller gets at most its own
 * @state: enum tlsock_state
 * @role: enum tlsock_role
 * @version: TLS version as on the wire (0x0303, 0x0304), 0 before
 * @cipher: IANA number of the cipher suite, 0 before
 * @group: IANA number of the key exchange group, 0 if none or not known
 * @flags: TLSOCK_INFO_*
 * @rekeys: KeyUpdates done, both directions
 */
struct tlsock_info {
	__u32	size;
	__u8	state;
	__u8	role;
	__u16	version;
	__u16	cipher;
	__u16	group;
	__u32	flags;
	__u32	rekeys;
};

/**
 * struct tlsock_error - why a connection failed; stays until the next start
 * @error: positive errno, 0 if nothing failed
 * @stage: enum tlsock_stage
 * @alert_sent: description of the alert sent (RFC 8446 section 6), -1 if none
 * @alert_received: description of the alert received, -1 if none
 * @verify_code: X509_V_ERR_*, 0 if the certificate was not the reason
 * @verify_depth: certificate at fault, 0 is the peer's own
 * @text: one sentence, NUL terminated
 */
struct tlsock_error {
	__s32	error;
	__u32	stage;
	__s16	alert_sent;
	__s16	alert_received;
	__s32	verify_code;
	__u32	verify_depth;
	char	text[TLSOCK_MAX_TEXT + 1];
};

/* tlsock_peer.flags */
#define TLSOCK_PEER_VERIFIED	(1U << 0)	/* the peer proved that it is the one */
#define TLSOCK_PEER_MORE	(1U << 1)	/* not all names of the certificate are here */
#define TLSOCK_MAX_SERIAL	20	/* RFC 5280 section 4.1.2.2 */

/**
 * struct tlsock_peer - whom the peer's certificate is for
 * @size: bytes of this struct; the names begin there
 * @flags: TLSOCK_PEER_*
 * @not_after: end of its validity, seconds since 1970
 * @sha256: hash of the certificate's DER
 * @issuer_sha256: hash of its issuer's name, as DER; lists of revoked ones go by it
 * @serial: serial number, big endian
 * @serial_length: bytes of @serial, 0 if it is longer than that
 * @reserved: 0
 * @names_length: bytes of the names with the NUL of each
 *
 * The first name is the subject, for people to read and maybe empty. Behind it
 * stand those of the subjectAltName with their kind before them: "DNS:", "IP:", "URI:"
 * or "EMAIL:"; "PSK:" and an identity of a pre-shared key. All are printable ASCII.
 */
struct tlsock_peer {
	__u32	size;
	__u32	flags;
	__s64	not_after;
	__u8	sha256[32];
	__u8	issuer_sha256[32];
	__u8	serial[TLSOCK_MAX_SERIAL];
	__u8	serial_length;
	__u8	reserved;
	__u16	names_length;
};

#endif /* _UAPI_LINUX_TLSOCK_H */
