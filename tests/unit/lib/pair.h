/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines that talk to each other in memory, with the test certificates. */
#ifndef TESTS_UNIT_PAIR_H
#define TESTS_UNIT_PAIR_H

#include "lib/config.h"
#include "tlsockd/context.h"
#include "tlsockd/engine.h"
#include "tlsockd/message.h"

/* A profile that trusts the test CA, with the certificate NAME.pem ("" for none). */
struct tl_profile t_profile(const char *name, const char *certificate);

/* Absolute path of a file of tests/pki; made in a temporary folder if it is not installed. */
char *t_pki(const char *file);

/* Folder of what tests/chains/make makes; likewise. */
const char *t_chains(void);

/* Contexts of some profiles; aborts on mistakes. They live as long as the process. */
struct td_contexts *t_contexts(struct tl_profile *profiles, size_t count);

struct t_side {
	struct td_job		job;
	struct td_result	result;
	struct td_engine	*engine;
};

struct t_pair {
	struct t_side	client;
	struct t_side	server;
};

/* Jobs of both sides with defaults: client of "default" for web.test, server of "server". */
void t_pair_init(struct t_pair *pair);

/* Makes both engines and lets them talk until neither has more to say. */
void t_pair_run(struct t_pair *pair, const struct td_contexts *contexts);

/* Makes one side's engine; what td_engine_new() says. */
int t_side_start(struct t_side *side, const struct td_contexts *contexts);

/* Gives all that one side has queued to the other. */
void t_pass(struct t_side *from, struct t_side *to);

void t_pair_free(struct t_pair *pair);

#endif
