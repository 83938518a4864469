/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resumption of TLS 1.3 sessions by a client (RFC 8446 section 2.2): what is
 * kept of a session, and how wolfSSL gets it back together with a ticket that
 * came after the helper had let go of the connection.
 */
#ifndef TLSOCKD_RESUME_H
#define TLSOCKD_RESUME_H

struct td_engine;
struct td_resume;

/**
 * td_resume_set - offer a ticket to the server
 * @engine: a client's, not started
 * @resume: the ticket; one that cannot be used is ignored: the server sees a
 *	full handshake
 */
void td_resume_set(struct td_engine *engine, const struct td_resume *resume);

/**
 * td_resume_get - put what is needed to resume the session into the result
 * @engine: a done one; nothing happens if it may not be resumed
 */
void td_resume_get(struct td_engine *engine);

#endif
