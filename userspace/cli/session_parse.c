// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SESSIONS answers, from bytes to struct tc_session. Talks to nobody.
 */
#include "session.h"

#include <errno.h>
#include <string.h>

#include "../lib/attribute.h"

static bool get_flag(bool *out)
{
	*out = true;
	return true;
}

static bool get_peer(const struct tl_attribute *a, struct tc_session *s)
{
	if (a->length < sizeof(s->peer))
		return false;
	memcpy(&s->peer, a->data, sizeof(s->peer));
	if (s->peer.size != sizeof(s->peer) || s->peer.serial_length > sizeof(s->peer.serial) ||
	    !s->peer.names_length || s->peer.names_length > sizeof(s->names) ||
	    a->length != sizeof(s->peer) + s->peer.names_length)
		return false;
	memcpy(s->names, (const char *)a->data + sizeof(s->peer), s->peer.names_length);
	return !s->names[s->peer.names_length - 1];
}

static bool parse_one(const struct tl_attribute *a, struct tc_session *s)
{
	switch (a->type) {
	case TLSOCK_A_SESSION_ROLE:
		return tl_attribute_u32(a, &s->role);
	case TLSOCK_A_SESSION_STATE:
		return tl_attribute_u32(a, &s->state);
	case TLSOCK_A_SESSION_LOCAL:
		return tl_attribute_address(a, &s->local);
	case TLSOCK_A_SESSION_REMOTE:
		return tl_attribute_address(a, &s->remote);
	case TLSOCK_A_SESSION_VERSION:
		return tl_attribute_u16(a, &s->version);
	case TLSOCK_A_SESSION_CIPHER:
		return tl_attribute_u16(a, &s->cipher);
	case TLSOCK_A_SESSION_GROUP:
		return tl_attribute_u16(a, &s->group);
	case TLSOCK_A_SESSION_VERIFIED:
		return get_flag(&s->verified);
	case TLSOCK_A_SESSION_RESUMED:
		return get_flag(&s->resumed);
	case TLSOCK_A_SESSION_TRUNCATED:
		return get_flag(&s->truncated);
	case TLSOCK_A_SESSION_REKEYS:
		return tl_attribute_u32(a, &s->rekeys);
	case TLSOCK_A_SESSION_UID:
		return tl_attribute_u32(a, &s->uid);
	case TLSOCK_A_SESSION_PID:
		return tl_attribute_u32(a, &s->pid);
	case TLSOCK_A_SESSION_INODE:
		return tl_attribute_u64(a, &s->inode);
	case TLSOCK_A_SESSION_AGE_MS:
		return tl_attribute_u64(a, &s->age_ms);
	case TLSOCK_A_SESSION_SERVER_NAME:
		return tl_attribute_text(a, s->server_name, sizeof(s->server_name));
	case TLSOCK_A_SESSION_ALPN:
		return tl_attribute_text(a, s->alpn, sizeof(s->alpn));
	case TLSOCK_A_SESSION_PROFILE:
		return tl_attribute_text(a, s->profile, sizeof(s->profile));
	case TLSOCK_A_SESSION_PEER:
		return get_peer(a, s);
	default:
		return true;
	}
}

int tc_session_parse(const void *attributes, size_t size, struct tc_session *session)
{
	const unsigned int needed = 1 << TLSOCK_A_SESSION_ROLE | 1 << TLSOCK_A_SESSION_STATE |
				    1 << TLSOCK_A_SESSION_UID | 1 << TLSOCK_A_SESSION_INODE |
				    1 << TLSOCK_A_SESSION_AGE_MS;
	struct tl_attributes all;
	struct tl_attribute a;
	unsigned int seen = 0;
	int more;

	memset(session, 0, sizeof(*session));
	tl_attributes_init(&all, attributes, size);
	while ((more = tl_attributes_next(&all, &a)) > 0) {
		if (!parse_one(&a, session))
			return -EBADMSG;
		if (a.type <= TLSOCK_A_SESSION_MAX)
			seen |= 1U << a.type;
	}
	return more < 0 || (seen & needed) != needed ? -EBADMSG : 0;
}
