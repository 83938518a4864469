/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which name led to which address: what the program asked the resolver for is
 * what the server at that address must prove.
 */
#ifndef TLSOCK_PRELOAD_NAMES_H
#define TLSOCK_PRELOAD_NAMES_H

#include <stdbool.h>
#include <sys/socket.h>

#include <linux/tlsock_netlink.h>

#define TP_NAMES_MAX	512	/* addresses kept; the least recently used goes first */

#pragma GCC visibility push(hidden)

/**
 * tp_names_learn - remember the name that an address was found under
 * @address: AF_INET or AF_INET6; IPv4 and its IPv6-mapped form are the same. A
 *	port of 0 stands for all ports
 * @name: as the program asked for it; a dot at the end is dropped. Names that
 *	are too long or not printable ASCII are not remembered
 *
 * Context: any thread; blocks signals while it works
 */
void tp_names_learn(const struct sockaddr *address, const char *name);

/**
 * tp_names_find - the name that an address was found under
 * @address: address to be connected to
 * @name: filled in if there is one
 *
 * An entry for the address's port goes before one for all ports, that before
 * one for another port; then one that this thread learnt before one of other
 * threads; then the latest.
 *
 * Context: any thread; blocks signals while it works
 * Return: whether @name was filled in
 */
bool tp_names_find(const struct sockaddr *address, char name[TLSOCK_MAX_NAME + 1]);

/** tp_names_known - whether any address was found under this name */
bool tp_names_known(const char *name);

#pragma GCC visibility pop

#endif
