// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inotify tells that something happened in a folder; whether that concerns a
 * file of the configuration is found out by looking at all of them. So it does
 * not matter how a file is replaced: written over, renamed, or by a symbolic
 * link somewhere on the way to it.
 */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/config.h"
#include "../lib/log.h"
#include "broker.h"
#include "generation.h"
#include "staple.h"

#define EVENTS	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | \
		 IN_ONLYDIR)

/* One number for a file as it is now; in place of it comes another inode or time. */
static uint64_t stamp_of(const struct stat *st)
{
	const uint64_t parts[] = {
		st->st_dev, st->st_ino, (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec,
	};
	uint64_t stamp = 1;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		stamp = (stamp ^ parts[i]) * 0x9e3779b97f4a7c15;
	return stamp;
}

/* Of a folder, with all that is in it, in whatever order */
static uint64_t stamp_folder(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	uint64_t stamp = 0;
	struct stat st;

	while (folder && (entry = readdir(folder)))
		if (*entry->d_name != '.' && !fstatat(dirfd(folder), entry->d_name, &st, 0))
			stamp += stamp_of(&st);
	if (folder)
		closedir(folder);
	return stamp;
}

static uint64_t stamp(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return 0;
	return stamp_of(&st) + (S_ISDIR(st.st_mode) ? stamp_folder(path) : 0);
}

/* Returns 0 or -errno */
static int watch_folder(const struct td_watch *watch, const char *path)
{
	return inotify_add_watch(watch->source.fd, path, EVENTS) < 0 ? -errno : 0;
}

static int watch_folder_of(const struct td_watch *watch, const char *path)
{
	char *folder = strdup(path);
	int err = folder ? watch_folder(watch, dirname(folder)) : -ENOMEM;

	free(folder);
	return err;
}

/* Where the name is, where that leads to, and what is in it if it is a folder */
static void watch_path(const struct td_watch *watch, const char *path)
{
	char *target = realpath(path, NULL);
	struct stat st;
	int err;

	err = watch_folder_of(watch, path);
	if (!err && target && strcmp(path, target))
		err = watch_folder_of(watch, target);
	if (!err && target && !stat(target, &st) && S_ISDIR(st.st_mode))
		err = watch_folder(watch, target);
	if (err)
		tl_log(LOG_NOTICE, "cannot watch %s, changes need `tlsock reload`: %s", path,
		       strerror(-err));
	free(target);
}

static const struct td_watched *find(const struct td_watched *files, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	return NULL;
}

static void add(struct td_watch *watch, const char *path)
{
	struct td_watched *files;
	char *copy;

	/* Some keys take words in place of a name. */
	if (!path || *path != '/' || find(watch->files, watch->n, path))
		return;
	files = reallocarray(watch->files, watch->n + 1, sizeof(*files));
	if (files)
		watch->files = files;
	copy = files ? strdup(path) : NULL;
	if (!copy) {
		tl_log(LOG_ERR, "cannot watch %s: %s", path, strerror(ENOMEM));
		return;
	}
	watch_path(watch, path);
	files[watch->n++] = (struct td_watched) { copy, stamp(path) };
}

/* With the OCSP response beside it, which may come later */
static void add_certificate(struct td_watch *watch, const char *path)
{
	char *staple;

	add(watch, path);
	if (!path || asprintf(&staple, "%s" TD_STAPLE_SUFFIX, path) < 0)
		return;
	add(watch, staple);
	free(staple);
}

static void add_all(struct td_watch *watch, const struct tl_config *config)
{
	add(watch, config->ticket_keys);
	for (size_t i = 0; i < config->n_profiles; i++) {
		const struct tl_profile *profile = &config->profiles[i];

		add_certificate(watch, profile->certificate);
		add(watch, profile->key);
		for (unsigned int j = 0; j < profile->more_certificates.n; j++)
			add_certificate(watch, profile->more_certificates.path[j]);
		for (unsigned int j = 0; j < profile->more_keys.n; j++)
			add(watch, profile->more_keys.path[j]);
		add(watch, profile->passphrase);
		add(watch, profile->psk);
		add(watch, profile->ca);
		add(watch, profile->crl);
	}
}

static void schedule(struct td_watch *watch)
{
	if (!watch->due_at)
		watch->due_at = td_loop_now() + TD_WATCH_DELAY;
}

static void handle_events(void *arg, uint32_t events)
{
	struct td_broker *broker = arg;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)events;
	td_report_stage(&broker->report, TD_REPORT_OTHER);
	while (read(broker->watch.source.fd, buffer, sizeof(buffer)) > 0)
		;
	schedule(&broker->watch);
}

static void free_files(struct td_watched *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(files[i].path);
	free(files);
}

static int open_source(struct td_broker *broker)
{
	struct td_source *source = &broker->watch.source;
	int err;

	source->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (source->fd < 0)
		return -errno;
	source->handle = handle_events;
	source->arg = broker;
	err = td_loop_add(broker->loop, source);
	if (err) {
		close(source->fd);
		source->fd = -1;
	}
	return err;
}

static void close_source(struct td_broker *broker)
{
	struct td_source *source = &broker->watch.source;

	if (source->fd < 0)
		return;
	td_loop_remove(broker->loop, source);
	close(source->fd);
	source->fd = -1;
}

void td_watch_follow(struct td_broker *broker)
{
	struct td_watch *watch = &broker->watch;
	struct td_watched *old = watch->files;
	const struct td_watched *before;
	size_t n_old = watch->n;
	int err;

	close_source(broker);
	watch->files = NULL;
	watch->n = 0;
	watch->due_at = 0;
	err = broker->generation->config->watch ? open_source(broker) : 0;
	if (err)
		tl_log(LOG_NOTICE, "cannot watch files, changes need `tlsock reload`: %s",
		       strerror(-err));
	if (watch->source.fd >= 0)
		add_all(watch, broker->generation->config);
	/* Changed while it was read? What is new has nothing to compare with. */
	for (size_t i = 0; i < watch->n; i++) {
		before = find(old, n_old, watch->files[i].path);
		if (!before || before->stamp == watch->files[i].stamp)
			continue;
		watch->files[i].stamp = before->stamp;
		schedule(watch);
	}
	free_files(old, n_old);
}

const char *td_watch_look(struct td_watch *watch)
{
	const char *path = NULL;

	for (size_t i = 0; i < watch->n; i++) {
		uint64_t now = stamp(watch->files[i].path);

		if (now == watch->files[i].stamp)
			continue;
		watch->files[i].stamp = now;
		path = watch->files[i].path;
	}
	return path;
}

int64_t td_watch_tick(struct td_broker *broker, int64_t now)
{
	struct td_watch *watch = &broker->watch;
	const char *path;

	if (!watch->due_at)
		return -1;
	if (now < watch->due_at)
		return watch->due_at - now;
	watch->due_at = 0;
	path = broker->stopping ? NULL : td_watch_look(watch);
	if (path) {
		tl_log(LOG_NOTICE, "%s has changed", path);
		td_broker_reload(broker);
	}
	return watch->due_at ? TD_WATCH_DELAY : -1;
}

void td_watch_close(struct td_broker *broker)
{
	close_source(broker);
	free_files(broker->watch.files, broker->watch.n);
	broker->watch.files = NULL;
	broker->watch.n = 0;
}
