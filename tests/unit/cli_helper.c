// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the command makes of a helper's words, whole, cut off and wrong.
 */
#include "cli/helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

static const char words[] =
	"pid 123\nuptime-ms 4567\ngeneration 2\nstopping 1\nworkers-wanted 2\nsilent 3\n"
	"waiting 4\nrunning 5\nanswered 6\ntickets 7\nok 80\nresumed 8\nfailed 9\ncanceled 10\n"
	"worker-ns 11\nbroker-ns 18446744073709551615\n"
	"worker 124 1 3 256 50 1\nworker 125 2 2 256 60 0\n"
	"consumer program 70 8 10 4\nconsumer nvme-target 10 1 0 1\nconsumer future 1 2 3 4\n"
	"certificate web 1 4102444800\ncertificate a.b 2 0\n"
	"latency-sum client 5000\nlatency client 0 7\nlatency client 77 1\nlatency server 9 2\n";

/* Parses a copy that the sanitizer knows the end of */
static int parse(const char *text, struct tc_helper *helper)
{
	char *copy = strdup(text);
	int err = tc_helper_parse(copy, helper);

	free(copy);
	return err;
}

TEST(all_of_it)
{
	static struct tc_helper helper;

	ASSERT_EQ(0, parse(words, &helper));
	EXPECT_EQ(123, helper.pid);
	EXPECT_EQ(4567, helper.uptime_ms);
	EXPECT_EQ(2, helper.generation);
	EXPECT_EQ(1, helper.stopping);
	EXPECT_EQ(3, helper.silent);
	EXPECT_EQ(4, helper.waiting);
	EXPECT_EQ(5, helper.running);
	EXPECT_EQ(6, helper.answered);
	EXPECT_EQ(7, helper.tickets);
	EXPECT_EQ(80, helper.ok);
	EXPECT_EQ(8, helper.resumed);
	EXPECT_EQ(9, helper.failed);
	EXPECT_EQ(10, helper.canceled);
	EXPECT_EQ(11, helper.worker_ns);
	EXPECT_EQ(UINT64_MAX, helper.broker_ns);
	ASSERT_EQ(2, helper.n_workers);
	EXPECT_EQ(124, helper.workers[0].pid);
	EXPECT_EQ(1, helper.workers[0].generation);
	EXPECT_EQ(3, helper.workers[0].load);
	EXPECT_EQ(256, helper.workers[0].limit);
	EXPECT_EQ(50, helper.workers[0].jobs);
	EXPECT_TRUE(helper.workers[0].draining);
	EXPECT_FALSE(helper.workers[1].draining);
	ASSERT_EQ(2, helper.n_certificates);
	EXPECT_STREQ("web", helper.certificates[0].profile);
	EXPECT_EQ(1, helper.certificates[0].number);
	EXPECT_EQ(4102444800, helper.certificates[0].not_after);
	EXPECT_STREQ("a.b", helper.certificates[1].profile);
	EXPECT_EQ(0, helper.certificates[1].not_after);
	EXPECT_EQ(70, helper.consumers[TL_CONSUMER_PROGRAM].ok);
	EXPECT_EQ(8, helper.consumers[TL_CONSUMER_PROGRAM].failed);
	EXPECT_EQ(10, helper.consumers[TL_CONSUMER_PROGRAM].canceled);
	EXPECT_EQ(4, helper.consumers[TL_CONSUMER_PROGRAM].under_way);
	EXPECT_EQ(0, helper.consumers[TL_CONSUMER_NFS].ok);
	EXPECT_EQ(1, helper.consumers[TL_CONSUMER_NVME_TARGET].under_way);
	EXPECT_EQ(5000, helper.latency[TLSOCK_ROLE_CLIENT].sum_us);
	EXPECT_EQ(8, tl_latency_count(&helper.latency[TLSOCK_ROLE_CLIENT]));
	EXPECT_EQ(2, helper.latency[TLSOCK_ROLE_SERVER].buckets[9]);
}

TEST(cut_off_anywhere)
{
	static struct tc_helper helper;
	char *copy = strdup(words);

	for (size_t i = strlen(words); i--;) {
		int err;

		copy[i] = '\0';
		err = parse(copy, &helper);
		EXPECT_TRUE(!err || err == -EBADMSG);
	}
	free(copy);
}

TEST(wrong)
{
	static const char *const wrong[] = {
		"", "\n", "ok 1\n", "pid\n", "pid -1\n", "pid x\n", "pid 1x\n",
		"pid 18446744073709551616\n", "pid 1\nworker 1 2 3 4 5\n",
		"pid 1\nlatency client 78 1\n", "pid 1\nlatency nobody 1 1\n",
		"pid 1\ncertificate web 1\n", "pid 1\ncertificate web x 1\n",
		"pid 1\nconsumer nfs 1 2 3\n", "pid 1\nconsumer nfs 1 2 x 4\n",
		"pid 1\nlatency client 1\n", "pid 1\nlatency-sum client\n", "pid 1\nstrange\n",
	};
	static struct tc_helper helper;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		EXPECT_EQ(-EBADMSG, parse(wrong[i], &helper)) TH_LOG("%zu", i);
	}
}

TEST(what_later_ones_say)
{
	static struct tc_helper helper;

	ASSERT_EQ(0, parse("future a b c d e f g h i j\npid 5 more words\n", &helper));
	EXPECT_EQ(5, helper.pid);
}

TEST(more_workers_than_there_is_room_for)
{
	static struct tc_helper helper;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "pid 1\n");
	for (int i = 0; i < TC_WORKERS + 10; i++)
		fprintf(out, "worker %d 1 2 3 4 0\n", i);
	fclose(out);
	ASSERT_EQ(0, parse(text, &helper));
	EXPECT_EQ(TC_WORKERS + 10, helper.n_workers);
	EXPECT_EQ(TC_WORKERS - 1, helper.workers[TC_WORKERS - 1].pid);
	free(text);
}

TEST_HARNESS_MAIN
