// SPDX-License-Identifier: GPL-2.0-only
/* getsockopt() of level SOL_TLSOCK: what was set, and what came of it. */
#include "option.h"
#include "rekey.h"
#include "sock.h"

/* Text with its NUL; too little room is told, never cut. */
static int option_put_text(const char *text, char __user *value, int __user *len, int room)
{
	int need;

	text = text ?: "";
	need = strlen(text) + 1;
	if (put_user(need, len))
		return -EFAULT;
	if (room < need)
		return -ERANGE;
	return copy_to_user(value, text, need) ? -EFAULT : 0;
}

/* The text without a NUL, or 0 bytes if there is none. */
static int option_put_credential(const struct tlsock_cfg *cfg, int kind, char __user *value,
				 int __user *len, int room)
{
	const struct tlsock_credential *credential = cfg ? cfg->own[kind] : NULL;
	int need = credential ? credential->length : 0;

	if (put_user(need, len))
		return -EFAULT;
	if (room < need)
		return -ERANGE;
	return need && copy_to_user(value, credential->data, need) ? -EFAULT : 0;
}

/* A struct that may grow: the caller gets what it has room for. */
static int option_put_data(const void *data, int size, char __user *value, int __user *len,
			   int room)
{
	room = min(room, size);
	if (put_user(room, len) || copy_to_user(value, data, room))
		return -EFAULT;
	return 0;
}

static int option_put_int(int number, char __user *value, int __user *len, int room)
{
	if (room < (int)sizeof(int))
		return -EINVAL;
	return option_put_data(&number, sizeof(number), value, len, room);
}

static int option_put_info(struct tlsock_sock *ts, char __user *value, int __user *len, int room)
{
	struct tlsock_info info = {
		.size = sizeof(info),
		.state = ts->state,
		.role = ts->role,
		.version = ts->version,
		.cipher = ts->cipher,
		.group = ts->group,
		.flags = ts->info_flags,
		.rekeys = ts->rekey ? atomic_read(&ts->rekey->count) : 0,
	};

	if (test_bit(TLSOCK_F_TRUNCATED, &ts->flags))
		info.flags |= TLSOCK_INFO_TRUNCATED;
	else if (test_bit(TLSOCK_F_RX_EOF, &ts->flags))
		info.flags |= TLSOCK_INFO_RX_EOF;
	return option_put_data(&info, sizeof(info), value, len, room);
}

static int option_put_error(struct tlsock_sock *ts, char __user *value, int __user *len, int room)
{
	static const struct tlsock_error none = { .alert_sent = -1, .alert_received = -1 };
	/* Pairs with cmpxchg() in tlsock_sock_set_error(). */
	const struct tlsock_error *error = smp_load_acquire(&ts->error);

	return option_put_data(error ?: &none, sizeof(none), value, len, room);
}

/**
 * tlsock_option_read - getsockopt() of level SOL_TLSOCK
 * @ts: the socket
 * @name: TLSOCK_*
 * @value: room for the value
 * @len: bytes of room in, bytes of the value out
 *
 * Context: process, outer sk_lock held
 * Return: 0, -ENOPROTOOPT, -ERANGE with the length needed in @len, -EINVAL
 * for too little room of a fixed value, -EFAULT; TLSOCK_PEER and
 * TLSOCK_PEER_CERT: the errno of tlsock_peer_read() and tlsock_peer_read_cert()
 */
int tlsock_option_read(struct tlsock_sock *ts, int name, char __user *value, int __user *len)
{
	const struct tlsock_cfg *cfg = ts->cfg;
	bool established = ts->state == TLSOCK_STATE_ESTABLISHED;
	int room;

	sock_owned_by_me(tlsock_outer(ts));
	if (get_user(room, len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	switch (name) {
	case TLSOCK_SERVER_NAME:
		if (established && ts->role == TLSOCK_ROLE_SERVER)
			return option_put_text(ts->peer_name, value, len, room);
		return option_put_text(cfg ? cfg->server_name : NULL, value, len, room);
	case TLSOCK_PROFILE:
		return option_put_text(cfg ? cfg->profile : NULL, value, len, room);
	case TLSOCK_ALPN:
		if (established)
			return option_put_text(ts->alpn, value, len, room);
		return option_put_text(cfg ? cfg->alpn : NULL, value, len, room);
	case TLSOCK_VERIFY:
		return option_put_int(cfg && cfg->verify >= 0 ? cfg->verify :
				      TLSOCK_VERIFY_REQUIRED, value, len, room);
	case TLSOCK_CLIENT_CERT:
		return option_put_int(cfg && cfg->client_cert >= 0 ? cfg->client_cert :
				      TLSOCK_CLIENT_CERT_NONE, value, len, room);
	case TLSOCK_TIMEOUT_MS:
		return option_put_int(tlsock_option_timeout_ms(cfg), value, len, room);
	case TLSOCK_RESUME:
		return option_put_int(!cfg || !cfg->no_resume, value, len, room);
	case TLSOCK_CERT:
	case TLSOCK_CA:		/* a key is not told */
		return option_put_credential(cfg, tlsock_credential_kind(name), value, len, room);
	case TLSOCK_ROLE:
		return option_put_int(ts->role, value, len, room);
	case TLSOCK_INFO:
		return option_put_info(ts, value, len, room);
	case TLSOCK_ERROR:
		return option_put_error(ts, value, len, room);
	case TLSOCK_PEER:
		return tlsock_peer_read(ts, value, len, room);
	case TLSOCK_PEER_CERT:
		return tlsock_peer_read_cert(ts, value, len, room);
	default:
		return -ENOPROTOOPT;
	}
}
