// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One row for each key of a rule. A new condition is a new row here, one in
 * rule.c and a paragraph in tlsockd.conf(5).
 */
#include "setting.h"

#include "config.h"
#include "rule.h"
#include "setting_row.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define WHEN(index)	offsetof(struct tl_rule, when[index])

#define NETWORKS_ALLOWED	"addresses, or networks as 192.0.2.0/24"
#define PORTS_ALLOWED		"ports or ranges of ports from 0 to 65535"

static const struct choice roles[] = {
	{ "client", TLSOCK_ROLE_CLIENT },
	{ "server", TLSOCK_ROLE_SERVER },
	{ NULL, 0 },
};

static const struct choice consumers[] = {
	{ "program", TL_CONSUMER_PROGRAM },
	{ "nfs", TL_CONSUMER_NFS },
	{ "nfsd", TL_CONSUMER_NFSD },
	{ "nvme-host", TL_CONSUMER_NVME_HOST },
	{ "nvme-target", TL_CONSUMER_NVME_TARGET },
	{ NULL, 0 },
};

static const struct choice accesses[] = {
	{ "allow", 0 },
	{ "deny", 1 },
	{ NULL, 0 },
};

static const struct choice named_modes[] = {
	{ "keep", TL_NAMED_KEEP },
	{ "replace", TL_NAMED_REPLACE },
	{ "refuse", TL_NAMED_REFUSE },
	{ NULL, 0 },
};

static const struct setting rule_table[] = {
	{ .name = "role", .kind = KIND_CHOICE, .offset = offsetof(struct tl_rule, role),
	  .choices = roles, .allowed = "client or server" },
	{ .name = "consumer", .kind = KIND_CHOICE, .offset = offsetof(struct tl_rule, consumer),
	  .choices = consumers, .allowed = "program, nfs, nfsd, nvme-host or nvme-target" },
	{ .name = "user", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_USER),
	  .list = TL_LIST_USERS, .allowed = USERS_ALLOWED },
	{ .name = "group", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_GROUP),
	  .list = TL_LIST_GROUPS, .allowed = GROUPS_ALLOWED },
	{ .name = "cgroup", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_CGROUP),
	  .list = TL_LIST_CGROUPS, .allowed = "paths of cgroups, or id: and a number" },
	{ .name = "program", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_PROGRAM),
	  .list = TL_LIST_PROGRAMS, .allowed = "paths of programs" },
	{ .name = "destination", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_DESTINATION),
	  .list = TL_LIST_NETWORKS, .allowed = NETWORKS_ALLOWED },
	{ .name = "destination-port", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_DESTINATION_PORT),
	  .list = TL_LIST_PORTS, .allowed = PORTS_ALLOWED },
	{ .name = "name", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_NAME),
	  .list = TL_LIST_NAMES, .allowed = "host names, or *. and a domain" },
	{ .name = "listener", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_LISTENER),
	  .list = TL_LIST_NETWORKS, .allowed = NETWORKS_ALLOWED },
	{ .name = "listener-port", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_LISTENER_PORT),
	  .list = TL_LIST_PORTS, .allowed = PORTS_ALLOWED },
	{ .name = "source", .kind = KIND_WORDS, .offset = WHEN(TL_WHEN_SOURCE),
	  .list = TL_LIST_NETWORKS, .allowed = NETWORKS_ALLOWED },
	{ .name = "profile", .kind = KIND_TEXT, .offset = offsetof(struct tl_rule, profile),
	  .max = TLSOCK_MAX_PROFILE, .allowed = "the name of a profile" },
	{ .name = "access", .kind = KIND_CHOICE, .offset = offsetof(struct tl_rule, deny),
	  .choices = accesses, .allowed = "allow or deny" },
	{ .name = "named-profile", .kind = KIND_CHOICE, .offset = offsetof(struct tl_rule, named),
	  .choices = named_modes, .allowed = "keep, replace or refuse" },
	{ .name = "server-name", .kind = KIND_TEXT, .offset = offsetof(struct tl_rule, server_name),
	  .max = TLSOCK_MAX_NAME, .allowed = "a host name or an address" },
	{ .name = "min-version", .kind = KIND_VERSION,
	  .offset = offsetof(struct tl_rule, min_version),
	  .choices = tl_setting_versions, .allowed = "1.2 or 1.3" },
	{ .name = "min-verify", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_rule, min_verify),
	  .choices = tl_setting_verify_modes, .allowed = "required, optional or none" },
	{ .name = "min-client-certificate", .kind = KIND_CHOICE,
	  .offset = offsetof(struct tl_rule, min_client_cert),
	  .choices = tl_setting_client_cert_modes, .allowed = "none, request or require" },
};

const struct tl_settings tl_settings_rule = { rule_table, ARRAY_SIZE(rule_table) };
