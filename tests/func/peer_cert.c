// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLSOCK_PEER_CERT: whether the helper is asked for certificates, and those that
 * it gives one by one; what the kernel does not take from a helper.
 */
#include "lib/harness.h"

/* Certificates of 1, 300 and 2 bytes with their lengths */
#define LONG	300

static uint8_t chain[3 * 3 + 1 + LONG + 2] = { 0, 0, 1, 0xaa, 0, 1, LONG - 256 };

static void chain_make(void)
{
	static const uint8_t last[] = { 0, 0, 2, 0xcc, 0xcd };

	memset(chain + 7, 0xbb, LONG);
	memcpy(chain + 7 + LONG, last, sizeof(last));
}

/* Bytes of the certificate of a number, or -errno; -(what is needed) without room */
static int cert_get(int fd, uint32_t number, void *to, socklen_t room)
{
	socklen_t len = room;

	memcpy(to, &number, sizeof(number));
	if (getsockopt(fd, SOL_TLSOCK, TLSOCK_PEER_CERT, to, &len))
		return errno == ERANGE ? -(int)len : -errno;
	return len;
}

static int want(int fd, int value)
{
	return setsockopt(fd, SOL_TLSOCK, TLSOCK_PEER_CERT, &value, sizeof(value)) ? -errno : 0;
}

FIXTURE(cert) {
	struct t_helper *helper;
	struct t_addr addr;
	int listener;
	struct t_pair pair;
};

FIXTURE_SETUP(cert)
{
	ASSERT_EQ(0, t_net_private());
	chain_make();
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->done.chain = chain;
	self->helper->done.chain_length = sizeof(chain);
	self->listener = t_listen(AF_INET, IPPROTO_TLS, &self->addr);
	ASSERT_LE(0, self->listener);
	self->pair = (struct t_pair) { -1, -1 };
}

FIXTURE_TEARDOWN(cert)
{
	t_pair_close(&self->pair);
	close(self->listener);
	t_helper_stop(self->helper);
}

#define EXPECT_CHAIN(fd) do { \
		uint8_t data[512]; \
		EXPECT_EQ(1, cert_get(fd, 0, data, sizeof(data))); \
		EXPECT_EQ(0xaa, data[0]); \
		EXPECT_EQ(-LONG, cert_get(fd, 1, data, LONG - 1)); \
		EXPECT_EQ(LONG, cert_get(fd, 1, data, LONG)); \
		EXPECT_EQ(0, memcmp(chain + 7, data, LONG)); \
		EXPECT_EQ(2, cert_get(fd, 2, data, 4)); \
		EXPECT_EQ(0, memcmp("\xcc\xcd", data, 2)); \
		EXPECT_EQ(-ENODATA, cert_get(fd, 3, data, sizeof(data))); \
		EXPECT_EQ(-ENODATA, cert_get(fd, UINT32_MAX, data, sizeof(data))); \
		EXPECT_EQ(-EINVAL, cert_get(fd, 0, data, 3)); \
	} while (0)

/* A listener's connections are as it is. */
TEST_F(cert, both_ends)
{
	struct t_addr addr;
	int tcp = t_listen(AF_INET, IPPROTO_TCP, &addr);
	uint8_t data[4];
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	ASSERT_EQ(0, want(fd, 1));
	EXPECT_EQ(-ENOTCONN, cert_get(fd, 0, data, sizeof(data)));
	EXPECT_EQ(EFAULT, T_ERRNO(getsockopt(fd, SOL_TLSOCK, TLSOCK_PEER_CERT, (void *)8,
					     &(socklen_t) { 4 })));
	EXPECT_EQ(-EINVAL, want(self->listener, 1));
	close(self->listener);
	self->listener = t_socket(AF_INET, IPPROTO_TLS, 0);
	ASSERT_EQ(0, want(self->listener, 1));
	ASSERT_EQ(0, listen(self->listener, 5));
	self->addr.len = sizeof(self->addr.storage);
	ASSERT_EQ(0, getsockname(self->listener, (struct sockaddr *)&self->addr.storage,
				 &self->addr.len));
	ASSERT_EQ(0, t_connect(fd, &self->addr));
	EXPECT_TRUE(self->helper->last.peer_cert);
	self->pair.client = fd;
	self->pair.server = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, self->pair.server);
	EXPECT_CHAIN(self->pair.client);
	EXPECT_CHAIN(self->pair.server);
	EXPECT_EQ(-EISCONN, want(fd, 0));
	close(tcp);
}

TEST_F(cert, not_wanted)
{
	uint8_t data[16];

	ASSERT_EQ(0, t_pair_through(&self->pair, self->listener, &self->addr));
	EXPECT_FALSE(self->helper->last.peer_cert);
	EXPECT_EQ(-ENODATA, cert_get(self->pair.client, 0, data, sizeof(data)));
	EXPECT_EQ(-ENODATA, cert_get(self->pair.server, 0, data, sizeof(data)));
}

TEST_F(cert, not_given)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);
	uint8_t data[16];

	self->helper->done.chain = NULL;
	ASSERT_EQ(0, want(fd, 0));
	ASSERT_EQ(0, want(fd, 1));
	EXPECT_EQ(-EINVAL, want(fd, 2));
	EXPECT_EQ(-EINVAL, want(fd, -1));
	ASSERT_EQ(0, t_connect(fd, &self->addr));
	self->pair.client = fd;
	EXPECT_EQ(-ENODATA, cert_get(fd, 0, data, sizeof(data)));
}

/* A request that is refused again and again stays as it was. */
TEST_F(cert, malformed)
{
	static uint8_t most[TLSOCK_MAX_CHAIN + 1] = { 0, (TLSOCK_MAX_CHAIN - 2) >> 8,
						      (TLSOCK_MAX_CHAIN - 2) & 0xff };
	static const struct {
		uint8_t bytes[8];
		size_t length;
	} rows[] = {
		{ { 0 }, 0 }, { { 0, 0, 1 }, 3 }, { { 0, 0, 0 }, 3 }, { { 0, 0 }, 2 },
		{ { 0, 0, 1, 7, 0 }, 5 }, { { 0, 0, 1, 7, 0, 0, 0 }, 7 }, { { 1, 0, 0, 7 }, 4 },
		{ { 0, 0, 1, 7, 0, 0, 2, 7 }, 8 },
	};
	struct t_request request;
	struct t_done done = { .version = 0x0304, .cipher = 0x1301 };
	struct t_genl genl;
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);

	t_helper_stop(self->helper);
	ASSERT_EQ(0, t_genl_open(&genl));
	ASSERT_EQ(0, t_genl_join(&genl));
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &self->addr));
	ASSERT_EQ(0, t_accept_one(&genl, &request));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		done.chain = rows[i].bytes;
		done.chain_length = rows[i].length;
		EXPECT_EQ(-EINVAL, t_done(&genl, request.id, &done)) TH_LOG("row %zu", i);
		EXPECT_STRNE("", genl.extack);
	}
	done.chain = most;
	done.chain_length = sizeof(most);
	EXPECT_EQ(-EINVAL, t_done(&genl, request.id, &done));
	EXPECT_EQ(TLSOCK_STATE_HANDSHAKE, t_state(fd));
	EXPECT_EQ(0, t_done_errno(&genl, request.id, EPROTO));
	t_genl_close(&genl);
	close(request.fd);
	close(fd);
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
}

TEST_HARNESS_MAIN
