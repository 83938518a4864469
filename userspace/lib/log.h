/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the helper: to the journal where systemd collects stderr (with
 * its <N> priority prefix), else to stderr. One call is one line and one
 * write(2), so lines of several processes never mix.
 */
#ifndef TLSOCK_LIB_LOG_H
#define TLSOCK_LIB_LOG_H

#include <stdbool.h>
#include <syslog.h>

/** tl_log_open - choose the most verbose priority (LOG_*) that is written */
void tl_log_open(const char *name, int level);

/** tl_log_wants - would a line of this priority be written? */
bool tl_log_wants(int priority);

/** tl_log - write one line; control characters in it are replaced by '?' */
void tl_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
