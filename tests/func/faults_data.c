// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that lacks, and bad memory of the program, on the data path: what a
 * call says it sent or received is true, and the bytes behind it are in their
 * place, or the connection is over and says so.
 */
#include "lib/faults_fixture.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

static char data[40000], buffer[40016];

static void data_fill(void)
{
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = rand();
}

/* 0 if what was sent arrives, and then what is sent behind it; or -errno */
static int check_arrival(const struct t_pair *pair, ssize_t sent)
{
	size_t size = sent > 0 ? sent : 0;
	int err;

	if (send(pair->client, "end", 3, 0) != 3)
		return 0;
	err = t_read_all(pair->server, buffer, size + 3);
	if (!err && (memcmp(buffer, data, size) || memcmp(buffer + size, "end", 3)))
		err = -EBADMSG;
	return err;
}

TEST_F(faults, send)
{
	ssize_t sent;

	data_fill();
	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		sent = T_FAULT(&self->faults,
			       send(self->pair.client, data, sizeof(data), MSG_DONTWAIT));
		EXPECT_EQ(0, check_arrival(&self->pair, sent));
		t_pair_close(&self->pair);
	}
	EXPECT_LT(5, self->faults.n);
}

TEST_F(faults, sendfile)
{
	int file = memfd_create("faults", MFD_CLOEXEC);
	ssize_t sent;
	off_t offset;

	data_fill();
	ASSERT_EQ(sizeof(data), write(file, data, sizeof(data)));
	T_EACH_FAULT(&self->faults) {
		offset = 0;
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		t_nonblock(self->pair.client, true);
		sent = T_FAULT(&self->faults,
			       sendfile(self->pair.client, file, &offset, sizeof(data)));
		EXPECT_EQ(0, check_arrival(&self->pair, sent));
		t_pair_close(&self->pair);
	}
	EXPECT_LT(5, self->faults.n);
	close(file);
}

TEST_F(faults, receive)
{
	ssize_t got, rest;

	data_fill();
	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		ASSERT_EQ(0, t_write_all(self->pair.client, data, 20000));
		ASSERT_EQ(POLLIN, t_poll(self->pair.server, POLLIN, T_PATIENCE_MS));
		got = T_FAULT(&self->faults,
			      recv(self->pair.server, buffer, sizeof(buffer), MSG_DONTWAIT));
		if (got < 0)
			got = 0;
		rest = recv(self->pair.server, buffer + got, 20000 - got, MSG_WAITALL);
		if (rest >= 0) {
			EXPECT_EQ(20000, got + rest);
			EXPECT_EQ(0, memcmp(buffer, data, 20000));
		}
		t_pair_close(&self->pair);
	}
	EXPECT_LT(5, self->faults.n);
}

/*
 * Not promised to the peer, or done, unless kernel TLS ends the connection
 * because it cannot encrypt.
 */
TEST_F(faults, key_update)
{
	int err;

	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		err = T_FAULT(&self->faults, t_set_int(self->pair.client, SOL_TLSOCK,
						       TLSOCK_KEY_UPDATE, TLSOCK_KEY_UPDATE_BOTH));
		EXPECT_EQ(err == -EBADMSG ? -EBADMSG : 0,
			  t_pair_talk(self->pair.client, self->pair.server))
			TH_LOG("fault %d: %d", self->faults.n, err);
		t_pair_close(&self->pair);
	}
	EXPECT_LT(3, self->faults.n);
}

TEST_F(faults, key_update_of_the_peer)
{
	ssize_t got;

	T_EACH_FAULT(&self->faults) {
		ASSERT_EQ(0, t_pair_open(&self->pair, AF_INET));
		ASSERT_EQ(0, t_set_int(self->pair.client, SOL_TLSOCK, TLSOCK_KEY_UPDATE,
				       TLSOCK_KEY_UPDATE_BOTH));
		ASSERT_EQ(3, write(self->pair.client, "end", 3));
		got = T_FAULT(&self->faults, recv(self->pair.server, buffer, 3, MSG_DONTWAIT));
		if (got < 0)
			got = recv(self->pair.server, buffer, 3, MSG_DONTWAIT);
		EXPECT_TRUE(got <= 0 || (got == 3 && !memcmp(buffer, "end", 3)));
		t_pair_close(&self->pair);
	}
	EXPECT_LT(3, self->faults.n);
}

TEST_HARNESS_MAIN
