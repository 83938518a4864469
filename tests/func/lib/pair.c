// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connected pairs of sockets on the loopback.
 */
#include "pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls.h"

int t_pair_through(struct t_pair *pair, int listener, const struct t_addr *addr)
{
	int err;

	pair->server = -1;
	pair->client = t_socket(addr->storage.ss_family, IPPROTO_TLS, 0);
	if (pair->client < 0)
		return -errno;
	/* A backlog's handshakes run without accept() waiting for them,
	 * but only while somebody polls or accepts: connect must not wait.
	 */
	t_nonblock(pair->client, true);
	err = t_connect(pair->client, addr);
	if (err == -EINPROGRESS)
		err = 0;
	if (!err)
		pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (!err && pair->server < 0)
		err = -errno;
	if (!err && !t_poll(pair->client, POLLOUT, T_PATIENCE_MS))
		err = -ETIME;
	if (!err)
		err = -t_so_error(pair->client);
	t_nonblock(pair->client, false);
	if (err)
		t_pair_close(pair);
	return err;
}

int t_pair_open(struct t_pair *pair, int family)
{
	struct t_addr addr;
	int listener = t_listen(family, IPPROTO_TLS, &addr);
	int err;

	*pair = (struct t_pair){ -1, -1 };
	if (listener < 0)
		return listener;
	err = t_pair_through(pair, listener, &addr);
	close(listener);
	return err;
}

/* The server is TCP, the client what is wanted. */
static int connect_to_tcp(struct t_pair *pair, int family, int protocol)
{
	struct t_addr addr;
	int listener = t_listen(family, IPPROTO_TCP, &addr);
	int err = 0;

	pair->server = -1;
	pair->client = t_socket(family, protocol, 0);
	if (listener < 0 || pair->client < 0)
		err = listener < 0 ? listener : -errno;
	if (!err)
		err = t_connect(pair->client, &addr);
	if (!err) {
		pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		err = pair->server < 0 ? -errno : 0;
	}
	if (listener >= 0)
		close(listener);
	if (err)
		t_pair_close(pair);
	return err;
}

int t_pair_half(struct t_pair *pair)
{
	return connect_to_tcp(pair, AF_INET, IPPROTO_TLS);
}

int t_pair_raw(struct t_pair *pair, uint16_t version)
{
	int err = t_pair_half(pair);

	if (!err)
		err = t_raw_tls(pair->server, TLSOCK_ROLE_SERVER, version);
	if (err)
		t_pair_close(pair);
	return err;
}

int t_pair_tcp(struct t_pair *pair, int family)
{
	return connect_to_tcp(pair, family, IPPROTO_TCP);
}

void t_pair_close(struct t_pair *pair)
{
	if (pair->client >= 0)
		close(pair->client);
	if (pair->server >= 0)
		close(pair->server);
	pair->client = -1;
	pair->server = -1;
}

int t_upgrade(int fd, int tcp)
{
	return t_set_int(fd, SOL_TLSOCK, TLSOCK_UPGRADE, tcp);
}

int t_pair_talk(int one, int other)
{
	char buffer[8] = { 0 };
	int err = t_write_all(one, "question", 8);

	if (!err)
		err = t_read_all(other, buffer, 8);
	if (!err && memcmp(buffer, "question", 8))
		err = -EBADMSG;
	if (!err)
		err = t_write_all(other, "reply", 5);
	if (!err)
		err = t_read_all(one, buffer, 5);
	return !err && memcmp(buffer, "reply", 5) ? -EBADMSG : err;
}

int t_upgrade_both(struct t_pair *tls, const struct t_pair *tcp)
{
	int err = t_upgrade(tls->server, tcp->server);

	return err ? err : t_upgrade(tls->client, tcp->client);
}
