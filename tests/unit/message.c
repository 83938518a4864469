// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages between broker and workers: lengths, ranges, terminated strings,
 * and the socket that carries them.
 */
#include "tlsockd/message.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "tlsockd/channel.h"

union any {
	struct td_message	m;
	struct td_job_message	j;
};

static union any job(void)
{
	union any a = { .j.type = TD_MESSAGE_JOB, .j.id = 1 };

	a.j.job.verify = -1;
	a.j.job.client_cert = -1;
	a.j.job.local.ss_family = AF_INET6;
	a.j.job.remote.ss_family = AF_INET6;
	a.j.resume.session.format = TD_SESSION_FORMAT;
	a.j.resume.session.secret_length = 32;
	a.j.resume.length = 100;
	return a;
}

static union any psk_job(void)
{
	union any a = job();

	a.j.job.consumer = TL_CONSUMER_NVME_TARGET;
	a.j.job.auth = TL_AUTH_PSK;
	a.j.job.n_psks = 2;
	memset(a.j.psks, 0, 2 * sizeof(a.j.psks[0]));
	a.j.psks[0].length = 32;
	a.j.psks[1].length = 48;
	return a;
}

static union any result(void)
{
	union any a = { .m.type = TD_MESSAGE_RESULT, .m.id = 1 };

	a.m.result.alert_sent = -1;
	a.m.result.alert_received = -1;
	return a;
}

/* Checks a copy of exactly @length bytes, for the sanitizer. */
static int check(const union any *m, size_t length)
{
	void *copy = malloc(length ? length : 1);
	int err;

	if (!copy)
		abort();
	memcpy(copy, m, length);
	err = td_message_check(copy, length);
	free(copy);
	return err;
}

static int check_whole(union any a)
{
	return check(&a, td_message_length(&a.m));
}

TEST(lengths)
{
	union any all[] = {
		job(), psk_job(), result(),
		{ .m.type = TD_MESSAGE_CANCEL }, { .m.type = TD_MESSAGE_DRAIN },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t length = 0; length <= sizeof(all[i]); length++)
			EXPECT_EQ(length == td_message_length(&all[i].m) ? 0 : -EBADMSG,
				  check(&all[i], length));
}

TEST(keys_of_a_job)
{
	union any a = psk_job();

	ASSERT_EQ(0, check_whole(a));
	a.j.psks[1].length = 31;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a.j.psks[1].length = 65;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a = psk_job();
	memset(a.j.psks[0].identity, 'x', sizeof(a.j.psks[0].identity));
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a = psk_job();
	a.j.job.n_psks = TL_PSK_MAX + 1;
	EXPECT_EQ(-EBADMSG, check(&a, sizeof(a)));
	a = psk_job();
	a.j.job.auth = TL_AUTH_X509;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a = psk_job();
	a.j.job.consumer = TL_CONSUMER_PROGRAM;
	EXPECT_EQ(-EBADMSG, check_whole(a));
}

TEST(credentials_of_a_job)
{
	union any a = job();

	a.j.job.own = (struct tl_own) { 1, TLSOCK_MAX_CERT, TLSOCK_MAX_KEY, TLSOCK_MAX_CA };
	ASSERT_EQ(0, check_whole(a));
	a.j.job.own.cert++;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a.j.job.own.cert--;
	a.j.job.own.key++;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a.j.job.own.key--;
	a.j.job.own.ca++;
	EXPECT_EQ(-EBADMSG, check_whole(a));
	a = psk_job();
	a.j.job.own.ca = 1;
	EXPECT_EQ(-EBADMSG, check_whole(a));
}

TEST(unknown_types)
{
	union any m = result();

	m.m.type = TD_MESSAGE_RESULT + 1;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
	EXPECT_EQ(-EBADMSG, check(&m, 0));
	EXPECT_EQ(-EBADMSG, check(&m, offsetof(struct td_message, job)));
	m.m.type = 0xffffffff;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
}

#define EXPECT_BAD(make, field, value) \
	do { \
		union any m_ = make(); \
		m_.field = value; \
		EXPECT_EQ(-EBADMSG, check_whole(m_)); \
	} while (0)

#define EXPECT_GOOD(make, field, value) \
	do { \
		union any m_ = make(); \
		m_.field = value; \
		EXPECT_EQ(0, check_whole(m_)); \
	} while (0)

#define EXPECT_BAD_TEXT(make, field) \
	do { \
		union any m_ = make(); \
		memset(m_.field, 'a', sizeof(m_.field)); \
		EXPECT_EQ(-EBADMSG, check_whole(m_)); \
		m_.field[sizeof(m_.field) - 1] = '\0'; \
		EXPECT_EQ(0, check_whole(m_)); \
	} while (0)

static union any with_peer(void)
{
	union any a = result();
	struct td_peer *peer = &a.m.result.peer;

	peer->head.size = sizeof(peer->head);
	peer->head.names_length = 5;
	memcpy(peer->names, "/a\0b", 5);
	return a;
}

TEST(peers)
{
	union any m = job();

	EXPECT_GOOD(with_peer, m.result.peer.head.flags, TLSOCK_PEER_MORE);
	EXPECT_BAD(with_peer, m.result.peer.head.flags, TLSOCK_PEER_MORE << 1);
	EXPECT_GOOD(with_peer, m.result.peer.head.size, 0);
	EXPECT_BAD(with_peer, m.result.peer.head.size, 1);
	EXPECT_BAD(with_peer, m.result.peer.head.reserved, 1);
	EXPECT_GOOD(with_peer, m.result.peer.head.serial_length, TLSOCK_MAX_SERIAL);
	EXPECT_BAD(with_peer, m.result.peer.head.serial_length, TLSOCK_MAX_SERIAL + 1);
	EXPECT_BAD(with_peer, m.result.peer.head.names_length, 0);
	EXPECT_BAD(with_peer, m.result.peer.head.names_length, 4);
	EXPECT_GOOD(with_peer, m.result.peer.head.names_length, TLSOCK_MAX_PEER_NAMES);
	EXPECT_BAD(with_peer, m.result.peer.head.names_length, TLSOCK_MAX_PEER_NAMES + 1);
	m.j.resume.peer = with_peer().m.result.peer;
	EXPECT_EQ(0, check_whole(m));
	m.j.resume.peer.head.reserved = 1;
	EXPECT_EQ(-EBADMSG, check_whole(m));
}

TEST(tickets)
{
	union any m = job();

	m.j.resume.length = TLSOCK_MAX_TICKET;
	EXPECT_EQ(0, check_whole(m));
	EXPECT_EQ(offsetof(struct td_job_message, resume.ticket) + TLSOCK_MAX_TICKET,
		  td_message_length(&m.m));
	m.j.resume.length++;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
	m.j.resume.length = 0xffffffff;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
	EXPECT_BAD(job, j.resume.session.secret_length, 33);
	EXPECT_BAD(job, j.resume.session.format, TD_SESSION_FORMAT + 1);
	EXPECT_BAD(job, j.resume.session.verified, 2);
	EXPECT_BAD(result, m.result.session.secret_length, 47);
	EXPECT_BAD(result, m.result.truncation_eof, 2);
}

TEST(jobs)
{
	EXPECT_GOOD(job, j.job.role, TLSOCK_ROLE_SERVER);
	EXPECT_BAD(job, j.job.role, 2);
	EXPECT_GOOD(job, j.job.verify, TLSOCK_VERIFY_REQUIRED);
	EXPECT_BAD(job, j.job.verify, -2);
	EXPECT_BAD(job, j.job.verify, 3);
	EXPECT_GOOD(job, j.job.client_cert, TLSOCK_CLIENT_CERT_REQUIRE);
	EXPECT_BAD(job, j.job.client_cert, -2);
	EXPECT_BAD(job, j.job.client_cert, 3);
	EXPECT_BAD(job, j.job.local.ss_family, AF_INET);
	EXPECT_BAD(job, j.job.remote.ss_family, AF_UNIX);
	EXPECT_BAD_TEXT(job, j.job.server_name);
	EXPECT_BAD_TEXT(job, j.job.alpn);
	EXPECT_BAD_TEXT(job, j.job.profile);
	EXPECT_BAD(job, j.job.resume, 2);
}

TEST(results)
{
	EXPECT_GOOD(result, m.result.error, 4095);
	EXPECT_BAD(result, m.result.error, 4096);
	EXPECT_BAD(result, m.result.error, -1);
	EXPECT_GOOD(result, m.result.stage, TLSOCK_STAGE_DATA);
	EXPECT_BAD(result, m.result.stage, TLSOCK_STAGE_DATA + 1);
	EXPECT_GOOD(result, m.result.alert_sent, 255);
	EXPECT_BAD(result, m.result.alert_sent, 256);
	EXPECT_BAD(result, m.result.alert_sent, -2);
	EXPECT_BAD(result, m.result.alert_received, 256);
	EXPECT_BAD(result, m.result.alert_received, -2);
	EXPECT_BAD(result, m.result.verified, 2);
	EXPECT_BAD(result, m.result.resumed, 255);
	EXPECT_GOOD(result, m.result.secret_length, 32);
	EXPECT_GOOD(result, m.result.secret_length, 48);
	EXPECT_BAD(result, m.result.secret_length, 31);
	EXPECT_BAD(result, m.result.secret_length, 64);
	EXPECT_BAD_TEXT(result, m.result.text);
	EXPECT_BAD_TEXT(result, m.result.alpn);
	EXPECT_BAD_TEXT(result, m.result.server_name);
}

FIXTURE(channel)
{
	int	broker;
	int	worker;
};

FIXTURE_SETUP(channel)
{
	ASSERT_EQ(0, td_channel_open(&self->broker, &self->worker));
}

FIXTURE_TEARDOWN(channel)
{
	close(self->broker);
	close(self->worker);
}

TEST_F(channel, passes_a_descriptor)
{
	const union any sent = job();
	union any got;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &got, .iov_len = sizeof(got) };
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(0, td_channel_send(self->broker, &sent.m, STDIN_FILENO, -1));
	EXPECT_EQ((ssize_t)td_message_length(&sent.m), recvmsg(self->worker, &header, 0));
	EXPECT_EQ(0, memcmp(&sent, &got, td_message_length(&sent.m)));
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&header));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(fd));
	EXPECT_LE(0, fcntl(fd, F_GETFD));
	close(fd);
}

TEST_F(channel, receives)
{
	union any sent = result();
	char large[sizeof(sent) + 8] = {};
	union any got;

	EXPECT_EQ(-EAGAIN, td_channel_receive(self->broker, &got.m));
	ASSERT_LT(0, send(self->worker, &sent, td_message_length(&sent.m), 0));
	EXPECT_EQ(0, td_channel_receive(self->broker, &got.m));
	EXPECT_EQ(0, memcmp(&sent, &got, td_message_length(&sent.m)));
	ASSERT_LT(0, send(self->worker, &sent, 5, 0));
	EXPECT_EQ(-EBADMSG, td_channel_receive(self->broker, &got.m));
	ASSERT_LT(0, send(self->worker, large, sizeof(large), 0));
	EXPECT_EQ(-EBADMSG, td_channel_receive(self->broker, &got.m));
	/* A descriptor that comes the wrong way is dropped with its message read. */
	ASSERT_EQ(0, td_channel_send(self->worker, &sent.m, STDIN_FILENO, -1));
	EXPECT_EQ(0, td_channel_receive(self->broker, &got.m));
	close(self->worker);
	EXPECT_EQ(-EPIPE, td_channel_receive(self->broker, &got.m));
	EXPECT_EQ(-EPIPE, td_channel_send(self->broker, &sent.m, -1, -1));
}

/* A worker that dies with jobs unread has its last results heard all the same. */
TEST_F(channel, last_words)
{
	const union any sent = result();
	const union any unread = job();
	union any got;

	ASSERT_EQ(0, td_channel_send(self->broker, &unread.m, STDIN_FILENO, -1));
	ASSERT_LT(0, send(self->worker, &sent, td_message_length(&sent.m), 0));
	close(self->worker);
	EXPECT_EQ(0, td_channel_receive(self->broker, &got.m));
	EXPECT_EQ(-EPIPE, td_channel_receive(self->broker, &got.m));
}

TEST_F(channel, full_socket)
{
	const union any message = job();
	int err = 0;

	for (int i = 0; !err && i < 100000; i++)
		err = td_channel_send(self->broker, &message.m, STDIN_FILENO, -1);
	EXPECT_EQ(-EAGAIN, err);
}

TEST_HARNESS_MAIN
