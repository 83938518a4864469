// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the issuer has signed the list cannot be told here where it is not a
 * trust anchor: its certificate was the peer's to send. A connection that ends for
 * a list that is not the issuer's costs its peer no more than to connect again,
 * which is when that is found out.
 */
#include "revoke.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/log.h"
#include "broker.h"
#include "context.h"
#include "family_tlsock.h"
#include "generation.h"
#include "profile.h"

/**
 * struct td_revocable - a connection
 * @issuer: hash of the issuer's name
 * @serial: serial number of the peer's certificate, zero behind its end
 * @serial_length: its bytes
 * @profile: that it uses
 * @inode: of its socket
 * @sha256: hash of the certificate
 * @subject: of it, cut
 */
struct td_revocable {
	uint8_t			issuer[TD_PEER_HASH];
	uint8_t			serial[TLSOCK_MAX_SERIAL];
	size_t			serial_length;
	const struct td_profile	*profile;
	uint64_t		inode;
	uint8_t			sha256[TD_PEER_HASH];
	char			subject[64];
};

/* What an entry of a list is compared with */
struct wanted {
	struct td_broker	*broker;
	const struct td_profile	*profile;
	unsigned int		ended;
};

/* By what a list names a certificate by */
static int compare(const void *a, const void *b)
{
	const struct td_revocable *one = a, *other = b;
	int by_issuer = memcmp(one->issuer, other->issuer, sizeof(one->issuer));

	if (by_issuer)
		return by_issuer;
	if (one->serial_length != other->serial_length)
		return one->serial_length < other->serial_length ? -1 : 1;
	return memcmp(one->serial, other->serial, sizeof(one->serial));
}

static bool has_lists(const struct td_generation *generation)
{
	for (size_t i = 0; i < generation->config->n_profiles; i++)
		if (generation->config->profiles[i].crl)
			return true;
	return false;
}

static void forget(struct td_revoke *revoke)
{
	revoke->n = 0;
	revoke->running = false;
}

int64_t td_revoke_tick(struct td_broker *broker)
{
	struct td_revoke *revoke = &broker->revoke;

	if (!revoke->due || broker->module != TD_MODULE_THERE)
		return -1;
	/* ORDER: the answer may come within the call. */
	forget(revoke);
	revoke->due = false;
	if (!has_lists(broker->generation))
		return -1;
	revoke->running = true;
	if (!td_family_tlsock_sessions(broker->family))
		return -1;
	forget(revoke);
	revoke->due = true;
	return TD_RETRY_TIME;
}

static struct td_revocable *grow(struct td_revoke *revoke)
{
	size_t size = revoke->size ? 2 * revoke->size : 64;
	struct td_revocable *list;

	if (revoke->n == revoke->size) {
		list = reallocarray(revoke->list, size, sizeof(*list));
		if (!list)
			return NULL;
		revoke->list = list;
		revoke->size = size;
	}
	return &revoke->list[revoke->n];
}

void td_revoke_session(struct td_broker *broker, const struct td_family_session *session)
{
	const struct td_profile *profile;
	struct td_revocable *made;
	struct td_peer peer;

	if (!broker->revoke.running)
		return;
	td_peer_take(&peer, session->peer, session->peer_length);
	profile = td_profile_find(broker->generation->contexts, session->profile);
	if (!peer.head.serial_length || !(peer.head.flags & TLSOCK_PEER_VERIFIED) || !profile ||
	    !profile->crls.count)
		return;
	made = grow(&broker->revoke);
	if (!made) {
		tl_log(LOG_ERR, "out of memory: connections with revoked certificates may go on");
		return;
	}
	*made = (struct td_revocable) {
		.profile = profile,
		.inode = session->inode,
		.serial_length = peer.head.serial_length,
	};
	memcpy(made->issuer, peer.head.issuer_sha256, sizeof(made->issuer));
	memcpy(made->sha256, peer.head.sha256, sizeof(made->sha256));
	memcpy(made->serial, peer.head.serial, peer.head.serial_length);
	memcpy(made->subject, td_peer_subject(&peer),
	       strnlen(td_peer_subject(&peer), sizeof(made->subject) - 1));
	broker->revoke.n++;
}

static void end(struct wanted *wanted, const struct td_revocable *found)
{
	int err = td_family_tlsock_revoke(wanted->broker->family, found->inode, found->sha256);

	if (err) {
		wanted->broker->revoke.due = true;
		return;
	}
	tl_log(LOG_NOTICE, "the certificate of %s was revoked: its connection ends (inode %llu, "
	       "profile %s)", found->subject, (unsigned long long)found->inode,
	       found->profile->config->name);
	wanted->ended++;
}

static void take_entry(void *arg, const uint8_t *issuer_sha256, struct tl_span serial)
{
	struct wanted *wanted = arg;
	const struct td_revoke *revoke = &wanted->broker->revoke;
	const struct td_revocable *at, *last = revoke->list + revoke->n;
	struct td_revocable key = { .serial_length = serial.length };

	if (!serial.length || serial.length > sizeof(key.serial))
		return;
	memcpy(key.issuer, issuer_sha256, sizeof(key.issuer));
	memcpy(key.serial, serial.data, serial.length);
	at = bsearch(&key, revoke->list, revoke->n, sizeof(key), compare);
	while (at && at > revoke->list && !compare(&key, at - 1))
		at--;
	for (; at && at < last && !compare(&key, at); at++)
		if (at->profile == wanted->profile)
			end(wanted, at);
}

void td_revoke_finish(struct td_broker *broker, bool complete)
{
	const struct tl_config *config = broker->generation->config;
	struct td_revoke *revoke = &broker->revoke;
	struct wanted wanted = { .broker = broker };

	if (!revoke->running)
		return;
	if (!complete)
		revoke->due = true;
	if (revoke->n)
		qsort(revoke->list, revoke->n, sizeof(*revoke->list), compare);
	for (size_t i = 0; revoke->n && i < config->n_profiles; i++) {
		wanted.profile = td_profile_find(broker->generation->contexts,
						 config->profiles[i].name);
		if (wanted.profile)
			td_crl_walk(&wanted.profile->crls, take_entry, &wanted);
	}
	tl_log(LOG_DEBUG, "%zu connections looked up in revocation lists, %u ended", revoke->n,
	       wanted.ended);
	forget(revoke);
}

void td_revoke_close(struct td_revoke *revoke)
{
	free(revoke->list);
	*revoke = (struct td_revoke) { 0 };
}
