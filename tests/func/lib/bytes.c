// SPDX-License-Identifier: GPL-2.0-or-later
#include "bytes.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "pair.h"
#include "tls.h"

#define PIECE	16384

static uint8_t byte_at(size_t at)
{
	return (uint32_t)at * 2654435761U >> 24;
}

void t_bytes_fill(void *data, size_t size, size_t at)
{
	uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = byte_at(at + i);
}

int t_bytes_check(const void *data, size_t size, size_t at)
{
	const uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i] != byte_at(at + i))
			return -EBADMSG;
	return 0;
}

int t_bytes_file(size_t size)
{
	int fd = memfd_create("bytes", MFD_CLOEXEC);
	uint8_t piece[PIECE];
	size_t at, n;

	for (at = 0; fd >= 0 && at < size; at += n) {
		n = size - at < PIECE ? size - at : PIECE;
		t_bytes_fill(piece, n, at);
		if (pwrite(fd, piece, n, at) != (ssize_t)n) {
			close(fd);
			return -EIO;
		}
	}
	return fd < 0 ? -errno : fd;
}

int t_bytes_arrive(int fd, size_t at, size_t end)
{
	uint8_t piece[PIECE];
	int err = 0;
	size_t n;

	for (; !err && at < end; at += n) {
		n = end - at < PIECE ? end - at : PIECE;
		err = t_read_all(fd, piece, n);
		if (!err)
			err = t_bytes_check(piece, n, at);
	}
	return err;
}

bool t_bytes_sent(int fd, size_t size)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) && info.tcpi_bytes_sent >= size;
}

int t_bytes_last(int from, int to)
{
	char buffer[3] = { 0 };
	int err = t_write_all(from, "end", 3);

	if (!err)
		err = t_read_all(to, buffer, 3);
	return !err && memcmp(buffer, "end", 3) ? -EBADMSG : err;
}

/* Everything that TCP may send is at the peer, and the peer takes no more. */
static bool is_stuck(int fd)
{
	struct tcp_info info = { .tcpi_snd_wnd = 1 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
	       (!info.tcpi_unacked && !info.tcpi_snd_wnd);
}

size_t t_bytes_fit(int fd)
{
	long end = t_now_ms() + T_PATIENCE_MS;
	uint8_t piece[PIECE];
	bool stuck = false;
	size_t at = 0;
	ssize_t n;

	/* What is on its way to the peer makes room for some time. */
	for (;;) {
		t_bytes_fill(piece, PIECE, at);
		n = send(fd, piece, PIECE, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			at += n;
		else if (stuck || t_now_ms() > end)
			return at;
		stuck = is_stuck(fd);
		if (n <= 0 && !stuck)
			t_poll(fd, POLLOUT, T_SILENCE_MS);
	}
}

/* What makes a test end: reads do not wait for ever, and buffers fill soon. */
static int stream_limit(int fd)
{
	struct timeval patience = { .tv_sec = T_PATIENCE_MS / 1000 };
	int err;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return -errno;
	err = t_set_int(fd, SOL_SOCKET, SO_SNDBUF, 131072);
	return err ? err : t_set_int(fd, SOL_SOCKET, SO_RCVBUF, 131072);
}

int t_stream_open(struct t_pair *pair, uint16_t version)
{
	int err = version ? t_pair_open(pair, AF_INET) : t_pair_tcp(pair, AF_INET);

	if (!err)
		err = stream_limit(pair->client);
	return err ? err : stream_limit(pair->server);
}
