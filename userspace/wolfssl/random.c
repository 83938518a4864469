// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL's random number generator (CUSTOM_RAND_GENERATE_BLOCK): the kernel's
 * getrandom(), read ahead a little because a handshake asks for a few bytes
 * many times.
 *
 * No byte is ever handed out twice: each is wiped as it is taken, and the
 * store of each thread lies in a page of its own that the kernel empties in a
 * forked child (MADV_WIPEONFORK) and leaves out of core dumps. Without such a
 * page every request goes to the kernel. Copies of a whole machine's memory
 * (snapshots) are out of its reach: take them before the first handshake.
 */
#include "random.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/types.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/random.h>

/* Up to 256 bytes come in one piece and without interruption (getrandom(2)). */
#define STORE_SIZE	256

/**
 * struct store - random bytes that were read ahead, one per thread
 * @left: how many are left, at the end of @bytes; 0 in a forked child
 * @bytes: the bytes; those that were handed out are zero
 */
struct store {
	uint32_t	left;
	unsigned char	bytes[STORE_SIZE];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;
static _Thread_local struct store *thread_store;

static void store_free(void *store)
{
	explicit_bzero(store, sizeof(struct store));
	munmap(store, sizeof(struct store));
	thread_store = NULL;
}

static void make_key(void)
{
	key_error = pthread_key_create(&key, store_free);
}

/* Return: the thread's store, NULL if it cannot have a safe one */
static struct store *store_get(void)
{
	struct store *store;

	if (thread_store)
		return thread_store;
	if (pthread_once(&once, make_key) || key_error)
		return NULL;
	store = mmap(NULL, sizeof(*store), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (store == MAP_FAILED)
		return NULL;
	if (madvise(store, sizeof(*store), MADV_WIPEONFORK) ||
	    madvise(store, sizeof(*store), MADV_DONTDUMP) ||
	    pthread_setspecific(key, store)) {
		munmap(store, sizeof(*store));
		return NULL;
	}
	thread_store = store;
	return store;
}

/* Return: 0 or -errno */
static int read_kernel(unsigned char *out, size_t size)
{
	ssize_t n;

	while (size) {
		n = getrandom(out, size, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		out += n;
		size -= (size_t)n;
	}
	return 0;
}

int tlsock_random_block(unsigned char *out, unsigned int size)
{
	struct store *store = size < STORE_SIZE ? store_get() : NULL;
	unsigned char *from;

	if (!store)
		return read_kernel(out, size) ? RNG_FAILURE_E : 0;
	if (store->left < size) {
		store->left = 0;
		if (read_kernel(store->bytes, STORE_SIZE))
			return RNG_FAILURE_E;
		store->left = STORE_SIZE;
	}
	from = store->bytes + STORE_SIZE - store->left;
	memcpy(out, from, size);
	explicit_bzero(from, size);
	store->left -= size;
	return 0;
}

/* wolfSSL asks for seeds too (RAND_poll) but brings no source with a custom generator. */
int wc_GenerateSeed(OS_Seed *os, byte *output, word32 sz)
{
	(void)os;
	return read_kernel(output, sz) ? RNG_FAILURE_E : 0;
}
