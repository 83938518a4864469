// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs that set the options anew for each connection have another number
 * each time, so the hash of the credentials finds them as well. Only the context
 * of one role is made, and only with what was brought: certificates of the
 * system need not be read for a program that only shows its own.
 */
#include "own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "credentials.h"
#include "message.h"
#include "outcome.h"
#include "staple.h"
#include "wolf.h"
#include <wolfssl/wolfcrypt/hash.h>

/* What was read: the lengths are hashed along with it. */
struct brought {
	struct tl_own	own;
	char		data[];
};

_Static_assert(TD_OWN_HASH == WC_SHA256_DIGEST_SIZE, "the hash is SHA-256");

static size_t brought_size(const struct tl_own *own)
{
	return offsetof(struct brought, data) + tl_own_size(own) + 1;
}

static void brought_free(struct brought *brought)
{
	explicit_bzero(brought, brought_size(&brought->own));
	free(brought);
}

/* NUL terminated */
static struct brought *brought_read(const struct tl_own *own, int fd, int *error)
{
	struct brought *brought = calloc(1, brought_size(own));
	size_t done = 0, size = tl_own_size(own);
	ssize_t n;

	*error = ENOMEM;
	if (!brought)
		return NULL;
	/* Not as a whole: what lies between the fields would be hashed too. */
	brought->own.cert = own->cert;
	brought->own.key = own->key;
	brought->own.ca = own->ca;
	while (done < size) {
		n = read(fd, brought->data + done, size - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done == size)
		return brought;
	*error = EIO;
	brought_free(brought);
	return NULL;
}

/* The first one only: there is room for one sentence. */
static void note(void *arg, const char *file, int line, const char *text)
{
	struct td_result *result = arg;

	(void)file;
	(void)line;
	if (!result->error)
		td_outcome_set(result, EINVAL, TLSOCK_STAGE_CONFIG, "%s", text);
}

static struct td_own *refuse(struct td_result *result, int error, const char *text)
{
	td_outcome_set(result, error, TLSOCK_STAGE_CONFIG, "%s", text);
	return NULL;
}

static bool check(const struct td_profile *base, const struct tl_own *own,
		  struct td_result *result)
{
	if (!own->cert != !own->key)
		td_outcome_set(result, EINVAL, TLSOCK_STAGE_CONFIG,
			       "a certificate and its private key belong together");
	else if (base->config->psk)
		td_outcome_set(result, EINVAL, TLSOCK_STAGE_CONFIG,
			       "profile %s has pre-shared keys, which need no certificate",
			       base->config->name);
	else
		return true;
	return false;
}

static void name_tickets(struct td_own *own)
{
	int at = snprintf(own->tickets, sizeof(own->tickets), "%s ", own->config.name);

	for (int i = 0; i < TD_OWN_HASH; i++)
		at += snprintf(own->tickets + at, sizeof(own->tickets) - (size_t)at, "%02x",
			       own->hash[i]);
}

/* One context has what was brought; the rest is that of the profile. */
static bool compose(struct td_own *own, const struct tl_own *brought)
{
	struct td_profile *profile = &own->profile;
	struct WOLFSSL_CTX *made = own->made.ctx[own->role];

	*profile = *own->base;
	profile->config = &own->config;
	profile->tickets = own->tickets;
	profile->trust[own->role] = own->base->ctx[own->role];
	if (brought->cert) {
		profile->ctx[own->role] = made;
		memset(profile->leaves, 0, sizeof(profile->leaves));
		profile->n_leaves = 0;
	}
	if (brought->ca) {
		profile->anchors = own->made.anchors;
		profile->trust[own->role] = made;
	}
	return td_staple_prepare(profile);
}

/* For messages */
static void name(struct tl_profile *config, const struct td_job *job)
{
	bool program = job->consumer == TL_CONSUMER_PROGRAM;

	if (job->own.cert) {
		config->certificate = program ? "TLSOCK_CERT" : "(cert_serial)";
		config->key = program ? "TLSOCK_KEY" : "(privkey_serial)";
		config->more_certificates.n = 0;
	}
	if (job->own.ca)
		config->ca = "TLSOCK_CA";
}

static int load(struct td_own *own, const struct td_job *job, struct brought *brought,
		struct td_mistakes *mistakes)
{
	const struct tl_own *length = &brought->own;
	const struct td_brought files = {
		.certificate = { brought->data, length->cert },
		.key = { brought->data + length->cert, length->key },
		.ca = { brought->data + length->cert + length->key, length->ca },
	};
	int ret;

	own->config = *own->base->config;
	name(&own->config, job);
	ret = td_profile_init_role(&own->made, &own->config, (int)own->role, mistakes);
	if (ret == 0)
		ret = td_credentials_bring(&own->made, &files, mistakes);
	if (ret == 0 && !compose(own, length))
		ret = -ENOMEM;
	return ret;
}

static void forget(struct td_own *own)
{
	td_profile_exit(&own->made);
	free(own);
}

static struct td_own *make(const struct td_profile *base, const struct td_job *job,
			   const uint8_t *hash, struct brought *brought,
			   struct td_result *result)
{
	struct td_mistakes mistakes = { .report = note, .arg = result };
	struct td_own *own = calloc(1, sizeof(*own));
	int ret;

	if (!own)
		return refuse(result, ENOMEM, "out of memory");
	own->base = base;
	own->role = job->role;
	memcpy(own->hash, hash, TD_OWN_HASH);
	ret = load(own, job, brought, &mistakes);
	if (ret == 0) {
		name_tickets(own);
		return own;
	}
	forget(own);
	if (!result->error)
		refuse(result, ENOMEM, "out of memory");
	return NULL;
}

/* By the number, or by the hash if there is one. It comes first from now on. */
static struct td_own *find(struct td_owns *owns, const struct td_profile *base, uint32_t role,
			   uint64_t id, const uint8_t *hash)
{
	struct td_own **at, *own;

	for (at = &owns->first; (own = *at); at = &own->next) {
		if (own->base != base || own->role != role)
			continue;
		if (hash ? memcmp(own->hash, hash, TD_OWN_HASH) != 0 : own->id != id)
			continue;
		*at = own->next;
		own->next = owns->first;
		owns->first = own;
		return own;
	}
	return NULL;
}

static void keep_some(struct td_owns *owns)
{
	struct td_own **at = &owns->first, *own;
	unsigned int unused = 0;

	while ((own = *at)) {
		if (!own->users && ++unused > TD_OWN_KEPT) {
			*at = own->next;
			forget(own);
		} else {
			at = &own->next;
		}
	}
}

static struct td_own *find_or_make(struct td_owns *owns, const struct td_profile *base,
				   const struct td_job *job, struct brought *brought,
				   struct td_result *result)
{
	uint8_t hash[TD_OWN_HASH];
	struct td_own *own;

	if (wc_Sha256Hash((const byte *)brought, (word32)brought_size(&brought->own), hash))
		return refuse(result, ENOMEM, "out of memory");
	own = find(owns, base, job->role, 0, hash);
	if (!own) {
		own = make(base, job, hash, brought, result);
		if (!own)
			return NULL;
		own->next = owns->first;
		owns->first = own;
	}
	own->id = job->own.id;
	return own;
}

struct td_own *td_own_get(struct td_owns *owns, const struct td_profile *base,
			  const struct td_job *job, int fd, struct td_result *result)
{
	struct brought *brought;
	struct td_own *own;
	int error;

	if (!check(base, &job->own, result))
		return NULL;
	/* Keyrings give no number, but what is in a key may change. */
	own = job->own.id ? find(owns, base, job->role, job->own.id, NULL) : NULL;
	if (!own) {
		brought = brought_read(&job->own, fd, &error);
		if (!brought)
			return refuse(result, error, "the program's credentials cannot be read");
		own = find_or_make(owns, base, job, brought, result);
		brought_free(brought);
	}
	if (!own)
		return NULL;
	own->users++;
	keep_some(owns);
	return own;
}

void td_own_put(struct td_own *own)
{
	if (own)
		own->users--;
}

void td_own_free(struct td_owns *owns)
{
	struct td_own *own;

	while ((own = owns->first)) {
		owns->first = own->next;
		forget(own);
	}
}
