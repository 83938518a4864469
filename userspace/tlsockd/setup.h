/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a connection asks of its peer and offers to it, from its job and its
 * profile: verification, names, application protocols, tickets, key shares.
 */
#ifndef TLSOCKD_SETUP_H
#define TLSOCKD_SETUP_H

struct td_engine;
struct td_job;

/**
 * td_setup_run - prepare wolfSSL's object of a connection
 * @engine: a new one with that object
 * @job: what to do; not kept
 *
 * Return: 0, -EINVAL (name or protocol list cannot be), -ENOMEM, -EIO: the
 * engine's result says why
 */
int td_setup_run(struct td_engine *engine, const struct td_job *job);

/** td_setup_key_shares - of a client, before its first flight; 0, -ENOMEM */
int td_setup_key_shares(struct td_engine *engine);

#endif
