/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generic netlink socket for one family, one of its groups and the news of
 * families that come and go. libnl's error codes end here.
 */
#ifndef TLSOCKD_GENL_H
#define TLSOCKD_GENL_H

struct nl_msg;
struct nl_sock;

/**
 * struct td_genl - a socket
 * @sock: libnl's, non-blocking, asks for no acknowledgements
 * @number: message type of the family
 * @group: number of the group
 */
struct td_genl {
	struct nl_sock	*sock;
	int		number;
	int		group;
};

/**
 * td_genl_open - connect and join
 * @out: to be closed by the caller on success
 * @family: name of the family
 * @group: name of its group
 * @buffer: bytes of messages that may wait to be read
 *
 * Return: 0, -ENOENT (no such family), -EPERM (not allowed to join; not
 *	logged, as -ENOENT), another -errno that was logged
 */
int td_genl_open(struct td_genl *out, const char *family, const char *group, int buffer);

/** td_genl_close - close the socket */
void td_genl_close(struct td_genl *genl);

/** td_genl_fd - its descriptor */
int td_genl_fd(const struct td_genl *genl);

/** td_genl_leave - leave the group, so that no more of its messages come */
void td_genl_leave(struct td_genl *genl);

/**
 * td_genl_send - send a message and free it
 * @genl: the socket
 * @msg: the message; freed in any case
 *
 * Return: 0, -EAGAIN (no memory now), another -errno
 */
int td_genl_send(struct td_genl *genl, struct nl_msg *msg);

/** td_genl_free - wipe and free a message that is not to be sent */
void td_genl_free(struct nl_msg *msg);

#endif
