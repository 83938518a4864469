// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records (RFC 8446 section 5.1) are taken apart as the bytes arrive, the
 * handshake messages in them put together up to TL_WIRE_MESSAGE bytes, and
 * the interesting ones read (RFC 8446 section 4, RFC 5246 section 7.4). A
 * message that is longer is read as far as it goes.
 */
#include "wire.h"

#include <stdio.h>
#include <string.h>

#include "config.h"

enum {
	RECORD_CHANGE_CIPHER_SPEC = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
	MESSAGE_CLIENT_HELLO = 1,
	MESSAGE_SERVER_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_SERVER_KEY_EXCHANGE = 12,
	MESSAGE_CERTIFICATE_REQUEST = 13,
	EXTENSION_EXTENDED_MASTER_SECRET = 23,
	EXTENSION_SUPPORTED_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
	MESSAGE_HEADER = 4,
	HELLO_RANDOM = 32,
	NAMED_CURVE = 3,
};

/* A reader that gives zeros and runs dry instead of past the end. */
struct reader {
	const uint8_t	*data;
	size_t		left;
	bool		dry;
};

static const uint8_t *skip(struct reader *reader, size_t bytes)
{
	const uint8_t *start = reader->data;

	if (bytes > reader->left) {
		reader->dry = true;
		reader->left = 0;
		return NULL;
	}
	reader->data += bytes;
	reader->left -= bytes;
	return start;
}

static uint16_t number(struct reader *reader, size_t bytes)
{
	const uint8_t *p = skip(reader, bytes);

	if (!p)
		return 0;
	return bytes == 1 ? p[0] : (uint16_t)(p[0] << 8 | p[1]);
}

static void read_client_versions(struct tl_wire_facts *facts, struct reader extension)
{
	uint16_t version;

	number(&extension, 1);
	while (extension.left >= 2) {
		version = number(&extension, 2);
		if (version >> 8 == 3 && version > facts->client_version)
			facts->client_version = version;
	}
}

static void read_extensions(struct tl_wire_facts *facts, struct reader *reader, bool client)
{
	struct reader extension;
	uint16_t type, length;

	number(reader, 2);
	while (reader->left >= 4) {
		type = number(reader, 2);
		length = number(reader, 2);
		extension = (struct reader){ reader->data,
			length < reader->left ? length : reader->left, false };
		skip(reader, length);
		if (client && type == EXTENSION_SUPPORTED_VERSIONS)
			read_client_versions(facts, extension);
		else if (!client && type == EXTENSION_SUPPORTED_VERSIONS)
			facts->version = number(&extension, 2);
		else if (!client && type == EXTENSION_KEY_SHARE)
			facts->group = number(&extension, 2);
		else if (!client && type == EXTENSION_EXTENDED_MASTER_SECRET)
			facts->extended_master_secret = true;
	}
}

static void read_client_hello(struct tl_wire_facts *facts, struct reader *reader)
{
	facts->client_version = number(reader, 2);
	skip(reader, HELLO_RANDOM);
	skip(reader, number(reader, 1));	/* session id */
	skip(reader, number(reader, 2));	/* cipher suites */
	skip(reader, number(reader, 1));	/* compression methods */
	read_extensions(facts, reader, true);
}

static void read_server_hello(struct tl_wire_facts *facts, struct reader *reader)
{
	facts->version = number(reader, 2);
	skip(reader, HELLO_RANDOM);
	skip(reader, number(reader, 1));	/* session id */
	skip(reader, 3);			/* cipher suite, compression method */
	read_extensions(facts, reader, false);
}

static void read_message(struct tl_wire_facts *facts, enum tl_wire_direction direction,
			 const struct tl_wire_flow *flow)
{
	struct reader reader = { flow->message + MESSAGE_HEADER,
		flow->message_length - MESSAGE_HEADER, false };

	switch (flow->message[0]) {
	case MESSAGE_CLIENT_HELLO:
		read_client_hello(facts, &reader);
		break;
	case MESSAGE_SERVER_HELLO:
		read_server_hello(facts, &reader);
		break;
	case MESSAGE_SERVER_KEY_EXCHANGE:
		if (number(&reader, 1) == NAMED_CURVE)
			facts->group = number(&reader, 2);
		break;
	case MESSAGE_CERTIFICATE_REQUEST:
		facts->certificate_requested = true;
		break;
	case MESSAGE_CERTIFICATE:
		if (direction == TL_WIRE_OUT && facts->certificate_requested)
			facts->empty_certificate = flow->message_total == MESSAGE_HEADER + 3;
		break;
	}
}

static void feed_handshake(struct tl_wire *wire, enum tl_wire_direction direction,
			   const uint8_t *data, size_t length)
{
	struct tl_wire_flow *flow = &wire->flow[direction];
	size_t stored;

	for (; length; data++, length--, flow->message_length++) {
		if (flow->message_length < TL_WIRE_MESSAGE)
			flow->message[flow->message_length] = *data;
		if (flow->message_length + 1 == MESSAGE_HEADER)
			flow->message_total = MESSAGE_HEADER + ((size_t)flow->message[1] << 16 |
				(size_t)flow->message[2] << 8 | (flow->message[3]));
		if (flow->message_length + 1 < MESSAGE_HEADER ||
		    flow->message_length + 1 < flow->message_total)
			continue;
		stored = flow->message_length + 1;
		flow->message_length = stored < TL_WIRE_MESSAGE ? stored : TL_WIRE_MESSAGE;
		read_message(&wire->facts, direction, flow);
		flow->message_length = (size_t)-1;
	}
}

static void feed_record(struct tl_wire *wire, enum tl_wire_direction direction,
			const uint8_t *data, size_t length)
{
	struct tl_wire_flow *flow = &wire->flow[direction];
	uint8_t type = flow->header[0];

	if (type == RECORD_CHANGE_CIPHER_SPEC && wire->facts.version <= TL_VERSION_1_2)
		flow->protected = true;
	if (type != RECORD_HANDSHAKE)
		return;
	if (!flow->protected) {
		feed_handshake(wire, direction, data, length);
		return;
	}
	while (length-- && flow->nonce_length < sizeof(flow->nonce))
		flow->nonce[flow->nonce_length++] = *data++;
}

/* Returns how many bytes of a record's header it took. */
static size_t feed_header(struct tl_wire_flow *flow, const uint8_t *data, size_t length)
{
	size_t some = sizeof(flow->header) - flow->header_length;

	if (some > length)
		some = length;
	memcpy(flow->header + flow->header_length, data, some);
	flow->header_length += (uint8_t)some;
	if (flow->header_length < sizeof(flow->header))
		return some;
	flow->garbage = flow->header[0] < RECORD_CHANGE_CIPHER_SPEC ||
		flow->header[0] > RECORD_DATA || flow->header[1] != 3;
	flow->record_left = (uint16_t)(flow->header[3] << 8 | flow->header[4]);
	return some;
}

void tl_wire_feed(struct tl_wire *wire, enum tl_wire_direction direction, const uint8_t *data,
		  size_t length)
{
	struct tl_wire_flow *flow = &wire->flow[direction];
	size_t some;

	for (some = 0; some < length && flow->seen + some < TL_WIRE_FIRST; some++)
		flow->first[flow->seen + some] = data[some];
	flow->seen += length;
	while (length && !flow->garbage) {
		if (flow->header_length < sizeof(flow->header)) {
			some = feed_header(flow, data, length);
		} else {
			some = length < flow->record_left ? length : flow->record_left;
			feed_record(wire, direction, data, some);
			flow->record_left -= (uint16_t)some;
		}
		if (flow->header_length == sizeof(flow->header) && !flow->record_left)
			flow->header_length = 0;
		data += some;
		length -= some;
	}
}

void tl_wire_first(const struct tl_wire_flow *flow, char *text, size_t size)
{
	size_t shown = flow->seen < TL_WIRE_FIRST ? (size_t)flow->seen : TL_WIRE_FIRST;
	size_t used = 0, i;

	for (i = 0; i < shown && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%02x ", flow->first[i]);
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, "'");
	for (i = 0; i < shown && used + 2 < size; i++)
		text[used++] = flow->first[i] >= ' ' && flow->first[i] < 0x7f ?
			(char)flow->first[i] : '.';
	if (used + 1 < size) {
		text[used++] = '\'';
		text[used] = '\0';
	} else if (size) {
		text[size - 1] = '\0';
	}
}
