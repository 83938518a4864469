// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sendfile() and splice() as the peer sees them, record by record; splice() of
 * a stream with records that are not data; and during the handshake.
 */
#include "lib/bytes.h"
#include "lib/harness.h"
#include "lib/task.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/time.h>

/*
 * Two connections: the server of one is a raw kTLS socket of the test, that of
 * the other a TCP socket, which sees what is on the wire.
 */
FIXTURE(spliced) {
	struct t_helper *helper;
	struct t_pair pair;
	struct t_pair wire;
	int ends[2];
};

FIXTURE_VARIANT(spliced) {
	uint16_t version;
};

FIXTURE_VARIANT_ADD(spliced, tls13) { .version = 0x0304 };
FIXTURE_VARIANT_ADD(spliced, tls12) { .version = 0x0303 };

FIXTURE_SETUP(spliced)
{
	struct timeval patience = { .tv_sec = T_PATIENCE_MS / 1000 };

	signal(SIGPIPE, SIG_IGN);
	ASSERT_EQ(0, t_net_private());
	self->helper = t_helper_start(T_HELPER_KEYS);
	ASSERT_NE(NULL, self->helper);
	self->helper->version = variant->version;
	ASSERT_EQ(0, t_pair_raw(&self->pair, variant->version));
	ASSERT_EQ(0, setsockopt(self->pair.server, SOL_SOCKET, SO_RCVTIMEO, &patience,
				sizeof(patience)));
	ASSERT_EQ(0, t_pair_half(&self->wire));
	ASSERT_EQ(0, setsockopt(self->wire.server, SOL_SOCKET, SO_RCVTIMEO, &patience,
				sizeof(patience)));
	ASSERT_EQ(0, pipe2(self->ends, O_CLOEXEC));
}

FIXTURE_TEARDOWN(spliced)
{
	close(self->ends[0]);
	close(self->ends[1]);
	t_pair_close(&self->pair);
	t_pair_close(&self->wire);
	t_helper_stop(self->helper);
}

/*
 * Bytes of data in the next record on the wire, or -errno. What is not data is
 * the header, the type or the explicit nonce, and the tag (RFC 8446 section 5.2,
 * RFC 5288 section 3).
 */
static ssize_t record_size(int fd, uint16_t version)
{
	uint8_t header[5], body[17000];
	int err = t_read_all(fd, header, sizeof(header));
	size_t size = header[3] << 8 | header[4];

	if (!err && (header[0] != T_RECORD_DATA || size > sizeof(body)))
		err = -EBADMSG;
	if (!err)
		err = t_read_all(fd, body, size);
	return err ? err : (ssize_t)size - (version == 0x0304 ? 1 + 16 : 8 + 16);
}

/* Put bytes into the pipe, and send them. */
static ssize_t splice_out(const int ends[2], int to, size_t size, unsigned int flags)
{
	static char data[65536];
	ssize_t n = write(ends[1], data, size);

	return n < 0 ? -errno : splice(ends[0], NULL, to, NULL, n, flags);
}

/* What splice() gets of a socket: bytes, or -errno */
static ssize_t splice_in(const int ends[2], int from)
{
	ssize_t n = splice(from, NULL, ends[1], NULL, 65536, 0);

	return n < 0 ? -errno : n;
}

/* Records are filled, and the last is sent at once. */
TEST_F(spliced, records_of_sendfile)
{
	int file = t_bytes_file(40000);

	ASSERT_EQ(40000, sendfile(self->wire.client, file, &(off_t){ 0 }, 40000));
	EXPECT_EQ(16384, record_size(self->wire.server, variant->version));
	EXPECT_EQ(16384, record_size(self->wire.server, variant->version));
	EXPECT_EQ(40000 - 2 * 16384, record_size(self->wire.server, variant->version));
	ASSERT_EQ(16384, sendfile(self->wire.client, file, &(off_t){ 0 }, 16384));
	EXPECT_EQ(16384, record_size(self->wire.server, variant->version));
	/* Said to be longer: the end of the file ends the record. */
	ASSERT_EQ(1000, sendfile(self->wire.client, file, &(off_t){ 39000 }, 100000));
	EXPECT_EQ(1000, record_size(self->wire.server, variant->version));
	close(file);
}

/*
 * Was all since @start so soon that MSG_MORE waited for it? If not, what was sent
 * is read, and the caller tries again.
 */
static bool was_soon(long start, int fd)
{
	char block[4096];

	if (t_now_ms() - start < 150)
		return true;
	while (t_poll(fd, POLLIN, 400))
		if (recv(fd, block, sizeof(block), 0) <= 0)
			return true;
	return false;
}

TEST_F(spliced, records_of_more)
{
	long start;

	do {
		start = t_now_ms();
		ASSERT_EQ(100, splice_out(self->ends, self->wire.client, 100, SPLICE_F_MORE));
		ASSERT_EQ(1, send(self->wire.client, "x", 1, MSG_MORE));
		ASSERT_EQ(100, splice_out(self->ends, self->wire.client, 100, 0));
	} while (!was_soon(start, self->wire.server));
	EXPECT_EQ(201, record_size(self->wire.server, variant->version));
	ASSERT_EQ(10, splice_out(self->ends, self->wire.client, 10, 0));
	ASSERT_EQ(10, splice_out(self->ends, self->wire.client, 10, 0));
	EXPECT_EQ(10, record_size(self->wire.server, variant->version));
	EXPECT_EQ(10, record_size(self->wire.server, variant->version));
	do {
		start = t_now_ms();
		ASSERT_EQ(20000, splice_out(self->ends, self->wire.client, 20000, SPLICE_F_MORE));
		ASSERT_EQ(1, write(self->wire.client, "x", 1));
	} while (!was_soon(start, self->wire.server));
	EXPECT_EQ(16384, record_size(self->wire.server, variant->version));
	EXPECT_EQ(20000 - 16384 + 1, record_size(self->wire.server, variant->version));
}

/* TCP_CORK is TCP's: records stay what the calls made them. */
TEST_F(spliced, records_of_cork)
{
	ASSERT_EQ(0, t_set_int(self->wire.client, IPPROTO_TCP, 3 /* TCP_CORK */, 1));
	ASSERT_EQ(1, write(self->wire.client, "x", 1));
	ASSERT_EQ(20, splice_out(self->ends, self->wire.client, 20, 0));
	ASSERT_EQ(0, t_set_int(self->wire.client, IPPROTO_TCP, 3 /* TCP_CORK */, 0));
	EXPECT_EQ(1, record_size(self->wire.server, variant->version));
	EXPECT_EQ(20, record_size(self->wire.server, variant->version));
}

/* What MSG_MORE left open stays open for what follows soon. */
TEST_F(spliced, records_of_a_header_and_a_file)
{
	int file = t_bytes_file(5000);
	long start;

	do {
		start = t_now_ms();
		ASSERT_EQ(10, send(self->wire.client, "0123456789", 10, MSG_MORE));
		ASSERT_EQ(5000, sendfile(self->wire.client, file, &(off_t){ 0 }, 5000));
	} while (!was_soon(start, self->wire.server));
	EXPECT_EQ(5010, record_size(self->wire.server, variant->version));
	close(file);
}

TEST_F(spliced, ticket_before_data)
{
	uint8_t ticket[100] = { 4, 0, 0, 96 };
	char byte;

	if (variant->version != 0x0304)
		SKIP(return, "TLS 1.2 has no tickets after the handshake");
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, ticket, sizeof(ticket)));
	ASSERT_EQ(1, write(self->pair.server, "x", 1));
	EXPECT_EQ(1, splice_in(self->ends, self->pair.client));
	ASSERT_EQ(0, t_record_send(self->pair.server, T_RECORD_HANDSHAKE, ticket, sizeof(ticket)));
	t_nonblock(self->pair.client, true);
	EXPECT_EQ(-EAGAIN, splice_in(self->ends, self->pair.client));
	ASSERT_EQ(1, read(self->ends[0], &byte, 1));
	EXPECT_EQ('x', byte);
}

TEST_F(spliced, goodbye)
{
	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(0, t_alert_send(self->pair.server, 1, 0));
	EXPECT_EQ(3, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(0, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(3, read(self->ends[0], (char[8]){ 0 }, 8));
	/* Half closed: the other way lives on. */
	EXPECT_EQ(3, splice_out(self->ends, self->pair.client, 3, 0));
	EXPECT_EQ(3, read(self->pair.server, (char[8]){ 0 }, 8));
}

TEST_F(spliced, truncation)
{
	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(0, shutdown(self->pair.server, SHUT_WR));
	EXPECT_EQ(3, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(-ECONNRESET, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(0, splice_in(self->ends, self->pair.client));
}

TEST_F(spliced, fatal_alert)
{
	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(0, t_alert_send(self->pair.server, 2, 80));
	EXPECT_EQ(3, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(-EPROTO, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(0, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(-1, splice_out(self->ends, self->pair.client, 1, 0));
	EXPECT_EQ(EPIPE, errno);
}

/* Without secrets the key cannot follow: what came before arrives. */
TEST_F(spliced, key_update_that_cannot_be_followed)
{
	if (variant->version != 0x0304)
		SKIP(return, "TLS 1.2 has no key updates");
	ASSERT_EQ(3, write(self->pair.server, "abc", 3));
	ASSERT_EQ(0, t_key_update_send(self->pair.server, false));
	EXPECT_EQ(3, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(-EKEYEXPIRED, splice_in(self->ends, self->pair.client));
	EXPECT_EQ(0, splice_in(self->ends, self->pair.client));
}

TEST_F(spliced, key_update)
{
	struct t_pair pair;

	self->helper->secret_length = 32;
	ASSERT_EQ(0, t_pair_open(&pair, AF_INET));
	if (t_set_int(pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE, TLSOCK_KEY_UPDATE_BOTH)) {
		t_pair_close(&pair);
		SKIP(return, "no key updates here");
	}
	ASSERT_EQ(30000, splice_out(self->ends, pair.client, 30000, 0));
	EXPECT_EQ(16384, splice(pair.server, NULL, self->ends[1], NULL, 16384, 0));
	/* A record that MSG_MORE left open goes out before the key changes. */
	ASSERT_EQ(3, send(pair.client, "abc", 3, MSG_MORE));
	ASSERT_EQ(0, t_set_int(pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE, TLSOCK_KEY_UPDATE_OWN));
	ASSERT_EQ(3, write(pair.client, "def", 3));
	EXPECT_EQ(30000 - 16384 + 6, recv(pair.server, (char[20000]){ 0 }, 30000 - 16384 + 6,
					 MSG_WAITALL));
	EXPECT_EQ(0, t_pair_talk(pair.server, pair.client));
	t_pair_close(&pair);
}

/* A call of splice() between the pipe and a socket that is not ready. */
struct splicing {
	int	from;
	int	to;
};

static long splice_once(void *arg)
{
	const struct splicing *splicing = arg;
	ssize_t n = splice(splicing->from, NULL, splicing->to, NULL, 3, 0);

	return n < 0 ? -errno : n;
}

/* A client in its handshake, and its peer, a TCP socket so far. */
static int pair_in_handshake(struct t_pair *pair)
{
	struct t_addr addr;
	int listener = t_listen(AF_INET, IPPROTO_TCP, &addr);
	int err;

	pair->client = t_socket(AF_INET, IPPROTO_TLS, SOCK_NONBLOCK);
	err = t_connect(pair->client, &addr);
	pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	return err == -EINPROGRESS && pair->server >= 0 ? 0 : -EPROTO;
}

TEST_F(spliced, during_the_handshake)
{
	int file = t_bytes_file(3), in_ends[2];
	struct splicing out, in;
	struct t_task sender, receiver;
	struct t_pair pair;
	char buffer[8];

	t_helper_mode(self->helper, T_HELPER_HOLD);
	ASSERT_EQ(0, pair_in_handshake(&pair));
	ASSERT_EQ(0, pipe2(in_ends, O_CLOEXEC));
	out = (struct splicing){ self->ends[0], pair.client };
	in = (struct splicing){ pair.client, in_ends[1] };
	ASSERT_EQ(3, write(self->ends[1], "abc", 3));
	EXPECT_EQ(-EAGAIN, splice_once(&out));
	EXPECT_EQ(-EAGAIN, splice_once(&in));
	EXPECT_EQ(EAGAIN, T_ERRNO(sendfile(pair.client, file, NULL, 3)));
	t_nonblock(pair.client, false);
	ASSERT_EQ(0, t_task_start(&sender, splice_once, &out));
	ASSERT_EQ(0, t_task_start(&receiver, splice_once, &in));
	ASSERT_TRUE(t_task_sleeps(&sender));
	ASSERT_TRUE(t_task_sleeps(&receiver));
	t_helper_mode(self->helper, T_HELPER_KEYS);
	EXPECT_EQ(3, t_task_end(&sender));
	ASSERT_EQ(0, t_raw_tls(pair.server, TLSOCK_ROLE_SERVER, variant->version));
	EXPECT_EQ(3, read(pair.server, buffer, sizeof(buffer)));
	ASSERT_EQ(3, write(pair.server, "def", 3));
	EXPECT_EQ(3, t_task_end(&receiver));
	EXPECT_EQ(3, read(in_ends[0], buffer, sizeof(buffer)));
	EXPECT_EQ(0, memcmp(buffer, "def", 3));
	t_pair_close(&pair);
	close(in_ends[0]);
	close(in_ends[1]);
	close(file);
}

TEST_HARNESS_MAIN
