// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NLMSG_ERROR: header, errno, the header of the message that it answers, the
 * rest of that message unless NLM_F_CAPPED, then attributes if NLM_F_ACK_TLVS.
 */
#include "refusal.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>

#include "attribute.h"

int tl_refusal_parse(const void *data, size_t length, struct tl_refusal *out)
{
	const unsigned char *bytes = data;
	struct tl_attributes rest;
	struct tl_attribute a;
	struct nlmsghdr header;
	struct nlmsgerr error;
	size_t start = NLMSG_HDRLEN + sizeof(error);
	int more;

	if (length < start)
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	memcpy(&error, bytes + NLMSG_HDRLEN, sizeof(error));
	if (header.nlmsg_type != NLMSG_ERROR || header.nlmsg_len > length ||
	    header.nlmsg_len < start || error.error > 0)
		return -EBADMSG;
	out->error = error.error;
	out->sequence = error.msg.nlmsg_seq;
	out->text[0] = '\0';
	if (!(header.nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	if (!(header.nlmsg_flags & NLM_F_CAPPED)) {
		if (error.msg.nlmsg_len < sizeof(error.msg) ||
		    error.msg.nlmsg_len > header.nlmsg_len)
			return -EBADMSG;
		start += NLMSG_ALIGN((size_t)error.msg.nlmsg_len) - sizeof(error.msg);
	}
	if (start > header.nlmsg_len)
		return -EBADMSG;
	tl_attributes_init(&rest, bytes + start, header.nlmsg_len - start);
	while ((more = tl_attributes_next(&rest, &a)) > 0)
		if (a.type == NLMSGERR_ATTR_MSG)
			tl_attribute_text(&a, out->text, sizeof(out->text));
	return more;
}
