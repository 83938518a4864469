// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module stays while anything of it is in use. That it goes when nothing
 * is, tests/net/reload.sh shows.
 */
#include "lib/harness.h"
#include "lib/passing.h"

#include <fcntl.h>
#include <sys/syscall.h>

T_FIXTURE_HELPER(unload, T_HELPER_KEYS)

/* What rmmod comes to: 0 if the module is gone, then every test after fails. */
static int unload(void)
{
	return syscall(SYS_delete_module, "tlsock", O_NONBLOCK) ? -errno : 0;
}

#define EXPECT_BUSY() \
	do { \
		int err_ = unload(); \
		ASSERT_TRUE(err_ == -EWOULDBLOCK || err_ == -EBUSY) { \
			TH_LOG("rmmod: %d", err_); \
		} \
	} while (0)

TEST_F(unload, fresh_socket)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	ASSERT_LE(0, fd);
	EXPECT_BUSY();
	close(fd);
}

TEST_F(unload, listener)
{
	struct t_addr addr;
	int fd = t_listen(AF_INET6, IPPROTO_TLS, &addr);

	ASSERT_LE(0, fd);
	EXPECT_BUSY();
	close(fd);
}

TEST_F(unload, handshake)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(-EINPROGRESS, t_connect(fd, &addr));
	ASSERT_EQ(0, t_helper_wait(self->helper, 1));
	EXPECT_BUSY();
	close(fd);
	close(listener);
}

TEST_F(unload, connection)
{
	struct t_pair pair;

	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	close(pair.client);
	pair.client = -1;
	EXPECT_BUSY();
	t_pair_close(&pair);
}

TEST_F(unload, upgraded)
{
	struct t_pair tcp, tls = { t_socket(AF_INET, IPPROTO_TLS, 0), -1 };

	ASSERT_EQ(0, t_pair_tcp(&tcp, AF_INET));
	ASSERT_EQ(0, t_upgrade(tls.client, tcp.client));
	t_pair_close(&tcp);
	EXPECT_BUSY();
	t_pair_close(&tls);
}

TEST_F(unload, on_its_way_to_a_process)
{
	struct t_pair pair;
	int unix_pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, unix_pair));
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	ASSERT_EQ(0, t_send_fd(unix_pair[0], pair.client));
	t_pair_close(&pair);
	EXPECT_BUSY();
	close(unix_pair[0]);
	close(unix_pair[1]);
}

TEST_F(unload, in_another_namespace)
{
	int fd = t_socket(AF_INET, IPPROTO_TLS, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, t_net_private());
	EXPECT_BUSY();
	close(fd);
}

TEST_HARNESS_MAIN
