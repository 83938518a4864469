/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of tlshd, the other helper for the kernel's own consumers,
 * as it stands in /etc/tlshd.conf or /etc/tlshd/config: its sections become
 * profiles for NFS.
 */
#ifndef TLSOCK_LIB_TLSHD_H
#define TLSOCK_LIB_TLSHD_H

#include <stdbool.h>

struct tl_ini_entry;
struct tl_loading;

/** tl_tlshd_has - is there such a section? */
bool tl_tlshd_has(const char *heading);

/** tl_tlshd_begin - begin a section that there is; 0 or -ENOMEM */
int tl_tlshd_begin(struct tl_loading *l, const char *heading, int line);

/** tl_tlshd_store - take a key of the section at hand; 0 or -ENOMEM */
int tl_tlshd_store(struct tl_loading *l, const struct tl_ini_entry *entry);

#endif
