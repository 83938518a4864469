/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates of profiles that are over, or soon will be. */
#ifndef TLSOCKD_EXPIRY_H
#define TLSOCKD_EXPIRY_H

#include <stdint.h>
#include <time.h>

struct td_generation;
struct tl_profile;

/* Days before the end from which on it is told */
#define TD_EXPIRY_DAYS	30

/**
 * td_expiry_report - tell which certificates of a profile are not valid for long
 * @profile: its certificate file is read; what cannot be read is not told here
 * @now: the time
 * @report: called for each certificate of the chain that has expired, is not
 *	valid yet or expires within TD_EXPIRY_DAYS, with the profile's file and
 *	line and a sentence
 * @arg: passed to @report
 *
 * Return: 0, -ENOMEM
 */
int td_expiry_report(const struct tl_profile *profile, time_t now,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg);

/**
 * struct td_expiry - the end of a certificate
 * @profile: that has it
 * @number: which of its certificates it is, from 1 on
 * @not_after: seconds since 1970
 */
struct td_expiry {
	const char	*profile;
	unsigned int	number;
	int64_t		not_after;
};

/**
 * td_expiry_list - which certificates end first
 * @generation: whose
 * @out: room for them, in the order in which they end
 * @room: of how many
 *
 * Return: how many there are in @out
 */
unsigned int td_expiry_list(const struct td_generation *generation, struct td_expiry *out,
			    unsigned int room);

/**
 * td_expiry_tick - what td_expiry_report() tells of all profiles, in the log
 * @generation: looked at when it is new and once a day after that
 * @now: monotonic milliseconds
 *
 * Return: milliseconds until it is due again
 */
int64_t td_expiry_tick(struct td_generation *generation, int64_t now);

#endif
