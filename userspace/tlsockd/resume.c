// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wolfSSL takes tickets only from a connection that is still its own, so the
 * session is written here in the form that wolfSSL_i2d_SSL_SESSION() gives, and
 * read by its counterpart. Which fields there are depends on the build (wolf.h);
 * that an empty session has the length expected here is checked once.
 */
#include "resume.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/config.h"
#include "../lib/suite.h"
#include "engine.h"
#include "profile.h"
#include "wolf.h"

#define FORM_MAX	256		/* without ticket and nonce */
#define NONCE_MAX	255
#define LIFETIME_MAX	604800		/* seconds, RFC 8446 section 4.6.1 */
#define SECRET_SIZE	48		/* wolfSSL's room for one */
#define TAIL_MAX	128
#define TAIL_OTHER	(TAIL_MAX + 1)	/* the form is not the one known here */

/* Bytes that are left to be read; a short read leaves @ok false and gives zero. */
struct reader {
	const uint8_t	*at;
	size_t		left;
	bool		ok;
};

/* A NewSessionTicket, pointing into the message */
struct ticket {
	uint32_t	lifetime;
	uint32_t	age_add;
	const uint8_t	*nonce;
	size_t		nonce_length;
	const uint8_t	*data;
	size_t		length;
};

struct writer {
	uint8_t	data[FORM_MAX + NONCE_MAX + TLSOCK_MAX_TICKET];
	size_t	length;
};

static const uint8_t *read_bytes(struct reader *reader, size_t length)
{
	const uint8_t *at = reader->at;

	if (length > reader->left) {
		reader->ok = false;
		return NULL;
	}
	reader->at += length;
	reader->left -= length;
	return at;
}

static uint32_t read_number(struct reader *reader, size_t length)
{
	const uint8_t *at = read_bytes(reader, length);
	uint32_t number = 0;

	for (; at && length; length--)
		number = number << 8 | *at++;
	return number;
}

/* RFC 8446 section 4.6.1 */
static bool parse(const uint8_t *message, size_t length, struct ticket *ticket)
{
	struct reader reader = { .at = message, .left = length, .ok = true };
	size_t extensions;

	ticket->lifetime = read_number(&reader, 4);
	ticket->age_add = read_number(&reader, 4);
	ticket->nonce_length = read_number(&reader, 1);
	ticket->nonce = read_bytes(&reader, ticket->nonce_length);
	ticket->length = read_number(&reader, 2);
	ticket->data = read_bytes(&reader, ticket->length);
	extensions = read_number(&reader, 2);
	return reader.ok && reader.left == extensions && ticket->length;
}

static void put(struct writer *writer, const void *data, size_t length)
{
	memcpy(writer->data + writer->length, data, length);
	writer->length += length;
}

static void put_number(struct writer *writer, uint64_t number, size_t length)
{
	while (length--)
		writer->data[writer->length++] = (uint8_t)(number >> (8 * length));
}

/* The form of wolfSSL_i2d_SSL_SESSION(), without what it may have behind the ticket. */
static void write_form(struct writer *writer, const struct td_resume *resume,
		       const struct ticket *ticket)
{
	const struct td_session *session = &resume->session;

	put_number(writer, WOLFSSL_CLIENT_END, 1);
	put_number(writer, (uint64_t)(resume->received / 1000), 4);
	put_number(writer, ticket->lifetime, 4);
	put_number(writer, 0, 1);			/* session ID */
	put(writer, session->secret, SECRET_SIZE);
	put_number(writer, 0, 2);			/* extended master secret, other ID */
	put_number(writer, 0, TD_WOLF_FORM_CHAIN);
	put_number(writer, TL_VERSION_1_3, 2);
	put_number(writer, session->cipher, 2);
	put_number(writer, 0, TD_WOLF_FORM_SERVER);
	put_number(writer, 0, TD_WOLF_FORM_CONTEXT);
	put_number(writer, 0, TD_WOLF_FORM_VERIFY);
	put_number(writer, session->group, 2);
	put_number(writer, (uint64_t)resume->received, TD_WOLF_FORM_TIME);
	put_number(writer, ticket->age_add, 4);
	put_number(writer, ticket->nonce_length, 1);
	put(writer, ticket->nonce, ticket->nonce_length);
	put_number(writer, 0, TD_WOLF_FORM_EARLY);
	put_number(writer, ticket->length, 2);
	put(writer, ticket->data, ticket->length);
}

/* Bytes of an empty session that stand behind the ticket, -1 without memory */
static int measure_tail(void)
{
	static const struct td_resume none;
	const struct ticket empty = { .nonce = (const uint8_t *)"", .data = (const uint8_t *)"" };
	WOLFSSL_SESSION *session = wolfSSL_SESSION_new();
	struct writer writer;
	int tail;

	if (!session)
		return -1;
	writer.length = 0;
	write_form(&writer, &none, &empty);
	tail = wolfSSL_i2d_SSL_SESSION(session, NULL) - (int)writer.length;
	wolfSSL_SESSION_free(session);
	return tail >= 0 && tail <= TAIL_MAX ? tail : TAIL_OTHER;
}

/* The same for every session of this build. */
static int form_tail(void)
{
	static int tail = -1;

	if (tail < 0)
		tail = measure_tail();
	return tail;
}

static WOLFSSL_SESSION *build(const struct td_resume *resume, const struct ticket *ticket)
{
	struct writer writer;
	const unsigned char *at = writer.data;
	WOLFSSL_SESSION *session = NULL;
	int tail = form_tail();

	writer.length = 0;
	write_form(&writer, resume, ticket);
	if (tail >= 0 && tail <= TAIL_MAX && writer.length + (size_t)tail <= sizeof(writer.data)) {
		memset(writer.data + writer.length, 0, (size_t)tail);
		writer.length += (size_t)tail;
		session = wolfSSL_d2i_SSL_SESSION(NULL, &at, (long)writer.length);
	}
	explicit_bzero(&writer, sizeof(writer));
	return session;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_fresh(const struct td_resume *resume, const struct ticket *ticket)
{
	int64_t now = now_ms();
	int64_t age = now - resume->received;

	if (resume->peer.head.size && now / 1000 > resume->peer.head.not_after)
		return false;
	return age >= 0 && ticket->lifetime <= LIFETIME_MAX && age / 1000 < ticket->lifetime;
}

void td_resume_set(struct td_engine *engine, const struct td_resume *resume)
{
	const struct td_session *from = &resume->session;
	WOLFSSL_SESSION *session;
	struct ticket ticket;

	if (!engine->resumable || !resume->length || !td_session_check(from) ||
	    (engine->verify.mode == TLSOCK_VERIFY_REQUIRED && !from->verified))
		return;
	if (!parse(resume->ticket, resume->length, &ticket) || !is_fresh(resume, &ticket))
		return;
	session = build(resume, &ticket);
	if (!session)
		return;
	if (wolfSSL_set_session(engine->ssl, session) == WOLFSSL_SUCCESS) {
		engine->resume = *from;
		engine->resume_peer = resume->peer;
	}
	wolfSSL_SESSION_free(session);
}

void td_resume_get(struct td_engine *engine)
{
	struct td_result *result = engine->result;
	struct td_session *session = &result->session;
	size_t length = tl_suite_hash_length(result->cipher);
	WOLFSSL_SESSION *from;

	if (!engine->resumable || result->error || result->version != TL_VERSION_1_3 || !length)
		return;
	from = wolfSSL_get1_session(engine->ssl);
	if (!from)
		return;
	/* The resumption secret is as long as the suite's hash. */
	if (wolfSSL_SESSION_get_master_key(from, session->secret, (int)length) == (int)length)
		session->secret_length = (uint8_t)length;
	wolfSSL_SESSION_free(from);
	session->format = TD_SESSION_FORMAT;
	session->cipher = result->cipher;
	session->group = result->group;
	session->verified = result->verified;
}
