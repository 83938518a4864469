/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own upcall family "handshake", by which NFS and NVMe over TCP
 * get TLS for their sockets: one netlink socket on which the broker takes
 * requests and answers them.
 */
#ifndef TLSOCKD_FAMILY_HANDSHAKE_H
#define TLSOCKD_FAMILY_HANDSHAKE_H

struct td_family_handshake;
struct td_request;
struct td_result;
struct tl_request;

/**
 * struct td_handshake_events - what the kernel tells
 * @ready: requests wait, or something was lost and may have been that
 * @request: a request was handed out; its descriptor is now the callee's. It
 *	may have a mistake and must be answered all the same.
 * @tlsock: the tlsock module came
 * @arg: passed to each
 */
struct td_handshake_events {
	void	(*ready)(void *arg);
	void	(*request)(void *arg, const struct tl_request *request);
	void	(*tlsock)(void *arg);
	void	*arg;
};

/**
 * td_family_handshake_open - connect and join the group of agents
 * @out: owned by the caller
 * @events: copied
 *
 * What goes wrong is logged with what to do about it.
 *
 * Return: 0, -ENOENT (a kernel without), -EPERM, -ENOMEM, another -errno
 */
int td_family_handshake_open(struct td_family_handshake **out,
			     const struct td_handshake_events *events);

/** td_family_handshake_close - leave; the kernel fails what waits for its deadline */
void td_family_handshake_close(struct td_family_handshake *family);

/** td_family_handshake_fd - descriptor to poll for reading */
int td_family_handshake_fd(const struct td_family_handshake *family);

/** td_family_handshake_leave - be told of no more requests; answers still go */
void td_family_handshake_leave(struct td_family_handshake *family);

/** td_family_handshake_join - after td_family_handshake_leave(); 0 or -errno (logged) */
int td_family_handshake_join(struct td_family_handshake *family);

/**
 * td_family_handshake_accept - take all requests that wait and call @request
 * @family: the family
 *
 * The kernel lets few wait and drops the others: none is left there, whether
 * workers have room or not.
 *
 * Return: 0, -errno if not all could be taken
 */
int td_family_handshake_accept(struct td_family_handshake *family);

/** td_family_handshake_receive - read all that is there and call the events */
void td_family_handshake_receive(struct td_family_handshake *family);

/**
 * td_family_handshake_done - answer a request
 * @family: the family
 * @request: the request, whose descriptor is still open
 * @result: the answer
 *
 * Waits for nothing; what the kernel says to it is there at once. It may have
 * given up the request already, which is logged.
 *
 * Return: 0, -EAGAIN (no memory now, try again), another -errno
 */
int td_family_handshake_done(struct td_family_handshake *family, const struct td_request *request,
			     const struct td_result *result);

#endif
