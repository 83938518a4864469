// SPDX-License-Identifier: GPL-2.0-or-later
#include "crowd.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "result.h"

#define EVENTS	64
#define READ	65536

enum stage { STAGE_CONNECT, STAGE_HANDSHAKE, STAGE_REQUEST, STAGE_ANSWER, STAGE_END };

struct member {
	struct b_conn	conn;
	enum stage	stage;
	size_t		done;		/* bytes of the answer */
	long long	start, first;
};

static void watch(int epoll, int fd, void *who)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, .data.ptr = who,
	};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll_ctl");
}

static int wait_events(int epoll, struct epoll_event events[EVENTS])
{
	int n = epoll_wait(epoll, events, EVENTS, -1);

	if (n < 0 && errno != EINTR)
		err(1, "epoll_wait");
	return n;
}

static void set_nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		err(1, "O_NONBLOCK");
}

static struct member *member_new(int epoll, enum stage stage)
{
	struct member *member = calloc(1, sizeof(*member));

	if (!member || epoll < 0)
		err(1, "no memory");
	member->stage = stage;
	return member;
}

/* --- server ------------------------------------------------------------------ */

struct server {
	struct b_side	*side;
	int		listener, epoll, file;
	size_t		size;
};

static void server_accept(const struct server *server)
{
	struct member *member;
	int fd;

	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		set_nonblocking(fd);
		member = member_new(server->epoll, STAGE_HANDSHAKE);
		b_begin(&member->conn, server->side, fd);
		watch(server->epoll, fd, member);
	}
	if (errno != EAGAIN)
		err(1, "accept");
}

/* One step. False: it has to wait. */
static bool server_step(const struct server *server, struct member *member)
{
	char byte;
	ssize_t n;

	switch (member->stage) {
	case STAGE_HANDSHAKE:
		if (b_handshake(&member->conn))
			return false;
		member->stage = STAGE_REQUEST;
		return true;
	case STAGE_REQUEST:
		n = b_recv(&member->conn, &byte, 1);
		if (n < 0)
			return false;
		member->stage = n ? STAGE_ANSWER : STAGE_END;
		return true;
	case STAGE_ANSWER:
		n = b_sendfile(&member->conn, server->file, (off_t)member->done,
			       server->size - member->done);
		if (n < 0)
			return false;
		member->done += n;
		if (member->done == server->size)
			member->stage = STAGE_END;
		return true;
	case STAGE_CONNECT:
	case STAGE_END:
		break;
	}
	return false;
}

static void server_go_on(const struct server *server, struct member *member)
{
	while (server_step(server, member))
		;
	if (member->stage != STAGE_END)
		return;
	b_finish(&member->conn);
	free(member);
}

void b_crowd_serve(struct b_side *side, int listener, int file, size_t size)
{
	struct server server = { side, listener, epoll_create1(0), file, size };
	struct epoll_event events[EVENTS];
	int i, n;

	if (fcntl(listener, F_SETFL, O_NONBLOCK))
		err(1, "O_NONBLOCK");
	watch(server.epoll, listener, NULL);
	for (;;) {
		n = wait_events(server.epoll, events);
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr)
				server_go_on(&server, events[i].data.ptr);
			else
				server_accept(&server);
		}
	}
}

/* --- client ------------------------------------------------------------------ */

struct client {
	struct b_side			*side;
	const struct sockaddr_in	*address;
	int				epoll, left, ended;
	size_t				size;
	long long			*latency;
};

static void client_start(struct client *client)
{
	struct member *member = member_new(client->epoll, STAGE_CONNECT);
	int fd = b_socket(client->side);

	set_nonblocking(fd);
	member->conn.fd = fd;
	member->start = b_now(CLOCK_MONOTONIC);
	if (connect(fd, (const struct sockaddr *)client->address, sizeof(*client->address)) &&
	    errno != EINPROGRESS)
		err(1, "connect");
	watch(client->epoll, fd, member);
	client->left--;
}

static bool client_connected(struct client *client, struct member *member, int events)
{
	socklen_t len = sizeof(errno);

	if (!(events & (EPOLLOUT | EPOLLERR)))
		return false;
	if (getsockopt(member->conn.fd, SOL_SOCKET, SO_ERROR, &errno, &len) || errno)
		err(1, "connect");
	b_begin(&member->conn, client->side, member->conn.fd);
	return true;
}

static bool client_step(struct client *client, struct member *member, int events)
{
	static char block[READ];
	char byte = 0;
	ssize_t n;

	switch (member->stage) {
	case STAGE_CONNECT:
		if (!client_connected(client, member, events))
			return false;
		member->stage = STAGE_HANDSHAKE;
		return true;
	case STAGE_HANDSHAKE:
		if (b_handshake(&member->conn))
			return false;
		member->stage = STAGE_REQUEST;
		return true;
	case STAGE_REQUEST:
		if (b_send(&member->conn, &byte, 1) != 1)
			return false;
		member->stage = STAGE_ANSWER;
		return true;
	case STAGE_ANSWER:
		n = b_recv(&member->conn, block, sizeof(block));
		if (n < 0)
			return false;
		if (!member->done && n)
			member->first = b_now(CLOCK_MONOTONIC);
		member->done += n;
		if (!n)
			member->stage = STAGE_END;
		return true;
	case STAGE_END:
		break;
	}
	return false;
}

static void client_go_on(struct client *client, struct member *member, int events)
{
	while (client_step(client, member, events))
		;
	if (member->stage != STAGE_END)
		return;
	if (member->done != client->size)
		errx(1, "%zu of %zu bytes came", member->done, client->size);
	client->latency[client->ended++] = member->first - member->start;
	b_finish(&member->conn);
	free(member);
	if (client->left)
		client_start(client);
}

void b_crowd_connect(struct b_side *side, const struct sockaddr_in *address, int parallel,
		     int count, size_t size, long long *latency)
{
	struct client client = { side, address, epoll_create1(0), count, 0, size, latency };
	struct epoll_event events[EVENTS];
	int i, n;

	for (i = 0; i < parallel && client.left; i++)
		client_start(&client);
	while (client.ended < count) {
		n = wait_events(client.epoll, events);
		for (i = 0; i < n; i++)
			client_go_on(&client, events[i].data.ptr, (int)events[i].events);
	}
	close(client.epoll);
}
