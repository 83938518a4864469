/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result as the attributes of DONE. */
#ifndef TLSOCKD_DONE_H
#define TLSOCKD_DONE_H

#include <stddef.h>
#include <stdint.h>

struct nl_msg;
struct td_result;
struct td_result_message;

/**
 * struct td_done - an answer
 * @result: what came of it; what it does not have is left out
 * @profile: the one that was used, NULL if it is the one asked for
 * @chain: the peer's certificates, of so many bytes as @result says; NULL if they
 *	are not told
 */
struct td_done {
	const struct td_result	*result;
	const char		*profile;
	const uint8_t		*chain;
};

/** td_done_copy_chain - the certificates of a message, to be freed; NULL without any or memory */
uint8_t *td_done_copy_chain(const struct td_result_message *message);

/** td_done_room - bytes that the attributes have at most */
size_t td_done_room(const struct td_done *done);

/**
 * td_done_put - append the attributes of DONE
 * @msg: has its generic netlink header already, and td_done_room() bytes of room
 * @id: the kernel's id of the request
 * @done: the answer
 *
 * Return: 0 or -ENOMEM
 */
int td_done_put(struct nl_msg *msg, uint32_t id, const struct td_done *done);

#endif
