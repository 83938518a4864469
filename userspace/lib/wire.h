/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be read of a handshake from outside: the records and the messages
 * that are not encrypted. It tells what wolfSSL's interface does not: the
 * key exchange group, the extended master secret, the explicit nonce of
 * TLS 1.2, what a peer spoke that was refused. Nothing is ever decided here
 * that wolfSSL has not checked too.
 */
#ifndef TLSOCK_LIB_WIRE_H
#define TLSOCK_LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_WIRE_FIRST	8	/* bytes remembered of each direction's start */
#define TL_WIRE_MESSAGE	1408	/* bytes looked at of each message */

enum tl_wire_direction {
	TL_WIRE_IN,
	TL_WIRE_OUT,
};

/**
 * struct tl_wire_facts - what was seen
 * @client_version: highest version that the ClientHello offers, 0 if not seen
 * @version: version that the ServerHello chose, 0 if not seen
 * @group: key exchange group chosen, 0 if not seen
 * @extended_master_secret: the ServerHello has it (RFC 7627)
 * @certificate_requested: a TLS 1.2 server asked for a certificate
 * @empty_certificate: a TLS 1.2 client answered that with none
 */
struct tl_wire_facts {
	uint16_t	client_version;
	uint16_t	version;
	uint16_t	group;
	bool		extended_master_secret;
	bool		certificate_requested;
	bool		empty_certificate;
};

/**
 * struct tl_wire_flow - one direction
 * @seen: bytes so far
 * @first: the first of them
 * @garbage: what came is no TLS record; nothing is looked at any more
 * @protected: ChangeCipherSpec of TLS 1.2 went by
 * @nonce_length: bytes in @nonce
 * @nonce: first bytes of the first encrypted handshake record: its explicit
 *	nonce in TLS 1.2 with AES
 * @header: of the record at hand
 * @header_length: bytes of it so far
 * @record_left: bytes of the record that are still to come
 * @message_length: bytes of the handshake message so far
 * @message_total: bytes that it will have, header included
 * @message: its first bytes
 */
struct tl_wire_flow {
	uint64_t	seen;
	uint8_t		first[TL_WIRE_FIRST];
	bool		garbage;
	bool		protected;
	uint8_t		nonce_length;
	uint8_t		nonce[8];
	uint8_t		header[5];
	uint8_t		header_length;
	uint16_t	record_left;
	size_t		message_length;
	size_t		message_total;
	uint8_t		message[TL_WIRE_MESSAGE];
};

/** struct tl_wire - both directions; all zero at the start */
struct tl_wire {
	struct tl_wire_facts	facts;
	struct tl_wire_flow	flow[2];
};

/**
 * tl_wire_feed - look at bytes that go by
 * @wire: the state
 * @direction: TL_WIRE_IN or TL_WIRE_OUT
 * @data: any piece of the stream, in order
 * @length: its bytes
 */
void tl_wire_feed(struct tl_wire *wire, enum tl_wire_direction direction, const uint8_t *data,
		  size_t length);

/**
 * tl_wire_first - show how a direction began, for messages
 * @flow: the direction
 * @text: receives "47 45 54 20 'GET '"
 * @size: bytes of @text
 */
void tl_wire_first(const struct tl_wire_flow *flow, char *text, size_t size);

#endif
