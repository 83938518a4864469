// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that the configuration names are read whole, after their kind and
 * access rights were checked on the open descriptor.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/profile_settings.h"
#include "profile.h"

#define FILE_MAX	16777216
#define BLANKS		" \t\r"

void td_file_free(struct td_file *file)
{
	if (file->data)
		explicit_bzero(file->data, file->length);
	free(file->data);
	*file = (struct td_file){ 0 };
}

static int check_kind(int fd, const char *path, bool secret, struct td_mistakes *mistakes,
		      size_t *length)
{
	struct stat st;

	if (fstat(fd, &st)) {
		td_profile_mistake(mistakes, "cannot look at %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		td_profile_mistake(mistakes, "%s must be a regular file of at most 16 MiB", path);
		return -EINVAL;
	}
	if (secret && (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))) {
		td_profile_mistake(mistakes, "%s holds keys and is open to others: chmod 600 it",
				   path);
		return -EINVAL;
	}
	if (secret && (st.st_mode & S_IRGRP))
		tl_log(LOG_NOTICE, "%s holds keys and is readable by its group", path);
	*length = (size_t)st.st_size;
	return 0;
}

/* Returns the file to open, which may be put into @room, or NULL (told, if to anybody). */
static const char *find_file(const char *path, char room[PATH_MAX], struct td_mistakes *mistakes)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *name = path + strlen(TL_CREDENTIAL);

	if (strncmp(path, TL_CREDENTIAL, strlen(TL_CREDENTIAL)) != 0)
		return path;
	if (folder && snprintf(room, PATH_MAX, "%s/%s", folder, name) < PATH_MAX)
		return room;
	if (!mistakes)
		return NULL;
	td_profile_mistake(mistakes, "the credential %s is not here: the service manager gives it "
			   "to the service, by LoadCredential", name);
	return NULL;
}

bool td_file_exists(const char *path)
{
	char room[PATH_MAX];

	path = find_file(path, room, NULL);
	return path && access(path, F_OK) == 0;
}

int td_file_read(const char *path, bool secret, struct td_mistakes *mistakes,
		 struct td_file *out)
{
	struct td_file file = { 0 };
	char room[PATH_MAX];
	size_t length;
	ssize_t some;
	int fd, ret;

	path = find_file(path, room, mistakes);
	if (!path)
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		td_profile_mistake(mistakes, "cannot open %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	ret = check_kind(fd, path, secret, mistakes, &length);
	if (ret)
		goto close_fd;
	file.data = malloc(length + 1);
	if (!file.data) {
		ret = -ENOMEM;
		goto close_fd;
	}
	while (file.length < length) {
		some = read(fd, file.data + file.length, length - file.length);
		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0) {
			td_profile_mistake(mistakes, "cannot read %s: %s", path, strerror(errno));
			ret = -EINVAL;
			goto free_file;
		}
		if (some == 0)
			break;
		file.length += (size_t)some;
	}
	file.data[file.length] = '\0';
	close(fd);
	*out = file;
	return 0;

free_file:
	td_file_free(&file);
close_fd:
	close(fd);
	return ret;
}

int td_file_lines(const char *text, int (*take)(void *arg, int line, const char *at, size_t length),
		  void *arg)
{
	size_t length;
	int ret = 0;

	for (int line = 1; !ret && *text; line++) {
		text += strspn(text, BLANKS);
		length = strcspn(text, "\n");
		const char *next = text + length + (text[length] == '\n');

		while (length && strchr(BLANKS, text[length - 1]))
			length--;
		if (length && *text != '#')
			ret = take(arg, line, text, length);
		text = next;
	}
	return ret;
}
