/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wolfSSL's random number generator. Every file of wolfSSL is compiled with
 * this header included first, its assembler files too.
 */
#ifndef TLSOCK_WOLFSSL_RANDOM_H
#define TLSOCK_WOLFSSL_RANDOM_H

#ifndef __ASSEMBLER__

/**
 * tlsock_random_block - fill a buffer with random bytes of the kernel
 * @out: buffer, owned by the caller
 * @size: its length in bytes
 *
 * Context: any thread, but not in signal handlers.
 * Return: 0, or wolfSSL's RNG_FAILURE_E; @out must not be used then.
 */
int tlsock_random_block(unsigned char *out, unsigned int size);

#endif
#endif
