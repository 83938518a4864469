/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One profile of the configuration, ready for use: a wolfSSL context for each
 * role. context.c holds all of them, engine.c starts connections from one.
 */
#ifndef TLSOCKD_PROFILE_H
#define TLSOCKD_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "anchors.h"
#include "../lib/config.h"
#include "crl.h"
#include "leaf.h"
#include "psk_file.h"

struct WOLFSSL_CTX;
struct td_contexts;

/**
 * struct td_mistakes - where mistakes of a profile go
 * @report: as of td_context_build()
 * @arg: passed to @report
 * @profile: the profile at fault
 * @count: counted up by td_profile_mistake()
 */
struct td_mistakes {
	void			(*report)(void *arg, const char *file, int line, const char *text);
	void			*arg;
	const struct tl_profile	*profile;
	unsigned int		count;
};

/** td_profile_mistake - say one sentence about the profile */
void td_profile_mistake(struct td_mistakes *mistakes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Contexts: by TLSOCK_ROLE_*, and one for clients that must not show their certificate */
#define TD_CTX_ANONYMOUS	2
#define TD_CTX_N		3

/**
 * struct td_profile - contexts of one profile
 * @config: what the configuration says, not owned
 * @ctx: contexts; there is no TD_CTX_ANONYMOUS where there is no certificate
 * @trust: by TLSOCK_ROLE_*, contexts whose trust anchors count in the place of those
 *	of @ctx; NULL for its own
 * @tickets: whose a server's tickets are, which no other one opens
 * @psk: contexts for pre-shared keys alone, by TLSOCK_ROLE_*; NULL without TLS 1.3
 * @psks: keys of its own, in place of certificates
 * @leaves: the server's certificates, the first is that of @ctx
 * @n_leaves: their number
 * @anchors: whom both trust
 * @crls: revocation lists
 * @min_version: lowest version that has a suite
 * @max_version: highest version that has a suite
 * @groups: key exchange groups in order of preference, for clients' key shares
 * @n_groups: their number
 */
struct td_profile {
	const struct tl_profile	*config;
	struct WOLFSSL_CTX	*ctx[TD_CTX_N];
	struct WOLFSSL_CTX	*trust[2];
	const char		*tickets;
	struct WOLFSSL_CTX	*psk[2];
	struct td_psks		psks;
	struct td_leaf		leaves[TL_CERTIFICATES_MAX];
	unsigned int		n_leaves;
	struct td_anchors	anchors;
	struct td_crls		crls;
	uint16_t		min_version;
	uint16_t		max_version;
	int			groups[8];
	int			n_groups;
};

/**
 * td_profile_init - make the contexts of a profile
 * @profile: filled on success, to be given to td_profile_exit()
 * @config: kept by reference
 * @mistakes: told of each mistake
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_profile_init(struct td_profile *profile, const struct tl_profile *config,
		    struct td_mistakes *mistakes);

/**
 * td_profile_init_role - make the context of one role, without any credentials
 * @profile: filled on success, to be given to td_profile_exit()
 * @config: kept by reference
 * @role: TLSOCK_ROLE_*
 * @mistakes: told of each mistake
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_profile_init_role(struct td_profile *profile, const struct tl_profile *config, int role,
			 struct td_mistakes *mistakes);

/** td_profile_ctx - the next of all contexts behind number *@at, NULL at the end */
struct WOLFSSL_CTX *td_profile_ctx(const struct td_profile *profile, unsigned int *at);

/** td_profile_exit - free the contexts and wipe their keys; all zero is allowed */
void td_profile_exit(struct td_profile *profile);

/**
 * td_profile_find - profile of a name among all contexts
 * @contexts: of one generation; NULL has none
 * @name: "" is the default
 *
 * Return: the profile, owned by @contexts, or NULL
 */
const struct td_profile *td_profile_find(const struct td_contexts *contexts, const char *name);

#endif
