/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol of sd_notify(3), without libsystemd; silent where nobody listens. */
#ifndef TLSOCKD_NOTIFY_H
#define TLSOCKD_NOTIFY_H

#include <stdint.h>

/** td_notify_send - send assignments such as "READY=1", newlines between them */
void td_notify_send(const char *state);

/** td_notify_reloading - say that a reload begins; READY=1 ends it */
void td_notify_reloading(void);

/**
 * td_notify_interval - how often to send "WATCHDOG=1"
 *
 * Return: milliseconds, half of what systemd allows; 0 if it does not watch
 */
int64_t td_notify_interval(void);

#endif
