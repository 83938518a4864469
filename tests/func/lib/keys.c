// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel TLS with fixed keys: what a helper installs at the end of a
 * handshake, without the handshake, and records of every type on a raw kTLS
 * socket.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <linux/tls.h>

#include "tls.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

static int key_set(int fd, int direction, enum tlsock_role sender, uint16_t version)
{
	struct tls12_crypto_info_aes_gcm_128 info = {
		.info.version = version,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	memset(info.key, sender == TLSOCK_ROLE_CLIENT ? 0xc1 : 0x5e, sizeof(info.key));
	memset(info.salt, 0x5a, sizeof(info.salt));
	memset(info.iv, 0x11, sizeof(info.iv));
	return setsockopt(fd, SOL_TLS, direction, &info, sizeof(info)) ? -errno : 0;
}

int t_keys_install(int fd, enum tlsock_role role, uint16_t version, bool both)
{
	enum tlsock_role peer = role == TLSOCK_ROLE_CLIENT ? TLSOCK_ROLE_SERVER :
							     TLSOCK_ROLE_CLIENT;
	int err = key_set(fd, TLS_TX, role, version);

	if (!err && both)
		err = key_set(fd, TLS_RX, peer, version);
	return err;
}

int t_raw_tls(int fd, enum tlsock_role role, uint16_t version)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 4))
		return -errno;
	return t_keys_install(fd, role, version, true);
}

int t_record_send(int fd, uint8_t type, const void *data, size_t size)
{
	char control[CMSG_SPACE(sizeof(type))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_TLS;
	cmsg->cmsg_type = TLS_SET_RECORD_TYPE;
	cmsg->cmsg_len = CMSG_LEN(sizeof(type));
	*CMSG_DATA(cmsg) = type;
	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

ssize_t t_record_recv(int fd, uint8_t *type, void *data, size_t size)
{
	char control[CMSG_SPACE(sizeof(*type))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t got;

	*type = 0;
	got = recvmsg(fd, &msg, 0);
	if (got < 0)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_level == SOL_TLS && cmsg->cmsg_type == TLS_GET_RECORD_TYPE)
		*type = *CMSG_DATA(cmsg);
	return got;
}

int t_closed_well(int fd)
{
	uint8_t type, data[64];
	ssize_t n;

	n = t_record_recv(fd, &type, data, sizeof(data));
	if (n != 2 || type != T_RECORD_ALERT || data[1] != 0)
		return n < 0 ? n : -EBADMSG;
	n = t_record_recv(fd, &type, data, sizeof(data));
	return n > 0 ? -EBADMSG : n;
}

int t_alert_send(int fd, uint8_t level, uint8_t description)
{
	uint8_t alert[2] = { level, description };

	return t_record_send(fd, T_RECORD_ALERT, alert, sizeof(alert));
}

int t_key_update_send(int fd, bool request)
{
	const uint8_t message[] = { 24, 0, 0, 1, request };

	return t_record_send(fd, T_RECORD_HANDSHAKE, message, sizeof(message));
}
