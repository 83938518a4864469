// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel does not say who asks, but no two consumers ask alike: RPC by
 * certificates, NVMe by pre-shared keys, and each end in its role.
 */
#include "consumer.h"

#include <stdbool.h>
#include <string.h>

#include "accept.h"
#include "attribute.h"

/*
 * Deadlines of those who set none, milliseconds: a bit less than what RPC's
 * client and server wait for, so that they hear the reason.
 */
#define CLIENT_TIMEOUT	9500
#define SERVER_TIMEOUT	4500

/* Message types */
#define CLIENT_HELLO	1
#define SERVER_HELLO	2

const char *tl_consumer_name(uint32_t consumer)
{
	static const char *const names[TL_CONSUMER_N] = {
		[TL_CONSUMER_PROGRAM] = "program",
		[TL_CONSUMER_NFS] = "nfs",
		[TL_CONSUMER_NFSD] = "nfsd",
		[TL_CONSUMER_NVME_HOST] = "nvme-host",
		[TL_CONSUMER_NVME_TARGET] = "nvme-target",
	};

	return consumer < TL_CONSUMER_N ? names[consumer] : "unknown";
}

int tl_consumer_role(int consumer)
{
	switch (consumer) {
	case TL_CONSUMER_NFS:
	case TL_CONSUMER_NVME_HOST:
		return TLSOCK_ROLE_CLIENT;
	case TL_CONSUMER_NFSD:
	case TL_CONSUMER_NVME_TARGET:
		return TLSOCK_ROLE_SERVER;
	}
	return -1;
}

static bool get_serial(const struct tl_attribute *a, int32_t *out)
{
	uint32_t value;

	if (!tl_attribute_u32(a, &value))
		return false;
	*out = (int32_t)value;
	return true;
}

static bool get_psk(const struct tl_attribute *a, struct tl_kernel *kernel)
{
	int32_t serial;

	if (!get_serial(a, &serial))
		return false;
	/* A server gets a zero: it does not know yet who the client is. */
	if (serial && kernel->n_psks < TL_CONSUMER_MAX_KEYS)
		kernel->psks[kernel->n_psks++] = serial;
	return true;
}

static bool get_certificate(const struct tl_attribute *nest, struct tl_kernel *kernel)
{
	struct tl_attributes rest;
	struct tl_attribute a;
	int more;

	tl_attributes_init(&rest, nest->data, nest->length);
	while ((more = tl_attributes_next(&rest, &a)) > 0) {
		if (a.type == TL_HANDSHAKE_A_X509_CERT && !get_serial(&a, &kernel->certificate))
			return false;
		if (a.type == TL_HANDSHAKE_A_X509_PRIVKEY && !get_serial(&a, &kernel->private_key))
			return false;
	}
	return !more;
}

/* What is wrong with a request whose attribute of that number is */
static const char *const mistakes[] = {
	[TL_HANDSHAKE_A_ACCEPT_SOCKFD] = "the kernel's request has a malformed descriptor",
	[TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE] = "the kernel's request has a malformed type",
	[TL_HANDSHAKE_A_ACCEPT_TIMEOUT] = "the kernel's request has a malformed timeout",
	[TL_HANDSHAKE_A_ACCEPT_AUTH_MODE] = "the kernel's request has a malformed auth mode",
	[TL_HANDSHAKE_A_ACCEPT_PEER_IDENTITY] = "the kernel's request has a malformed identity",
	[TL_HANDSHAKE_A_ACCEPT_CERTIFICATE] = "the kernel's request has a malformed certificate",
	[TL_HANDSHAKE_A_ACCEPT_PEERNAME] = "the kernel's request has a malformed peer name",
	[TL_HANDSHAKE_A_ACCEPT_KEYRING] = "the kernel's request has a malformed keyring",
};

/* Stores one attribute. Returns whether its value is valid. */
static bool get_attribute(const struct tl_attribute *a, struct tl_request *r, uint32_t *type)
{
	struct tl_kernel *kernel = &r->kernel;

	switch (a->type) {
	case TL_HANDSHAKE_A_ACCEPT_SOCKFD:
		return get_serial(a, &r->fd);
	case TL_HANDSHAKE_A_ACCEPT_MESSAGE_TYPE:
		return tl_attribute_u32(a, type);
	case TL_HANDSHAKE_A_ACCEPT_TIMEOUT:
		return tl_attribute_u32(a, &r->timeout_ms);
	case TL_HANDSHAKE_A_ACCEPT_AUTH_MODE:
		return tl_attribute_u32(a, &kernel->auth);
	case TL_HANDSHAKE_A_ACCEPT_PEER_IDENTITY:
		return get_psk(a, kernel);
	case TL_HANDSHAKE_A_ACCEPT_CERTIFICATE:
		return get_certificate(a, kernel);
	case TL_HANDSHAKE_A_ACCEPT_PEERNAME:
		return tl_attribute_text(a, r->server_name, sizeof(r->server_name));
	case TL_HANDSHAKE_A_ACCEPT_KEYRING:
		return get_serial(a, &kernel->keyring);
	}
	return true;
}

static const char *check(struct tl_request *r, uint32_t type)
{
	struct tl_kernel *kernel = &r->kernel;
	bool psk = kernel->auth == TL_AUTH_PSK;

	if (r->fd < 0)
		return "the kernel's request has no descriptor";
	if (kernel->auth < TL_AUTH_NONE || kernel->auth > TL_AUTH_X509)
		return "the kernel's request has an unknown auth mode";
	if (type == CLIENT_HELLO)
		kernel->consumer = psk ? TL_CONSUMER_NVME_HOST : TL_CONSUMER_NFS;
	else if (type == SERVER_HELLO)
		kernel->consumer = psk ? TL_CONSUMER_NVME_TARGET : TL_CONSUMER_NFSD;
	else
		return "the kernel's request has an unknown type";
	r->role = type == CLIENT_HELLO ? TLSOCK_ROLE_CLIENT : TLSOCK_ROLE_SERVER;
	if (!r->timeout_ms)
		r->timeout_ms = type == CLIENT_HELLO ? CLIENT_TIMEOUT : SERVER_TIMEOUT;
	return NULL;
}

void tl_consumer_parse(const void *data, size_t length, struct tl_request *out)
{
	struct tl_attributes rest;
	const char *mistake = NULL;
	struct tl_attribute a;
	uint32_t type = 0;
	int more;

	memset(out, 0, sizeof(*out));
	out->fd = -1;
	out->own_fd = -1;
	out->verify = -1;
	out->client_cert = -1;
	out->no_resume = 1;
	tl_attributes_init(&rest, data, length);
	while ((more = tl_attributes_next(&rest, &a)) > 0) {
		/* The first mistake counts, but the descriptor may come later. */
		if (!get_attribute(&a, out, &type) && !mistake)
			mistake = mistakes[a.type];
	}
	if (more < 0 && !mistake)
		mistake = "the kernel's request is cut";
	if (!mistake)
		mistake = check(out, type);
	/* An unknown consumer is one all the same. */
	if (mistake)
		out->kernel.consumer = TL_CONSUMER_N;
	out->mistake = mistake;
	/* DONE names a request by its descriptor. */
	out->has_id = out->fd >= 0;
	out->id = (uint32_t)out->fd;
}
