/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket on which a helper answers administrators: one for each network
 * namespace, named by the inode of that. Requests and replies are packets of
 * text. A reply has a line for each fact, of words between spaces; who reads it
 * skips lines that begin with a word that he does not know.
 */
#ifndef TLSOCK_LIB_OPERATOR_H
#define TLSOCK_LIB_OPERATOR_H

#include <stddef.h>

#define TL_OPERATOR_FOLDER	"/run/tlsockd"

/* Requests */
#define TL_OPERATOR_STATUS	"status"
#define TL_OPERATOR_RELOAD	"reload"
#define TL_OPERATOR_DRAIN	"drain"

/* Longest packets */
#define TL_OPERATOR_REQUEST	32
#define TL_OPERATOR_REPLY	65536

/* Certificates that are told of, those that end first */
#define TL_OPERATOR_CERTIFICATES	64

/**
 * tl_operator_path - path of the socket of the caller's network namespace
 * @path: filled
 * @size: its bytes
 *
 * Return: 0, -ENAMETOOLONG, or the -errno of /proc
 */
int tl_operator_path(char *path, size_t size);

#endif
