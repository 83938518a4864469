// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel says to the helper, for libFuzzer; the first byte tells which
 * kind of message follows. Besides crashes it finds texts that are not
 * terminated and requests that are good but for what nobody could do with them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lib/accept.h"
#include "lib/consumer.h"
#include "lib/refusal.h"

static void check_request(const struct tl_request *request)
{
	check_text(request->server_name, sizeof(request->server_name));
	check_text(request->alpn, sizeof(request->alpn));
	check_text(request->profile, sizeof(request->profile));
	if (request->mistake)
		return;
	if (request->fd < 0 || request->role > TLSOCK_ROLE_SERVER ||
	    request->kernel.n_psks > TL_CONSUMER_MAX_KEYS)
		abort();
}

static void try_accept(const uint8_t *data, size_t size)
{
	static struct tl_accept accept;

	tl_accept_parse(data, size, &accept);
	if (accept.n > TLSOCK_MAX_ACCEPT)
		abort();
	for (unsigned int i = 0; i < accept.n; i++)
		check_request(&accept.requests[i]);
}

static void try_consumer(const uint8_t *data, size_t size)
{
	struct tl_request request;

	tl_consumer_parse(data, size, &request);
	check_request(&request);
	if (request.kernel.consumer > TL_CONSUMER_N ||
	    (request.kernel.consumer == TL_CONSUMER_N) != !!request.mistake)
		abort();
}

static void try_refusal(const uint8_t *data, size_t size)
{
	struct tl_refusal refusal;

	if (tl_refusal_parse(data, size, &refusal))
		return;
	check_text(refusal.text, sizeof(refusal.text));
	if (refusal.error > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return -1;
	/* As in a netlink buffer, attributes are aligned. */
	copy = malloc(size - 1 ? size - 1 : 1);
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	if (*data % 3 == 0)
		try_accept(copy, size - 1);
	else if (*data % 3 == 1)
		try_consumer(copy, size - 1);
	else
		try_refusal(copy, size - 1);
	free(copy);
	return 0;
}
