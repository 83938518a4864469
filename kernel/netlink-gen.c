// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	netlink/specs/tlsock.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/tlsock_netlink.h>
#include <linux/err.h>

/* TLSOCK_CMD_ACCEPT - do */
static const struct nla_policy tlsock_accept_nl_policy[TLSOCK_A_ACCEPT_CLIENTS + 1] = {
	[TLSOCK_A_ACCEPT_LIMIT] = NLA_POLICY_RANGE(NLA_U32, 1, TLSOCK_MAX_ACCEPT),
	[TLSOCK_A_ACCEPT_CLIENTS] = { .type = NLA_U32, },
};

/* TLSOCK_CMD_DONE - do */
static const struct nla_policy tlsock_done_nl_policy[TLSOCK_A_DONE_CHAIN + 1] = {
	[TLSOCK_A_DONE_ID] = { .type = NLA_U32, },
	[TLSOCK_A_DONE_ERROR] = NLA_POLICY_MAX(NLA_U32, MAX_ERRNO),
	[TLSOCK_A_DONE_STAGE] = NLA_POLICY_MAX(NLA_U32, 7),
	[TLSOCK_A_DONE_ALERT_SENT] = { .type = NLA_U8, },
	[TLSOCK_A_DONE_ALERT_RECEIVED] = { .type = NLA_U8, },
	[TLSOCK_A_DONE_VERIFY_CODE] = { .type = NLA_S32, },
	[TLSOCK_A_DONE_VERIFY_DEPTH] = { .type = NLA_U32, },
	[TLSOCK_A_DONE_TEXT] = { .type = NLA_NUL_STRING, .len = TLSOCK_MAX_TEXT, },
	[TLSOCK_A_DONE_ALPN] = { .type = NLA_NUL_STRING, .len = TLSOCK_MAX_NAME, },
	[TLSOCK_A_DONE_SERVER_NAME] = { .type = NLA_NUL_STRING, .len = TLSOCK_MAX_NAME, },
	[TLSOCK_A_DONE_VERSION] = { .type = NLA_U16, },
	[TLSOCK_A_DONE_CIPHER] = { .type = NLA_U16, },
	[TLSOCK_A_DONE_GROUP] = { .type = NLA_U16, },
	[TLSOCK_A_DONE_VERIFIED] = { .type = NLA_FLAG, },
	[TLSOCK_A_DONE_RESUMED] = { .type = NLA_FLAG, },
	[TLSOCK_A_DONE_TX_SECRET] = { .type = NLA_BINARY, },
	[TLSOCK_A_DONE_RX_SECRET] = { .type = NLA_BINARY, },
	[TLSOCK_A_DONE_TRUNCATION_EOF] = { .type = NLA_FLAG, },
	[TLSOCK_A_DONE_SESSION] = { .type = NLA_BINARY, },
	[TLSOCK_A_DONE_PEER] = { .type = NLA_BINARY, },
	[TLSOCK_A_DONE_PROFILE] = { .type = NLA_NUL_STRING, .len = TLSOCK_MAX_PROFILE, },
	[TLSOCK_A_DONE_CHAIN] = { .type = NLA_BINARY, },
};

/* TLSOCK_CMD_REVOKE - do */
static const struct nla_policy tlsock_revoke_nl_policy[TLSOCK_A_REVOKE_SHA256 + 1] = {
	[TLSOCK_A_REVOKE_INODE] = { .type = NLA_U64, },
	[TLSOCK_A_REVOKE_SHA256] = NLA_POLICY_EXACT_LEN(32),
};

/* Ops table for tlsock */
static const struct genl_split_ops tlsock_nl_ops[] = {
	{
		.cmd		= TLSOCK_CMD_ACCEPT,
		.doit		= tlsock_nl_accept_doit,
		.policy		= tlsock_accept_nl_policy,
		.maxattr	= TLSOCK_A_ACCEPT_CLIENTS,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= TLSOCK_CMD_DONE,
		.doit		= tlsock_nl_done_doit,
		.policy		= tlsock_done_nl_policy,
		.maxattr	= TLSOCK_A_DONE_CHAIN,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= TLSOCK_CMD_STATUS,
		.doit	= tlsock_nl_status_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= TLSOCK_CMD_SESSIONS,
		.start	= tlsock_nl_sessions_start,
		.dumpit	= tlsock_nl_sessions_dumpit,
		.done	= tlsock_nl_sessions_done,
		.flags	= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= TLSOCK_CMD_REVOKE,
		.doit		= tlsock_nl_revoke_doit,
		.policy		= tlsock_revoke_nl_policy,
		.maxattr	= TLSOCK_A_REVOKE_SHA256,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group tlsock_nl_mcgrps[] = {
	[TLSOCK_NLGRP_HELPER] = { "helper", },
};

struct genl_family tlsock_nl_family __ro_after_init = {
	.name		= TLSOCK_FAMILY_NAME,
	.version	= TLSOCK_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= tlsock_nl_ops,
	.n_split_ops	= ARRAY_SIZE(tlsock_nl_ops),
	.mcgrps		= tlsock_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(tlsock_nl_mcgrps),
};
