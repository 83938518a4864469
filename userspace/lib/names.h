/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the numbers that TLS and the kernel speak in, for logs and
 * messages. Each function returns NULL for a number that it does not know.
 */
#ifndef TLSOCK_LIB_NAMES_H
#define TLSOCK_LIB_NAMES_H

#include <stdint.h>

/** tl_names_version - "TLSv1.3" of a version as on the wire */
const char *tl_names_version(uint16_t version);

/** tl_names_suite - IANA name of a cipher suite that the helper can negotiate */
const char *tl_names_suite(uint16_t suite);

/** tl_names_group - IANA name of a key exchange group that the helper can negotiate */
const char *tl_names_group(uint16_t group);

/** tl_names_alert - name of an alert's description (RFC 8446 section 6) */
const char *tl_names_alert(int alert);

/** tl_names_errno - "ECONNRESET" of a positive errno */
const char *tl_names_errno(int error);

/** tl_names_stage - name of an enum tlsock_stage */
const char *tl_names_stage(uint32_t stage);

/** tl_names_role - name of an enum tlsock_role */
const char *tl_names_role(uint32_t role);

#endif
