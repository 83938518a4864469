// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Much data, in pieces of random size in both directions at once: every byte
 * arrives, once, in its place.
 */
#include "lib/harness.h"

#include <pthread.h>
#include <stdlib.h>

#define PERIOD	65521			/* a prime, so that it meets every record border */

FIXTURE(bulk) {
	struct t_helper *helper;
	struct t_pair pair;
};

FIXTURE_VARIANT(bulk) {
	uint16_t version;
	int family;
};

FIXTURE_VARIANT_ADD(bulk, tls13) { .version = 0x0304, .family = AF_INET };
FIXTURE_VARIANT_ADD(bulk, tls12) { .version = 0x0303, .family = AF_INET6 };

/* Two periods of random bytes: the stream's byte at position n is pool[n % PERIOD]. */
static unsigned char pool[2 * PERIOD];

/* Bytes in each direction */
static size_t amount;

FIXTURE_SETUP(bulk)
{
	unsigned int seed = 7;
	int i;

	/* A debug kernel looks at each byte several times. */
	amount = (t_kernel_is_debug() ? 16UL : 64UL) << 20;
	for (i = 0; i < PERIOD; i++)
		pool[i] = pool[PERIOD + i] = rand_r(&seed);
	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	ASSERT_EQ(0, t_pair_open(&self->pair, variant->family));
}

FIXTURE_TEARDOWN(bulk)
{
	t_pair_close(&self->pair);
	t_helper_stop(self->helper);
}

struct half {
	int fd;
	unsigned int seed;
	int err;
};

static size_t piece(struct half *half)
{
	/* Mostly small ones, some that need several records. */
	return 1 + rand_r(&half->seed) % (rand_r(&half->seed) & 1 ? PERIOD : 4096);
}

static void *half_send(void *arg)
{
	struct half *half = arg;
	size_t at, size;

	for (at = 0; at < amount && !half->err; at += size) {
		size = piece(half);
		if (size > amount - at)
			size = amount - at;
		half->err = t_write_all(half->fd, pool + at % PERIOD, size);
	}
	if (!half->err && shutdown(half->fd, SHUT_WR))
		half->err = -errno;
	return NULL;
}

static void *half_receive(void *arg)
{
	unsigned char *block = malloc(PERIOD);
	struct half *half = arg;
	size_t at = 0;
	ssize_t n = 0;

	while (block && (n = recv(half->fd, block, piece(half), 0)) > 0) {
		if (memcmp(block, pool + at % PERIOD, n)) {
			half->err = -EBADMSG;
			break;
		}
		at += n;
	}
	if (n < 0)
		half->err = -errno;
	else if (!half->err && at != amount)
		half->err = -ENODATA;
	free(block);
	return NULL;
}

TEST_F_TIMEOUT(bulk, both_ways, 380)
{
	struct half half[4] = {
		{ .fd = self->pair.client, .seed = 1 }, { .fd = self->pair.server, .seed = 2 },
		{ .fd = self->pair.client, .seed = 3 }, { .fd = self->pair.server, .seed = 4 },
	};
	pthread_t thread[4];
	int i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL,
					    i < 2 ? half_send : half_receive, &half[i]));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
		EXPECT_EQ(0, half[i].err);
	}
}

TEST_HARNESS_MAIN
