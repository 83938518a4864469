// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ORDER: receive first. It is the direction that can fail for what the peer
 * already sent, and as long as there is no transmit key, nothing that goes
 * wrong can put a record on the wire that the peer would take for ours. Nobody
 * writes in between: the program waits until the helper is done.
 */
#include "ktls.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/suite.h"
#include "engine.h"
#include "keys.h"
#include "outcome.h"

#ifndef SOL_TLS
#define SOL_TLS	282
#endif

static int explain(struct td_result *result, int direction, int error)
{
	const char *which = direction == TLS_RX ? "receive" : "transmit";
	const struct tl_suite *suite = tl_suite_by_number(result->cipher);
	const char *cipher = suite ? tl_ktls_cipher_name(suite->cipher) : NULL;

	if (error == ENOPROTOOPT || error == ENOTCONN) {
		td_outcome_set(result, EOPNOTSUPP, TLSOCK_STAGE_KEYS,
			       "kernel TLS is not available on the socket (%s)", strerror(error));
		return -EOPNOTSUPP;
	}
	if (error == ENOENT || error == EINVAL || error == EOPNOTSUPP) {
		td_outcome_set(result, EOPNOTSUPP, TLSOCK_STAGE_KEYS,
			       "kernel TLS refuses %s as %s cipher (%s)",
			       cipher ? cipher : "the suite", which, strerror(error));
		return -EOPNOTSUPP;
	}
	td_outcome_set(result, error, TLSOCK_STAGE_KEYS, "kernel TLS refuses the %s key (%s)",
		       which, strerror(error));
	return -error;
}

static int install(int fd, int direction, struct td_engine *engine, struct td_result *result)
{
	union tl_ktls_info info;
	int length, ret = 0;

	length = td_keys_get(engine, direction, &info);
	if (length < 0)
		ret = explain(result, direction, -length);
	else if (setsockopt(fd, SOL_TLS, direction, &info, (socklen_t)length))
		ret = explain(result, direction, errno);
	explicit_bzero(&info, sizeof(info));
	return ret;
}

int td_ktls_install(int fd, struct td_engine *engine, struct td_result *result)
{
	int ret = install(fd, TLS_RX, engine, result);

	return ret ? ret : install(fd, TLS_TX, engine, result);
}
