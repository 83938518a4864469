/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result as the attributes of DONE. */
#ifndef TLSOCKD_DONE_H
#define TLSOCKD_DONE_H

#include <stdint.h>

struct nl_msg;
struct td_result;

/**
 * td_done_put - append the attributes of DONE
 * @msg: has its generic netlink header already
 * @id: the kernel's id of the request
 * @r: the answer; what it does not have is left out
 * @profile: the one that was used, NULL if it is the one asked for
 *
 * Return: 0 or -ENOMEM
 */
int td_done_put(struct nl_msg *msg, uint32_t id, const struct td_result *r, const char *profile);

#endif
