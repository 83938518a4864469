// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Malformed netlink messages: each is refused with the right errno and a
 * sentence, and the handshake that they are about is none the worse for it.
 */
#include "lib/harness.h"

FIXTURE(malformed) {
	struct t_genl genl;
	struct t_addr addr;
	struct t_request request;
	int listener;
	int fd;
};

FIXTURE_SETUP(malformed)
{
	self->listener = t_upcall_open(&self->genl, &self->addr);
	ASSERT_LE(0, self->listener);
	self->fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	ASSERT_EQ(-EINPROGRESS, t_connect(self->fd, &self->addr));
	ASSERT_EQ(0, t_accept_one(&self->genl, &self->request));
}

/* The request survived: it can still be completed. */
FIXTURE_TEARDOWN(malformed)
{
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(self->fd));
	EXPECT_EQ(0, t_done_errno(&self->genl, self->request.id, EPROTO));
	t_genl_close(&self->genl);
	close(self->request.fd);
	close(self->fd);
	close(self->listener);
}

/* A DONE with the live id and an error, to which one wrong attribute is added. */
static void done_init(struct t_msg *msg, const struct t_genl *genl, uint32_t id)
{
	t_msg_init(msg, genl, TLSOCK_CMD_DONE);
	t_msg_put_u32(msg, TLSOCK_A_DONE_ID, id);
	t_msg_put_u32(msg, TLSOCK_A_DONE_ERROR, EPROTO);
}

/* Sent, refused with this errno and with a sentence. */
#define EXPECT_REFUSAL(err, msg) \
	do { \
		EXPECT_EQ(-(err), t_genl_call(&self->genl, msg)); \
		EXPECT_STRNE("", self->genl.extack); \
	} while (0)

/* Attributes of the wrong size for each type in DONE. */
static const struct {
	int type;
	size_t size;
	int error;
} sizes[] = {
	{ TLSOCK_A_DONE_STAGE, 0, EINVAL },	{ TLSOCK_A_DONE_STAGE, 2, EINVAL },
	{ TLSOCK_A_DONE_STAGE, 8, EINVAL },	{ TLSOCK_A_DONE_ALERT_SENT, 0, EINVAL },
	{ TLSOCK_A_DONE_ALERT_SENT, 4, EINVAL }, { TLSOCK_A_DONE_ALERT_RECEIVED, 2, EINVAL },
	{ TLSOCK_A_DONE_VERIFY_CODE, 2, EINVAL }, { TLSOCK_A_DONE_VERIFY_DEPTH, 1, EINVAL },
	{ TLSOCK_A_DONE_VERSION, 4, EINVAL },	{ TLSOCK_A_DONE_CIPHER, 1, EINVAL },
	{ TLSOCK_A_DONE_GROUP, 8, EINVAL },	{ TLSOCK_A_DONE_VERIFIED, 4, ERANGE },
	{ TLSOCK_A_DONE_RESUMED, 1, ERANGE },	{ TLSOCK_A_DONE_TRUNCATION_EOF, 1, ERANGE },
	{ TLSOCK_A_DONE_SESSION, TLSOCK_MAX_SESSION + 1, EINVAL },
	{ TLSOCK_A_DONE_MAX + 1, 4, EINVAL },
	{ TLSOCK_A_DONE_TX_SECRET, 32, EINVAL }, { TLSOCK_A_DONE_RX_SECRET, 48, EINVAL },
	{ 0, 4, EINVAL },			{ 1000, 0, EINVAL },
};

TEST_F(malformed, done_with_wrong_sizes)
{
	static const char zero[TLSOCK_MAX_SESSION + 1];
	struct t_msg msg;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int err;

		done_init(&msg, &self->genl, self->request.id);
		t_msg_put(&msg, sizes[i].type, zero, sizes[i].size);
		err = t_genl_call(&self->genl, &msg);
		EXPECT_TRUE(err == -sizes[i].error || err == -EINVAL) {
			TH_LOG("type %d with %zu bytes: %d", sizes[i].type, sizes[i].size, err);
		}
		EXPECT_STRNE("", self->genl.extack) {
			TH_LOG("type %d with %zu bytes", sizes[i].type, sizes[i].size);
		}
	}
}

/* Numbers beyond what DONE allows. */
static const struct {
	int type;
	uint32_t value;
	int error;
} ranges[] = {
	{ TLSOCK_A_DONE_ERROR, 4096, ERANGE },
	{ TLSOCK_A_DONE_ERROR, 0xffffffff, ERANGE },
	{ TLSOCK_A_DONE_ERROR, (uint32_t)-EPROTO, ERANGE },
	{ TLSOCK_A_DONE_STAGE, TLSOCK_STAGE_DATA + 1, ERANGE },
	{ TLSOCK_A_DONE_STAGE, 0xffffffff, ERANGE },
	{ TLSOCK_A_DONE_ERROR, EINPROGRESS, EINVAL },
	{ TLSOCK_A_DONE_ERROR, EISCONN, EINVAL },
	{ TLSOCK_A_DONE_ERROR, 512 /* ERESTARTSYS */, EINVAL },
	{ TLSOCK_A_DONE_ID, 0, ENOENT },
	{ TLSOCK_A_DONE_ID, 0xffffffff, ENOENT },
};

/* Two traffic secrets, but not of the length of a hash, or not of the same. */
TEST_F(malformed, done_with_wrong_secrets)
{
	static const size_t lengths[][2] = { { 0, 0 }, { 31, 31 }, { 32, 48 }, { 64, 64 } };
	static const uint8_t secret[64];
	struct t_msg msg;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		done_init(&msg, &self->genl, self->request.id);
		t_msg_put(&msg, TLSOCK_A_DONE_TX_SECRET, secret, lengths[i][0]);
		t_msg_put(&msg, TLSOCK_A_DONE_RX_SECRET, secret, lengths[i][1]);
		EXPECT_REFUSAL(EINVAL, &msg);
	}
}

TEST_F(malformed, done_out_of_range)
{
	struct t_msg msg;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		done_init(&msg, &self->genl, self->request.id);
		t_msg_put_u32(&msg, ranges[i].type, ranges[i].value);
		EXPECT_EQ(-ranges[i].error, t_genl_call(&self->genl, &msg)) {
			TH_LOG("type %d value %u", ranges[i].type, ranges[i].value);
		}
		EXPECT_STRNE("", self->genl.extack);
	}
}

TEST_F(malformed, done_with_wrong_text)
{
	static const struct {
		int type;
		size_t max;
	} texts[] = {
		{ TLSOCK_A_DONE_TEXT, TLSOCK_MAX_TEXT },
		{ TLSOCK_A_DONE_ALPN, TLSOCK_MAX_NAME },
		{ TLSOCK_A_DONE_SERVER_NAME, TLSOCK_MAX_NAME },
		{ TLSOCK_A_DONE_PROFILE, TLSOCK_MAX_PROFILE },
	};
	char text[512];
	struct t_msg msg;
	size_t i;
	int err;

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 0;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* Too long, with its NUL. */
		done_init(&msg, &self->genl, self->request.id);
		t_msg_put(&msg, texts[i].type, text + sizeof(text) - texts[i].max - 2,
			  texts[i].max + 2);
		err = t_genl_call(&self->genl, &msg);
		EXPECT_TRUE(err == -ERANGE || err == -EINVAL);
		EXPECT_STRNE("", self->genl.extack);
		/* Without a NUL. */
		done_init(&msg, &self->genl, self->request.id);
		t_msg_put(&msg, texts[i].type, "abc", 3);
		EXPECT_REFUSAL(EINVAL, &msg);
		/* Nothing at all, not even a NUL. */
		done_init(&msg, &self->genl, self->request.id);
		t_msg_put(&msg, texts[i].type, NULL, 0);
		err = t_genl_call(&self->genl, &msg);
		EXPECT_TRUE(err == -ERANGE || err == -EINVAL);
		EXPECT_STRNE("", self->genl.extack);
	}
}

TEST_F(malformed, done_incomplete)
{
	struct t_msg msg;

	t_msg_init(&msg, &self->genl, TLSOCK_CMD_DONE);
	EXPECT_REFUSAL(EINVAL, &msg);
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_DONE);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ID, self->request.id);
	EXPECT_REFUSAL(EINVAL, &msg);
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_DONE);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ERROR, EPROTO);
	EXPECT_REFUSAL(EINVAL, &msg);
	/* Success that does not say of what. */
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_DONE);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ID, self->request.id);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_ERROR, 0);
	EXPECT_REFUSAL(EINVAL, &msg);
}

TEST_F(malformed, attributes_that_end_wrong)
{
	struct t_msg msg;
	struct nlattr *attr;

	/* Longer than the message. */
	done_init(&msg, &self->genl, self->request.id);
	attr = (struct nlattr *)((char *)&msg + msg.nlh.nlmsg_len);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_STAGE, TLSOCK_STAGE_VERIFY);
	attr->nla_len = 400;
	EXPECT_REFUSAL(EINVAL, &msg);
	/* Shorter than its own header. */
	done_init(&msg, &self->genl, self->request.id);
	attr = (struct nlattr *)((char *)&msg + msg.nlh.nlmsg_len);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_STAGE, TLSOCK_STAGE_VERIFY);
	attr->nla_len = 2;
	EXPECT_REFUSAL(EINVAL, &msg);
	/* Bytes behind the last. */
	done_init(&msg, &self->genl, self->request.id);
	msg.nlh.nlmsg_len += 2;
	EXPECT_REFUSAL(EINVAL, &msg);
	/* A number that claims to be a nest. */
	done_init(&msg, &self->genl, self->request.id);
	t_msg_put_u32(&msg, TLSOCK_A_DONE_STAGE | NLA_F_NESTED, TLSOCK_STAGE_VERIFY);
	EXPECT_REFUSAL(EINVAL, &msg);
}

TEST_F(malformed, accept)
{
	static const uint32_t limits[] = { 0, TLSOCK_MAX_ACCEPT + 1, 0xffffffff };
	static const size_t lengths[] = { 0, 1, 2, 8 };
	static const char zero[8];
	struct t_msg msg;
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		t_msg_init(&msg, &self->genl, TLSOCK_CMD_ACCEPT);
		t_msg_put_u32(&msg, TLSOCK_A_ACCEPT_LIMIT, limits[i]);
		EXPECT_REFUSAL(ERANGE, &msg);
	}
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		t_msg_init(&msg, &self->genl, TLSOCK_CMD_ACCEPT);
		t_msg_put(&msg, TLSOCK_A_ACCEPT_LIMIT, zero, lengths[i]);
		EXPECT_REFUSAL(EINVAL, &msg);
	}
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_ACCEPT);
	t_msg_put_u32(&msg, TLSOCK_A_ACCEPT_PENDING, 1);
	EXPECT_REFUSAL(EINVAL, &msg);
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_ACCEPT);
	t_msg_put_u32(&msg, TLSOCK_A_ACCEPT_LIMIT | NLA_F_NESTED, 1);
	EXPECT_REFUSAL(EINVAL, &msg);
}

TEST_F(malformed, commands_that_are_none)
{
	static const int commands[] = {
		0, TLSOCK_CMD_READY, TLSOCK_CMD_CANCEL, __TLSOCK_CMD_MAX, 255,
	};
	struct t_msg msg;
	size_t i;

	/* These the core of genetlink refuses, which has no sentence for it. */
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		t_msg_init(&msg, &self->genl, commands[i]);
		EXPECT_EQ(-EOPNOTSUPP, t_genl_call(&self->genl, &msg));
	}
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_ACCEPT);
	msg.nlh.nlmsg_flags |= NLM_F_DUMP;
	EXPECT_EQ(-EOPNOTSUPP, t_genl_call(&self->genl, &msg));
	t_msg_init(&msg, &self->genl, TLSOCK_CMD_STATUS);
	msg.nlh.nlmsg_len = NLMSG_HDRLEN + 1;
	EXPECT_EQ(-EINVAL, t_genl_call(&self->genl, &msg));
}

TEST_F(malformed, noise)
{
	unsigned int seed = 11;
	struct t_msg msg;
	int i, j, size;

	/* Random attributes behind a header that is in order: no crash, no success. */
	for (i = 0; i < 2000; i++) {
		t_msg_init(&msg, &self->genl,
			   i & 1 ? TLSOCK_CMD_DONE : TLSOCK_CMD_ACCEPT);
		size = rand_r(&seed) % 200;
		for (j = 0; j < size; j++)
			msg.data[j] = rand_r(&seed) % (j & 3 ? 3 : 24);
		msg.nlh.nlmsg_len += size;
		EXPECT_GT(0, t_genl_call(&self->genl, &msg));
	}
}

TEST_HARNESS_MAIN
