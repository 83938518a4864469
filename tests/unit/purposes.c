// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates for RPC over TLS (RFC 9289): to whom they are good, and when nothing else is. */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/pair.h"

struct row {
	const char	*server;	/* profiles */
	const char	*client;
	uint32_t	client_is;	/* enum tl_consumer */
	uint32_t	server_is;
	int		client_says;	/* errno */
	int		server_says;
};

static const struct row rows[] = {
	{ "tls", "tls-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, 0, 0 },
	{ "rpc", "rpc-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, 0, 0 },
	{ "rpc", "strict-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, 0, 0 },
	{ "strict", "rpc-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, 0, 0 },
	{ "tls", "strict-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, EKEYREJECTED, 0 },
	{ "strict", "tls-client", TL_CONSUMER_NFS, TL_CONSUMER_NFSD, 0, EKEYREJECTED },
	/* Programs are not RPC. */
	{ "rpc", "tls-client", TL_CONSUMER_PROGRAM, TL_CONSUMER_NFSD, EKEYREJECTED, 0 },
	{ "mutual", "rpc-client", TL_CONSUMER_NFS, TL_CONSUMER_PROGRAM, 0, EKEYREJECTED },
	{ "tls", "strict-client", TL_CONSUMER_PROGRAM, TL_CONSUMER_NFSD, 0, 0 },
};

static void side(struct t_side *side, const char *profile, uint32_t consumer)
{
	strcpy(side->job.profile, profile);
	side->job.consumer = consumer;
	side->job.auth = consumer == TL_CONSUMER_PROGRAM ? 0 : TL_AUTH_X509;
	side->job.resume = 0;
}

TEST(every_row)
{
	struct tl_profile profiles[] = {
		t_profile("tls", "server"), t_profile("rpc", "server-rpc"),
		t_profile("strict", "server-rpc"), t_profile("mutual", "server"),
		t_profile("tls-client", "client"), t_profile("rpc-client", "client-rpc"),
		t_profile("strict-client", "client-rpc"),
	};
	struct td_contexts *contexts;
	struct t_pair pair;

	profiles[2].rpc_purpose = profiles[6].rpc_purpose = TL_RPC_PURPOSE_REQUIRED;
	profiles[3].client_cert = TLSOCK_CLIENT_CERT_REQUIRE;
	contexts = t_contexts(profiles, sizeof(profiles) / sizeof(profiles[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t_pair_init(&pair);
		side(&pair.client, rows[i].client, rows[i].client_is);
		side(&pair.server, rows[i].server, rows[i].server_is);
		t_pair_run(&pair, contexts);
		if (!rows[i].server_says)
			EXPECT_EQ(rows[i].client_says, pair.client.result.error) {
				TH_LOG("%zu: %s", i, pair.client.result.text);
			}
		if (!rows[i].client_says)
			EXPECT_EQ(rows[i].server_says, pair.server.result.error) {
				TH_LOG("%zu: %s", i, pair.server.result.text);
			}
		t_pair_free(&pair);
	}
	td_context_free(contexts);
	td_context_exit();
}

TEST_HARNESS_MAIN
