/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generic netlink socket for one family, one of its groups and the news of
 * families that come and go. libnl's error codes end here.
 */
#ifndef TLSOCKD_GENL_H
#define TLSOCKD_GENL_H

#include <stddef.h>
#include <stdint.h>

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

/**
 * struct td_genl - a socket
 * @sock: libnl's, non-blocking, asks for no acknowledgements
 * @number: message type of the family
 * @group: number of the group
 * @sequence: of the last message, not 0 once there was one
 */
struct td_genl {
	struct nl_sock	*sock;
	int		number;
	int		group;
	uint32_t	sequence;
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

/** td_genl_join - join the group that was left; 0 or -errno (logged) */
int td_genl_join(struct td_genl *genl);

/** td_genl_leave - leave the group, so that no more of its messages come */
void td_genl_leave(struct td_genl *genl);

/**
 * td_genl_message - begin a message, with the next sequence number
 * @genl: the socket
 * @command: of the family, version 1
 * @room: bytes of attributes, 0 for a few
 *
 * Return: the message, NULL without memory
 */
struct nl_msg *td_genl_message(struct td_genl *genl, uint8_t command, size_t room);

/**
 * td_genl_send - send a message and free it
 * @genl: the socket
 * @msg: the message; freed in any case
 *
 * Return: 0, -EAGAIN (no memory now), another -errno
 */
int td_genl_send(struct td_genl *genl, struct nl_msg *msg);

/**
 * struct td_genl_reader - where received messages go
 * @message: called for each, with its length checked
 * @lost: called if messages were lost
 * @arg: passed to both
 * @buffer: for datagrams, aligned as a struct nlmsghdr
 * @size: its bytes
 */
struct td_genl_reader {
	void	(*message)(void *arg, const struct nlmsghdr *message);
	void	(*lost)(void *arg);
	void	*arg;
	void	*buffer;
	size_t	size;
};

/** td_genl_receive - read all that is there */
void td_genl_receive(const struct td_genl *genl, const struct td_genl_reader *reader);

/**
 * td_genl_payload - attributes of a message of generic netlink
 * @message: with its length checked
 * @command: receives its command
 * @length: receives their bytes
 *
 * Return: the attributes, NULL if it has no generic netlink header
 */
const void *td_genl_payload(const struct nlmsghdr *message, int *command, size_t *length);

/**
 * td_genl_news - does a message of the controller tell of a family?
 * @message: any message
 * @family: name of the family
 *
 * Return: CTRL_CMD_NEWFAMILY, CTRL_CMD_DELFAMILY, 0 if it is something else
 */
int td_genl_news(const struct nlmsghdr *message, const char *family);

/** td_genl_free - wipe and free a message that is not to be sent */
void td_genl_free(struct nl_msg *msg);

#endif
