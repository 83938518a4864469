/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service for programs' TLS sockets, by the tlsock module. */
#ifndef TLSOCKD_PROGRAMS_H
#define TLSOCKD_PROGRAMS_H

struct td_broker;

/** td_programs_open - begin; 0, -ENOENT without the module (logged), another -errno */
int td_programs_open(struct td_broker *broker);

/** td_programs_leave - take no more */
void td_programs_leave(struct td_broker *broker);

/** td_programs_close - end; the kernel fails what was not answered */
void td_programs_close(struct td_broker *broker);

/** td_programs_reopen - the module is back; the broker has failed if that fails */
void td_programs_reopen(struct td_broker *broker);

/** td_programs_accept - take as many requests as workers have room for */
void td_programs_accept(struct td_broker *broker);

#endif
