/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernel TLS gets of a finished handshake. */
#ifndef TLSOCKD_KEYS_H
#define TLSOCKD_KEYS_H

#include "../lib/ktls_cipher.h"

struct td_engine;

/**
 * td_keys_get - keys of one direction for kernel TLS
 * @engine: a done one
 * @direction: TLS_TX or TLS_RX
 * @out: filled on success; the caller wipes it
 *
 * Return: bytes in @out, -EOPNOTSUPP, -EINVAL
 */
int td_keys_get(struct td_engine *engine, int direction, union tl_ktls_info *out);

/**
 * td_keys_secrets - put what later keys follow from into the result
 * @engine: a done one whose keys are installed; nothing happens before TLS 1.3
 */
void td_keys_secrets(struct td_engine *engine);

#endif
