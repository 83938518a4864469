// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Check of the messages between broker and workers. A worker parses what
 * peers send and may have been taken over: the broker believes no byte.
 */
#include "message.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#define MAX_ERRNO	4095
#define MAX_ALERT	255

_Static_assert(sizeof(struct td_session) <= TLSOCK_MAX_SESSION, "the kernel keeps it");
_Static_assert(offsetof(struct td_result_message, result) == offsetof(struct td_message, result),
	       "one begins as the other");
_Static_assert(offsetof(struct td_job_message, job) == offsetof(struct td_message, job),
	       "one begins as the other");

/* A traffic secret is as long as the hash of its cipher suite. */
#define SECRET_SHA256	32
#define SECRET_SHA384	48

static bool is_terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool is_mode(int32_t mode, int32_t max)
{
	return mode >= -1 && mode <= max;
}

static bool is_alert(int16_t alert)
{
	return alert >= -1 && alert <= MAX_ALERT;
}

static bool is_secret_length(uint8_t length)
{
	return !length || length == SECRET_SHA256 || length == SECRET_SHA384;
}

static bool check_session(const struct td_session *session)
{
	return is_secret_length(session->secret_length) && session->verified <= 1 &&
	       (!session->secret_length || session->format == TD_SESSION_FORMAT);
}

static bool check_own(const struct td_job *job)
{
	return job->own.cert <= TLSOCK_MAX_CERT && job->own.key <= TLSOCK_MAX_KEY &&
	       job->own.ca <= TLSOCK_MAX_CA &&
	       (!tl_own_size(&job->own) || job->consumer == TL_CONSUMER_PROGRAM ||
		job->auth == TL_AUTH_X509);
}

static bool check_job(const struct td_job *job)
{
	sa_family_t family = job->local.ss_family;

	return job->role <= TLSOCK_ROLE_SERVER && is_mode(job->verify, TLSOCK_VERIFY_REQUIRED) &&
	       is_mode(job->client_cert, TLSOCK_CLIENT_CERT_REQUIRE) &&
	       (family == AF_INET || family == AF_INET6) && job->remote.ss_family == family &&
	       is_terminated(job->server_name, sizeof(job->server_name)) &&
	       is_terminated(job->alpn, sizeof(job->alpn)) &&
	       is_terminated(job->profile, sizeof(job->profile)) && job->resume <= 1 &&
	       job->peer_cert <= 1 && check_own(job) &&
	       job->consumer < TL_CONSUMER_N &&
	       (job->consumer == TL_CONSUMER_PROGRAM ||
		(job->auth >= TL_AUTH_NONE && job->auth <= TL_AUTH_X509)) &&
	       (!job->n_psks ||
		(job->consumer != TL_CONSUMER_PROGRAM && job->auth == TL_AUTH_PSK));
}

static bool check_result(const struct td_result *result)
{
	return result->error >= 0 && result->error <= MAX_ERRNO &&
	       result->stage <= TLSOCK_STAGE_DATA && is_alert(result->alert_sent) &&
	       is_alert(result->alert_received) &&
	       is_secret_length(result->secret_length) && result->verified <= 1 &&
	       result->resumed <= 1 && result->psk >= 0 && result->truncation_eof <= 1 &&
	       check_session(&result->session) &&
	       is_terminated(result->text, sizeof(result->text)) &&
	       is_terminated(result->alpn, sizeof(result->alpn)) &&
	       is_terminated(result->server_name, sizeof(result->server_name)) &&
	       td_peer_check(&result->peer);
}

bool td_session_check(const struct td_session *session)
{
	return session->secret_length && check_session(session);
}

static bool check_psks(const struct td_job_message *message)
{
	for (uint32_t i = 0; i < message->job.n_psks; i++) {
		const struct tl_psk *psk = &message->psks[i];

		if (psk->length < TL_PSK_MIN_KEY || psk->length > TL_PSK_MAX_KEY ||
		    !is_terminated(psk->identity, sizeof(psk->identity)))
			return false;
	}
	return true;
}

static const struct td_resume *resume_of(const struct td_message *message)
{
	return &((const struct td_job_message *)message)->resume;
}

size_t td_message_length(const struct td_message *message)
{
	size_t head = offsetof(struct td_message, job);

	switch (message->type) {
	case TD_MESSAGE_JOB:
		if (message->job.n_psks)
			return offsetof(struct td_job_message, psks[message->job.n_psks]);
		return offsetof(struct td_job_message, resume.ticket) + resume_of(message)->length;
	case TD_MESSAGE_RESULT:
		return offsetof(struct td_result_message, chain) + message->result.chain_length;
	case TD_MESSAGE_CANCEL:
	case TD_MESSAGE_DRAIN:
		return head;
	}
	return 0;
}

/* Are the parts there that say how long it is? */
static bool has_head(const struct td_message *message, size_t length)
{
	if (message->type == TD_MESSAGE_RESULT)
		return length >= offsetof(struct td_result_message, chain) &&
		       message->result.chain_length <= TLSOCK_MAX_CHAIN;
	if (message->type != TD_MESSAGE_JOB)
		return true;
	if (length < offsetof(struct td_job_message, resume))
		return false;
	if (message->job.n_psks)
		return message->job.n_psks <= TL_PSK_MAX;
	return length >= offsetof(struct td_job_message, resume.ticket) &&
	       resume_of(message)->length <= TLSOCK_MAX_TICKET;
}

static bool check_job_message(const struct td_job_message *message)
{
	if (!check_job(&message->job))
		return false;
	if (message->job.n_psks)
		return check_psks(message);
	return check_session(&message->resume.session) && td_peer_check(&message->resume.peer);
}

int td_message_check(const struct td_message *message, size_t length)
{
	bool good = true;

	if (length < offsetof(struct td_message, job) || !has_head(message, length) ||
	    length != td_message_length(message))
		return -EBADMSG;
	if (message->type == TD_MESSAGE_JOB)
		good = check_job_message((const struct td_job_message *)message);
	else if (message->type == TD_MESSAGE_RESULT)
		good = check_result(&message->result);
	return good ? 0 : -EBADMSG;
}
