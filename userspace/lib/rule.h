/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules and the connections that they match. Pure: all that a rule asks for
 * stands in struct tl_subject. What follows from a match is in choose.h.
 */
#ifndef TLSOCK_LIB_RULE_H
#define TLSOCK_LIB_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/tlsock.h>

#include "consumer.h"
#include "list.h"

/* Bytes of the sentence that tl_rule_match() writes, without its end */
#define TL_RULE_MAX_TEXT	255

/* The conditions that are lists, in the order in which they are looked at */
enum tl_when {
	TL_WHEN_USER,
	TL_WHEN_GROUP,
	TL_WHEN_DESTINATION,
	TL_WHEN_DESTINATION_PORT,
	TL_WHEN_NAME,
	TL_WHEN_LISTENER,
	TL_WHEN_LISTENER_PORT,
	TL_WHEN_SOURCE,
	TL_WHEN_PROGRAM,
	TL_WHEN_CGROUP,
	TL_WHEN_N,
};

enum tl_named {
	TL_NAMED_KEEP,		/* the program's choice counts */
	TL_NAMED_REPLACE,	/* the rule's does */
	TL_NAMED_REFUSE,	/* another than the rule's is refused */
};

/**
 * struct tl_rule - one [rule NAME] section
 * @name: its name
 * @file: file that it was read from, for messages
 * @line: line of the section's heading
 * @role: TLSOCK_ROLE_*, -1 for both; conditions may tell it
 * @consumer: enum tl_consumer, -1 for all
 * @when: conditions, by enum tl_when; an empty list is none
 * @deny: connections that match are refused
 * @named: enum tl_named, where a program named a profile
 * @profile: profile to use, NULL for "default"
 * @server_name: name for clients that set none, NULL for none
 * @min_version: lowest version that the profile may allow, 0 for any
 * @min_verify: lowest TLSOCK_VERIFY_* of clients
 * @min_client_cert: lowest TLSOCK_CLIENT_CERT_* of servers
 */
struct tl_rule {
	char		*name;
	char		*file;
	int		line;
	int		role;
	int		consumer;
	struct tl_list	when[TL_WHEN_N];
	int		deny;
	int		named;
	char		*profile;
	char		*server_name;
	uint16_t	min_version;
	int		min_verify;
	int		min_client_cert;
};

/**
 * struct tl_subject - a connection as rules see it
 * @role: TLSOCK_ROLE_*
 * @consumer: enum tl_consumer; the kernel's own have no user, cgroup or program
 * @uid: user that made the socket
 * @gid: its group
 * @cgroup: id of the socket's cgroup, 0 if not known
 * @cgroup_path: its path, NULL if not known
 * @program: path of the program, NULL if not known
 * @local: local address; family 0 if not known
 * @remote: remote address; family 0 if not known
 * @server_name: name that the program set, "" for none
 * @profile: profile that it named, "" for none
 * @verify: TLSOCK_VERIFY_* that it set, -1 for none
 * @client_cert: TLSOCK_CLIENT_CERT_* that it set, -1 for none
 * @own_ca: it brings trust anchors of its own
 */
struct tl_subject {
	uint32_t		role;
	uint32_t		consumer;
	uint32_t		uid;
	uint32_t		gid;
	uint64_t		cgroup;
	const char		*cgroup_path;
	const char		*program;
	struct sockaddr_storage	local;
	struct sockaddr_storage	remote;
	const char		*server_name;
	const char		*profile;
	int			verify;
	int			client_cert;
	bool			own_ca;
};

enum tl_match {
	TL_MATCH_YES,
	TL_MATCH_NO,
	TL_MATCH_UNKNOWN,	/* the cgroup is not known: nobody can say */
};

/** tl_rule_free - free what a rule points to */
void tl_rule_free(struct tl_rule *rule);

/** tl_rule_condition - the key of a condition, as in the configuration */
const char *tl_rule_condition(enum tl_when when);

/** tl_rule_role - TLSOCK_ROLE_* that connections have that meet a condition, -1 for both */
int tl_rule_role(enum tl_when when);

/**
 * tl_rule_match - does a rule match?
 * @rule: the rule
 * @subject: the connection
 * @why: receives the first condition that does not hold and what was found;
 *	NULL if nobody wants to know
 *
 * Return: enum tl_match
 */
enum tl_match tl_rule_match(const struct tl_rule *rule, const struct tl_subject *subject,
			    char why[TL_RULE_MAX_TEXT + 1]);

#endif
