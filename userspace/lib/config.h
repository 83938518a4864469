/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of tlsockd as plain data: what the INI files say, checked
 * and with defaults filled in. No file that it names is opened here.
 */
#ifndef TLSOCK_LIB_CONFIG_H
#define TLSOCK_LIB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tlsock.h>

#include "list.h"

struct tl_rule;

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
 * @ca: PEM file with trust anchors, NULL for those of the system
 * @crl: file or folder with revocation lists, NULL for none
 * @crl_check: TL_CRL_*
 * @min_version: lowest TLS version, TL_VERSION_*
 * @max_version: highest TLS version, TL_VERSION_*
 * @ciphers: colon separated cipher suites (IANA names), NULL for the default
 * @groups: colon separated key exchange groups, NULL for the default
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
	char		*ca;
	char		*crl;
	int		crl_check;
	uint16_t	min_version;
	uint16_t	max_version;
	char		*ciphers;
	char		*groups;
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

/**
 * struct tl_config - everything that the files say
 * @workers: worker processes, 0 for one per processor
 * @user: user that workers run as
 * @handshakes: most handshakes that one worker runs at a time
 * @kernel_consumers: NFS and NVMe are served as well
 * @ticket_keys: file with the keys of tickets that a fleet shares, NULL for own ones
 * @log_level: syslog priority up to which messages are written
 * @profiles: all profiles; there is always one called "default"
 * @n_profiles: their number
 * @rules: all rules, in the order in which they are tried
 * @n_rules: their number
 */
struct tl_config {
	unsigned int		workers;
	char			*user;
	unsigned int		handshakes;
	int			kernel_consumers;
	char			*ticket_keys;
	int			log_level;
	struct tl_profile	*profiles;
	size_t			n_profiles;
	struct tl_rule		*rules;
	size_t			n_rules;
};

/**
 * tl_config_read - read the configuration file and its profiles.d folder
 * @path: main file; "profiles.d/" beside it is read too, in name order
 * @out: the configuration, owned by the caller; untouched on error
 * @report: called for each mistake with file, line (0: the whole file) and a
 *	sentence that says what is allowed
 * @arg: passed to @report
 *
 * All mistakes are reported, not only the first. A missing main file is one.
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int tl_config_read(const char *path, struct tl_config **out,
		   void (*report)(void *arg, const char *file, int line, const char *text),
		   void *arg);

/**
 * tl_config_read_on - read the configuration, and keep it in spite of mistakes
 * @path: as for tl_config_read()
 * @out: the configuration; after -EINVAL what was good in it, to look for more
 *	mistakes. Owned by the caller, NULL after -ENOMEM
 * @report: as for tl_config_read()
 * @arg: passed to @report
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int tl_config_read_on(const char *path, struct tl_config **out,
		      void (*report)(void *arg, const char *file, int line, const char *text),
		      void *arg);

/** tl_config_free - free a configuration; NULL is allowed */
void tl_config_free(struct tl_config *config);

/** tl_config_profile - find a profile; "" and NULL mean "default"; NULL if absent */
const struct tl_profile *tl_config_profile(const struct tl_config *config, const char *name);

#endif
