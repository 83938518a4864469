// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system's data base of users and groups. Its reentrant functions want a
 * buffer and do not say how large; groups with many members need much.
 */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>

#define BUFFER_MIN	4096
#define BUFFER_MAX	4194304

/* What is looked for, and what was found */
struct search {
	const char	*name;
	uid_t		uid;	/* for find_user_by_uid() */
	struct passwd	user;
	struct group	group;
};

static int find_user(struct search *s, char *buffer, size_t size)
{
	struct passwd *found;
	int err = getpwnam_r(s->name, &s->user, buffer, size, &found);

	return err ? -err : found ? 0 : -ENOENT;
}

static int find_user_by_uid(struct search *s, char *buffer, size_t size)
{
	struct passwd *found;
	int err = getpwuid_r(s->uid, &s->user, buffer, size, &found);

	return err ? -err : found ? 0 : -ENOENT;
}

static int find_group(struct search *s, char *buffer, size_t size)
{
	struct group *found;
	int err = getgrnam_r(s->name, &s->group, buffer, size, &found);

	return err ? -err : found ? 0 : -ENOENT;
}

/* Calls @find with larger and larger buffers. The last one is the caller's to free. */
static int search(struct search *s, int (*find)(struct search *s, char *buffer, size_t size),
		  char **buffer)
{
	size_t size = BUFFER_MIN;
	int err;

	for (;;) {
		*buffer = malloc(size);
		if (!*buffer)
			return -ENOMEM;
		err = find(s, *buffer, size);
		if (err != -ERANGE || size >= BUFFER_MAX)
			return err;
		free(*buffer);
		size *= 4;
	}
}

int tl_user_find(const char *name, uid_t *uid, gid_t *gid)
{
	struct search s = { .name = name };
	char *buffer;
	int err;

	err = search(&s, find_user, &buffer);
	if (!err) {
		*uid = s.user.pw_uid;
		*gid = s.user.pw_gid;
	}
	free(buffer);
	return err;
}

int tl_user_group(uid_t uid, gid_t *gid)
{
	struct search s = { .uid = uid };
	char *buffer;
	int err;

	err = search(&s, find_user_by_uid, &buffer);
	if (!err)
		*gid = s.user.pw_gid;
	free(buffer);
	return err;
}

int tl_group_find(const char *name, gid_t *gid, int (*member)(void *arg, uid_t uid), void *arg)
{
	struct search s = { .name = name };
	char *buffer;
	gid_t primary;
	uid_t uid;
	int err;

	err = search(&s, find_group, &buffer);
	if (err)
		goto free_buffer;
	*gid = s.group.gr_gid;
	for (char **at = s.group.gr_mem; !err && *at; at++) {
		err = tl_user_find(*at, &uid, &primary);
		if (!err)
			err = member(arg, uid);
		else if (err == -ENOENT)	/* a user that is gone */
			err = 0;
	}
free_buffer:
	free(buffer);
	return err;
}
