// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends of a handshake in one process.
 */
#include "real.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "request.h"

bool t_real_helper(void)
{
	struct t_status status = { 0 };
	struct t_genl genl;

	if (t_genl_open(&genl))
		return false;
	if (t_status(&genl, &status))
		status.helper = false;
	t_genl_close(&genl);
	return status.helper;
}

/* Until the client knows; the server's handshake runs while we poll. */
static int both_wait(struct t_real *real, int listener)
{
	struct pollfd fds[2] = {
		{ .fd = real->client, .events = POLLOUT },
		{ .fd = listener, .events = POLLIN },
	};
	int err;

	while (!fds[0].revents) {
		if (poll(fds, 2, T_PATIENCE_MS) <= 0)
			return -ETIME;
		if (fds[1].revents) {
			real->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			fds[1].fd = -1;
		}
	}
	err = -t_so_error(real->client);
	/* The server's last flight may come after the client's end. */
	if (!err && real->server < 0 && t_poll(listener, POLLIN, 2000))
		real->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return err;
}

int t_real_connect(struct t_real *real)
{
	int family = real->family ? real->family : AF_INET;
	struct t_addr addr;
	int listener = t_listen_profile(family, real->server_profile, &addr);
	int err = 0;

	real->server = -1;
	real->client = t_socket(family, IPPROTO_TLS, SOCK_NONBLOCK);
	if (listener < 0 || real->client < 0)
		err = listener < 0 ? listener : -errno;
	t_nonblock(listener, true);
	if (!err && real->client_profile)
		err = t_set_text(real->client, TLSOCK_PROFILE, real->client_profile);
	if (!err && real->name)
		err = t_set_text(real->client, TLSOCK_SERVER_NAME, real->name);
	if (!err)
		err = t_connect(real->client, &addr);
	if (err == -EINPROGRESS)
		err = both_wait(real, listener);
	t_nonblock(real->client, false);
	if (listener >= 0)
		close(listener);
	return err;
}

void t_real_close(struct t_real *real)
{
	if (real->client >= 0)
		close(real->client);
	if (real->server >= 0)
		close(real->server);
	real->client = -1;
	real->server = -1;
}
