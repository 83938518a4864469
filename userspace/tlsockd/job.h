/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker gets with a request: the time that is left, and secrets. */
#ifndef TLSOCKD_JOB_H
#define TLSOCKD_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/tlsock.h>

#include "../lib/accept.h"
#include "../lib/consumer.h"
#include "../lib/psk.h"
#include "session.h"

struct td_broker;
struct td_request;

/**
 * struct td_job - one handshake to run
 * @role: TLSOCK_ROLE_*
 * @timeout_ms: milliseconds left
 * @verify: TLSOCK_VERIFY_*, -1 if the program set none
 * @client_cert: TLSOCK_CLIENT_CERT_*, -1 if the program set none
 * @local: local address
 * @remote: remote address
 * @server_name: NUL terminated, "" if none
 * @alpn: comma list, NUL terminated, "" if none
 * @profile: NUL terminated, "" for the default
 * @resume: the session may be resumed, now and later
 * @peer_cert: the peer's certificates are wanted
 * @own: credentials that the program brings; a descriptor to read them from comes along
 * @consumer: enum tl_consumer
 * @auth: enum tl_auth of consumers in the kernel
 * @n_psks: pre-shared keys that come with the job
 */
struct td_job {
	uint32_t		role;
	uint32_t		timeout_ms;
	int32_t			verify;
	int32_t			client_cert;
	struct sockaddr_storage	local;
	struct sockaddr_storage	remote;
	char			server_name[TLSOCK_MAX_NAME + 1];
	char			alpn[TLSOCK_MAX_NAME + 1];
	char			profile[TLSOCK_MAX_PROFILE + 1];
	uint8_t			resume;
	uint8_t			peer_cert;
	struct tl_own		own;
	uint32_t		consumer;
	uint32_t		auth;
	uint32_t		n_psks;
};

/* A JOB is as long as its ticket, or has pre-shared keys in its place. */
struct td_job_message {
	uint32_t		type;
	uint32_t		id;
	struct td_job		job;
	union {
		struct td_resume	resume;
		struct tl_psk		psks[TL_PSK_MAX];
	};
};

/** td_job_may_resume - may the session be resumed, or another be in it? */
bool td_job_may_resume(const struct td_request *request);

/**
 * td_job_name_session - say for whom a session is that a worker tells of
 * @request: that was in a worker
 * @session: named, or made one that cannot be resumed
 */
void td_job_name_session(const struct td_request *request, struct td_session *session);

/**
 * td_job_fill - write the message for a worker
 * @broker: has the tickets
 * @request: that the rules allow; what its keyring brings becomes its own
 * @now: monotonic milliseconds
 * @message: filled, to be given to td_job_wipe()
 * @why: sentence, set on error
 *
 * A ticket that is in it is used up.
 *
 * Return: 0, -ENOKEY (a key that is named or needed is not there), -ENOMEM
 */
int td_job_fill(struct td_broker *broker, struct td_request *request, int64_t now,
		struct td_job_message *message, const char **why);

/** td_job_wipe - forget the secrets of a message */
void td_job_wipe(struct td_job_message *message);

#endif
