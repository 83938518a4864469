// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files and their rules, for libFuzzer: what stands before the
 * first zero byte is the main file, what follows is a connection that the
 * rules are tried on. Besides crashes it finds mistakes that are not told and
 * connections that get neither a profile nor a reason.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/choose.h"
#include "lib/config.h"
#include "lib/rule.h"

/* The bytes behind the file */
struct rest {
	const uint8_t	*data;
	size_t		length;
};

static void take(struct rest *rest, void *to, size_t length)
{
	size_t some = length < rest->length ? length : rest->length;

	memset(to, 0, length);
	memcpy(to, rest->data, some);
	rest->data += some;
	rest->length -= some;
}

/* A text up to the next newline; each is used in its own buffer */
static const char *take_text(struct rest *rest, char *to, size_t size)
{
	const uint8_t *end = memchr(rest->data, '\n', rest->length);
	size_t length = end ? (size_t)(end - rest->data) : rest->length;

	if (length >= size)
		length = size - 1;
	take(rest, to, length);
	to[length] = '\0';
	take(rest, &(char){ 0 }, 1);
	return to;
}

static void count(void *arg, const char *file, int line, const char *text)
{
	if (!*file || line < 0 || !*text)
		abort();
	++*(int *)arg;
}

static void set_family(struct sockaddr_storage *address)
{
	address->ss_family = address->ss_family % 3 == 0 ? 0 :
			     address->ss_family % 3 == 1 ? AF_INET : AF_INET6;
}

static void try_rules(const struct tl_config *config, struct rest rest)
{
	char cgroup[256], program[256], name[256], profile[TLSOCK_MAX_PROFILE + 1];
	char why[TL_RULE_MAX_TEXT + 1];
	struct tl_subject subject = { 0 };
	struct tl_choice choice;
	uint8_t bits;

	take(&rest, &bits, sizeof(bits));
	take(&rest, &subject.uid, sizeof(subject.uid));
	take(&rest, &subject.gid, sizeof(subject.gid));
	take(&rest, &subject.local, sizeof(struct sockaddr_in6));
	take(&rest, &subject.remote, sizeof(struct sockaddr_in6));
	set_family(&subject.local);
	set_family(&subject.remote);
	subject.role = bits & 1;
	subject.verify = (bits >> 1) % 4 - 1;
	subject.client_cert = (bits >> 3) % 4 - 1;
	subject.cgroup = bits & 32 ? bits : 0;
	subject.server_name = take_text(&rest, name, sizeof(name));
	subject.profile = take_text(&rest, profile, sizeof(profile));
	take_text(&rest, program, sizeof(program));
	take_text(&rest, cgroup, sizeof(cgroup));
	subject.program = *program ? program : NULL;
	subject.cgroup_path = *cgroup ? cgroup : NULL;

	for (size_t i = 0; i < config->n_rules; i++)
		if ((tl_rule_match(&config->rules[i], &subject, why) == TL_MATCH_YES) == !!*why)
			abort();
	tl_choose(config, &subject, &choice);
	if (!choice.error != !!choice.profile || !choice.error != !*choice.text)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t length = end ? (size_t)(end - data) : size;
	struct rest rest = { data + length, size - length };
	struct tl_config *config;
	int mistakes = 0, err;
	char path[64];
	int fd = memfd_create("configuration", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = tl_config_read_on(path, &config, count, &mistakes);
	close(fd);
	if (!config || err != (mistakes ? -EINVAL : 0))
		abort();
	if (!err)
		try_rules(config, rest);
	tl_config_free(config);
	return 0;
}
