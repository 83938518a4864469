// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions for people and, as JSON, for programs. Names come from peers: in
 * text they are quoted (lib/line.h). Keys never change their meaning.
 */
#include "json.h"
#include "session.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <string.h>

#include "../lib/line.h"
#include "../lib/names.h"

const char *tc_session_suite(const struct tc_session *session, char text[8])
{
	const char *name = session->cipher ? tl_names_suite(session->cipher) : "";

	if (name)
		return name;
	snprintf(text, 8, "0x%04x", session->cipher);
	return text;
}

static const char *group_of(const struct tc_session *session, char text[8])
{
	const char *name = session->group ? tl_names_group(session->group) : "";

	if (name)
		return name;
	snprintf(text, 8, "0x%04x", session->group);
	return text;
}

static const char *state_of(const struct tc_session *session)
{
	return session->state == TLSOCK_STATE_ESTABLISHED ? "established" : "handshake";
}

const char *tc_session_next_name(const struct tc_session *session, const char *name)
{
	const char *end = session->names + session->peer.names_length;
	const char *next = name ? name + strlen(name) + 1 : session->names;

	return session->peer.size && next < end ? next : NULL;
}

const char *tc_session_identity(const struct tc_session *session)
{
	const char *name = tc_session_next_name(session, NULL);

	if (name && !*name)
		name = tc_session_next_name(session, name);
	return name ? name : "";
}

void tc_session_address(const struct sockaddr_storage *address, char *text, size_t size)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	char host[INET6_ADDRSTRLEN];

	if (address->ss_family == AF_INET &&
	    inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)))
		snprintf(text, size, "%s:%u", host, ntohs(in->sin_port));
	else if (address->ss_family == AF_INET6 &&
		 inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)))
		snprintf(text, size, "[%s]:%u", host, ntohs(in6->sin6_port));
	else
		snprintf(text, size, "-");
}

void tc_session_line(FILE *out, const struct tc_session *session)
{
	struct tl_line line = {};
	char text[8];

	tl_line_text(&line, "role", tl_names_role(session->role));
	if (session->state != TLSOCK_STATE_ESTABLISHED)
		tl_line_text(&line, "state", state_of(session));
	if (session->local.ss_family)
		tl_line_address(&line, "local", &session->local);
	if (session->remote.ss_family)
		tl_line_address(&line, "peer", &session->remote);
	tl_line_text(&line, "name", session->server_name);
	tl_line_text(&line, "version",
		     session->version ? tl_names_version(session->version) : NULL);
	tl_line_text(&line, "suite", tc_session_suite(session, text));
	tl_line_text(&line, "group", group_of(session, text));
	tl_line_text(&line, "alpn", session->alpn);
	tl_line_text(&line, "profile", session->profile);
	tl_line_text(&line, "identity", tc_session_identity(session));
	tl_line_number(&line, "uid", session->uid);
	tl_line_number(&line, "pid", session->pid);
	tl_line_number(&line, "age", (long long)(session->age_ms / 1000));
	if (session->version) {
		tl_line_text(&line, "verified", session->verified ? "yes" : "no");
		tl_line_text(&line, "resumed", session->resumed ? "yes" : "no");
	}
	if (session->rekeys)
		tl_line_number(&line, "rekeys", session->rekeys);
	if (session->truncated)
		tl_line_text(&line, "truncated", "yes");
	fprintf(out, "%s\n", line.text);
}

static bool add_text(struct json_object *to, const char *key, const char *value)
{
	return !*value || !tc_json_text(to, key, value);
}

static bool add_address(struct json_object *to, const char *key,
			const struct sockaddr_storage *address)
{
	char text[INET6_ADDRSTRLEN + sizeof("[]:65535")];

	tc_session_address(address, text, sizeof(text));
	return !address->ss_family || add_text(to, key, text);
}

static bool add_hex(struct json_object *to, const char *key, const unsigned char *bytes,
		    size_t length)
{
	char text[2 * sizeof(((struct tlsock_peer *)0)->sha256) + 1] = "";
	size_t i;

	for (i = 0; i < length && 2 * i + 2 < sizeof(text); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return add_text(to, key, text);
}

static bool add_names(struct json_object *to, const struct tc_session *session)
{
	struct json_object *names = json_object_new_array(), *text;
	const char *name = tc_session_next_name(session, NULL);

	if (!names || json_object_object_add(to, "names", names)) {
		json_object_put(names);
		return false;
	}
	while ((name = tc_session_next_name(session, name))) {
		text = json_object_new_string(name);
		if (!text || json_object_array_add(names, text)) {
			json_object_put(text);
			return false;
		}
	}
	return true;
}

static bool add_peer(struct json_object *to, const struct tc_session *session)
{
	const struct tlsock_peer *peer = &session->peer;
	struct json_object *in = json_object_new_object();

	if (!in || json_object_object_add(to, "identity", in)) {
		json_object_put(in);
		return false;
	}
	return add_text(in, "subject", session->names) && add_names(in, session) &&
	       (!(peer->flags & TLSOCK_PEER_MORE) || !tc_json_bool(in, "more_names", true)) &&
	       add_hex(in, "sha256", peer->sha256, sizeof(peer->sha256)) &&
	       add_hex(in, "serial", peer->serial, peer->serial_length) &&
	       !tc_json_number(in, "not_after", (uint64_t)peer->not_after);
}

static bool add_result(struct json_object *to, const struct tc_session *session)
{
	const char *version = tl_names_version(session->version);
	char text[8];

	return add_text(to, "version", version ? version : "unknown") &&
	       add_text(to, "suite", tc_session_suite(session, text)) &&
	       add_text(to, "group", group_of(session, text)) &&
	       !tc_json_bool(to, "verified", session->verified) &&
	       !tc_json_bool(to, "resumed", session->resumed) &&
	       !tc_json_bool(to, "truncated", session->truncated) &&
	       !tc_json_number(to, "rekeys", session->rekeys) &&
	       (!session->peer.size || add_peer(to, session));
}

struct json_object *tc_session_json(const struct tc_session *session)
{
	struct json_object *to = json_object_new_object();
	const char *role = tl_names_role(session->role);

	if (to && add_text(to, "role", role ? role : "unknown") &&
	    add_text(to, "state", state_of(session)) &&
	    add_address(to, "local", &session->local) &&
	    add_address(to, "peer", &session->remote) &&
	    (!session->version || add_result(to, session)) &&
	    add_text(to, "name", session->server_name) &&
	    add_text(to, "alpn", session->alpn) &&
	    add_text(to, "profile", session->profile) &&
	    !tc_json_number(to, "uid", session->uid) && !tc_json_number(to, "pid", session->pid) &&
	    !tc_json_number(to, "inode", session->inode) &&
	    !tc_json_number(to, "age_ms", session->age_ms))
		return to;
	json_object_put(to);
	return NULL;
}
