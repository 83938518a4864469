/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handshake of a profile with itself. */
#ifndef TLSOCKD_SELFTEST_H
#define TLSOCKD_SELFTEST_H

struct td_mistakes;
struct td_profile;

/**
 * td_selftest_run - can the profile's server be talked to by its client?
 * @profile: with a certificate
 * @mistakes: told why not
 *
 * The client does not verify: the anchors of a profile need not be those of
 * its own certificate.
 *
 * Return: 0, -EINVAL (a mistake was reported), -ENOMEM
 */
int td_selftest_run(const struct td_profile *profile, struct td_mistakes *mistakes);

#endif
