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

static struct td_message job(void)
{
	struct td_message m = { .type = TD_MESSAGE_JOB, .id = 1 };

	m.job.verify = -1;
	m.job.client_cert = -1;
	m.job.local.ss_family = AF_INET6;
	m.job.remote.ss_family = AF_INET6;
	return m;
}

static struct td_message result(void)
{
	struct td_message m = { .type = TD_MESSAGE_RESULT, .id = 1 };

	m.result.alert_sent = -1;
	m.result.alert_received = -1;
	return m;
}

/* Checks a copy of exactly @length bytes, for the sanitizer. */
static int check(const struct td_message *m, size_t length)
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

static int check_whole(struct td_message m)
{
	return check(&m, td_message_length(m.type));
}

TEST(lengths)
{
	struct td_message all[] = {
		job(), result(), { .type = TD_MESSAGE_CANCEL }, { .type = TD_MESSAGE_DRAIN },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t length = 0; length <= sizeof(all[i]); length++)
			EXPECT_EQ(length == td_message_length(all[i].type) ? 0 : -EBADMSG,
				  check(&all[i], length));
}

TEST(unknown_types)
{
	struct td_message m = result();

	m.type = TD_MESSAGE_RESULT + 1;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
	EXPECT_EQ(-EBADMSG, check(&m, 0));
	EXPECT_EQ(-EBADMSG, check(&m, offsetof(struct td_message, job)));
	m.type = 0xffffffff;
	EXPECT_EQ(-EBADMSG, check(&m, sizeof(m)));
}

#define EXPECT_BAD(make, field, value) \
	do { \
		struct td_message m_ = make(); \
		m_.field = value; \
		EXPECT_EQ(-EBADMSG, check_whole(m_)); \
	} while (0)

#define EXPECT_GOOD(make, field, value) \
	do { \
		struct td_message m_ = make(); \
		m_.field = value; \
		EXPECT_EQ(0, check_whole(m_)); \
	} while (0)

#define EXPECT_BAD_TEXT(make, field) \
	do { \
		struct td_message m_ = make(); \
		memset(m_.field, 'a', sizeof(m_.field)); \
		EXPECT_EQ(-EBADMSG, check_whole(m_)); \
		m_.field[sizeof(m_.field) - 1] = '\0'; \
		EXPECT_EQ(0, check_whole(m_)); \
	} while (0)

TEST(jobs)
{
	EXPECT_GOOD(job, job.role, TLSOCK_ROLE_SERVER);
	EXPECT_BAD(job, job.role, 2);
	EXPECT_GOOD(job, job.verify, TLSOCK_VERIFY_REQUIRED);
	EXPECT_BAD(job, job.verify, -2);
	EXPECT_BAD(job, job.verify, 3);
	EXPECT_GOOD(job, job.client_cert, TLSOCK_CLIENT_CERT_REQUIRE);
	EXPECT_BAD(job, job.client_cert, -2);
	EXPECT_BAD(job, job.client_cert, 3);
	EXPECT_BAD(job, job.local.ss_family, AF_INET);
	EXPECT_BAD(job, job.remote.ss_family, AF_UNIX);
	EXPECT_BAD_TEXT(job, job.server_name);
	EXPECT_BAD_TEXT(job, job.alpn);
	EXPECT_BAD_TEXT(job, job.profile);
}

TEST(results)
{
	EXPECT_GOOD(result, result.error, 4095);
	EXPECT_BAD(result, result.error, 4096);
	EXPECT_BAD(result, result.error, -1);
	EXPECT_GOOD(result, result.stage, TLSOCK_STAGE_DATA);
	EXPECT_BAD(result, result.stage, TLSOCK_STAGE_DATA + 1);
	EXPECT_GOOD(result, result.alert_sent, 255);
	EXPECT_BAD(result, result.alert_sent, 256);
	EXPECT_BAD(result, result.alert_sent, -2);
	EXPECT_BAD(result, result.alert_received, 256);
	EXPECT_BAD(result, result.alert_received, -2);
	EXPECT_BAD(result, result.verified, 2);
	EXPECT_BAD(result, result.resumed, 255);
	EXPECT_GOOD(result, result.secret_length, 32);
	EXPECT_GOOD(result, result.secret_length, 48);
	EXPECT_BAD(result, result.secret_length, 31);
	EXPECT_BAD(result, result.secret_length, 64);
	EXPECT_BAD_TEXT(result, result.text);
	EXPECT_BAD_TEXT(result, result.alpn);
	EXPECT_BAD_TEXT(result, result.server_name);
	EXPECT_BAD_TEXT(result, result.peer);
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
	const struct td_message sent = job();
	struct td_message got;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &got, .iov_len = sizeof(got) };
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(0, td_channel_send(self->broker, &sent, STDIN_FILENO));
	EXPECT_EQ((ssize_t)td_message_length(sent.type), recvmsg(self->worker, &header, 0));
	EXPECT_EQ(0, memcmp(&sent, &got, td_message_length(TD_MESSAGE_JOB)));
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&header));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(fd));
	EXPECT_LE(0, fcntl(fd, F_GETFD));
	close(fd);
}

TEST_F(channel, receives)
{
	struct td_message sent = result();
	char large[sizeof(sent) + 8] = {};
	struct td_message got;

	EXPECT_EQ(-EAGAIN, td_channel_receive(self->broker, &got));
	ASSERT_LT(0, send(self->worker, &sent, td_message_length(sent.type), 0));
	EXPECT_EQ(0, td_channel_receive(self->broker, &got));
	EXPECT_EQ(0, memcmp(&sent, &got, td_message_length(sent.type)));
	ASSERT_LT(0, send(self->worker, &sent, 5, 0));
	EXPECT_EQ(-EBADMSG, td_channel_receive(self->broker, &got));
	ASSERT_LT(0, send(self->worker, large, sizeof(large), 0));
	EXPECT_EQ(-EBADMSG, td_channel_receive(self->broker, &got));
	/* A descriptor that comes the wrong way is dropped with its message read. */
	ASSERT_EQ(0, td_channel_send(self->worker, &sent, STDIN_FILENO));
	EXPECT_EQ(0, td_channel_receive(self->broker, &got));
	close(self->worker);
	EXPECT_EQ(-EPIPE, td_channel_receive(self->broker, &got));
	EXPECT_EQ(-EPIPE, td_channel_send(self->broker, &sent, -1));
}

/* A worker that dies with jobs unread has its last results heard all the same. */
TEST_F(channel, last_words)
{
	const struct td_message sent = result();
	const struct td_message unread = job();
	struct td_message got;

	ASSERT_EQ(0, td_channel_send(self->broker, &unread, STDIN_FILENO));
	ASSERT_LT(0, send(self->worker, &sent, td_message_length(sent.type), 0));
	close(self->worker);
	EXPECT_EQ(0, td_channel_receive(self->broker, &got));
	EXPECT_EQ(-EPIPE, td_channel_receive(self->broker, &got));
}

TEST_F(channel, full_socket)
{
	const struct td_message message = job();
	int err = 0;

	for (int i = 0; !err && i < 100000; i++)
		err = td_channel_send(self->broker, &message, STDIN_FILENO);
	EXPECT_EQ(-EAGAIN, err);
}

TEST_HARNESS_MAIN
