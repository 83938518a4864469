// SPDX-License-Identifier: GPL-2.0-or-later
#include "psk_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/psk.h"
#include "file.h"
#include "profile.h"

/* Where keys go, and where a mistake is told */
struct place {
	struct td_psks		psks;
	const char		*path;
	struct td_mistakes	*mistakes;
};

static const char *add(struct td_psks *psks, const struct tl_psk *psk)
{
	if (psks->n == TD_PSKS_MAX)
		return "there may be 4096 keys at most";
	for (uint32_t i = 0; i < psks->n; i++)
		if (!strcmp(psks->list[i].identity, psk->identity))
			return "this identity is there for the second time";
	psks->list[psks->n] = *psk;
	psks->n++;
	psks->list[psks->n - 1].serial = (int32_t)psks->n;
	return NULL;
}

static int take_line(void *arg, int line, const char *text, size_t length)
{
	struct place *place = arg;
	struct tl_psk psk = { 0 };
	const char *wrong;

	wrong = tl_psk_parse(text, length, &psk);
	if (!wrong)
		wrong = add(&place->psks, &psk);
	explicit_bzero(&psk, sizeof(psk));
	if (!wrong)
		return 0;
	td_profile_mistake(place->mistakes, "%s:%d: %s", place->path, line, wrong);
	return -EINVAL;
}

static int count_line(void *arg, int line, const char *text, size_t length)
{
	(void)line;
	(void)text;
	(void)length;
	++*(size_t *)arg;
	return 0;
}

/* Room is made at once: what grows leaves copies behind. */
static int take_all(struct place *place, const char *text)
{
	size_t n = 0;

	td_file_lines(text, count_line, &n);
	if (!n) {
		td_profile_mistake(place->mistakes, "%s holds no pre-shared key", place->path);
		return -EINVAL;
	}
	if (n > TD_PSKS_MAX)
		n = TD_PSKS_MAX;
	place->psks.list = calloc(n, sizeof(*place->psks.list));
	return place->psks.list ? td_file_lines(text, take_line, place) : -ENOMEM;
}

int td_psk_file_read(const char *path, struct td_mistakes *mistakes, struct td_psks *out)
{
	struct place place = { .path = path, .mistakes = mistakes };
	struct td_file file;
	int ret;

	ret = td_file_read(path, true, mistakes, &file);
	if (ret)
		return ret;
	ret = take_all(&place, file.data);
	td_file_free(&file);
	if (ret)
		td_psk_file_free(&place.psks);
	else
		*out = place.psks;
	return ret;
}

void td_psk_file_free(struct td_psks *psks)
{
	if (psks->list)
		explicit_bzero(psks->list, psks->n * sizeof(*psks->list));
	free(psks->list);
	*psks = (struct td_psks) { 0 };
}
