// SPDX-License-Identifier: GPL-2.0-or-later
/* What tests of rules have in common. */
#include "ruleset.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/config.h"

void t_ruleset_address(struct sockaddr_storage *address, const char *text, uint16_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		address->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		address->ss_family = AF_INET6;
	else
		abort();
	in->sin_port = htons(port);
}

void t_ruleset_init(struct t_ruleset *set)
{
	set->config = NULL;
	set->reports = 0;
	set->subject = (struct tl_subject){
		.role = TLSOCK_ROLE_CLIENT,
		.uid = 1000,
		.gid = 100,
		.cgroup = 77,
		.cgroup_path = "/user.slice/user-1000.slice/app",
		.program = "/usr/bin/curl",
		.server_name = "",
		.profile = "",
		.verify = -1,
		.client_cert = -1,
	};
	t_ruleset_address(&set->subject.remote, "192.0.2.7", 443);
	t_ruleset_address(&set->subject.local, "198.51.100.1", 50000);
	strcpy(set->path, "/tmp/tlsock-rules-XXXXXX");
	close(mkstemp(set->path));
}

void t_ruleset_exit(struct t_ruleset *set)
{
	tl_config_free(set->config);
	unlink(set->path);
}

static void collect(void *arg, const char *file, int line, const char *text)
{
	struct t_ruleset *set = arg;

	if (strcmp(file, set->path) != 0)
		abort();
	set->reports++;
	set->line = line;
	snprintf(set->text, sizeof(set->text), "%s", text);
}

int t_ruleset_load(struct t_ruleset *set, const char *text)
{
	FILE *file = fopen(set->path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
	tl_config_free(set->config);
	set->config = NULL;
	set->reports = 0;
	return tl_config_read(set->path, &set->config, collect, set);
}

const char *t_ruleset_choose(struct t_ruleset *set)
{
	static char refused[256];

	tl_choose(set->config, &set->subject, &set->choice);
	if (!set->choice.error != !!set->choice.profile)
		abort();
	snprintf(refused, sizeof(refused), "!%s", set->choice.text);
	return set->choice.profile ? set->choice.profile->name : refused;
}
