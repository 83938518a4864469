// SPDX-License-Identifier: GPL-2.0-or-later
#include "job.h"

#include <string.h>

#include "broker.h"
#include "generation.h"
#include "keyring.h"
#include "psk.h"
#include "request.h"

bool td_job_may_resume(const struct td_request *request)
{
	return request->job.role == TLSOCK_ROLE_CLIENT && request->job.resume;
}

void td_job_name_session(const struct td_request *r, struct td_session *session)
{
	if (!session->secret_length)
		return;
	if (!td_job_may_resume(r) ||
	    td_tickets_name(&r->job, r->uid, r->child->generation, session->name))
		session->secret_length = 0;
}

/* A ticket for the job, if there is one. */
static void take_ticket(struct td_broker *broker, const struct td_request *r,
			struct td_resume *resume)
{
	uint8_t name[TD_SESSION_NAME];

	memset(resume, 0, offsetof(struct td_resume, ticket));
	if (broker->tickets.n && td_job_may_resume(r) &&
	    !td_tickets_name(&r->job, r->uid, broker->generation->number, name))
		td_tickets_take(&broker->tickets, name, resume);
}

/* Never the profile's own in the place of what is named. */
static int bring(struct td_request *request, const char **why)
{
	const struct tl_kernel *kernel = &request->kernel;
	int fd;

	if (request->own_fd >= 0 || (!kernel->certificate && !kernel->private_key))
		return 0;
	fd = td_keyring_bring(kernel, &request->job.own, why);
	if (fd < 0)
		return fd;
	request->own_fd = fd;
	return 0;
}

int td_job_fill(struct td_broker *broker, struct td_request *request, int64_t now,
		struct td_job_message *message, const char **why)
{
	int64_t late = td_request_age(request, now);
	int n = bring(request, why);

	if (n < 0)
		return n;
	message->type = TD_MESSAGE_JOB;
	message->id = request->number;
	message->job = request->job;
	message->job.timeout_ms =
		late < request->job.timeout_ms ? request->job.timeout_ms - (uint32_t)late : 0;
	message->job.n_psks = 0;
	if (!td_psk_comes(&request->job)) {
		take_ticket(broker, request, &message->resume);
		return 0;
	}
	memset(message->psks, 0, sizeof(message->psks));
	n = td_keyring_psks(&request->kernel, message->psks, why);
	if (n < 0)
		return n;
	message->job.n_psks = (uint32_t)n;
	return 0;
}

void td_job_wipe(struct td_job_message *message)
{
	if (message->job.n_psks)
		explicit_bzero(message->psks, message->job.n_psks * sizeof(message->psks[0]));
	else
		explicit_bzero(&message->resume, offsetof(struct td_resume, ticket));
}
