/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a client means to talk to: what has to stand in the certificate. */
#ifndef TLSOCKD_IDENTITY_H
#define TLSOCKD_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define TD_IDENTITY_TEXT	256

struct tl_cert;

/**
 * struct td_identity - a host name or an IP address
 * @host: name without trailing dot, "" if it is an address
 * @address: in network order
 * @address_length: 4 or 16, 0 if it is a name
 */
struct td_identity {
	char	host[TD_IDENTITY_TEXT];
	uint8_t	address[16];
	uint8_t	address_length;
};

/**
 * td_identity_set - take a name or an address from text, else a socket address
 * @identity: filled on success
 * @name: host name, IPv4 or IPv6 address (brackets and zone are dropped), ""
 *	if none was given
 * @remote: used if there is no name
 *
 * Return: 0, -EINVAL if @name can be neither (RFC 1123 section 2.1)
 */
int td_identity_set(struct td_identity *identity, const char *name,
		    const struct sockaddr_storage *remote);

/** td_identity_matches - does the certificate name it? */
bool td_identity_matches(const struct td_identity *identity, const struct tl_cert *cert);

/** td_identity_text - as text into @text of TD_IDENTITY_TEXT bytes; returns @text */
const char *td_identity_text(const struct td_identity *identity, char *text);

#endif
