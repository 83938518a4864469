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

static bool check_job(const struct td_job *job)
{
	sa_family_t family = job->local.ss_family;

	return job->role <= TLSOCK_ROLE_SERVER && is_mode(job->verify, TLSOCK_VERIFY_REQUIRED) &&
	       is_mode(job->client_cert, TLSOCK_CLIENT_CERT_REQUIRE) &&
	       (family == AF_INET || family == AF_INET6) && job->remote.ss_family == family &&
	       is_terminated(job->server_name, sizeof(job->server_name)) &&
	       is_terminated(job->alpn, sizeof(job->alpn)) &&
	       is_terminated(job->profile, sizeof(job->profile));
}

static bool check_result(const struct td_result *result)
{
	return result->error >= 0 && result->error <= MAX_ERRNO &&
	       result->stage <= TLSOCK_STAGE_DATA && is_alert(result->alert_sent) &&
	       is_alert(result->alert_received) &&
	       is_secret_length(result->secret_length) && result->verified <= 1 &&
	       result->resumed <= 1 &&
	       is_terminated(result->text, sizeof(result->text)) &&
	       is_terminated(result->alpn, sizeof(result->alpn)) &&
	       is_terminated(result->server_name, sizeof(result->server_name)) &&
	       is_terminated(result->peer, sizeof(result->peer));
}

int td_message_check(const struct td_message *message, size_t length)
{
	bool good = true;

	if (length < offsetof(struct td_message, job) ||
	    length != td_message_length(message->type))
		return -EBADMSG;
	if (message->type == TD_MESSAGE_JOB)
		good = check_job(&message->job);
	else if (message->type == TD_MESSAGE_RESULT)
		good = check_result(&message->result);
	return good ? 0 : -EBADMSG;
}
