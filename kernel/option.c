// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of level SOL_TLSOCK: what may be set when, and what is
 * answered. Everything is answered in the kernel; the helper never sees a
 * setsockopt().
 */
#include <linux/ctype.h>
#include <net/tls.h>

#include "option.h"
#include "rekey.h"
#include "sock.h"

static void option_free(struct tlsock_cfg *cfg)
{
	kfree(cfg->server_name);
	kfree(cfg->alpn);
	kfree(cfg->profile);
	kfree(cfg);
}

/** tlsock_option_put - drop a reference; NULL is allowed */
void tlsock_option_put(struct tlsock_cfg *cfg)
{
	if (cfg && refcount_dec_and_test(&cfg->ref))
		option_free(cfg);
}

/** tlsock_option_get - take a reference; NULL is allowed and returned */
struct tlsock_cfg *tlsock_option_get(struct tlsock_cfg *cfg)
{
	if (cfg)
		refcount_inc(&cfg->ref);
	return cfg;
}

/** tlsock_option_timeout_ms - deadline of a handshake; @cfg may be NULL */
u32 tlsock_option_timeout_ms(const struct tlsock_cfg *cfg)
{
	return cfg ? cfg->timeout_ms : TLSOCK_TIMEOUT_MS_DEFAULT;
}

static bool option_dup(char **to, const char *from)
{
	*to = from ? kstrdup(from, GFP_KERNEL_ACCOUNT) : NULL;
	return !from || *to;
}

/* A copy that nobody shares; of the defaults if there is nothing yet. */
static struct tlsock_cfg *option_clone(const struct tlsock_cfg *old)
{
	struct tlsock_cfg *cfg = kzalloc_obj(*cfg, GFP_KERNEL_ACCOUNT);

	if (!cfg)
		return NULL;
	refcount_set(&cfg->ref, 1);
	cfg->timeout_ms = tlsock_option_timeout_ms(old);
	cfg->verify = old ? old->verify : -1;
	cfg->client_cert = old ? old->client_cert : -1;
	cfg->no_resume = old && old->no_resume;
	cfg->peer_cert = old && old->peer_cert;
	if (old && (!option_dup(&cfg->server_name, old->server_name) ||
		    !option_dup(&cfg->alpn, old->alpn) ||
		    !option_dup(&cfg->profile, old->profile))) {
		option_free(cfg);
		return NULL;
	}
	return cfg;
}

static bool option_name_char(char c)
{
	return isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

static bool option_alpn_char(char c)
{
	return c > ' ' && c < 0x7f;
}

static bool option_is_text(const char *text, bool (*allowed)(char c))
{
	while (*text && allowed(*text))
		text++;
	return !*text;
}

/* No protocol of the list is empty (RFC 7301 section 3.1). */
static bool option_is_alpn(const char *text)
{
	if (!option_is_text(text, option_alpn_char))
		return false;
	return !*text || (*text != ',' && text[strlen(text) - 1] != ',' && !strstr(text, ",,"));
}

static int option_set_text(char **field, int name, sockptr_t value, unsigned int len,
			   unsigned int max)
{
	char *text;

	/* One byte more than @max: programs may count the NUL. */
	if (len > max + 1)
		return -EINVAL;
	text = kzalloc(len + 1, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (copy_from_sockptr(text, value, len)) {
		kfree(text);
		return -EFAULT;
	}
	if (len && !text[len - 1])
		len--;
	if (len > max || strlen(text) != len ||
	    !(name == TLSOCK_ALPN ? option_is_alpn(text) :
				    option_is_text(text, option_name_char))) {
		kfree(text);
		return -EINVAL;
	}
	if (!len) {		/* back to the default */
		kfree(text);
		text = NULL;
	}
	kfree(*field);
	*field = text;
	return 0;
}

static int option_get_int(sockptr_t value, unsigned int len, int min, int max, int *number)
{
	if (len < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(number, value, sizeof(int)))
		return -EFAULT;
	return *number < min || *number > max ? -EINVAL : 0;
}

static int option_apply(struct tlsock_cfg *cfg, int name, sockptr_t value, unsigned int len)
{
	int err, number;

	switch (name) {
	case TLSOCK_SERVER_NAME:
		return option_set_text(&cfg->server_name, name, value, len, TLSOCK_MAX_NAME);
	case TLSOCK_PROFILE:
		return option_set_text(&cfg->profile, name, value, len, TLSOCK_MAX_PROFILE);
	case TLSOCK_ALPN:
		return option_set_text(&cfg->alpn, name, value, len, TLSOCK_MAX_NAME);
	case TLSOCK_VERIFY:
		err = option_get_int(value, len, TLSOCK_VERIFY_NONE, TLSOCK_VERIFY_REQUIRED,
				     &number);
		if (!err)
			cfg->verify = number;
		return err;
	case TLSOCK_CLIENT_CERT:
		err = option_get_int(value, len, TLSOCK_CLIENT_CERT_NONE,
				     TLSOCK_CLIENT_CERT_REQUIRE, &number);
		if (!err)
			cfg->client_cert = number;
		return err;
	case TLSOCK_TIMEOUT_MS:
		err = option_get_int(value, len, 1, TLSOCK_TIMEOUT_MS_MAX, &number);
		if (!err)
			cfg->timeout_ms = number;
		return err;
	case TLSOCK_RESUME:
		err = option_get_int(value, len, 0, 1, &number);
		if (!err)
			cfg->no_resume = !number;
		return err;
	case TLSOCK_PEER_CERT:
		err = option_get_int(value, len, 0, 1, &number);
		if (!err)
			cfg->peer_cert = number;
		return err;
	default:
		return -ENOPROTOOPT;
	}
}

static int option_set_role(struct tlsock_sock *ts, sockptr_t value, unsigned int len)
{
	int err, role;

	err = option_get_int(value, len, TLSOCK_ROLE_CLIENT, TLSOCK_ROLE_SERVER, &role);
	if (!err)
		ts->role = role;
	return err;
}

static int option_upgrade(struct tlsock_sock *ts, sockptr_t value, unsigned int len)
{
	int err, fd;

	err = option_get_int(value, len, INT_MIN, INT_MAX, &fd);
	return err ?: tlsock_upgrade(ts, fd);
}

static int option_key_update(struct tlsock_sock *ts, sockptr_t value, unsigned int len)
{
	int err, request;

	if (ts->state != TLSOCK_STATE_ESTABLISHED)
		return -ENOTCONN;
	err = option_get_int(value, len, TLSOCK_KEY_UPDATE_OWN, TLSOCK_KEY_UPDATE_BOTH, &request);
	return err ?: tlsock_rekey_send(ts, request);
}

static bool option_is_settable(int name)
{
	return (name >= TLSOCK_SERVER_NAME && name <= TLSOCK_TIMEOUT_MS) ||
	       name == TLSOCK_ROLE || name == TLSOCK_UPGRADE || name == TLSOCK_RESUME ||
	       name == TLSOCK_PEER_CERT;
}

/**
 * tlsock_option_set - setsockopt() of level SOL_TLSOCK
 * @ts: the socket
 * @name: TLSOCK_*
 * @value: the value
 * @len: its length in bytes
 *
 * Context: process, outer sk_lock held
 * Return: 0, -ENOPROTOOPT (unknown or get-only), -EISCONN once connected,
 * -EINVAL in another wrong state or for a bad value, -EFAULT, -ENOMEM, or
 * the errno of tlsock_upgrade(); TLSOCK_KEY_UPDATE: -ENOTCONN, or the errno of
 * tlsock_rekey_send()
 */
int tlsock_option_set(struct tlsock_sock *ts, int name, sockptr_t value, unsigned int len)
{
	struct tlsock_cfg *cfg;
	int err;

	sock_owned_by_me(tlsock_outer(ts));
	if (name == TLSOCK_KEY_UPDATE)
		return option_key_update(ts, value, len);
	if (!option_is_settable(name))
		return -ENOPROTOOPT;
	if (ts->state != TLSOCK_STATE_INIT)
		return ts->state == TLSOCK_STATE_ESTABLISHED ? -EISCONN : -EINVAL;
	if (name == TLSOCK_ROLE)
		return option_set_role(ts, value, len);
	if (name == TLSOCK_UPGRADE)
		return option_upgrade(ts, value, len);

	/* Children of an earlier listen() may share the old one. */
	cfg = option_clone(ts->cfg);
	if (!cfg)
		return -ENOMEM;
	err = option_apply(cfg, name, value, len);
	if (err) {
		tlsock_option_put(cfg);
		return err;
	}
	tlsock_option_put(ts->cfg);
	ts->cfg = cfg;
	return 0;
}

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
