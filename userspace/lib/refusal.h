/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the kernel refused a netlink message: NLMSG_ERROR with its extended ack. */
#ifndef TLSOCK_LIB_REFUSAL_H
#define TLSOCK_LIB_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#define TL_REFUSAL_MAX_TEXT	255

/**
 * struct tl_refusal - the kernel's answer to one message
 * @error: negative errno, 0 for an acknowledgement
 * @sequence: nlmsg_seq of the message that it answers
 * @text: the kernel's sentence, "" if it gave none
 */
struct tl_refusal {
	int		error;
	uint32_t	sequence;
	char		text[TL_REFUSAL_MAX_TEXT + 1];
};

/**
 * tl_refusal_parse - parse a message of type NLMSG_ERROR
 * @data: the whole message with its header
 * @length: its bytes
 * @out: filled
 *
 * Return: 0 or -EBADMSG
 */
int tl_refusal_parse(const void *data, size_t length, struct tl_refusal *out);

#endif
