/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A helper in a thread that runs no handshake: it installs keys that everyone
 * knows (t_keys_install()), or fails, or does nothing. With it the data path
 * is tested in a network namespace of the test's own, without tlsockd.
 */
#ifndef T_FAKEHELPER_H
#define T_FAKEHELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"

enum t_helper_mode {
	T_HELPER_KEYS,		/* install keys, DONE 0 */
	T_HELPER_KEYS_NEW,	/* the same, but those that are held stay held */
	T_HELPER_FAIL,		/* DONE with t_helper.done */
	T_HELPER_HOLD,		/* accept and sit on it */
	T_HELPER_IGNORE,	/* member of the group that accepts nothing */
};

#define T_HELPER_HELD	256

/**
 * struct t_helper - the thread and what it is to do
 * @mode: of the requests that it takes from now on
 * @done: DONE of T_HELPER_FAIL, and of T_HELPER_KEYS but for its version
 * @version: TLS version of the keys
 * @secret_length: bytes of the traffic secrets that it gives with DONE, 0 for none
 * @accepted: requests taken so far
 * @last: the last request taken; its fd is not to be used
 * @genl: the thread's own, as all that follows
 * @wake: pipe that wakes and ends the thread
 * @thread: its pthread_t
 * @held: requests kept without an answer
 * @n_held: their number
 * @orders: changes of @mode
 * @obeyed: those that the thread has made its own
 */
struct t_helper {
	int			mode;
	struct t_done		done;
	uint16_t		version;
	size_t			secret_length;
	unsigned int		accepted;
	struct t_request	last;
	/* the thread's own */
	struct t_genl		genl;
	int			wake[2];
	unsigned long		thread;
	struct t_request	held[T_HELPER_HELD];
	unsigned int		n_held;
	unsigned int		orders;
	unsigned int		obeyed;
};

/**
 * t_helper_start - start a helper in this process's network namespace
 * @mode: of clients and servers
 *
 * Return: the helper, NULL on failure with the reason in errno
 */
struct t_helper *t_helper_start(enum t_helper_mode mode);

/** t_helper_mode - change what happens to requests from now on, held ones too;
 * when it returns the helper has done so */
void t_helper_mode(struct t_helper *helper, enum t_helper_mode mode);

/** t_helper_wait - wait until so many requests were taken; 0 or -ETIME */
int t_helper_wait(struct t_helper *helper, unsigned int accepted);

/** t_helper_ticket - wait for the so-manieth ticket from 1 on; NULL if it does not come */
const struct t_ticket *t_helper_ticket(struct t_helper *helper, unsigned int n);

/** t_helper_stop - end the thread; requests that it holds fail */
void t_helper_stop(struct t_helper *helper);

#endif
