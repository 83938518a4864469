// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SESSIONS answers: parsed whole, cut off at every length and with wrong sizes;
 * filters; and how a session is shown.
 */
#include "cli/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

/* A server's session over IPv4, all attributes there */
static const unsigned char recorded[] = {
	0x08, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00,		/* role */
	0x08, 0x00, 0x02, 0x00, 0x04, 0x00, 0x00, 0x00,		/* state */
	0x08, 0x00, 0x0c, 0x00, 0xe8, 0x03, 0x00, 0x00,		/* uid 1000 */
	0x0c, 0x00, 0x0e, 0x00, 0x39, 0x30, 0, 0, 0, 0, 0, 0,	/* inode */
	0x0c, 0x00, 0x0f, 0x00, 0xdc, 0x05, 0, 0, 0, 0, 0, 0,	/* age 1500 */
#define NEEDED 48
	0x14, 0x00, 0x03, 0x00, 0x02, 0x00, 0x01, 0xbb, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
	0x14, 0x00, 0x04, 0x00, 0x02, 0x00, 0x9c, 0x40, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0,
	0x06, 0x00, 0x05, 0x00, 0x04, 0x03, 0x00, 0x00,		/* version */
	0x06, 0x00, 0x06, 0x00, 0x01, 0x13, 0x00, 0x00,		/* cipher */
	0x06, 0x00, 0x07, 0x00, 0x1d, 0x00, 0x00, 0x00,		/* group */
	0x04, 0x00, 0x08, 0x00, 0x04, 0x00, 0x09, 0x00, 0x04, 0x00, 0x0a, 0x00,
	0x08, 0x00, 0x0b, 0x00, 0x02, 0x00, 0x00, 0x00,		/* rekeys */
	0x08, 0x00, 0x0d, 0x00, 0x2a, 0x00, 0x00, 0x00,		/* pid */
	0x0d, 0x00, 0x10, 0x00, 'w', 'e', 'b', '.', 't', 'e', 's', 't', 0, 0, 0, 0,
	0x07, 0x00, 0x11, 0x00, 'h', '2', 0, 0,
	0x08, 0x00, 0x12, 0x00, 'w', 'e', 'b', 0,
};

/* Where an attribute begins; the last one may come without its padding */
static bool is_boundary(size_t size)
{
	size_t at = 0;

	while (at + recorded[at] < size)
		at += (recorded[at] + 3U) & ~3U;
	return size >= at + recorded[at] || size <= at;
}

static int parse(const void *bytes, size_t size, struct tc_session *session)
{
	void *copy = malloc(size ? size : 1);
	int err;

	memcpy(copy, bytes, size);
	err = tc_session_parse(copy, size, session);
	free(copy);
	return err;
}

TEST(recorded_answer)
{
	struct tc_session s;

	ASSERT_EQ(0, parse(recorded, sizeof(recorded), &s));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, s.role);
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, s.state);
	EXPECT_EQ(1000, s.uid);
	EXPECT_EQ(12345, s.inode);
	EXPECT_EQ(1500, s.age_ms);
	EXPECT_EQ(AF_INET, s.local.ss_family);
	EXPECT_EQ(443, ntohs(((struct sockaddr_in *)&s.local)->sin_port));
	EXPECT_EQ(40000, ntohs(((struct sockaddr_in *)&s.remote)->sin_port));
	EXPECT_EQ(0x0304, s.version);
	EXPECT_EQ(0x1301, s.cipher);
	EXPECT_EQ(0x001d, s.group);
	EXPECT_TRUE(s.verified && s.resumed && s.truncated);
	EXPECT_EQ(2, s.rekeys);
	EXPECT_EQ(42, s.pid);
	EXPECT_STREQ("web.test", s.server_name);
	EXPECT_STREQ("h2", s.alpn);
	EXPECT_STREQ("web", s.profile);
}

TEST(truncation_at_each_length)
{
	struct tc_session s;

	for (size_t size = 0; size < sizeof(recorded); size++) {
		int err = parse(recorded, size, &s);

		EXPECT_EQ(size >= NEEDED && is_boundary(size), !err) TH_LOG("%zu bytes", size);
		EXPECT_TRUE(!err || err == -EBADMSG);
	}
}

TEST(each_byte_wrong)
{
	unsigned char bytes[sizeof(recorded)];
	struct tc_session s;

	for (size_t i = 0; i < sizeof(recorded); i++) {
		for (int value = 0; value < 256; value++) {
			int err;

			memcpy(bytes, recorded, sizeof(bytes));
			bytes[i] = (unsigned char)value;
			err = parse(bytes, sizeof(bytes), &s);
			EXPECT_TRUE(!err || err == -EBADMSG);
			if (!err && memchr(s.server_name, 0, sizeof(s.server_name)))
				continue;
			EXPECT_EQ(-EBADMSG, err);
		}
	}
}

static bool wants(const struct tc_filter *filter)
{
	struct tc_session s;

	return !parse(recorded, sizeof(recorded), &s) && tc_filter_wants(filter, &s);
}

TEST(filter_by_peer)
{
	static const struct {
		const char	*text;
		int		err;
		bool		wants;
	} cases[] = {
		{ "10.1.2.3", 0, true }, { "10.1.2.4", 0, false }, { "10.1.2.0/24", 0, true },
		{ "10.1.2.2/31", 0, true }, { "10.1.2.4/31", 0, false }, { "0.0.0.0/0", 0, true },
		{ "10.128.0.0/9", 0, false }, { "::ffff:10.1.2.3", 0, true }, { "::/0", 0, true },
		{ "::1", 0, false }, { "::ffff:0:0/96", 0, true }, { "10.1.2.3/33", -EINVAL, 0 },
		{ "10.1.2.3/", -EINVAL, 0 }, { "10.1.2", -EINVAL, 0 }, { "", -EINVAL, 0 },
		{ "::/129", -EINVAL, 0 }, { "::/-1", -EINVAL, 0 }, { "host", -EINVAL, 0 },
		{ "10.1.2.3/8x", -EINVAL, 0 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tc_filter filter = { .has = 0 };

		ASSERT_EQ(cases[i].err, tc_filter_peer(&filter, cases[i].text))
			TH_LOG("%s", cases[i].text);
		if (cases[i].err)
			continue;
		EXPECT_EQ(cases[i].wants, wants(&filter)) TH_LOG("%s", cases[i].text);
	}
}

TEST(filter_by_the_rest)
{
	struct tc_filter filter = { .has = 0 };

	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(-EINVAL, tc_filter_role(&filter, "both"));
	EXPECT_EQ(0, tc_filter_role(&filter, "server"));
	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(0, tc_filter_role(&filter, "client"));
	EXPECT_FALSE(wants(&filter));
	filter = (struct tc_filter) { .has = TC_FILTER_RESUMED };
	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(-EINVAL, tc_filter_port(&filter, "0"));
	EXPECT_EQ(-EINVAL, tc_filter_port(&filter, "65536"));
	EXPECT_EQ(0, tc_filter_port(&filter, "443"));
	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(0, tc_filter_port(&filter, "40000"));
	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(0, tc_filter_port(&filter, "80"));
	EXPECT_FALSE(wants(&filter));
	filter = (struct tc_filter) { .has = 0 };
	EXPECT_EQ(-EINVAL, tc_filter_user(&filter, "no such user"));
	EXPECT_EQ(0, tc_filter_user(&filter, "1000"));
	EXPECT_TRUE(wants(&filter));
	EXPECT_EQ(0, tc_filter_user(&filter, "root"));
	EXPECT_FALSE(wants(&filter));
}

TEST(filter_by_words)
{
	static const struct tc_filter good[] = {
		{ .name = "web.test" }, { .name = "WEB.test" }, { .name = "*.test" },
		{ .suite = "aes_128" }, { .suite = "TLS_AES_128_GCM_SHA256" },
		{ .suite = "0x1301" },
	};
	static const struct tc_filter bad[] = {
		{ .name = "web" }, { .name = "*.web.test" }, { .name = "*.eb.test" },
		{ .name = "" }, { .suite = "chacha" }, { .suite = "0x1302" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		EXPECT_TRUE(wants(&good[i])) TH_LOG("%zu", i);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_FALSE(wants(&bad[i])) TH_LOG("%zu", i);
	}
}

static char *line(const struct tc_session *session)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tc_session_line(out, session);
	fclose(out);
	return text;
}

TEST(shown)
{
	struct json_object *json;
	struct tc_session s;
	char *text;

	ASSERT_EQ(0, parse(recorded, sizeof(recorded), &s));
	text = line(&s);
	EXPECT_STREQ("role=server local=127.0.0.1:443 peer=10.1.2.3:40000 name=web.test "
		     "version=TLSv1.3 suite=TLS_AES_128_GCM_SHA256 group=x25519 alpn=h2 "
		     "profile=web uid=1000 pid=42 age=1 verified=yes resumed=yes rekeys=2 "
		     "truncated=yes\n", text);
	free(text);
	json = tc_session_json(&s);
	ASSERT_NE(NULL, json);
	EXPECT_STREQ("{\"role\":\"server\",\"state\":\"established\",\"local\":\"127.0.0.1:443\","
		     "\"peer\":\"10.1.2.3:40000\",\"version\":\"TLSv1.3\","
		     "\"suite\":\"TLS_AES_128_GCM_SHA256\",\"group\":\"x25519\","
		     "\"verified\":true,\"resumed\":true,\"truncated\":true,\"rekeys\":2,"
		     "\"name\":\"web.test\",\"alpn\":\"h2\",\"profile\":\"web\",\"uid\":1000,"
		     "\"pid\":42,\"inode\":12345,\"age_ms\":1500}",
		     json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

/* The attribute of a peer with @length bytes of names, behind what is needed. */
static size_t with_peer(unsigned char *bytes, struct tlsock_peer *peer, const char *names,
			size_t length)
{
	uint16_t head[2] = { (uint16_t)(4 + sizeof(*peer) + length), TLSOCK_A_SESSION_PEER };

	memcpy(bytes, recorded, NEEDED);
	memcpy(bytes + NEEDED, head, sizeof(head));
	memcpy(bytes + NEEDED + 4, peer, sizeof(*peer));
	memcpy(bytes + NEEDED + 4 + sizeof(*peer), names, length);
	return NEEDED + head[0];
}

TEST(identity)
{
	static const char names[] = "\0DNS:a.test\0IP:::1";
	struct tlsock_peer peer = {
		.size = sizeof(peer), .not_after = 1234567890, .sha256 = { 0xab, 0x01 },
		.serial = { 0x0f, 0xf0 }, .serial_length = 2, .names_length = sizeof(names),
	};
	unsigned char bytes[NEEDED + 256];
	size_t size = with_peer(bytes, &peer, names, sizeof(names)), length;
	struct json_object *json, *identity, *value;
	struct tc_session s;
	char *text;

	ASSERT_EQ(0, parse(bytes, size, &s));
	EXPECT_STREQ("DNS:a.test", tc_session_identity(&s));
	text = line(&s);
	EXPECT_NE(NULL, strstr(text, " identity=DNS:a.test "));
	free(text);
	s.version = 0x0304;
	json = tc_session_json(&s);
	ASSERT_TRUE(json_object_object_get_ex(json, "identity", &identity));
	EXPECT_FALSE(json_object_object_get_ex(identity, "subject", &value));
	EXPECT_FALSE(json_object_object_get_ex(identity, "more_names", &value));
	ASSERT_TRUE(json_object_object_get_ex(identity, "names", &value));
	ASSERT_EQ(2, json_object_array_length(value));
	EXPECT_STREQ("IP:::1", json_object_get_string(json_object_array_get_idx(value, 1)));
	ASSERT_TRUE(json_object_object_get_ex(identity, "serial", &value));
	EXPECT_STREQ("0ff0", json_object_get_string(value));
	ASSERT_TRUE(json_object_object_get_ex(identity, "sha256", &value));
	EXPECT_EQ(64, strlen(json_object_get_string(value)));
	EXPECT_EQ(0, strncmp("ab01", json_object_get_string(value), 4));
	ASSERT_TRUE(json_object_object_get_ex(identity, "not_after", &value));
	EXPECT_EQ(1234567890, json_object_get_int64(value));
	json_object_put(json);

	for (length = 0; length < sizeof(names); length++) {
		size = with_peer(bytes, &peer, names, length);
		EXPECT_EQ(-EBADMSG, parse(bytes, size, &s)) TH_LOG("%zu bytes", length);
	}
	peer.names_length--;
	size = with_peer(bytes, &peer, names, sizeof(names) - 1);
	EXPECT_EQ(-EBADMSG, parse(bytes, size, &s));
	peer.names_length = 0;
	size = with_peer(bytes, &peer, names, 0);
	EXPECT_EQ(-EBADMSG, parse(bytes, size, &s));
}

/* Names come from peers: they forge neither lines nor pairs. */
TEST(hostile_names)
{
	struct tc_session s;
	char *text;

	ASSERT_EQ(0, parse(recorded, NEEDED, &s));
	snprintf(s.server_name, sizeof(s.server_name), "a\nrole=client \033[2J");
	text = line(&s);
	EXPECT_EQ(text + strlen(text) - 1, strchr(text, '\n'));
	EXPECT_EQ(NULL, strchr(text, '\033'));
	free(text);
}

TEST_HARNESS_MAIN
