// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of learnt names: one for the process, since many programs resolve
 * in one thread and connect in another; copied by fork(). Fixed in size and
 * searched from end to end, which is nothing beside a handshake.
 */
#include "names.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

struct entry {
	struct in6_addr	address;
	in_port_t	port;		/* network byte order, 0 for all */
	unsigned int	thread;		/* number of the thread that learnt it */
	uint64_t	used;		/* tick of the last use, 0 if the entry is free */
	uint64_t	learnt;		/* tick */
	char		name[TLSOCK_MAX_NAME + 1];
};

/* LOCKING: lock protects all of this; signals are blocked while it is held */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry table[TP_NAMES_MAX];
static uint64_t tick;
static unsigned int threads;

/* No memory is allocated for it behind our back: the library is there from the start */
static _Thread_local unsigned int this_thread __attribute__((tls_model("initial-exec")));

static void lock_table(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, saved);
	pthread_mutex_lock(&lock);
	if (!this_thread)
		this_thread = ++threads;
}

static void unlock_table(const sigset_t *saved)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

static void fork_prepare(void)
{
	pthread_mutex_lock(&lock);
}

static void fork_done(void)
{
	pthread_mutex_unlock(&lock);
}

/* A child must not find the lock taken by a thread that it does not have */
__attribute__((constructor)) static void init(void)
{
	pthread_atfork(fork_prepare, fork_done, fork_done);
}

static bool get_key(const struct sockaddr *address, struct entry *key)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;

		key->address.s6_addr16[5] = 0xffff;
		memcpy(&key->address.s6_addr32[3], &in->sin_addr, sizeof(in->sin_addr));
		key->port = in->sin_port;
		return true;
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

		key->address = in6->sin6_addr;
		key->port = in6->sin6_port;
		return true;
	}
	return false;
}

/* Writes @name to the key as it goes on the wire */
static bool get_name(const char *name, struct entry *key)
{
	size_t length = strlen(name);

	if (length && name[length - 1] == '.')
		length--;
	if (!length || length > TLSOCK_MAX_NAME)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f)
			return false;
	memcpy(key->name, name, length);
	return true;
}

static bool same_address(const struct entry *entry, const struct entry *key)
{
	return entry->used && !memcmp(&entry->address, &key->address, sizeof(key->address));
}

void tp_names_learn(const struct sockaddr *address, const char *name)
{
	struct entry key = { .port = 0 };
	struct entry *slot = &table[0];
	sigset_t saved;

	if (!get_key(address, &key) || !get_name(name, &key))
		return;

	lock_table(&saved);
	key.thread = this_thread;
	for (size_t i = 0; i < TP_NAMES_MAX; i++) {
		struct entry *entry = &table[i];

		if (same_address(entry, &key) && entry->port == key.port &&
		    (entry->thread == key.thread || !strcmp(entry->name, key.name))) {
			slot = entry;
			break;
		}
		if (entry->used < slot->used)
			slot = entry;
	}
	key.used = ++tick;
	key.learnt = tick;
	*slot = key;
	unlock_table(&saved);
}

/* How well an entry fits the key; higher is better */
static int rank(const struct entry *entry, const struct entry *key)
{
	int port = entry->port == key->port ? 2 : !entry->port;

	return 2 * port + (entry->thread == key->thread);
}

bool tp_names_find(const struct sockaddr *address, char name[TLSOCK_MAX_NAME + 1])
{
	struct entry key = { .port = 0 };
	struct entry *best = NULL;
	sigset_t saved;

	if (!get_key(address, &key))
		return false;

	lock_table(&saved);
	key.thread = this_thread;
	for (size_t i = 0; i < TP_NAMES_MAX; i++) {
		struct entry *entry = &table[i];

		if (!same_address(entry, &key))
			continue;
		if (!best || rank(entry, &key) > rank(best, &key) ||
		    (rank(entry, &key) == rank(best, &key) && entry->learnt > best->learnt))
			best = entry;
	}
	if (best) {
		best->used = ++tick;
		memcpy(name, best->name, sizeof(best->name));
	}
	unlock_table(&saved);
	return best;
}

bool tp_names_known(const char *name)
{
	bool known = false;
	sigset_t saved;

	lock_table(&saved);
	for (size_t i = 0; i < TP_NAMES_MAX && !known; i++)
		known = table[i].used && !strcmp(table[i].name, name);
	unlock_table(&saved);
	return known;
}
