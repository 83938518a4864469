/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pre-shared keys and certificates out of the kernel's keyrings, keyrings(7). The
 * broker reads them for each handshake anew: a key that is revoked or new counts at
 * once.
 */
#ifndef TLSOCKD_KEYRING_H
#define TLSOCKD_KEYRING_H

#include "../lib/accept.h"
#include "../lib/consumer.h"
#include "../lib/psk.h"

/**
 * td_keyring_psks - the keys that a request may use
 * @kernel: the request; a client names keys, a server has all of its keyring,
 *	or of ".nvme" if it names none
 * @out: filled; wipe it
 * @why: says which key is missing if none is there
 *
 * What cannot be used is logged and left out.
 *
 * Return: their number, -ENOKEY (there is none)
 */
int td_keyring_psks(const struct tl_kernel *kernel, struct tl_psk out[TL_PSK_MAX],
		    const char **why);

/**
 * td_keyring_bring - certificate chain and private key that a request names
 * @kernel: the request, which names at least one of them
 * @own: receives how long they are
 * @why: says what is wrong if it fails
 *
 * Keys are looked for in ".nfs" too.
 *
 * Return: descriptor to read them from, the caller's; -ENOKEY, or -ENOMEM
 */
int td_keyring_bring(const struct tl_kernel *kernel, struct tl_own *own, const char **why);

/** td_keyring_forget - give up the keyring that the kernel lent us with a request */
void td_keyring_forget(const struct tl_kernel *kernel);

#endif
