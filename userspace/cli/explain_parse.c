// SPDX-License-Identifier: GPL-2.0-or-later
/* From words as uid=1000 and dst=192.0.2.1:443 to the connection that they describe. */
#include "explain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/user.h"
#include "cli.h"

/* What was said; the rest is filled in at the end. */
struct saying {
	struct tl_subject	*subject;
	bool			role;
	bool			client;	/* a word that is for clients */
	bool			server;
	bool			program;	/* one that consumers in the kernel do not have */
	bool			uid;
	bool			gid;
};

static bool get_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	if (strspn(text, "0123456789") != strlen(text) || !*text)
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && *out <= max;
}

static bool set_role(struct saying *s, const char *value)
{
	s->role = true;
	s->subject->role = strcmp(value, "server") == 0 ? TLSOCK_ROLE_SERVER : TLSOCK_ROLE_CLIENT;
	return !strcmp(value, "server") || !strcmp(value, "client");
}

static bool set_consumer(struct saying *s, const char *value)
{
	uint32_t *consumer = &s->subject->consumer;

	for (*consumer = 0; *consumer < TL_CONSUMER_N; ++*consumer)
		if (!strcmp(tl_consumer_name(*consumer), value))
			break;
	s->client |= tl_consumer_role((int)*consumer) == TLSOCK_ROLE_CLIENT;
	s->server |= tl_consumer_role((int)*consumer) == TLSOCK_ROLE_SERVER;
	return *consumer < TL_CONSUMER_N;
}

static bool set_user(struct saying *s, const char *value)
{
	uint64_t number;
	uid_t uid;
	gid_t gid;

	if (get_number(value, UINT32_MAX - 1, &number))
		uid = (uid_t)number;
	else if (tl_user_find(value, &uid, &gid))
		return false;
	s->subject->uid = uid;
	s->uid = true;
	return true;
}

static int ignore(void *arg, uid_t uid)
{
	(void)arg;
	(void)uid;
	return 0;
}

static bool set_group(struct saying *s, const char *value)
{
	uint64_t number;
	gid_t gid;

	if (get_number(value, UINT32_MAX - 1, &number))
		gid = (gid_t)number;
	else if (tl_group_find(value, &gid, ignore, NULL))
		return false;
	s->subject->gid = gid;
	s->gid = true;
	return true;
}

static bool set_cgroup(struct saying *s, const char *value)
{
	if (!strncmp(value, "id:", 3))
		return get_number(value + 3, UINT64_MAX, &s->subject->cgroup);
	s->subject->cgroup_path = value;
	return *value == '/';
}

static bool set_program(struct saying *s, const char *value)
{
	s->subject->program = value;
	return *value == '/';
}

/* ADDRESS, ADDRESS:PORT, or [ADDRESS]:PORT where the address has colons itself */
static bool get_address(const char *value, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	const char *end = value + strlen(value);
	char text[INET6_ADDRSTRLEN] = "";
	uint64_t port = 0;

	if (*value == '[') {
		value++;
		end = strchr(value, ']');
		if (!end || (end[1] && end[1] != ':') ||
		    (end[1] && !get_number(end + 2, UINT16_MAX, &port)))
			return false;
	} else if (strchr(value, ':') && strchr(value, ':') == strrchr(value, ':')) {
		end = strchr(value, ':');
		if (!get_number(end + 1, UINT16_MAX, &port))
			return false;
	}
	if ((size_t)(end - value) >= sizeof(text))
		return false;
	memcpy(text, value, (size_t)(end - value));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		out->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		out->ss_family = AF_INET6;
	else
		return false;
	in->sin_port = htons((uint16_t)port);
	return true;
}

static bool set_destination(struct saying *s, const char *value)
{
	s->client = true;
	return get_address(value, &s->subject->remote);
}

static bool set_name(struct saying *s, const char *value)
{
	s->client = true;
	s->subject->server_name = value;
	return strlen(value) <= TLSOCK_MAX_NAME;
}

static bool set_listener(struct saying *s, const char *value)
{
	s->server = true;
	return get_address(value, &s->subject->local);
}

static bool set_source(struct saying *s, const char *value)
{
	s->server = true;
	return get_address(value, &s->subject->remote);
}

static bool set_profile(struct saying *s, const char *value)
{
	s->subject->profile = value;
	return strlen(value) <= TLSOCK_MAX_PROFILE;
}

/* The place of a value in a list of three, which is its number */
static bool get_level(const char *const *levels, const char *value, int *out)
{
	for (*out = 0; *out < 3; (*out)++)
		if (!strcmp(levels[*out], value))
			return true;
	return false;
}

static bool set_verify(struct saying *s, const char *value)
{
	static const char *const levels[] = { "none", "optional", "required" };

	return get_level(levels, value, &s->subject->verify);
}

static bool set_client_cert(struct saying *s, const char *value)
{
	static const char *const levels[] = { "none", "request", "require" };

	return get_level(levels, value, &s->subject->client_cert);
}

static const struct {
	const char	*key;
	bool		(*set)(struct saying *saying, const char *value);
	bool		program;	/* consumers in the kernel do not have it */
	const char	*allowed;
} keys[] = {
	{ "role", set_role, false, "client or server" },
	{ "consumer", set_consumer, false, "program, nfs, nfsd, nvme-host or nvme-target" },
	{ "uid", set_user, true, "a user's name or number" },
	{ "gid", set_group, true, "a group's name or number" },
	{ "cgroup", set_cgroup, true, "a path below the root of cgroups, or id: and a number" },
	{ "exe", set_program, true, "the absolute path of a program" },
	{ "dst", set_destination, false, "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT" },
	{ "name", set_name, false, "a host name" },
	{ "listen", set_listener, false, "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT" },
	{ "src", set_source, false, "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT" },
	{ "profile", set_profile, true, "the name of a profile" },
	{ "verify", set_verify, true, "none, optional or required" },
	{ "client-certificate", set_client_cert, true, "none, request or require" },
};

static int take_word(struct saying *s, const char *word)
{
	size_t length = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i].key) != length || strncmp(keys[i].key, word, length) != 0)
			continue;
		s->program |= keys[i].program;
		if (keys[i].set(s, word + length + 1))
			return 0;
		tc_say("%s must be %s, not '%s'", keys[i].key, keys[i].allowed, word + length + 1);
		return -EINVAL;
	}
	tc_say("there is no '%.*s' to explain", (int)length, word);
	return -EINVAL;
}

static int fill_in(struct saying *s)
{
	struct tl_subject *subject = s->subject;

	if (!s->role)
		subject->role = s->server ? TLSOCK_ROLE_SERVER : TLSOCK_ROLE_CLIENT;
	if (subject->role == TLSOCK_ROLE_SERVER ? s->client : s->server) {
		tc_say("dst, name, nfs and nvme-host are for clients, "
		       "listen, src, nfsd and nvme-target for servers");
		return -EINVAL;
	}
	if (subject->consumer) {
		if (!s->program)
			return 0;
		tc_say("%s has an address, a role and a name alone: it is in the kernel",
		       tl_consumer_name(subject->consumer));
		return -EINVAL;
	}
	if (!s->uid)
		subject->uid = geteuid();
	if (!s->gid && (!s->uid || tl_user_group(subject->uid, &subject->gid)))
		subject->gid = getegid();
	return 0;
}

int tc_explain_parse(char *const *words, int n, struct tl_subject *subject)
{
	struct saying saying = { .subject = subject };
	int err = 0;

	*subject = (struct tl_subject){
		.server_name = "",
		.profile = "",
		.verify = -1,
		.client_cert = -1,
	};
	for (int i = 0; !err && i < n; i++)
		err = take_word(&saying, words[i]);
	return err ? err : fill_in(&saying);
}
