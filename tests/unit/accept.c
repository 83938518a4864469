// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replies to ACCEPT: recorded bytes, the same cut at every length and with every
 * byte changed, and each single mistake.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "kselftest_harness.h"
#include "lib/accept.h"

/* Two requests: an IPv4 client with all options, an IPv6 server with none. */
static const unsigned char recorded[] = {
	0xa0, 0x00, 0x02, 0x80,
	0x08, 0x00, 0x01, 0x00, 0x2a, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x02, 0x00, 0x09, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x04, 0x00, 0x98, 0x3a, 0x00, 0x00,
	0x14, 0x00, 0x05, 0x00, 0x02, 0x00, 0x9c, 0x40, 0x7f, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x14, 0x00, 0x06, 0x00, 0x02, 0x00, 0x01, 0xbb, 0xc0, 0x00, 0x02, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x0d, 0x00, 0x07, 0x00, 'w', 'e', 'b', '.', 't', 'e', 's', 't', 0x00,
	0x00, 0x00, 0x00,
	0x07, 0x00, 0x08, 0x00, 'h', '2', 0x00, 0x00,
	0x08, 0x00, 0x09, 0x00, 'w', 'e', 'b', 0x00,
	0x08, 0x00, 0x0a, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x0b, 0x00, 0x02, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x0c, 0x00, 0xe8, 0x03, 0x00, 0x00,
	0x08, 0x00, 0x0d, 0x00, 0xe9, 0x03, 0x00, 0x00,
	0x08, 0x00, 0x0e, 0x00, 0x39, 0x05, 0x00, 0x00,
	0x0c, 0x00, 0x0f, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,
#define FIRST_SIZE 0xa0
	0x64, 0x00, 0x02, 0x80,
	0x08, 0x00, 0x01, 0x00, 0x2b, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x02, 0x00, 0x0a, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x04, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x20, 0x00, 0x05, 0x00, 0x0a, 0x00, 0x01, 0xbb, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
	0x20, 0x00, 0x06, 0x00, 0x0a, 0x00, 0x9c, 0x41, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
#define BOTH_SIZE (FIRST_SIZE + 0x64)
	0x08, 0x00, 0x03, 0x00, 0x05, 0x00, 0x00, 0x00,
};

static struct tl_accept reply;

/* Parses a copy whose end is the end of an allocation, for the sanitizer. */
static int parse(const void *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);
	int err;

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	memset(&reply, 0x55, sizeof(reply));
	err = tl_accept_parse(copy, size, &reply);
	free(copy);
	return err;
}

TEST(recorded_reply)
{
	const struct tl_request *r = reply.requests;
	char host[INET6_ADDRSTRLEN];

	ASSERT_EQ(0, parse(recorded, sizeof(recorded)));
	ASSERT_EQ(2, reply.n);
	EXPECT_EQ(5, reply.pending);
	EXPECT_EQ(NULL, r[0].mistake);
	EXPECT_EQ(1, r[0].has_id);
	EXPECT_EQ(42, r[0].id);
	EXPECT_EQ(9, r[0].fd);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, r[0].role);
	EXPECT_EQ(15000, r[0].timeout_ms);
	EXPECT_EQ(AF_INET, r[0].remote.ss_family);
	inet_ntop(AF_INET, &((const struct sockaddr_in *)&r[0].remote)->sin_addr, host,
		  sizeof(host));
	EXPECT_STREQ("192.0.2.1", host);
	EXPECT_EQ(443, ntohs(((const struct sockaddr_in *)&r[0].remote)->sin_port));
	EXPECT_STREQ("web.test", r[0].server_name);
	EXPECT_STREQ("h2", r[0].alpn);
	EXPECT_STREQ("web", r[0].profile);
	EXPECT_EQ(TLSOCK_VERIFY_OPTIONAL, r[0].verify);
	EXPECT_EQ(TLSOCK_CLIENT_CERT_REQUIRE, r[0].client_cert);
	EXPECT_EQ(1000, r[0].uid);
	EXPECT_EQ(1001, r[0].gid);
	EXPECT_EQ(1337, r[0].pid);
	EXPECT_EQ(0x200000001ULL, r[0].cgroup);

	EXPECT_EQ(NULL, r[1].mistake);
	EXPECT_EQ(43, r[1].id);
	EXPECT_EQ(10, r[1].fd);
	EXPECT_EQ(TLSOCK_ROLE_SERVER, r[1].role);
	EXPECT_EQ(AF_INET6, r[1].local.ss_family);
	EXPECT_EQ(40001, ntohs(((const struct sockaddr_in6 *)&r[1].remote)->sin6_port));
	EXPECT_STREQ("", r[1].server_name);
	EXPECT_STREQ("", r[1].alpn);
	EXPECT_STREQ("", r[1].profile);
	EXPECT_EQ(-1, r[1].verify);
	EXPECT_EQ(-1, r[1].client_cert);
}

TEST(empty_reply)
{
	EXPECT_EQ(0, parse(recorded, 0));
	EXPECT_EQ(0, reply.n);
	EXPECT_EQ(0, reply.pending);
}

/* A cut reply is malformed, except between two attributes; nothing is made up. */
TEST(cut_at_every_length)
{
	for (size_t size = 1; size < sizeof(recorded); size++) {
		bool whole = size == FIRST_SIZE || size == BOTH_SIZE;

		EXPECT_EQ(whole ? 0 : -EBADMSG, parse(recorded, size));
		EXPECT_EQ((size >= FIRST_SIZE) + (size >= BOTH_SIZE), reply.n);
	}
}

/* The same with the nest's own length made to fit, so that its inside is cut. */
TEST(request_cut_at_every_length)
{
	unsigned char bytes[FIRST_SIZE];

	for (unsigned int size = 4; size < FIRST_SIZE; size++) {
		memcpy(bytes, recorded, sizeof(bytes));
		bytes[0] = (unsigned char)size;
		ASSERT_EQ(0, parse(bytes, size));
		ASSERT_EQ(1, reply.n);
		EXPECT_EQ(size >= 12, reply.requests[0].has_id);
		EXPECT_EQ(size >= 20 ? 9 : -1, reply.requests[0].fd);
		if (size < 36)
			EXPECT_NE(NULL, reply.requests[0].mistake);
	}
}

/* Whatever the bytes are, the result is within bounds and terminated. */
TEST(every_byte_changed)
{
	unsigned char bytes[sizeof(recorded)];

	for (size_t i = 0; i < sizeof(recorded); i++) {
		for (int value = 0; value < 256; value += 5) {
			memcpy(bytes, recorded, sizeof(bytes));
			bytes[i] = (unsigned char)(bytes[i] + 1 + value);
			parse(bytes, sizeof(bytes));
			ASSERT_LE(reply.n, TLSOCK_MAX_ACCEPT);
			for (unsigned int k = 0; k < reply.n; k++) {
				const struct tl_request *r = &reply.requests[k];

				EXPECT_LE(strlen(r->server_name), TLSOCK_MAX_NAME);
				EXPECT_LE(strlen(r->profile), TLSOCK_MAX_PROFILE);
				EXPECT_GE(r->fd, -1);
				if (!r->mistake)
					EXPECT_LE(r->role, TLSOCK_ROLE_SERVER);
			}
		}
	}
}

struct builder {
	unsigned char	bytes[2048];
	size_t		size;
};

static void add(struct builder *b, int type, const void *data, size_t length)
{
	struct nlattr a = {
		.nla_len = (unsigned short)(NLA_HDRLEN + length),
		.nla_type = (unsigned short)type,
	};

	memcpy(b->bytes + b->size, &a, sizeof(a));
	memcpy(b->bytes + b->size + NLA_HDRLEN, data, length);
	b->size += NLA_ALIGN(a.nla_len);
}

static void add_u32(struct builder *b, int type, uint32_t value)
{
	add(b, type, &value, sizeof(value));
}

/* A request that is good but for what the caller adds, and for @without. */
static void begin(struct builder *b, int without)
{
	const struct sockaddr_in in = { .sin_family = AF_INET };

	memset(b, 0, sizeof(*b));
	b->size = NLA_HDRLEN;
	if (without != TLSOCK_A_REQUEST_ID)
		add_u32(b, TLSOCK_A_REQUEST_ID, 7);
	if (without != TLSOCK_A_REQUEST_SOCKFD)
		add_u32(b, TLSOCK_A_REQUEST_SOCKFD, 3);
	if (without != TLSOCK_A_REQUEST_ROLE)
		add_u32(b, TLSOCK_A_REQUEST_ROLE, TLSOCK_ROLE_SERVER);
	if (without != TLSOCK_A_REQUEST_TIMEOUT_MS)
		add_u32(b, TLSOCK_A_REQUEST_TIMEOUT_MS, 1);
	if (without != TLSOCK_A_REQUEST_LOCAL)
		add(b, TLSOCK_A_REQUEST_LOCAL, &in, sizeof(in));
	if (without != TLSOCK_A_REQUEST_REMOTE)
		add(b, TLSOCK_A_REQUEST_REMOTE, &in, sizeof(in));
}

static const char *mistake_of(struct builder *b)
{
	struct nlattr nest = {
		.nla_len = (unsigned short)b->size,
		.nla_type = TLSOCK_A_ACCEPT_REQUEST,
	};

	memcpy(b->bytes, &nest, sizeof(nest));
	if (parse(b->bytes, b->size) || reply.n != 1)
		return "unparsable";
	return reply.requests[0].mistake;
}

#define EXPECT_MISTAKE(words) \
	do { \
		const char *text_ = mistake_of(&b); \
		EXPECT_NE(NULL, text_); \
		if (text_) \
			EXPECT_NE(NULL, strstr(text_, words)) TH_LOG("%s", text_); \
	} while (0)

TEST(missing_attributes)
{
	struct builder b;

	begin(&b, 0);
	EXPECT_EQ(NULL, mistake_of(&b));
	begin(&b, TLSOCK_A_REQUEST_ID);
	EXPECT_MISTAKE("no id");
	EXPECT_EQ(3, reply.requests[0].fd);
	begin(&b, TLSOCK_A_REQUEST_SOCKFD);
	EXPECT_MISTAKE("no descriptor");
	EXPECT_EQ(7, reply.requests[0].id);
	begin(&b, TLSOCK_A_REQUEST_ROLE);
	EXPECT_MISTAKE("no role");
	begin(&b, TLSOCK_A_REQUEST_TIMEOUT_MS);
	EXPECT_MISTAKE("no timeout");
}

TEST(credentials)
{
	static const struct {
		int	type;
		uint32_t max;
	} lengths[] = {
		{ TLSOCK_A_REQUEST_OWN_CERT, TLSOCK_MAX_CERT },
		{ TLSOCK_A_REQUEST_OWN_KEY, TLSOCK_MAX_KEY },
		{ TLSOCK_A_REQUEST_OWN_CA, TLSOCK_MAX_CA },
	};
	struct builder b;

	for (int i = 0; i < 3; i++) {
		begin(&b, 0);
		add_u32(&b, lengths[i].type, lengths[i].max);
		EXPECT_MISTAKE("without a descriptor");
		add_u32(&b, TLSOCK_A_REQUEST_OWN_FD, 4);
		EXPECT_EQ(NULL, mistake_of(&b));
		EXPECT_EQ(4, reply.requests[0].own_fd);
		EXPECT_EQ(lengths[i].max, tl_own_size(&reply.requests[0].own));
		begin(&b, 0);
		add_u32(&b, TLSOCK_A_REQUEST_OWN_FD, 4);
		EXPECT_MISTAKE("or none");
		add_u32(&b, lengths[i].type, lengths[i].max + 1);
		EXPECT_MISTAKE("too");
		EXPECT_EQ(4, reply.requests[0].own_fd);
	}
}

/* The peer may be gone before its address was asked for. */
TEST(missing_addresses_are_zero)
{
	struct builder b;

	begin(&b, TLSOCK_A_REQUEST_REMOTE);
	EXPECT_EQ(NULL, mistake_of(&b));
	EXPECT_EQ(AF_INET, reply.requests[0].remote.ss_family);
	begin(&b, TLSOCK_A_REQUEST_LOCAL);
	EXPECT_EQ(NULL, mistake_of(&b));
	EXPECT_EQ(AF_INET, reply.requests[0].local.ss_family);
}

TEST(unknown_attributes_are_skipped)
{
	struct builder b;

	begin(&b, 0);
	add_u32(&b, TLSOCK_A_REQUEST_MAX + 1, 1);
	add_u32(&b, 0x3fff, 1);
	EXPECT_EQ(NULL, mistake_of(&b));
}

TEST(wrong_values)
{
	static const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	static const char long_text[300] = { [0 ... 299] = 'a' };
	struct builder b;

	begin(&b, TLSOCK_A_REQUEST_ROLE);
	add_u32(&b, TLSOCK_A_REQUEST_ROLE, 2);
	EXPECT_MISTAKE("unknown role");
	begin(&b, TLSOCK_A_REQUEST_SOCKFD);
	add_u32(&b, TLSOCK_A_REQUEST_SOCKFD, 0xffffffff);
	EXPECT_MISTAKE("malformed descriptor");
	EXPECT_EQ(-1, reply.requests[0].fd);
	begin(&b, 0);
	add_u32(&b, TLSOCK_A_REQUEST_VERIFY, 3);
	EXPECT_MISTAKE("unknown verify mode");
	begin(&b, 0);
	add_u32(&b, TLSOCK_A_REQUEST_CLIENT_CERT, 3);
	EXPECT_MISTAKE("unknown client-cert mode");
	begin(&b, TLSOCK_A_REQUEST_REMOTE);
	add(&b, TLSOCK_A_REQUEST_REMOTE, &in6, sizeof(in6));
	EXPECT_MISTAKE("two families");
	begin(&b, TLSOCK_A_REQUEST_REMOTE);
	add(&b, TLSOCK_A_REQUEST_REMOTE, &in6, sizeof(in6) - 1);
	EXPECT_MISTAKE("malformed remote");
	begin(&b, TLSOCK_A_REQUEST_LOCAL);
	add(&b, TLSOCK_A_REQUEST_LOCAL, "", 1);
	EXPECT_MISTAKE("malformed local");
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_SERVER_NAME, long_text, TLSOCK_MAX_NAME);
	EXPECT_EQ(NULL, mistake_of(&b));
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_SERVER_NAME, long_text, TLSOCK_MAX_NAME + 1);
	EXPECT_MISTAKE("malformed server name");
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_ALPN, "a\0b", 4);
	EXPECT_MISTAKE("malformed ALPN");
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_PROFILE, long_text, TLSOCK_MAX_PROFILE + 1);
	EXPECT_MISTAKE("malformed profile");
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_UID, "", 1);
	EXPECT_MISTAKE("malformed uid");
	begin(&b, 0);
	add(&b, TLSOCK_A_REQUEST_CGROUP, "1234", 4);
	EXPECT_MISTAKE("malformed cgroup");
}

TEST(too_many_requests)
{
	struct builder b = {};

	for (int i = 0; i < TLSOCK_MAX_ACCEPT; i++)
		add(&b, TLSOCK_A_ACCEPT_REQUEST, "", 0);
	EXPECT_EQ(0, parse(b.bytes, b.size));
	EXPECT_EQ(TLSOCK_MAX_ACCEPT, reply.n);
	add(&b, TLSOCK_A_ACCEPT_REQUEST, "", 0);
	EXPECT_EQ(-EBADMSG, parse(b.bytes, b.size));
	EXPECT_EQ(TLSOCK_MAX_ACCEPT, reply.n);
}

TEST_HARNESS_MAIN
