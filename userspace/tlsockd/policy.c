// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a request of the kernel to the subject of rules. Program and path of
 * the cgroup cost system calls and are asked for only if a rule needs them.
 */
#include "policy.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/choose.h"
#include "../lib/config.h"
#include "../lib/rule.h"
#include "generation.h"
#include "process.h"
#include "request.h"

/*
 * The path is what the process calls its program, in a mount namespace that
 * may be its own: it counts only if the helper finds the same file there. That
 * look goes to paths that a rule names and to no others.
 */
static const char *find_program(const struct tl_config *config, const struct td_request *request,
				char *path)
{
	const char *program = NULL;
	int process;

	if (!request->pid || !tl_choose_asks_program(config, NULL))
		return NULL;
	process = td_process_open(request->pid, request->uid);
	if (process < 0)
		return NULL;
	if (td_process_program(process, path) == 0 && tl_choose_asks_program(config, path) &&
	    td_process_runs(process, path))
		program = path;
	close(process);
	return program;
}

static const char *find_cgroup(const struct tl_config *config, const struct td_request *request,
			       char *path)
{
	if (!request->cgroup || !tl_choose_asks_cgroup(config) ||
	    td_process_cgroup(request->cgroup, path))
		return NULL;
	return path;
}

int td_policy_apply(const struct td_generation *generation, struct td_request *request,
		    char why[TLSOCK_MAX_TEXT + 1])
{
	const struct tl_config *config = generation->config;
	struct td_policy *policy = &request->policy;
	struct td_job *job = &request->job;
	char program[PATH_MAX], cgroup[PATH_MAX];
	struct tl_subject subject = {
		.role = job->role,
		.consumer = request->kernel.consumer,
		.uid = request->uid,
		.gid = request->gid,
		.cgroup = request->cgroup,
		.local = job->local,
		.remote = job->remote,
		.server_name = policy->named ? job->server_name : "",
		.profile = policy->asked,
		.verify = job->verify,
		.client_cert = job->client_cert,
		.own_ca = job->own.ca != 0,
	};
	struct tl_choice choice;

	subject.program = find_program(config, request, program);
	subject.cgroup_path = find_cgroup(config, request, cgroup);
	tl_choose(config, &subject, &choice);

	policy->generation = generation->number;
	snprintf(policy->rule, sizeof(policy->rule), "%s", choice.rule ? choice.rule->name : "");
	if (choice.error) {
		snprintf(why, TLSOCK_MAX_TEXT + 1, "%s", choice.text);
		return -choice.error;
	}
	snprintf(job->profile, sizeof(job->profile), "%s", choice.profile->name);
	if (!policy->named)
		snprintf(job->server_name, sizeof(job->server_name), "%s",
			 choice.server_name ? choice.server_name : "");
	return 0;
}

const char *td_policy_news(const struct td_request *request)
{
	const char *asked = *request->policy.asked ? request->policy.asked : "default";
	const char *used = *request->job.profile ? request->job.profile : "default";

	return strcmp(asked, used) ? used : NULL;
}
