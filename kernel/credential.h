/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Certificates, keys and trust anchors that a program brings (TLSOCK_CERT,
 * TLSOCK_KEY, TLSOCK_CA).
 */
#ifndef _TLSOCK_CREDENTIAL_H
#define _TLSOCK_CREDENTIAL_H

#include <linux/refcount.h>
#include <linux/sockptr.h>
#include <linux/types.h>

struct file;
struct tlsock_cfg;

enum tlsock_credential_kind {
	TLSOCK_CREDENTIAL_CERT,
	TLSOCK_CREDENTIAL_KEY,
	TLSOCK_CREDENTIAL_CA,
	TLSOCK_CREDENTIAL_N,
};

/**
 * struct tlsock_credential - what a file held when the option was set
 * @ref: its users
 * @length: bytes of @data
 * @data: never changed, wiped at the end
 */
struct tlsock_credential {
	refcount_t	ref;
	u32		length;
	u8		data[] __counted_by(length);
};

int tlsock_credential_kind(int name);
int tlsock_credential_read(int kind, sockptr_t value, unsigned int len,
			   struct tlsock_credential **out);
struct tlsock_credential *tlsock_credential_get(struct tlsock_credential *credential);
void tlsock_credential_put(struct tlsock_credential *credential);
struct file *tlsock_credential_file(struct tlsock_cfg *cfg);

#endif /* _TLSOCK_CREDENTIAL_H */
