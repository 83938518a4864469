/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Key updates of TLS 1.3.
 */
#ifndef _TLSOCK_REKEY_H
#define _TLSOCK_REKEY_H

#include <linux/rwsem.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <net/tls.h>

#include "tlsock.h"

struct tlsock_done;

/*
 * Records that one key protects unless sysctl says otherwise: a third of what
 * RFC 8446 section 5.5 allows for AES-GCM.
 */
#define TLSOCK_REKEY_RECORDS	8388608UL

/**
 * struct tlsock_rekey - what the next keys are made of
 * @tx_sem: read by whoever sends a record, written by who changes the key
 * @tx_limit: records that one key may protect
 * @count: key updates done, both directions
 * @length: bytes of each secret
 * @secrets: traffic secret for sending, under @tx_sem, and behind it that for
 *	receiving, under ctrl_lock
 */
struct tlsock_rekey {
	struct rw_semaphore	tx_sem;
	u64			tx_limit;
	atomic_t		count;
	u8			length;
	u8			secrets[];
};

void tlsock_rekey_init(struct tlsock_sock *ts, const struct tlsock_done *done);
void tlsock_rekey_free(struct tlsock_sock *ts);
int tlsock_rekey_receive(struct tlsock_sock *ts);
int tlsock_rekey_send(struct tlsock_sock *ts, bool request);
int tlsock_rekey_send_due(struct tlsock_sock *ts);

/* Must the key change before the next record? */
static inline bool tlsock_rekey_is_due(const struct tlsock_sock *ts)
{
	const struct tlsock_rekey *rekey = ts->rekey;

	return rekey && (test_bit(TLSOCK_F_TX_REKEY, &ts->flags) ||
			 get_unaligned_be64(tls_get_ctx(ts->inner->sk)->tx.rec_seq) >=
				 rekey->tx_limit);
}

/* No key change happens between these, if the socket has key changes at all. */
static inline void tlsock_rekey_tx_begin(struct tlsock_sock *ts)
{
	if (ts->rekey)
		down_read(&ts->rekey->tx_sem);
}

static inline void tlsock_rekey_tx_end(struct tlsock_sock *ts)
{
	if (ts->rekey)
		up_read(&ts->rekey->tx_sem);
}

#endif /* _TLSOCK_REKEY_H */
