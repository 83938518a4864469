/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attributes a family of this kernel takes. */
#ifndef TLSOCKD_GENL_POLICY_H
#define TLSOCKD_GENL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct td_genl;

/**
 * td_genl_policy_has - does a command take an attribute?
 * @genl: an open socket; another one is used to ask
 * @command: the command
 * @attribute: number of the attribute
 * @type: what it has to be, NL_ATTR_TYPE_*: numbers were given twice
 *
 * Return: whether the kernel says so; false if it cannot be asked
 */
bool td_genl_policy_has(const struct td_genl *genl, uint32_t command, uint32_t attribute,
			uint32_t type);

#endif
