/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that a server's tickets are sealed with (RFC 5077 section 4). All
 * workers share them, of whatever generation; only the broker can change them.
 */
#ifndef TLSOCKD_SEAL_H
#define TLSOCKD_SEAL_H

#include <stdint.h>

struct WOLFSSL;
struct td_ticket_keys;

/* Longest time between a full handshake and the last that resumes it, seconds */
#define TD_SEAL_LIFETIME	43200

/**
 * td_seal_init - make keys, once per process, before workers are forked
 *
 * Return: 0 or -errno
 */
int td_seal_init(void);

/** td_seal_exit - wipe the keys */
void td_seal_exit(void);

/**
 * td_seal_tick - change keys when it is time
 * @now: monotonic milliseconds
 *
 * The key before stays good for opening, so that a ticket lives at least
 * TD_SEAL_LIFETIME.
 *
 * Return: milliseconds until the next change
 */
int64_t td_seal_tick(int64_t now);

/**
 * td_seal_use - take the keys of a fleet in the place of own ones
 * @keys: copied, and never changed by td_seal_tick(); NULL: own ones again
 *
 * Tickets of keys that are not among them are good no more.
 *
 * Return: 0, -EIO (the keys are those from before)
 */
int td_seal_use(const struct td_ticket_keys *keys);

/**
 * td_seal_callback - for wolfSSL_CTX_set_TicketEncCb()
 * @ssl: connection
 * @name: name of the key
 * @iv: nonce
 * @mac: tag
 * @seal: 1 to seal, 0 to open
 * @ticket: what is sealed or opened in its place
 * @length: its bytes
 * @out_length: the same
 * @unused: nothing
 *
 * A ticket is good for what td_profile.tickets of the connection says.
 *
 * Return: WOLFSSL_TICKET_RET_OK; _REJECT for a ticket that is not ours, or too
 * old, or if the server has to ask for a certificate
 */
int td_seal_callback(struct WOLFSSL *ssl, unsigned char *name, unsigned char *iv,
		     unsigned char *mac, int seal, unsigned char *ticket, int length,
		     int *out_length, void *unused);

#endif
