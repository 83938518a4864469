// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which sessions are wanted.
 */
#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/list.h"
#include "../lib/names.h"
#include "../lib/user.h"

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* A whole decimal number up to @max */
static int number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno || *end || *out > max ? -EINVAL : 0;
}

int tc_filter_role(struct tc_filter *filter, const char *text)
{
	for (uint32_t role = TLSOCK_ROLE_CLIENT; role <= TLSOCK_ROLE_SERVER; role++) {
		if (!strcmp(text, tl_names_role(role))) {
			filter->role = role;
			filter->has |= TC_FILTER_ROLE;
			return 0;
		}
	}
	return -EINVAL;
}

int tc_filter_peer(struct tc_filter *filter, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	unsigned long bits, most = 128;

	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';
	if (inet_pton(AF_INET, address, filter->peer + sizeof(mapped)) == 1) {
		memcpy(filter->peer, mapped, sizeof(mapped));
		most = 32;
	} else if (inet_pton(AF_INET6, address, filter->peer) != 1) {
		return -EINVAL;
	}
	bits = most;
	if (slash && number(slash + 1, most, &bits))
		return -EINVAL;
	filter->peer_bits = (unsigned int)(128 - most + bits);
	filter->has |= TC_FILTER_PEER;
	return 0;
}

int tc_filter_port(struct tc_filter *filter, const char *text)
{
	unsigned long port;

	if (number(text, UINT16_MAX, &port) || !port)
		return -EINVAL;
	filter->port = (uint16_t)port;
	filter->has |= TC_FILTER_PORT;
	return 0;
}

int tc_filter_user(struct tc_filter *filter, const char *text)
{
	unsigned long number_of;
	uid_t uid;
	gid_t gid;

	if (!tl_user_find(text, &uid, &gid))
		filter->uid = uid;
	else if (!number(text, UINT32_MAX, &number_of))
		filter->uid = (uint32_t)number_of;
	else
		return -EINVAL;
	filter->has |= TC_FILTER_UID;
	return 0;
}

static bool is_peer(const struct tc_filter *filter, const struct sockaddr_storage *address)
{
	unsigned char bytes[16];

	if (address->ss_family == AF_INET) {
		memcpy(bytes, mapped, sizeof(mapped));
		memcpy(bytes + sizeof(mapped), &((const struct sockaddr_in *)address)->sin_addr, 4);
	} else if (address->ss_family == AF_INET6) {
		memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
	} else {
		return false;
	}
	return tl_prefix_matches(filter->peer, filter->peer_bits, bytes);
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)address)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
}

static bool is_name(const char *wanted, const char *name)
{
	size_t length = strlen(name), suffix = strlen(wanted);

	if (strncmp(wanted, "*.", 2))
		return !strcasecmp(wanted, name);
	return length > suffix - 1 && !strcasecmp(name + length - (suffix - 1), wanted + 1);
}

static bool is_suite(const char *wanted, const struct tc_session *session)
{
	char text[8], hex[8];

	if (!session->version)
		return false;
	snprintf(hex, sizeof(hex), "0x%04x", session->cipher);
	return !strcasecmp(wanted, hex) || strcasestr(tc_session_suite(session, text), wanted);
}

bool tc_filter_wants(const struct tc_filter *filter, const struct tc_session *session)
{
	if ((filter->has & TC_FILTER_ROLE) && session->role != filter->role)
		return false;
	if ((filter->has & TC_FILTER_PEER) && !is_peer(filter, &session->remote))
		return false;
	if ((filter->has & TC_FILTER_PORT) && port_of(&session->local) != filter->port &&
	    port_of(&session->remote) != filter->port)
		return false;
	if ((filter->has & TC_FILTER_UID) && session->uid != filter->uid)
		return false;
	if ((filter->has & TC_FILTER_RESUMED) && !session->resumed)
		return false;
	if (filter->name && !is_name(filter->name, session->server_name))
		return false;
	return !filter->suite || is_suite(filter->suite, session);
}
