/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program asked for with the options of level SOL_TLSOCK.
 */
#ifndef _TLSOCK_OPTION_H
#define _TLSOCK_OPTION_H

#include <linux/refcount.h>
#include <linux/sockptr.h>
#include <linux/types.h>

#include "credential.h"

struct tlsock_sock;

/**
 * struct tlsock_cfg - what the program asked for; shared by a listener and
 *	its children, unchanged once the socket connects or listens
 * @ref: its users
 * @timeout_ms: deadline of the handshake
 * @verify: TLSOCK_VERIFY_*, -1 if not set
 * @client_cert: TLSOCK_CLIENT_CERT_*, -1 if not set
 * @no_resume: TLSOCK_RESUME is 0
 * @peer_cert: TLSOCK_PEER_CERT is 1
 * @own_id: of what is in @own; random, as a helper outlives the module
 * @own: credentials by enum tlsock_credential_kind, NULL if not set
 * @server_name: NULL if not set
 * @alpn: comma list, NULL if not set
 * @profile: NULL if not set
 */
struct tlsock_cfg {
	refcount_t	ref;
	u32		timeout_ms;
	s8		verify;
	s8		client_cert;
	bool		no_resume;
	bool		peer_cert;
	u64		own_id;
	struct tlsock_credential *own[TLSOCK_CREDENTIAL_N];
	char		*server_name;
	char		*alpn;
	char		*profile;
};

void tlsock_option_put(struct tlsock_cfg *cfg);
struct tlsock_cfg *tlsock_option_get(struct tlsock_cfg *cfg);
u32 tlsock_option_timeout_ms(const struct tlsock_cfg *cfg);
int tlsock_option_set(struct tlsock_sock *ts, int name, sockptr_t value, unsigned int len);
int tlsock_option_set_credential(struct tlsock_sock *ts, int kind,
				 struct tlsock_credential *credential);
int tlsock_option_read(struct tlsock_sock *ts, int name, char __user *value, int __user *len);

#endif /* _TLSOCK_OPTION_H */
