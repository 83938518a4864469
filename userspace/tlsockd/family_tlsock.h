/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The upcall family "tlsock" (uapi/netlink/specs/tlsock.yaml), seen from the
 * helper: one netlink socket on which the broker takes requests and answers
 * them. libnl's error codes end here.
 */
#ifndef TLSOCKD_FAMILY_TLSOCK_H
#define TLSOCKD_FAMILY_TLSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tlsock.h>

struct td_family_tlsock;
struct td_done;
struct tl_request;

/**
 * struct td_family_ticket - a ticket that a server sent to a client here
 * @session: what DONE had given to the kernel for that connection
 * @session_length: its bytes
 * @message: body of the NewSessionTicket
 * @length: its bytes
 * @peer: the server, also as DONE had told it; NULL if it is not known
 * @peer_length: its bytes
 */
struct td_family_ticket {
	const void	*session;
	size_t		session_length;
	const void	*message;
	size_t		length;
	const void	*peer;
	size_t		peer_length;
};

/**
 * struct td_family_session - a connection, as SESSIONS tells
 * @inode: of its socket, 0 if it was not told
 * @profile: the one that it uses, "default" if none was told
 * @peer: a struct tlsock_peer and the names behind it, not trusted; NULL if there is none
 * @peer_length: its bytes
 */
struct td_family_session {
	uint64_t	inode;
	char		profile[TLSOCK_MAX_PROFILE + 1];
	const void	*peer;
	size_t		peer_length;
};

/**
 * struct td_family_events - what the kernel tells
 * @ready: requests wait, or something was lost and may have been that
 * @more: requests were left behind by ACCEPT, for its limits
 * @crowded: requests wait, and there is no descriptor free to take one
 * @request: a request was handed out; its descriptors are now the callee's. It
 *	may have a mistake and must be answered all the same.
 * @cancel: nobody waits for the answer to this id
 * @ticket: a server's ticket came; valid during the call
 * @session: one of what td_family_tlsock_sessions() asked for; valid during the call
 * @sessions_over: those were all, or they could not be told (false)
 * @gone: the module was removed; nothing is to be had until @back
 * @back: the module is there again; the family has to be opened anew
 * @arg: passed to each
 */
struct td_family_events {
	void	(*ready)(void *arg);
	void	(*more)(void *arg);
	void	(*crowded)(void *arg);
	void	(*request)(void *arg, const struct tl_request *request);
	void	(*cancel)(void *arg, uint32_t id);
	void	(*ticket)(void *arg, const struct td_family_ticket *ticket);
	void	(*session)(void *arg, const struct td_family_session *session);
	void	(*sessions_over)(void *arg, bool complete);
	void	(*gone)(void *arg);
	void	(*back)(void *arg);
	void	*arg;
};

/**
 * td_family_tlsock_open - connect and join the group of helpers
 * @out: owned by the caller
 * @events: copied
 *
 * What goes wrong is logged with what to do about it.
 *
 * Return: 0, -ENOENT (no module), -EPERM, -ENOMEM, another -errno
 */
int td_family_tlsock_open(struct td_family_tlsock **out, const struct td_family_events *events);

/** td_family_tlsock_close - the kernel fails what was accepted and not answered */
void td_family_tlsock_close(struct td_family_tlsock *family);

/** td_family_tlsock_fd - descriptor to poll for reading */
int td_family_tlsock_fd(const struct td_family_tlsock *family);

/** td_family_tlsock_leave - be told of no more requests; those accepted can be answered */
void td_family_tlsock_leave(struct td_family_tlsock *family);

/**
 * td_family_tlsock_accept - take requests and call @request for each
 * @family: the family
 * @limit: most that are wanted, 1 to TLSOCK_MAX_ACCEPT
 * @clients: most of them that may be clients
 *
 * Calls @more if more wait, and @ready if it failed for another reason than that
 * none does. Other events may be called too, @ready for a request that came since.
 *
 * Return: 0 or -errno
 */
int td_family_tlsock_accept(struct td_family_tlsock *family, unsigned int limit,
			    unsigned int clients);

/** td_family_tlsock_receive - read all that is there and call the events */
void td_family_tlsock_receive(struct td_family_tlsock *family);

/**
 * td_family_tlsock_done - answer a request
 * @family: the family
 * @id: the kernel's id
 * @done: the answer
 *
 * Return: 0, -EAGAIN (no memory now, try again), another -errno; that the kernel
 * refuses it is logged when it says so
 */
int td_family_tlsock_done(struct td_family_tlsock *family, uint32_t id,
			  const struct td_done *done);

/**
 * td_family_tlsock_sessions - ask for all connections
 * @family: the family
 *
 * Return: 0, and they come by @session and @sessions_over; -EAGAIN (no memory now),
 * another -errno
 */
int td_family_tlsock_sessions(struct td_family_tlsock *family);

/**
 * td_family_tlsock_revoke - end a connection whose peer's certificate is revoked
 * @family: the family
 * @inode: of its socket
 * @sha256: hash of the peer's certificate, TD_PEER_HASH bytes
 *
 * Return: 0, also if it is over by now, -EAGAIN (no memory now), another -errno
 */
int td_family_tlsock_revoke(struct td_family_tlsock *family, uint64_t inode,
			    const uint8_t *sha256);

#endif
