/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates, keys and trust anchors: from the files that a profile names
 * into wolfSSL's contexts. Runs in the broker, before any peer is heard.
 */
#ifndef TLSOCKD_CREDENTIALS_H
#define TLSOCKD_CREDENTIALS_H

struct td_mistakes;
struct td_profile;

/**
 * td_credentials_load - load a profile's files into its contexts and anchors
 * @profile: its contexts are there; they all get the same
 * @mistakes: told of each one; its profile names the files
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_credentials_load(struct td_profile *profile, struct td_mistakes *mistakes);

#endif
