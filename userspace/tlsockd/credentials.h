/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates, keys and trust anchors: from the files that a profile names
 * into wolfSSL's contexts. Runs in the broker, before any peer is heard; but what
 * programs bring is read by workers.
 */
#ifndef TLSOCKD_CREDENTIALS_H
#define TLSOCKD_CREDENTIALS_H

#include "file.h"

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

/**
 * struct td_brought - what a program brings; nothing where there are no bytes
 * @certificate: chain, PEM or DER
 * @key: its key, PEM or DER
 * @ca: trust anchors, PEM, NUL terminated
 */
struct td_brought {
	struct td_file	certificate;
	struct td_file	key;
	struct td_file	ca;
};

/**
 * td_credentials_bring - load what a program brings
 * @profile: its contexts are there; its configuration has names for messages
 * @files: the caller's
 * @mistakes: told of each one
 *
 * Return: 0, -EINVAL (mistakes were reported), -ENOMEM
 */
int td_credentials_bring(struct td_profile *profile, const struct td_brought *files,
			 struct td_mistakes *mistakes);

#endif
