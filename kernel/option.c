// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of level SOL_TLSOCK: what may be set when. Everything is decided
 * in the kernel; the helper never sees a setsockopt().
 */
#include <linux/ctype.h>
#include <linux/random.h>

#include "option.h"
#include "rekey.h"
#include "sock.h"

static void option_free(struct tlsock_cfg *cfg)
{
	int kind;

	for (kind = 0; kind < TLSOCK_CREDENTIAL_N; kind++)
		tlsock_credential_put(cfg->own[kind]);
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
	int kind;

	if (!cfg)
		return NULL;
	refcount_set(&cfg->ref, 1);
	cfg->timeout_ms = tlsock_option_timeout_ms(old);
	cfg->verify = old ? old->verify : -1;
	cfg->client_cert = old ? old->client_cert : -1;
	cfg->no_resume = old && old->no_resume;
	cfg->peer_cert = old && old->peer_cert;
	cfg->own_id = old ? old->own_id : 0;
	for (kind = 0; old && kind < TLSOCK_CREDENTIAL_N; kind++)
		cfg->own[kind] = tlsock_credential_get(old->own[kind]);
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

static int option_check_state(const struct tlsock_sock *ts)
{
	if (ts->state == TLSOCK_STATE_INIT)
		return 0;
	return ts->state == TLSOCK_STATE_ESTABLISHED ? -EISCONN : -EINVAL;
}

/**
 * tlsock_option_set_credential - setsockopt() of TLSOCK_CERT, _KEY and _CA
 * @ts: the socket
 * @kind: enum tlsock_credential_kind
 * @credential: owned by the socket if this succeeds; NULL for none
 *
 * Context: process, outer sk_lock held
 * Return: 0, -EISCONN, -EINVAL, -ENOMEM
 */
int tlsock_option_set_credential(struct tlsock_sock *ts, int kind,
				 struct tlsock_credential *credential)
{
	struct tlsock_cfg *cfg;
	int err;

	sock_owned_by_me(tlsock_outer(ts));
	err = option_check_state(ts);
	if (err)
		return err;
	cfg = option_clone(ts->cfg);
	if (!cfg)
		return -ENOMEM;
	tlsock_credential_put(cfg->own[kind]);
	cfg->own[kind] = credential;
	cfg->own_id = get_random_u64();
	tlsock_option_put(ts->cfg);
	ts->cfg = cfg;
	return 0;
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
	err = option_check_state(ts);
	if (err)
		return err;
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
