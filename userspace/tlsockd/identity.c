// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names and addresses of peers. IPv4 addresses mapped into IPv6 count as
 * IPv4, because certificates name them so.
 */
#include "identity.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../lib/cert.h"

#define HOST_MAX	253
#define LABEL_MAX	63

static void set_address6(struct td_identity *identity, const struct in6_addr *address)
{
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		memcpy(identity->address, address->s6_addr + 12, 4);
		identity->address_length = 4;
		return;
	}
	memcpy(identity->address, address, 16);
	identity->address_length = 16;
}

static bool set_address_text(struct td_identity *identity, const char *name)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr address6;
	size_t length;

	if (name[0] == '[')
		name++;
	length = strcspn(name, "]%");
	if (length >= sizeof(text))
		return false;
	memcpy(text, name, length);
	text[length] = '\0';
	if (inet_pton(AF_INET, text, identity->address) == 1) {
		identity->address_length = 4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &address6) != 1)
		return false;
	set_address6(identity, &address6);
	return true;
}

static int set_host(struct td_identity *identity, const char *name)
{
	size_t length = strlen(name), label = 0, i;

	if (length && name[length - 1] == '.')
		length--;
	if (length == 0 || length > HOST_MAX)
		return -EINVAL;
	for (i = 0; i < length; i++) {
		if (name[i] == '.') {
			if (label == 0)
				return -EINVAL;
			label = 0;
			continue;
		}
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
			return -EINVAL;
		if (++label > LABEL_MAX)
			return -EINVAL;
	}
	memcpy(identity->host, name, length);
	identity->host[length] = '\0';
	return 0;
}

int td_identity_set(struct td_identity *identity, const char *name,
		    const struct sockaddr_storage *remote)
{
	struct td_identity made = { 0 };
	int ret = 0;

	if (!name[0] && remote->ss_family == AF_INET) {
		memcpy(made.address, &((const struct sockaddr_in *)remote)->sin_addr, 4);
		made.address_length = 4;
	} else if (!name[0] && remote->ss_family == AF_INET6) {
		set_address6(&made, &((const struct sockaddr_in6 *)remote)->sin6_addr);
	} else if (!set_address_text(&made, name)) {
		ret = set_host(&made, name);
	}
	if (ret == 0)
		*identity = made;
	return ret;
}

bool td_identity_matches(const struct td_identity *identity, const struct tl_cert *cert)
{
	if (identity->address_length)
		return tl_cert_has_address(cert, identity->address, identity->address_length);
	return tl_cert_has_host(cert, identity->host);
}

const char *td_identity_text(const struct td_identity *identity, char *text)
{
	int family = identity->address_length == 4 ? AF_INET : AF_INET6;

	if (!identity->address_length ||
	    !inet_ntop(family, identity->address, text, TD_IDENTITY_TEXT))
		snprintf(text, TD_IDENTITY_TEXT, "%s", identity->host);
	return text;
}
