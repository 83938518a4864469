// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the broker believes of its workers, and what a client makes of tickets that
 * came from a server by way of the kernel, for libFuzzer; the first byte tells
 * which. Besides crashes it finds texts that are not terminated, and lengths that
 * lead out of a message.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lib/config.h"
#include "tlsockd/context.h"
#include "tlsockd/engine.h"
#include "tlsockd/family_tlsock.h"
#include "tlsockd/message.h"
#include "tlsockd/profile.h"
#include "tlsockd/resume.h"
#include "tlsockd/tickets.h"

static struct td_contexts *contexts;

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Clients that trust nobody */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct tl_profile profile = {
		.name = (char *)"default", .file = (char *)"", .ca = NULL,
		.min_version = TL_VERSION_1_2, .max_version = TL_VERSION_1_3, .resumption = 1,
		.verify = TLSOCK_VERIFY_OPTIONAL,
	};
	static struct tl_config config = { .profiles = &profile, .n_profiles = 1 };

	(void)argc;
	(void)argv;
	if (td_context_init() || td_context_build(&config, &contexts, NULL, NULL))
		abort();
	return 0;
}

static void look_at_result(const struct td_result *result)
{
	check_text(result->text, sizeof(result->text));
	check_text(result->alpn, sizeof(result->alpn));
	check_text(result->server_name, sizeof(result->server_name));
	check_text(td_peer_subject(&result->peer), TLSOCK_MAX_PEER_NAMES);
	if (td_peer_size(&result->peer) > sizeof(result->peer) || result->error < 0 ||
	    result->secret_length > sizeof(result->tx_secret) ||
	    result->session.secret_length > sizeof(result->session.secret))
		abort();
	check_bytes(&result->peer, td_peer_size(&result->peer));
}

static void look_at_job(const struct td_job_message *job, size_t length)
{
	check_text(job->job.server_name, sizeof(job->job.server_name));
	check_text(job->job.alpn, sizeof(job->job.alpn));
	check_text(job->job.profile, sizeof(job->job.profile));
	if (!job->job.n_psks) {
		if (job->resume.length > sizeof(job->resume.ticket))
			abort();
		check_bytes(job->resume.ticket, job->resume.length);
		return;
	}
	for (uint32_t i = 0; i < job->job.n_psks; i++) {
		check_text(job->psks[i].identity, sizeof(job->psks[i].identity));
		check_bytes(job->psks[i].key, job->psks[i].length);
	}
	if ((const uint8_t *)&job->psks[job->job.n_psks] > (const uint8_t *)job + length)
		abort();
}

/* As it comes: in a buffer that has room for the longest */
static void try_message(const uint8_t *data, size_t size)
{
	static union {
		struct td_message	message;
		struct td_job_message	job;
	} room;

	if (size > sizeof(room))
		return;
	memset(&room, 0xff, sizeof(room));
	memcpy(&room, data, size);
	if (td_message_check(&room.message, size))
		return;
	if (room.message.type == TD_MESSAGE_RESULT)
		look_at_result(&room.message.result);
	else if (room.message.type == TD_MESSAGE_JOB)
		look_at_job(&room.job, size);
}

/* A good session, so that the ticket is what matters */
static struct td_session session_of(const struct td_job *job)
{
	struct td_session session = {
		.format = TD_SESSION_FORMAT, .cipher = 0x1301, .group = 29, .verified = 1,
		.secret_length = 32,
	};

	if (td_tickets_name(job, 0, 1, session.name))
		abort();
	return session;
}

static void offer(const struct td_job *job, const struct td_resume *resume)
{
	struct td_engine *engine;
	struct td_result result;
	size_t eaten;

	if (td_engine_new(td_profile_find(contexts, ""), job, &result, &engine))
		abort();
	td_resume_set(engine, resume);
	td_engine_feed(engine, NULL, 0, &eaten);
	if (engine->state != TD_ENGINE_RUNNING || !engine->out_length)
		abort();
	td_engine_free(engine);
}

static void try_ticket(const uint8_t *data, size_t size)
{
	static struct td_tickets tickets;
	static struct td_resume resume;
	struct td_job job = { .role = TLSOCK_ROLE_CLIENT, .verify = -1, .client_cert = -1,
			      .resume = 1, .server_name = "web.test" };
	const struct td_session session = session_of(&job);
	const struct td_family_ticket ticket = {
		.session = &session, .session_length = sizeof(session),
		.message = data, .length = size, .peer = data, .peer_length = size,
	};

	job.local.ss_family = AF_INET;
	job.remote.ss_family = AF_INET;
	td_tickets_add(&tickets, &ticket);
	td_tickets_take(&tickets, session.name, &resume);
	if (resume.length != (size && size <= TLSOCK_MAX_TICKET ? size : 0) || tickets.n)
		abort();
	if (resume.length)
		offer(&job, &resume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return -1;
	if (*data % 2)
		try_ticket(data + 1, size - 1);
	else
		try_message(data + 1, size - 1);
	return 0;
}
