// SPDX-License-Identifier: GPL-2.0-only
/*
 * Outcomes of handshakes: what the program is told, and how they are counted.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "request.h"
#include "trace.h"

static enum tlsock_outcome done_outcome(int error)
{
	switch (error) {
	case 0:
		return TLSOCK_OUTCOME_OK;
	case EPROTO:
		return TLSOCK_OUTCOME_PROTOCOL;
	case ECONNRESET:
		return TLSOCK_OUTCOME_RESET;
	case ETIMEDOUT:
		return TLSOCK_OUTCOME_TIMEOUT;
	case EKEYREJECTED:
		return TLSOCK_OUTCOME_UNTRUSTED;
	case EKEYEXPIRED:
		return TLSOCK_OUTCOME_EXPIRED;
	case EKEYREVOKED:
		return TLSOCK_OUTCOME_REVOKED;
	case ENOKEY:
		return TLSOCK_OUTCOME_NO_KEY;
	case EACCES:
	case EPERM:
		return TLSOCK_OUTCOME_DENIED;
	case EUNATCH:
		return TLSOCK_OUTCOME_NO_HELPER;
	case EIO:
		return TLSOCK_OUTCOME_HELPER_DIED;
	case EBUSY:
		return TLSOCK_OUTCOME_BUSY;
	default:
		return TLSOCK_OUTCOME_OTHER;
	}
}

/**
 * tlsock_done_init - describe an outcome
 * @done: filled
 * @error: positive errno, 0 for success
 * @stage: where it failed
 * @text: one sentence, cut to what fits; NULL for none
 */
void tlsock_done_init(struct tlsock_done *done, int error, enum tlsock_stage stage,
		      const char *text)
{
	memset(done, 0, sizeof(*done));
	done->error.error = error;
	done->error.stage = stage;
	done->error.alert_sent = -1;
	done->error.alert_received = -1;
	if (text)
		strscpy(done->error.text, text);
	done->outcome = done_outcome(error);
}

/**
 * tlsock_done_count - add an outcome to the counters
 * @net: network namespace of the socket
 * @done: the outcome
 */
void tlsock_done_count(const struct net *net, const struct tlsock_done *done)
{
	atomic64_inc(&tlsock_request_net(net)->outcomes[done->outcome]);
	trace_tlsock_outcome(done);
}
