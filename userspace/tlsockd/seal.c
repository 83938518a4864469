// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys lie in memory that workers inherit and cannot write, whatever
 * becomes of them: a sealed memfd, which the broker alone has mapped for
 * writing. A worker copies the key that it needs and looks whether the broker
 * changed keys meanwhile.
 */
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine.h"
#include "profile.h"
#include "ticket_keys.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/aes.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE	0x0010
#endif

#define NONCE		12	/* of AES-GCM */
#define TAG		16
#define TRIES		1000

/**
 * struct keys - the keys in force
 * @turn: odd while the broker writes
 * @all: the first seals, all open
 */
struct keys {
	atomic_uint		turn;
	struct td_ticket_keys	all;
};

static struct keys *writable;		/* the broker's */
static const struct keys *shared;
static int64_t change_at;
static bool fixed;			/* by td_seal_use() */

_Static_assert(TD_TICKET_KEY_NAME == WOLFSSL_TICKET_NAME_SZ, "the name is the ticket's");
_Static_assert(TD_TICKET_KEY_SECRET == AES_256_KEY_SIZE, "the cipher is AES-256");

static int make_key(struct td_ticket_key *key)
{
	return getrandom(key, sizeof(*key), 0) == sizeof(*key) ? 0 : -EIO;
}

/* Two views of the same memory. */
static int map(int fd)
{
	if (ftruncate(fd, sizeof(*writable)))
		return -errno;
	writable = mmap(NULL, sizeof(*writable), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (writable == MAP_FAILED) {
		writable = NULL;
		return -errno;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_SEAL))
		return -errno;
	shared = mmap(NULL, sizeof(*shared), PROT_READ, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		shared = NULL;
		return -errno;
	}
	if (madvise(writable, sizeof(*writable), MADV_DONTFORK) ||
	    madvise(writable, sizeof(*writable), MADV_DONTDUMP) ||
	    madvise((void *)shared, sizeof(*shared), MADV_DONTDUMP))
		return -errno;
	return 0;
}

static void replace(const struct td_ticket_keys *keys)
{
	atomic_fetch_add(&writable->turn, 1);
	writable->all = *keys;
	atomic_fetch_add(&writable->turn, 1);
}

/* Returns 0, or -EIO and all is as it was. */
static int change(bool keep_last)
{
	struct td_ticket_keys keys = { .n = 1 };
	int ret;

	if (!writable)
		return -EIO;
	if (keep_last)
		keys.key[keys.n++] = writable->all.key[0];
	ret = make_key(&keys.key[0]);
	if (ret == 0)
		replace(&keys);
	explicit_bzero(&keys, sizeof(keys));
	return ret;
}

int td_seal_init(void)
{
	int fd, ret;

	if (shared)
		return 0;
	fd = memfd_create("tlsock-ticket-keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	ret = map(fd);
	close(fd);
	if (ret == 0)
		ret = change(false);
	if (ret)
		td_seal_exit();
	return ret;
}

void td_seal_exit(void)
{
	if (writable) {
		explicit_bzero(writable, sizeof(*writable));
		munmap(writable, sizeof(*writable));
	}
	if (shared)
		munmap((void *)shared, sizeof(*shared));
	writable = NULL;
	shared = NULL;
	change_at = 0;
	fixed = false;
}

int64_t td_seal_tick(int64_t now)
{
	if (!writable || fixed)
		return TD_SEAL_LIFETIME * 1000LL;
	if (!change_at)
		change_at = now + TD_SEAL_LIFETIME * 1000LL;
	if (now < change_at)
		return change_at - now;
	if (change(true))
		return 1000;
	change_at = now + TD_SEAL_LIFETIME * 1000LL;
	return TD_SEAL_LIFETIME * 1000LL;
}

int td_seal_use(const struct td_ticket_keys *keys)
{
	int ret = 0;

	if (!writable)
		return keys ? -EIO : 0;
	if (keys)
		replace(keys);
	else if (fixed)
		ret = change(false);
	if (ret)
		return ret;
	fixed = keys != NULL;
	change_at = 0;
	return 0;
}

/* The key of a name, or the one that seals. Returns whether there is one. */
static bool find(const uint8_t *name, struct td_ticket_key *key)
{
	unsigned int turn, n, i;
	int tries = TRIES;
	bool found;

	if (!shared)
		return false;
	do {
		turn = atomic_load(&shared->turn);
		n = shared->all.n < TD_TICKET_KEYS_MAX ? shared->all.n : TD_TICKET_KEYS_MAX;
		found = false;
		for (i = 0; i < n && !found; i++) {
			*key = shared->all.key[i];
			found = !name || !memcmp(name, key->name, sizeof(key->name));
		}
		atomic_thread_fence(memory_order_acquire);
	} while (((turn & 1) || atomic_load(&shared->turn) != turn) && --tries);
	return found && tries;
}

static int gcm(const struct td_ticket_key *key, bool seal, const uint8_t *iv, uint8_t *tag,
	       uint8_t *data, int length, const char *whose)
{
	Aes aes;
	int ret = wc_AesInit(&aes, NULL, INVALID_DEVID);

	if (ret == 0)
		ret = wc_AesGcmSetKey(&aes, key->key, sizeof(key->key));
	if (ret == 0 && seal)
		ret = wc_AesGcmEncrypt(&aes, data, data, (word32)length, iv, NONCE, tag, TAG,
				       (const byte *)whose, (word32)strlen(whose));
	else if (ret == 0)
		ret = wc_AesGcmDecrypt(&aes, data, data, (word32)length, iv, NONCE, tag, TAG,
				       (const byte *)whose, (word32)strlen(whose));
	wc_AesFree(&aes);
	return ret;
}

/* Whose tickets; NULL for a server that has none: one that is resumed asks no client who it is. */
static const char *whose_tickets(struct WOLFSSL *ssl)
{
	const struct td_engine *engine = wolfSSL_GetIOReadCtx(ssl);

	return engine && engine->client_cert == TLSOCK_CLIENT_CERT_NONE ?
		       engine->profile->tickets : NULL;
}

int td_seal_callback(struct WOLFSSL *ssl, unsigned char *name, unsigned char *iv,
		     unsigned char *mac, int seal, unsigned char *ticket, int length,
		     int *out_length, void *unused)
{
	int refusal = seal ? WOLFSSL_TICKET_RET_FATAL : WOLFSSL_TICKET_RET_REJECT;
	struct td_ticket_key key;
	const char *whose = whose_tickets(ssl);
	int ret = -1;

	(void)unused;
	if (!whose || !find(seal ? NULL : name, &key))
		return refusal;
	if (seal) {
		memset(iv, 0, WOLFSSL_TICKET_IV_SZ);
		memset(mac, 0, WOLFSSL_TICKET_MAC_SZ);
		memcpy(name, key.name, sizeof(key.name));
		if (getrandom(iv, NONCE, 0) == NONCE)
			ret = gcm(&key, true, iv, mac, ticket, length, whose);
	} else {
		ret = gcm(&key, false, iv, mac, ticket, length, whose);
	}
	explicit_bzero(&key, sizeof(key));
	*out_length = length;
	return ret ? refusal : WOLFSSL_TICKET_RET_OK;
}
