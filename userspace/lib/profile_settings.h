/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a [profile NAME] section says, as plain data. */
#ifndef TLSOCK_LIB_PROFILE_SETTINGS_H
#define TLSOCK_LIB_PROFILE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "list.h"

#define TL_VERSION_1_2	0x0303
#define TL_VERSION_1_3	0x0304

/* What a FIN without close_notify is to the program (RFC 8446 section 6.1) */
#define TL_TRUNCATION_ERROR	0
#define TL_TRUNCATION_EOF	1
/* What becomes of a certificate whose issuer has no current revocation list */
enum {
	TL_CRL_REQUIRED,	/* it is refused */
	TL_CRL_AVAILABLE,	/* it is accepted */
};

/* What a server's certificate without an OCSP response is to a client */
enum {
	TL_OCSP_AVAILABLE,	/* good, unless it asks for one itself */
	TL_OCSP_REQUIRED,	/* refused */
	TL_OCSP_NO,		/* it is not asked for one */
};

/* Peers of NFS whose certificate's extKeyUsage names RPC over TLS (RFC 9289 section 7.3) */
enum {
	TL_RPC_PURPOSE_ACCEPTED,	/* are as good as other servers and clients of TLS */
	TL_RPC_PURPOSE_REQUIRED,	/* are the only ones */
};

/* A file of the service manager (systemd.exec(5), LoadCredential=), by its name */
#define TL_CREDENTIAL	"credential:"

/* Most certificates of a profile */
#define TL_CERTIFICATES_MAX	8

/**
 * struct tl_more - file names beyond the first
 * @n: their number
 * @path: the names
 */
struct tl_more {
	unsigned int	n;
	char		*path[TL_CERTIFICATES_MAX - 1];
};

/**
 * struct tl_profile - one [profile NAME] section
 * @name: its name
 * @file: file that it was read from, for messages
 * @line: line of the section's heading
 * @certificate: PEM file with the certificate chain, leaf first; NULL if none
 * @key: PEM file with the private key, NULL if none
 * @more_certificates: of a server, to choose from
 * @more_keys: theirs, in the same order
 * @passphrase: file with what the keys are encrypted with, NULL if they are not
 * @psk: file with pre-shared keys, in place of certificates; NULL if none
 * @ca: PEM file with trust anchors, NULL for those of the system
 * @crl: file or folder with revocation lists, NULL for none
 * @crl_check: TL_CRL_*
 * @ocsp_check: TL_OCSP_AVAILABLE, TL_OCSP_REQUIRED or TL_OCSP_NO
 * @rpc_purpose: TL_RPC_PURPOSE_*
 * @min_version: lowest TLS version, TL_VERSION_*
 * @max_version: highest TLS version, TL_VERSION_*
 * @ciphers: colon separated cipher suites (IANA names), NULL for the default
 * @groups: colon separated key exchange groups, NULL for the default
 * @signatures: colon separated signature schemes, NULL for the default
 * @legacy: TL_LEGACY_* that are allowed
 * @alpn: comma separated application protocols, NULL for none
 * @server_name: name for clients that set none, NULL for none
 * @verify: TLSOCK_VERIFY_* for clients that set none
 * @client_cert: TLSOCK_CLIENT_CERT_* for servers that set none
 * @truncation: TL_TRUNCATION_*
 * @resumption: sessions may be resumed
 * @min_verify: lowest TLSOCK_VERIFY_* that a program may set
 * @min_client_cert: lowest TLSOCK_CLIENT_CERT_* that a program may set
 * @allow_user: users that may use it; all may if @allow_group is empty too
 * @allow_group: groups that may use it
 * @mistaken: its keys do not fit together, which was reported
 */
struct tl_profile {
	char		*name;
	char		*file;
	int		line;
	char		*certificate;
	char		*key;
	struct tl_more	more_certificates;
	struct tl_more	more_keys;
	char		*passphrase;
	char		*psk;
	char		*ca;
	char		*crl;
	int		crl_check;
	int		ocsp_check;
	int		rpc_purpose;
	uint16_t	min_version;
	uint16_t	max_version;
	char		*ciphers;
	char		*groups;
	char		*signatures;
	int		legacy;
	char		*alpn;
	char		*server_name;
	int		verify;
	int		client_cert;
	int		truncation;
	int		resumption;
	int		min_verify;
	int		min_client_cert;
	struct tl_list	allow_user;
	struct tl_list	allow_group;
	bool		mistaken;
};

#endif
