/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OCSP responses that a server sends along with its certificate (RFC 6066 section 8). */
#ifndef TLSOCKD_STAPLE_H
#define TLSOCKD_STAPLE_H

#include <stdbool.h>

struct td_leaf;
struct td_mistakes;
struct td_profile;

/* What stands behind the name of a certificate's file in that of its response */
#define TD_STAPLE_SUFFIX	".ocsp"

/**
 * td_staple_load - look whether there is a response for a certificate
 * @leaf: one that td_leaf_init() has filled; gets the response
 * @certificate: file that it came from; the response, in DER form, is beside it
 * @mistakes: told of a file that cannot be read or is none; one that is of no use
 *	(old, or for an earlier certificate) is logged and not sent
 *
 * Return: 0, -EINVAL (a mistake was reported), -ENOMEM
 */
int td_staple_load(struct td_leaf *leaf, const char *certificate, struct td_mistakes *mistakes);

/** td_staple_prepare - make a server's contexts send what was loaded; false if wolfSSL refuses */
bool td_staple_prepare(const struct td_profile *profile);

#endif
