/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server and a client of many connections at a time, event driven as such
 * programs are written: a client sends a byte, the server answers with a file and
 * ends the connection.
 */
#ifndef TESTS_BENCH_CROWD_H
#define TESTS_BENCH_CROWD_H

#include <netinet/in.h>

#include "stack.h"

/** b_crowd_serve - answer all who come with the first @size bytes of @file, for ever */
_Noreturn void b_crowd_serve(struct b_side *side, int listener, int file, size_t size);

/**
 * b_crowd_connect - make connections and read the answers
 * @side: the client's
 * @address: of the server or what stands before it
 * @parallel: as many at a time
 * @count: as many in all
 * @size: bytes of an answer
 * @latency: gets the nanoseconds of each from connect() to the first byte
 */
void b_crowd_connect(struct b_side *side, const struct sockaddr_in *address, int parallel,
		     int count, size_t size, long long *latency);

#endif
