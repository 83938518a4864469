/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a handshake came to, in the words and numbers that programs see. */
#ifndef TLSOCKD_OUTCOME_H
#define TLSOCKD_OUTCOME_H

#include <stdint.h>

struct td_engine;
struct td_result;

/** td_outcome_clear - no error, no alert, nothing known */
void td_outcome_clear(struct td_result *result);

/**
 * td_outcome_set - record a failure, unless one stands there already
 * @result: the outcome
 * @error: positive errno
 * @stage: TLSOCK_STAGE_*
 * @format: one sentence without full stop
 */
void td_outcome_set(struct td_result *result, int error, uint32_t stage, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** td_outcome_names - fill in the names of both sides, known on failure too */
void td_outcome_names(struct td_engine *engine);

/** td_outcome_success - fill in what was negotiated */
void td_outcome_success(struct td_engine *engine);

/** td_outcome_failure - find out why wolfSSL failed and record it */
void td_outcome_failure(struct td_engine *engine);

#endif
