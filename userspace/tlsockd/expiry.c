// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dates of a profile's own certificates. They are no mistake of the
 * configuration, for a peer may have the wrong time or not care, but whoever
 * looks at it wants to know.
 */
#include "expiry.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cert.h"
#include "../lib/config.h"
#include "../lib/log.h"
#include "context.h"
#include "file.h"
#include "generation.h"
#include "profile.h"
#include "wolf.h"

#define DAY		86400
#define DAY_MS		((int64_t)DAY * 1000)
#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"

/* Whom to tell about what */
struct telling {
	const struct tl_profile	*profile;
	const char		*path;
	time_t			now;
	void			(*report)(void *arg, const char *file, int line, const char *text);
	void			*arg;
};

static void tell(const struct telling *t, const struct tl_cert *cert, const char *what,
		 const char *day)
{
	char names[128], text[512];

	tl_cert_describe(cert, names, sizeof(names));
	snprintf(text, sizeof(text), "profile \"%s\": the certificate for %s in %s %s %s",
		 t->profile->name, names, t->path, what, day);
	t->report(t->arg, t->profile->file, t->profile->line, text);
}

static void check(const struct telling *t, const struct tl_cert *cert)
{
	char day[32];
	int64_t start = tl_cert_time(cert->not_before_tag, cert->not_before);
	int64_t end = tl_cert_time(cert->not_after_tag, cert->not_after);

	tl_cert_date(cert->not_after_tag, cert->not_after, day, sizeof(day));
	if (end >= 0 && end < t->now)
		tell(t, cert, "expired on", day);
	else if (end >= 0 && end < t->now + (int64_t)TD_EXPIRY_DAYS * DAY)
		tell(t, cert, "expires on", day);
	tl_cert_date(cert->not_before_tag, cert->not_before, day, sizeof(day));
	if (start > t->now)
		tell(t, cert, "is not valid before", day);
}

/* The certificates of one file. Whether it can be read is told elsewhere. */
static int check_file(const struct telling *t)
{
	struct td_mistakes untold = { .profile = t->profile };
	struct tl_cert cert;
	struct td_file pem;
	const char *at;
	byte *der;
	int length, err;

	err = td_file_read(t->path, false, &untold, &pem);
	if (err)
		return err == -EINVAL ? 0 : err;
	der = malloc(pem.length + 1);	/* the shorter form */
	for (at = pem.data; der && (at = strstr(at, PEM_BEGIN)); at++) {
		length = wolfSSL_CertPemToDer((const byte *)at, (int)strlen(at), der,
					      (int)pem.length, CERT_TYPE);
		if (length > 0 && !tl_cert_parse(der, (size_t)length, &cert))
			check(t, &cert);
	}
	err = der ? 0 : -ENOMEM;
	free(der);
	td_file_free(&pem);
	return err;
}

int td_expiry_report(const struct tl_profile *profile, time_t now,
		     void (*report)(void *arg, const char *file, int line, const char *text),
		     void *arg)
{
	struct telling telling = { profile, profile->certificate, now, report, arg };
	int err = 0;

	if (telling.path)
		err = check_file(&telling);
	for (unsigned int i = 0; !err && i < profile->more_certificates.n; i++) {
		telling.path = profile->more_certificates.path[i];
		err = check_file(&telling);
	}
	return err;
}

static void insert(struct td_expiry *out, unsigned int *n, unsigned int room,
		   struct td_expiry made)
{
	unsigned int at = *n;

	while (at && out[at - 1].not_after > made.not_after)
		at--;
	if (at == room)
		return;
	if (*n < room)
		++*n;
	memmove(&out[at + 1], &out[at], (*n - at - 1) * sizeof(*out));
	out[at] = made;
}

unsigned int td_expiry_list(const struct td_generation *generation, struct td_expiry *out,
			    unsigned int room)
{
	const struct tl_config *config = generation->config;
	const struct td_profile *profile;
	unsigned int n = 0;

	for (size_t i = 0; i < config->n_profiles; i++) {
		profile = td_profile_find(generation->contexts, config->profiles[i].name);
		for (unsigned int j = 0; profile && j < profile->n_leaves; j++) {
			const struct tl_cert *cert = &profile->leaves[j].cert;

			insert(out, &n, room, (struct td_expiry) {
				config->profiles[i].name, j + 1,
				tl_cert_time(cert->not_after_tag, cert->not_after),
			});
		}
	}
	return n;
}

/* Something should have fetched new ones by now. */
static void check_responses(const struct td_profile *profile, time_t now)
{
	for (unsigned int i = 0; profile && i < profile->n_leaves; i++) {
		const struct td_leaf *leaf = &profile->leaves[i];

		if (!leaf->staple.length || leaf->staple_end < 0 || leaf->staple_end >= now + DAY)
			continue;
		tl_log(LOG_WARNING, "profile \"%s\": the OCSP response of certificate %u %s",
		       profile->config->name, i + 1, leaf->staple_end < now ?
		       "has expired and is not sent any more" : "expires within a day");
	}
}

static void warn(void *arg, const char *file, int line, const char *text)
{
	(void)arg;
	tl_log(LOG_WARNING, "%s:%d: %s", file, line, text);
}

int64_t td_expiry_tick(struct td_generation *generation, int64_t now)
{
	const struct tl_config *config = generation->config;

	if (generation->expiry_at && now < generation->expiry_at)
		return generation->expiry_at - now;
	generation->expiry_at = now + DAY_MS;
	for (size_t i = 0; i < config->n_profiles; i++) {
		td_expiry_report(&config->profiles[i], time(NULL), warn, NULL);
		check_responses(td_profile_find(generation->contexts, config->profiles[i].name),
				time(NULL));
	}
	return DAY_MS;
}
