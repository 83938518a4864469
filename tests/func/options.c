// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every option of SOL_TLSOCK: set, get, wrong values, wrong sizes, wrong
 * states, and what the helper is told of it.
 */
#include "lib/harness.h"

T_FIXTURE_HELPER(option, T_HELPER_KEYS)

/* Text options and the longest text each takes. */
static const struct {
	int option;
	size_t max;
} texts[] = {
	{ TLSOCK_SERVER_NAME, TLSOCK_MAX_NAME },
	{ TLSOCK_PROFILE, TLSOCK_MAX_PROFILE },
	{ TLSOCK_ALPN, TLSOCK_MAX_NAME },
};

#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

/* A get into a buffer of some size; -errno or the length told. */
static int text_get(int fd, int option, char *buffer, socklen_t room)
{
	socklen_t len = room;

	if (getsockopt(fd, SOL_TLSOCK, option, buffer, &len))
		return errno == ERANGE ? -(int)len : -errno;
	return len;
}

TEST_F(option, text_comes_back)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char buffer[512];
	size_t i;

	for (i = 0; i < N_TEXTS; i++) {
		memset(buffer, 'x', sizeof(buffer));
		ASSERT_EQ(0, t_set_text(fd, texts[i].option, "abc"));
		EXPECT_LE(3, text_get(fd, texts[i].option, buffer, sizeof(buffer)));
		EXPECT_EQ(0, strncmp(buffer, "abc", 3));
		/* Replaced, not appended. */
		ASSERT_EQ(0, t_set_text(fd, texts[i].option, "de"));
		memset(buffer, 0, sizeof(buffer));
		EXPECT_LE(2, text_get(fd, texts[i].option, buffer, sizeof(buffer)));
		EXPECT_STREQ("de", buffer);
	}
	close(fd);
}

TEST_F(option, text_with_nul_at_the_end_is_the_same_text)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char buffer[64] = { 0 };

	ASSERT_EQ(0, setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, "web.test", 9));
	EXPECT_LE(8, text_get(fd, TLSOCK_SERVER_NAME, buffer, sizeof(buffer)));
	EXPECT_STREQ("web.test", buffer);
	close(fd);
}

TEST_F(option, text_too_long)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char text[512], buffer[512] = { 0 };
	size_t i;
	int err;

	memset(text, 'a', sizeof(text));
	for (i = 0; i < N_TEXTS; i++) {
		EXPECT_EQ(0, setsockopt(fd, SOL_TLSOCK, texts[i].option, text, texts[i].max));
		EXPECT_LE((int)texts[i].max, text_get(fd, texts[i].option, buffer, 512));
		err = T_ERRNO(setsockopt(fd, SOL_TLSOCK, texts[i].option, text,
					 texts[i].max + 2));
		EXPECT_TRUE(err == EINVAL || err == ENAMETOOLONG || err == E2BIG);
	}
	close(fd);
}

TEST_F(option, text_buffer_too_small_tells_the_size)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char buffer[8] = { 0 };
	size_t i;
	int need;

	for (i = 0; i < N_TEXTS; i++) {
		ASSERT_EQ(0, t_set_text(fd, texts[i].option, "0123456789"));
		need = -text_get(fd, texts[i].option, buffer, 4);
		EXPECT_TRUE(need == 10 || need == 11);
		EXPECT_EQ(0, buffer[4]);
	}
	close(fd);
}

TEST_F(option, text_that_is_none)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	EXPECT_EQ(EFAULT, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, (void *)8, 5)));
	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, "a\0b", 3)));
	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_PROFILE, "a\0b", 3)));
	EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_ALPN, "a\0b", 3)));
	EXPECT_NE(0, T_ERRNO(setsockopt(fd, SOL_TLSOCK, TLSOCK_SERVER_NAME, "a", -1)));
	close(fd);
}

TEST_F(option, numbers)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	int value;

	for (value = TLSOCK_VERIFY_NONE; value <= TLSOCK_VERIFY_REQUIRED; value++) {
		EXPECT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_VERIFY, value));
		EXPECT_EQ(value, t_get_int(fd, SOL_TLSOCK, TLSOCK_VERIFY));
	}
	for (value = TLSOCK_CLIENT_CERT_NONE; value <= TLSOCK_CLIENT_CERT_REQUIRE; value++) {
		EXPECT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_CLIENT_CERT, value));
		EXPECT_EQ(value, t_get_int(fd, SOL_TLSOCK, TLSOCK_CLIENT_CERT));
	}
	EXPECT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 1));
	EXPECT_EQ(1, t_get_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS));
	EXPECT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, TLSOCK_TIMEOUT_MS_MAX));
	EXPECT_EQ(TLSOCK_TIMEOUT_MS_MAX, t_get_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS));
	close(fd);
}

TEST_F(option, numbers_out_of_range)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_VERIFY, -1));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_VERIFY, 3));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_CLIENT_CERT, -1));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_CLIENT_CERT, 3));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 0));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS,
				     TLSOCK_TIMEOUT_MS_MAX + 1));
	EXPECT_EQ(-EINVAL, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, -1));
	EXPECT_EQ(TLSOCK_TIMEOUT_MS_DEFAULT, t_get_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS));
	close(fd);
}

TEST_F(option, numbers_of_wrong_size)
{
	static const int options[] = { TLSOCK_VERIFY, TLSOCK_CLIENT_CERT, TLSOCK_TIMEOUT_MS };
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	int value = 1;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, options[i], &value, 3)));
		EXPECT_EQ(EINVAL, T_ERRNO(setsockopt(fd, SOL_TLSOCK, options[i], &value, 0)));
		EXPECT_EQ(EFAULT, T_ERRNO(setsockopt(fd, SOL_TLSOCK, options[i], (void *)8, 4)));
	}
	close(fd);
}

TEST_F(option, unknown)
{
	int fd = t_socket(AF_INET6, IPPROTO_TLS, 0);

	EXPECT_EQ(-ENOPROTOOPT, t_set_int(fd, SOL_TLSOCK, 0, 1));
	EXPECT_EQ(-ENOPROTOOPT, t_get_int(fd, SOL_TLSOCK, 0));
	EXPECT_EQ(-ENOPROTOOPT, t_set_int(fd, SOL_TLSOCK, 999, 1));
	EXPECT_EQ(-ENOPROTOOPT, t_get_int(fd, SOL_TLSOCK, 999));
	EXPECT_EQ(-ENOPROTOOPT, t_set_int(fd, SOL_TLSOCK, TLSOCK_INFO, 1));
	EXPECT_EQ(-ENOPROTOOPT, t_set_int(fd, SOL_TLSOCK, TLSOCK_ERROR, 1));
	close(fd);
	fd = t_socket(AF_INET, IPPROTO_TCP, 0);
	EXPECT_TRUE(t_get_int(fd, SOL_TLSOCK, TLSOCK_INFO) < 0);
	close(fd);
}

TEST_F(option, info_is_versioned_by_size)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	char buffer[256];
	struct tlsock_info *info = (struct tlsock_info *)buffer;
	socklen_t len = sizeof(buffer);

	memset(buffer, 0xee, sizeof(buffer));
	ASSERT_EQ(0, getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, buffer, &len));
	EXPECT_EQ(sizeof(struct tlsock_info), len);
	EXPECT_EQ(sizeof(struct tlsock_info), info->size);
	EXPECT_EQ(TLSOCK_STATE_INIT, info->state);
	EXPECT_EQ(0, info->version);
	EXPECT_EQ(0, info->flags);

	/* An older program's shorter struct. */
	memset(buffer, 0xee, sizeof(buffer));
	len = 5;
	ASSERT_EQ(0, getsockopt(fd, SOL_TLSOCK, TLSOCK_INFO, buffer, &len));
	EXPECT_EQ(5, len);
	EXPECT_EQ(TLSOCK_STATE_INIT, info->state);
	EXPECT_EQ((char)0xee, buffer[5]);
	close(fd);
}

TEST_F(option, error_is_empty_at_first)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	struct tlsock_error error;

	ASSERT_EQ(0, t_error(fd, &error));
	EXPECT_EQ(0, error.error);
	EXPECT_EQ(TLSOCK_STAGE_NONE, error.stage);
	EXPECT_EQ(-1, error.alert_sent);
	EXPECT_EQ(-1, error.alert_received);
	EXPECT_STREQ("", error.text);
	close(fd);
}

TEST_F(option, eisconn_once_connected)
{
	struct t_pair pair;

	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	EXPECT_EQ(-EISCONN, t_set_text(pair.client, TLSOCK_SERVER_NAME, "a"));
	EXPECT_EQ(-EISCONN, t_set_text(pair.client, TLSOCK_PROFILE, "a"));
	EXPECT_EQ(-EISCONN, t_set_text(pair.client, TLSOCK_ALPN, "a"));
	EXPECT_EQ(-EISCONN, t_set_int(pair.client, SOL_TLSOCK, TLSOCK_VERIFY, 0));
	EXPECT_EQ(-EISCONN, t_set_int(pair.client, SOL_TLSOCK, TLSOCK_CLIENT_CERT, 0));
	EXPECT_EQ(-EISCONN, t_set_int(pair.client, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 9));
	EXPECT_EQ(-EISCONN, t_set_int(pair.server, SOL_TLSOCK, TLSOCK_VERIFY, 0));
	t_pair_close(&pair);
}

TEST_F(option, einval_during_the_handshake)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int err;

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	err = t_set_text(fd, TLSOCK_SERVER_NAME, "late.test");
	EXPECT_TRUE(err == -EINVAL || err == -EISCONN || err == -EALREADY);
	err = t_set_int(fd, SOL_TLSOCK, TLSOCK_VERIFY, 0);
	EXPECT_TRUE(err == -EINVAL || err == -EISCONN || err == -EALREADY);
	close(fd);
	close(listener);
}

TEST_F(option, the_helper_is_told)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	struct t_addr addr, name = { .len = sizeof(name.storage) };
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	struct t_request *last = &self->helper->last;

	ASSERT_EQ(0, t_set_text(fd, TLSOCK_SERVER_NAME, "web.test"));
	ASSERT_EQ(0, t_set_text(fd, TLSOCK_ALPN, "h2,http/1.1"));
	ASSERT_EQ(0, t_set_text(fd, TLSOCK_PROFILE, "web"));
	ASSERT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_VERIFY, TLSOCK_VERIFY_OPTIONAL));
	ASSERT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_TIMEOUT_MS, 5000));
	ASSERT_EQ(0, t_set_int(fd, SOL_TLSOCK, TLSOCK_RESUME, 0));
	ASSERT_EQ(0, t_connect(fd, &addr));
	ASSERT_EQ(0, getsockname(fd, (void *)&name.storage, &name.len));
	EXPECT_STREQ("web.test", last->server_name);
	EXPECT_STREQ("h2,http/1.1", last->alpn);
	EXPECT_STREQ("web", last->profile);
	EXPECT_EQ(TLSOCK_VERIFY_OPTIONAL, last->verify);
	EXPECT_EQ(-1, last->client_cert);
	EXPECT_TRUE(last->no_resume);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, last->role);
	EXPECT_EQ(t_port(&name), last->local_port);
	EXPECT_EQ(t_port(&addr), last->remote_port);
	EXPECT_EQ(AF_INET, last->family);
	EXPECT_EQ(getuid(), last->uid);
	EXPECT_EQ(getgid(), last->gid);
	EXPECT_EQ((uint32_t)getpid(), last->pid);
	EXPECT_TRUE(last->timeout_ms > 3000 && last->timeout_ms <= 5000);
	close(fd);
	close(listener);
}

TEST_F(option, what_was_not_set_is_not_told)
{
	int fd = t_socket(AF_INET6, IPPROTO_TLS, 0);
	struct t_request *last = &self->helper->last;
	struct t_addr addr;
	int listener = t_listen(AF_INET6, IPPROTO_TCP, &addr);

	ASSERT_EQ(0, t_connect(fd, &addr));
	EXPECT_STREQ("", last->server_name);
	EXPECT_STREQ("", last->alpn);
	EXPECT_EQ(-1, last->verify);
	EXPECT_EQ(-1, last->client_cert);
	EXPECT_FALSE(last->no_resume);
	EXPECT_EQ(AF_INET6, last->family);
	close(fd);
	close(listener);
}

TEST_F(option, what_the_helper_tells)
{
	struct t_done done = {
		.alpn = "http/1.1", .server_name = "asked.test", .group = 29, .verified = true,
	};
	struct tlsock_info info;
	char buffer[64] = { 0 };
	struct t_pair pair;

	self->helper->done = done;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_EQ(0, t_info(pair.client, &info));
	EXPECT_EQ(TLSOCK_STATE_ESTABLISHED, info.state);
	EXPECT_EQ(TLSOCK_ROLE_CLIENT, info.role);
	EXPECT_EQ(0x0304, info.version);
	EXPECT_EQ(0x1301, info.cipher);
	EXPECT_EQ(29, info.group);
	EXPECT_EQ(TLSOCK_INFO_VERIFIED, info.flags);
	EXPECT_EQ(0, info.rekeys);
	EXPECT_LE(8, text_get(pair.client, TLSOCK_ALPN, buffer, sizeof(buffer)));
	EXPECT_STREQ("http/1.1", buffer);

	ASSERT_EQ(0, t_info(pair.server, &info));
	EXPECT_EQ(TLSOCK_ROLE_SERVER, info.role);
	memset(buffer, 0, sizeof(buffer));
	EXPECT_LE(10, text_get(pair.server, TLSOCK_SERVER_NAME, buffer, sizeof(buffer)));
	EXPECT_STREQ("asked.test", buffer);
	t_pair_close(&pair);
}

TEST_HARNESS_MAIN
