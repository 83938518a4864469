/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The genl family of tlsock by hand: every byte of a message is the test's,
 * so that wrong ones can be made too.
 */
#ifndef T_GENL_H
#define T_GENL_H

#include <stddef.h>
#include <stdint.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#define T_GENL_EVENTS	64
#define T_GENL_TICKETS	16

/** struct t_ticket - a TICKET event, cut to what there is room for */
struct t_ticket {
	size_t	session_size;
	size_t	message_size;
	uint8_t	session[512];
	uint8_t	message[4096];
};

/** struct t_genl - a netlink socket of the family and what came in on it */
struct t_genl {
	int		fd;
	uint16_t	family;
	uint32_t	group;
	uint32_t	seq;
	unsigned int	ready;			/* READY events seen */
	unsigned int	n_cancel;
	uint32_t	cancel[T_GENL_EVENTS];	/* ids of CANCEL events */
	unsigned int	n_ticket;
	struct t_ticket	ticket[T_GENL_TICKETS];
	char		extack[256];		/* sentence of the last answer, "" if none */
	size_t		reply_size;		/* attributes of the last reply */
	char		reply[16384];
};

/** struct t_msg - a message being made */
struct t_msg {
	struct nlmsghdr		nlh;
	struct genlmsghdr	genl;
	char			data[20480];
};

/** t_genl_open - open the family in this network namespace; 0 or -errno */
int t_genl_open(struct t_genl *genl);

/** t_genl_close - close it; what it accepted and has not done fails */
void t_genl_close(struct t_genl *genl);

/** t_genl_join - become a helper; 0 or -errno */
int t_genl_join(struct t_genl *genl);

/** t_msg_init - begin a request of a command that wants an acknowledgement */
void t_msg_init(struct t_msg *msg, const struct t_genl *genl, int command);

/** t_msg_put - append an attribute of any size, padded */
void t_msg_put(struct t_msg *msg, int type, const void *value, size_t size);

/** t_msg_put_u32 - append a number of four bytes */
void t_msg_put_u32(struct t_msg *msg, int type, uint32_t value);

/** t_msg_put_text - append text with its NUL */
void t_msg_put_text(struct t_msg *msg, int type, const char *text);

/**
 * t_genl_call - send a request and read up to its acknowledgement
 * @genl: the socket
 * @msg: the request, consumed
 *
 * Events that come in between are counted in @genl.
 *
 * Return: 0 or the -errno of the kernel; -ETIME after five silent seconds
 */
int t_genl_call(struct t_genl *genl, struct t_msg *msg);

/**
 * t_genl_events - read events until one of a command was seen or time is up
 * @genl: the socket
 * @command: TLSOCK_CMD_* of the events
 * @count: how many are wanted, those before included
 * @ms: milliseconds to wait
 *
 * Return: 0 when the count of @command is at least @count, else -ETIME
 */
int t_genl_events(struct t_genl *genl, int command, unsigned int count, int ms);

/**
 * t_attr_find - find an attribute of the first level
 * @data: attributes
 * @size: their bytes
 * @type: the one wanted
 * @index: how many of the same type to skip
 *
 * Return: the attribute or NULL
 */
const struct nlattr *t_attr_find(const void *data, size_t size, int type, unsigned int index);

/** t_attr_data - payload of an attribute */
static inline const void *t_attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

/** t_attr_size - bytes of the payload */
static inline size_t t_attr_size(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

/** t_attr_u32 - a number of the first level, @otherwise if absent */
uint32_t t_attr_u32(const void *data, size_t size, int type, uint32_t otherwise);

/** t_attr_u64 - a number of eight or four bytes of the first level, 0 if absent */
uint64_t t_attr_u64(const void *data, size_t size, int type);

/** t_attr_text - copy the text of an attribute; "" if it is NULL or does not fit */
void t_attr_text(const struct nlattr *attr, char *to, size_t room);

#endif
