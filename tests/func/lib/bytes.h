/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes whose value tells their place in a stream, so that one lost, doubled
 * or moved is seen; the pairs that carry them, over TLS and over TCP.
 */
#ifndef T_BYTES_H
#define T_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct t_pair;

/** t_bytes_fill - the bytes of a stream from place @at on */
void t_bytes_fill(void *data, size_t size, size_t at);

/** t_bytes_check - are these the bytes from place @at on? 0 or -EBADMSG */
int t_bytes_check(const void *data, size_t size, size_t at);

/** t_bytes_file - a file in memory with the first @size bytes; it or -errno */
int t_bytes_file(size_t size);

/** t_bytes_arrive - read the bytes from @at up to @end and check them; 0,
 * -EBADMSG, -ENODATA at end of file, or -errno */
int t_bytes_arrive(int fd, size_t at, size_t end);

/** t_bytes_sent - has TCP put so many bytes on the wire in the life of @fd? */
bool t_bytes_sent(int fd, size_t size);

/** t_bytes_last - what is sent now from one end comes next at the other; 0,
 * -EBADMSG or -errno */
int t_bytes_last(int from, int to);

/** t_bytes_fit - send the bytes from the first on, without waiting, until no
 * more fit; their number */
size_t t_bytes_fit(int fd);

/** t_stream_open - a pair over TLS of that version, over TCP if it is 0. Its
 * reads fail after T_PATIENCE_MS, its buffers hold 1 MB at most; 0 or -errno */
int t_stream_open(struct t_pair *pair, uint16_t version);

#endif
