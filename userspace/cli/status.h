/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that STATUS of the family `tlsock` gives, as plain data.
 */
#ifndef TLSOCK_CLI_STATUS_H
#define TLSOCK_CLI_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tlsock_netlink.h>

struct tc_helper;

#define TC_OUTCOMES	(TLSOCK_OUTCOME_OTHER + 1)

/**
 * struct tc_status - counters of a network namespace
 * @helper: a helper listens
 * @pending: requests that no helper has taken yet
 * @accepted: requests that a helper works on
 * @established: live TLS sockets
 * @started: handshakes started
 * @truncated: connections that the peer ended without close_notify
 * @outcomes: ends of handshakes by enum tlsock_outcome; those that this
 *	program does not know count as TLSOCK_OUTCOME_OTHER
 */
struct tc_status {
	bool		helper;
	uint32_t	pending;
	uint32_t	accepted;
	uint32_t	established;
	uint64_t	started;
	uint64_t	truncated;
	uint64_t	outcomes[TC_OUTCOMES];
};

/**
 * tc_status_parse - read the attributes of a STATUS answer
 * @attributes: what follows the generic netlink header
 * @size: its bytes
 * @status: the counters; undefined on error
 *
 * Attributes that it does not know are skipped.
 *
 * Return: 0; -EBADMSG if an attribute is cut off, of a wrong size or missing
 */
int tc_status_parse(const void *attributes, size_t size, struct tc_status *status);

/** tc_status_outcome - name of an outcome, as in the netlink specification */
const char *tc_status_outcome(unsigned int outcome);

/**
 * tc_status_print - write the counters to stdout
 * @status: the counters, NULL without the module
 * @helper: what the helper says, NULL if it did not
 * @json: as one JSON object instead of text
 *
 * Return: 0, -ENOMEM, -EIO
 */
int tc_status_print(const struct tc_status *status, const struct tc_helper *helper, bool json);

#endif
