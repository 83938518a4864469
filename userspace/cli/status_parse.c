// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * STATUS answers, from bytes to struct tc_status. Talks to nobody.
 */
#include "status.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>

struct attribute {
	unsigned int	type;
	size_t		size;
	const char	*data;
};

/* Cuts the next attribute off; 1 if there is one, 0 at the end, -EBADMSG */
static int next(const char **at, size_t *left, struct attribute *out)
{
	struct nlattr head;
	size_t step;

	if (!*left)
		return 0;
	if (*left < NLA_HDRLEN)
		return -EBADMSG;
	memcpy(&head, *at, sizeof(head));
	if (head.nla_len < NLA_HDRLEN || head.nla_len > *left)
		return -EBADMSG;
	out->type = head.nla_type & NLA_TYPE_MASK;
	out->size = head.nla_len - NLA_HDRLEN;
	out->data = *at + NLA_HDRLEN;
	/* the last attribute may come without its padding */
	step = NLA_ALIGN(head.nla_len);
	if (step > *left)
		step = *left;
	*at += step;
	*left -= step;
	return 1;
}

static int get(const struct attribute *attribute, void *to, size_t size)
{
	if (attribute->size != size)
		return -EBADMSG;
	memcpy(to, attribute->data, size);
	return 0;
}

static int parse_outcome(const struct attribute *nest, struct tc_status *status)
{
	const char *at = nest->data;
	size_t left = nest->size;
	struct attribute attribute;
	bool has_kind = false, has_count = false;
	uint32_t kind = 0;
	uint64_t count = 0;
	int more, err = 0;

	while ((more = next(&at, &left, &attribute)) > 0) {
		if (attribute.type == TLSOCK_A_OUTCOME_KIND) {
			err = get(&attribute, &kind, sizeof(kind));
			has_kind = true;
		} else if (attribute.type == TLSOCK_A_OUTCOME_COUNT) {
			err = get(&attribute, &count, sizeof(count));
			has_count = true;
		}
		if (err)
			return err;
	}
	if (more < 0 || !has_kind || !has_count)
		return -EBADMSG;
	status->outcomes[kind < TC_OUTCOMES ? kind : TLSOCK_OUTCOME_OTHER] += count;
	return 0;
}

static int parse_one(const struct attribute *attribute, struct tc_status *status)
{
	switch (attribute->type) {
	case TLSOCK_A_STATUS_HELPER:
		status->helper = true;
		return 0;
	case TLSOCK_A_STATUS_PENDING:
		return get(attribute, &status->pending, sizeof(status->pending));
	case TLSOCK_A_STATUS_ACCEPTED:
		return get(attribute, &status->accepted, sizeof(status->accepted));
	case TLSOCK_A_STATUS_ESTABLISHED:
		return get(attribute, &status->established, sizeof(status->established));
	case TLSOCK_A_STATUS_STARTED:
		return get(attribute, &status->started, sizeof(status->started));
	case TLSOCK_A_STATUS_TRUNCATED:
		return get(attribute, &status->truncated, sizeof(status->truncated));
	case TLSOCK_A_STATUS_OUTCOME:
		return parse_outcome(attribute, status);
	default:
		return 0;
	}
}

int tc_status_parse(const void *attributes, size_t size, struct tc_status *status)
{
	const unsigned int needed = 1 << TLSOCK_A_STATUS_PENDING | 1 << TLSOCK_A_STATUS_ACCEPTED |
				    1 << TLSOCK_A_STATUS_ESTABLISHED |
				    1 << TLSOCK_A_STATUS_STARTED | 1 << TLSOCK_A_STATUS_TRUNCATED;
	struct attribute attribute;
	const char *at = attributes;
	unsigned int seen = 0;
	int more, err;

	memset(status, 0, sizeof(*status));
	while ((more = next(&at, &size, &attribute)) > 0) {
		err = parse_one(&attribute, status);
		if (err)
			return err;
		if (attribute.type <= TLSOCK_A_STATUS_MAX)
			seen |= 1U << attribute.type;
	}
	if (more < 0 || (seen & needed) != needed)
		return -EBADMSG;
	return 0;
}

const char *tc_status_outcome(unsigned int outcome)
{
	static const char *const names[TC_OUTCOMES] = {
		[TLSOCK_OUTCOME_OK] = "ok",
		[TLSOCK_OUTCOME_PROTOCOL] = "protocol",
		[TLSOCK_OUTCOME_RESET] = "reset",
		[TLSOCK_OUTCOME_TIMEOUT] = "timeout",
		[TLSOCK_OUTCOME_UNTRUSTED] = "untrusted",
		[TLSOCK_OUTCOME_EXPIRED] = "expired",
		[TLSOCK_OUTCOME_REVOKED] = "revoked",
		[TLSOCK_OUTCOME_NO_KEY] = "no-key",
		[TLSOCK_OUTCOME_DENIED] = "denied",
		[TLSOCK_OUTCOME_NO_HELPER] = "no-helper",
		[TLSOCK_OUTCOME_HELPER_DIED] = "helper-died",
		[TLSOCK_OUTCOME_NO_KTLS] = "no-ktls",
		[TLSOCK_OUTCOME_CANCELED] = "canceled",
		[TLSOCK_OUTCOME_BUSY] = "busy",
		[TLSOCK_OUTCOME_OTHER] = "other",
	};

	return outcome < TC_OUTCOMES ? names[outcome] : "other";
}
