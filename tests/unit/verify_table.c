// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of tests/chains: what the helper thinks of each chain that OpenSSL
 * sends to it, beside what openssl(1) and certtool(1) say. Only the helper's
 * verdict can fail the test; the others are there to be compared.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "lib/pair.h"
#include "tlsockd/verify.h"
#include "tlsockd/wolf.h"

#define SERVER_AUTH	"1.3.6.1.5.5.7.3.1"
#define CLIENT_AUTH	"1.3.6.1.5.5.7.3.2"
#define ROWS_MIN	180	/* seen of 200 */
#define TLS_1_2_EACH	4	/* so many rows: it makes no difference to the judgement */

struct row {
	char	number[8];
	char	role[8];
	char	expect[12];
	char	host[64];
	char	key[16];
	char	check[12];	/* of the revocation list, "-" if there is none */
	char	title[80];
};

/* What somebody thinks of a chain: a code, "ok", or "refused" without a code */
struct verdict {
	char	text[16];
	int	error;
	bool	unwilling;	/* the peer itself would not */
	char	sentence[TLSOCK_MAX_TEXT + 1];
};

FIXTURE(table) {
	FILE			*rows;
	int			listener;
	pid_t			peer;
	struct tl_profile	profiles[2];
	struct td_contexts	*contexts;
};

static pid_t start_peer(int listener, const char *folder)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(listener, STDIN_FILENO);
	execl("tests/chains/peer", "tests/chains/peer", folder, NULL);
	_exit(127);
}

FIXTURE_SETUP(table)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct tl_profile *profiles = self->profiles;
	const char *folder = t_chains();

	if (LIBWOLFSSL_VERSION_HEX < 0x05009000)
		SKIP(return, "this wolfSSL is too old for some of the trust anchors");
	self->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	/* An address that the kernel chooses. */
	ASSERT_EQ(0, bind(self->listener, (struct sockaddr *)&address, sizeof(sa_family_t)));
	ASSERT_EQ(0, listen(self->listener, 16));
	self->peer = start_peer(self->listener, folder);
	ASSERT_LT(0, self->peer);
	profiles[0] = t_profile("default", "");
	profiles[1] = t_profile("server", "server");
	ASSERT_EQ(0, chdir(folder));
	profiles[0].ca = (char *)"anchors.pem";
	profiles[1].ca = (char *)"anchors.pem";
	profiles[1].client_cert = TLSOCK_CLIENT_CERT_REQUIRE;
	self->contexts = t_contexts(profiles, 2);
	self->rows = fopen("table", "r");
	ASSERT_NE(NULL, self->rows);
}

FIXTURE_TEARDOWN(table)
{
	if (!self->peer)
		return;
	kill(self->peer, SIGTERM);
	waitpid(self->peer, NULL, 0);
	td_context_free(self->contexts);
	fclose(self->rows);
	close(self->listener);
}

static bool next_row(FILE *rows, struct row *row)
{
	char line[256];

	if (!fgets(line, sizeof(line), rows))
		return false;
	if (sscanf(line,
		   "%7[^\t]\t%7[^\t]\t%11[^\t]\t%63[^\t]\t%15[^\t]\t%11[^\t]\t%79[^\n]",
		   row->number, row->role, row->expect, row->host, row->key, row->check,
		   row->title) != 7)
		abort();
	return true;
}

static int connect_peer(int listener, const char *number, const char *version)
{
	struct timeval patience = { .tv_sec = 30 };
	struct sockaddr_un address;
	socklen_t length = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || getsockname(listener, (struct sockaddr *)&address, &length) ||
	    connect(fd, (struct sockaddr *)&address, length) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    dprintf(fd, "%s %s\n", number, version) < 0)
		abort();
	return fd;
}

/* Carries bytes until the handshake is over. */
static void talk(struct td_engine *engine, int fd)
{
	enum td_engine_state state = TD_ENGINE_RUNNING;
	uint8_t buffer[16384];
	ssize_t length = 0;
	size_t eaten;

	if (engine->role == TLSOCK_ROLE_CLIENT)
		td_engine_feed(engine, NULL, 0, &eaten);
	while (state == TD_ENGINE_RUNNING) {
		if (engine->out_length &&
		    send(fd, engine->out, engine->out_length, MSG_NOSIGNAL) < 0)
			return;
		engine->out_length = 0;
		length = recv(fd, buffer, sizeof(buffer), 0);
		if (length <= 0)
			return;
		state = td_engine_feed(engine, buffer, (size_t)length, &eaten);
	}
	send(fd, engine->out, engine->out_length, MSG_NOSIGNAL);
}

static void ask_helper(const struct row *row, int fd, const struct td_contexts *contexts,
		       struct verdict *verdict)
{
	bool client = strcmp(row->role, "client") == 0;
	struct t_pair pair;
	struct t_side *side;

	t_pair_init(&pair);
	side = client ? &pair.server : &pair.client;
	if (!client)
		strcpy(side->job.server_name, row->host);
	if (t_side_start(side, contexts))
		abort();
	talk(side->engine, fd);
	close(fd);
	verdict->error = side->result.error;
	if (side->engine->state == TD_ENGINE_RUNNING)
		verdict->error = ENOTCONN;
	verdict->unwilling = side->result.alert_received >= 0;
	strcpy(verdict->sentence, side->result.text);
	if (verdict->error == 0)
		strcpy(verdict->text, side->result.verified ? "ok" : "unproven");
	else if (side->result.verify_code)
		snprintf(verdict->text, sizeof(verdict->text), "%d", side->result.verify_code);
	else
		strcpy(verdict->text, "refused");
	t_pair_free(&pair);
}

/* Some rows need lists; their contexts are their own. */
static void ask(const struct row *row, int fd, struct tl_profile *profiles,
		struct td_contexts *contexts, struct verdict *verdict)
{
	char lists[16];
	int i;

	if (row->check[0] == '-') {
		ask_helper(row, fd, contexts, verdict);
		return;
	}
	snprintf(lists, sizeof(lists), "%s.crl", row->number);
	for (i = 0; i < 2; i++) {
		profiles[i].crl = lists;
		profiles[i].crl_check = row->check[0] == 'r' ? TL_CRL_REQUIRED : TL_CRL_AVAILABLE;
	}
	contexts = t_contexts(profiles, 2);
	ask_helper(row, fd, contexts, verdict);
	td_context_free(contexts);
	profiles[0].crl = profiles[1].crl = NULL;
}

static bool is_address(const char *host)
{
	return strspn(host, "0123456789.:") == strlen(host);
}

/* The first error that openssl(1) names. */
static void ask_openssl(const struct row *row, struct verdict *verdict)
{
	bool client = strcmp(row->role, "client") == 0;
	char command[512], line[512], lists[64] = "";
	FILE *pipe;
	int code;

	if (row->check[0] != '-')
		snprintf(lists, sizeof(lists), "-crl_check_all -CRLfile %s.crl", row->number);
	snprintf(command, sizeof(command),
		 "openssl verify -CAfile anchors.pem -untrusted %s.pem -auth_level 2 "
		 "%s -purpose %s %s %s %s.pem 2>&1", row->number, lists,
		 client ? "sslclient" : "sslserver",
		 client ? "" : is_address(row->host) ? "-verify_ip" : "-verify_hostname",
		 client ? "" : row->host, row->number);
	pipe = popen(command, "r");	/* NOLINT: names of the test's own files */
	if (!pipe)
		abort();
	while (fgets(line, sizeof(line), pipe))
		if (!verdict->text[0] && sscanf(line, "error %d", &code) == 1)
			snprintf(verdict->text, sizeof(verdict->text), "%d", code);
	code = pclose(pipe);
	if (!verdict->text[0])
		strcpy(verdict->text, code ? "refused" : "ok");
}

static void ask_gnutls(const struct row *row, struct verdict *verdict)
{
	bool client = strcmp(row->role, "client") == 0;
	char command[512], lists[48] = "";

	if (row->check[0] != '-')
		snprintf(lists, sizeof(lists), "--load-crl %s.crl", row->number);
	snprintf(command, sizeof(command),
		 "certtool --verify --load-ca-certificate anchors.pem %s --verify-purpose %s "
		 "%s%s <%s.pem >/dev/null 2>&1", lists, client ? CLIENT_AUTH : SERVER_AUTH,
		 client ? "" : "--verify-hostname ", client ? "" : row->host, row->number);
	strcpy(verdict->text, system(command) ? "refused" : "ok");	/* NOLINT: the same */
}

static bool as_expected(const struct row *row, const struct verdict *verdict)
{
	if (strcmp(row->expect, "ok") == 0)
		return strcmp(verdict->text, "ok") == 0;
	if (strcmp(row->expect, "refused") == 0)
		return verdict->error && verdict->error != ENOTCONN;
	return strcmp(row->expect, verdict->text) == 0 &&
	       verdict->error == td_verify_errno(atoi(row->expect));
}

static void show(const struct row *row, const struct verdict *ours)
{
	struct verdict openssl = { 0 }, gnutls = { 0 };

	ask_openssl(row, &openssl);
	ask_gnutls(row, &gnutls);
	printf("# %-50s %-8s %-8s %-8s %-8s %s\n", row->title, row->expect, ours->text,
	       openssl.text, gnutls.text, ours->sentence);
}

/* TLS 1.2 sends certificates in another form; what is thought of them stays. */
TEST_F_TIMEOUT(table, verdicts, 380)
{
	static const char *const versions[] = { "1.3", "1.2" };
	struct row row;
	int n, i, fd, seen = 0;

	printf("# %-50s %-8s %-8s %-8s %-8s %s\n", "peer sends", "expected", "tlsock",
	       "OpenSSL", "GnuTLS", "tlsock says");
	for (n = 0; next_row(self->rows, &row); n++) {
		struct verdict ours[2] = { 0 };

		for (i = 0; i < (n % TLS_1_2_EACH ? 1 : 2); i++) {
			fd = connect_peer(self->listener, row.number, versions[i]);
			ask(&row, fd, self->profiles, self->contexts, &ours[i]);
			/* OpenSSL does not send all of them, and less from version to version. */
			if (ours[i].unwilling ||
			    (strcmp(ours[i].text, "ok") && !*ours[i].sentence))
				continue;
			seen += !i;
			EXPECT_TRUE(as_expected(&row, &ours[i]))
				TH_LOG("%s, TLS %s: expected %s, got %s (%s)", row.title,
				       versions[i], row.expect, ours[i].text, ours[i].sentence);
		}
		show(&row, &ours[0]);
	}
	EXPECT_LE(ROWS_MIN, seen);
	printf("# %d cases, %d of them seen\n", n, seen);
}

/* A trust anchor that is too weak is a mistake of the configuration. */
TEST(weak_anchor)
{
	struct tl_profile profile = t_profile("default", "");
	struct tl_config config = { .profiles = &profile, .n_profiles = 1 };
	struct td_contexts *contexts;
	char path[128];

	snprintf(path, sizeof(path), "%s/weak-anchor.pem", t_chains());
	profile.ca = path;
	ASSERT_EQ(0, td_context_init());
	EXPECT_EQ(-EINVAL, td_context_build(&config, &contexts, NULL, NULL));
	td_context_exit();
}

TEST_HARNESS_MAIN
