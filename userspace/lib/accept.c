// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parser of the reply to ACCEPT. The bytes come from the kernel, yet every
 * length and every enumeration is checked: a mismatch of versions between
 * module and helper must fail one request with a sentence, not the helper.
 */
#include "accept.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <linux/netlink.h>

#include "attribute.h"

static bool get_enum(const struct tl_attribute *a, uint32_t max, int *out)
{
	uint32_t value;

	if (!tl_attribute_u32(a, &value) || value > max)
		return false;
	*out = (int)value;
	return true;
}

/* What is wrong with a request whose attribute of that number is */
static const char *const mistakes[] = {
	[TLSOCK_A_REQUEST_ID] = "the kernel's request has a malformed id",
	[TLSOCK_A_REQUEST_SOCKFD] = "the kernel's request has a malformed descriptor",
	[TLSOCK_A_REQUEST_ROLE] = "the kernel's request has an unknown role",
	[TLSOCK_A_REQUEST_TIMEOUT_MS] = "the kernel's request has a malformed timeout",
	[TLSOCK_A_REQUEST_LOCAL] = "the kernel's request has a malformed local address",
	[TLSOCK_A_REQUEST_REMOTE] = "the kernel's request has a malformed remote address",
	[TLSOCK_A_REQUEST_SERVER_NAME] = "the kernel's request has a malformed server name",
	[TLSOCK_A_REQUEST_ALPN] = "the kernel's request has a malformed ALPN list",
	[TLSOCK_A_REQUEST_PROFILE] = "the kernel's request has a malformed profile name",
	[TLSOCK_A_REQUEST_VERIFY] = "the kernel's request has an unknown verify mode",
	[TLSOCK_A_REQUEST_CLIENT_CERT] = "the kernel's request has an unknown client-cert mode",
	[TLSOCK_A_REQUEST_UID] = "the kernel's request has a malformed uid",
	[TLSOCK_A_REQUEST_GID] = "the kernel's request has a malformed gid",
	[TLSOCK_A_REQUEST_PID] = "the kernel's request has a malformed pid",
	[TLSOCK_A_REQUEST_CGROUP] = "the kernel's request has a malformed cgroup id",
	[TLSOCK_A_REQUEST_OWN_FD] = "the kernel's request has a malformed second descriptor",
	[TLSOCK_A_REQUEST_OWN_ID] = "the kernel's request has malformed credentials",
	[TLSOCK_A_REQUEST_OWN_CERT] = "the kernel's request has a certificate that is too long",
	[TLSOCK_A_REQUEST_OWN_KEY] = "the kernel's request has a key that is too long",
	[TLSOCK_A_REQUEST_OWN_CA] = "the kernel's request has too many trust anchors",
};

static bool get_fd(const struct tl_attribute *a, int *out)
{
	uint32_t value;

	if (!tl_attribute_u32(a, &value) || value > INT32_MAX)
		return false;
	*out = (int)value;
	return true;
}

static bool get_length(const struct tl_attribute *a, uint32_t max, uint32_t *out)
{
	return tl_attribute_u32(a, out) && *out <= max;
}

/* Stores one attribute. Returns whether its value is valid. */
static bool get_attribute(const struct tl_attribute *a, struct tl_request *r)
{
	switch (a->type) {
	case TLSOCK_A_REQUEST_ID:
		r->has_id = tl_attribute_u32(a, &r->id);
		return r->has_id;
	case TLSOCK_A_REQUEST_SOCKFD:
		return get_fd(a, &r->fd);
	case TLSOCK_A_REQUEST_ROLE:
		return tl_attribute_u32(a, &r->role) && r->role <= TLSOCK_ROLE_SERVER;
	case TLSOCK_A_REQUEST_TIMEOUT_MS:
		return tl_attribute_u32(a, &r->timeout_ms);
	case TLSOCK_A_REQUEST_LOCAL:
		return tl_attribute_address(a, &r->local);
	case TLSOCK_A_REQUEST_REMOTE:
		return tl_attribute_address(a, &r->remote);
	case TLSOCK_A_REQUEST_SERVER_NAME:
		return tl_attribute_text(a, r->server_name, sizeof(r->server_name));
	case TLSOCK_A_REQUEST_ALPN:
		return tl_attribute_text(a, r->alpn, sizeof(r->alpn));
	case TLSOCK_A_REQUEST_PROFILE:
		return tl_attribute_text(a, r->profile, sizeof(r->profile));
	case TLSOCK_A_REQUEST_VERIFY:
		return get_enum(a, TLSOCK_VERIFY_REQUIRED, &r->verify);
	case TLSOCK_A_REQUEST_CLIENT_CERT:
		return get_enum(a, TLSOCK_CLIENT_CERT_REQUIRE, &r->client_cert);
	case TLSOCK_A_REQUEST_NO_RESUME:
		r->no_resume = 1;
		return true;
	case TLSOCK_A_REQUEST_PEER_CERT:
		r->peer_cert = 1;
		return true;
	case TLSOCK_A_REQUEST_UID:
		return tl_attribute_u32(a, &r->uid);
	case TLSOCK_A_REQUEST_GID:
		return tl_attribute_u32(a, &r->gid);
	case TLSOCK_A_REQUEST_PID:
		return tl_attribute_u32(a, &r->pid);
	case TLSOCK_A_REQUEST_CGROUP:
		return tl_attribute_u64(a, &r->cgroup);
	case TLSOCK_A_REQUEST_OWN_FD:
		return get_fd(a, &r->own_fd);
	case TLSOCK_A_REQUEST_OWN_ID:
		return tl_attribute_u64(a, &r->own.id);
	case TLSOCK_A_REQUEST_OWN_CERT:
		return get_length(a, TLSOCK_MAX_CERT, &r->own.cert);
	case TLSOCK_A_REQUEST_OWN_KEY:
		return get_length(a, TLSOCK_MAX_KEY, &r->own.key);
	case TLSOCK_A_REQUEST_OWN_CA:
		return get_length(a, TLSOCK_MAX_CA, &r->own.ca);
	}
	return true;
}

/* Attributes that no request can do without */
static const char *check_complete(const struct tl_request *r, uint64_t seen)
{
	if (!r->has_id)
		return "the kernel's request has no id";
	if (r->fd < 0)
		return "the kernel's request has no descriptor";
	if (!(seen & (1ULL << TLSOCK_A_REQUEST_ROLE)))
		return "the kernel's request has no role";
	if (!(seen & (1ULL << TLSOCK_A_REQUEST_TIMEOUT_MS)))
		return "the kernel's request has no timeout";
	if (r->local.ss_family && r->remote.ss_family &&
	    r->local.ss_family != r->remote.ss_family)
		return "the kernel's request has addresses of two families";
	if ((r->own_fd >= 0) != (tl_own_size(&r->own) != 0))
		return "the kernel's request has credentials without a descriptor, or none";
	return NULL;
}

/* A peer that is gone has no address any more: its handshake will fail by itself. */
static void fill_addresses(struct tl_request *r)
{
	if (!r->local.ss_family)
		r->local.ss_family = r->remote.ss_family ? r->remote.ss_family : AF_INET;
	if (!r->remote.ss_family)
		r->remote.ss_family = r->local.ss_family;
}

static void parse_request(const struct tl_attribute *nest, struct tl_request *r)
{
	struct tl_attributes rest;
	struct tl_attribute a;
	const char *mistake = NULL;
	uint64_t seen = 0;
	int more;

	memset(r, 0, sizeof(*r));
	r->fd = -1;
	r->own_fd = -1;
	r->verify = -1;
	r->client_cert = -1;
	tl_attributes_init(&rest, nest->data, nest->length);
	while ((more = tl_attributes_next(&rest, &a)) > 0) {
		/* The first mistake counts, but id and descriptor may come later. */
		if (!get_attribute(&a, r) && !mistake)
			mistake = mistakes[a.type];
		if (a.type <= TLSOCK_A_REQUEST_MAX)
			seen |= 1ULL << a.type;
	}
	if (more < 0 && !mistake)
		mistake = "the kernel's request is cut";
	fill_addresses(r);
	r->mistake = mistake ? mistake : check_complete(r, seen);
}

int tl_accept_parse(const void *data, size_t length, struct tl_accept *out)
{
	struct tl_attributes rest;
	struct tl_attribute a;
	int more;

	out->n = 0;
	out->pending = 0;
	tl_attributes_init(&rest, data, length);
	while ((more = tl_attributes_next(&rest, &a)) > 0) {
		if (a.type == TLSOCK_A_ACCEPT_REQUEST) {
			if (out->n == TLSOCK_MAX_ACCEPT)
				return -EBADMSG;
			parse_request(&a, &out->requests[out->n++]);
		} else if (a.type == TLSOCK_A_ACCEPT_PENDING) {
			if (!tl_attribute_u32(&a, &out->pending))
				return -EBADMSG;
		}
	}
	return more;
}
