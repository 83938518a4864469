// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The causes of a failure are looked at in a fixed order: our judgement on the
 * certificate, what the peer said (alert), what it spoke instead of TLS, its
 * version, and only then wolfSSL's code. wolfSSL's words stand in the text
 * where no better ones are known.
 */
#include "outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/names.h"
#include "engine.h"
#include "profile.h"
#include "wolf.h"

enum {
	LEVEL_FATAL = 2,
	ALERT_CLOSE_NOTIFY = 0,
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_BAD_CERTIFICATE = 42,
	ALERT_UNSUPPORTED_CERTIFICATE = 43,
	ALERT_CERTIFICATE_REVOKED = 44,
	ALERT_CERTIFICATE_EXPIRED = 45,
	ALERT_CERTIFICATE_UNKNOWN = 46,
	ALERT_ILLEGAL_PARAMETER = 47,
	ALERT_UNKNOWN_CA = 48,
	ALERT_DECRYPT_ERROR = 51,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_UNRECOGNIZED_NAME = 112,
	ALERT_CERTIFICATE_REQUIRED = 116,
	ALERT_UNKNOWN_PSK_IDENTITY = 115,
	ALERT_NO_APPLICATION_PROTOCOL = 120,
};

/* What wolfSSL's codes mean; the sentence may use the protocol list. */
static const struct {
	int		wolf;
	int		error;
	uint32_t	stage;
	const char	*text;
} causes[] = {
	{ MATCH_SUITE_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer and we have no cipher suite or group in common" },
	/* wolfSSL_get_error() makes this of it; a closed socket it cannot see. */
	{ WOLFSSL_ERROR_SYSCALL, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer and we have no cipher suite or group in common" },
	{ UNSUPPORTED_SUITE, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer chose a cipher suite that we did not offer" },
	{ KEY_SHARE_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer and we have no key exchange group in common" },
	{ BAD_KEY_SHARE_DATA, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer and we have no key exchange group in common" },
	{ ECC_CURVE_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer and we have no key exchange group in common" },
	{ NO_PEER_CERT, EKEYREJECTED, TLSOCK_STAGE_VERIFY, "peer sent no certificate" },
	{ NO_PEER_VERIFY, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer did not prove that it owns its certificate" },
	{ VERIFY_CERT_ERROR, EKEYREJECTED, TLSOCK_STAGE_VERIFY, "certificate was refused" },
	{ VERIFY_FINISHED_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE,
	  "peer's Finished does not fit what was said before" },
	{ DECRYPT_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE, "a record cannot be decrypted" },
	{ VERIFY_MAC_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE, "a record cannot be decrypted" },
	{ LENGTH_ERROR, EPROTO, TLSOCK_STAGE_HANDSHAKE, "peer sent a record that is too long" },
	{ PEER_KEY_ERROR, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
	  "the key in the certificate cannot be used" },
	{ RSA_KEY_SIZE_E, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
	  "the RSA key in the certificate is shorter than 2048 bits" },
	{ ECC_KEY_SIZE_E, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
	  "the EC key in the certificate is shorter than 256 bits" },
	{ WOLFSSL_ERROR_ZERO_RETURN, ECONNRESET, TLSOCK_STAGE_HANDSHAKE,
	  "peer ended the handshake" },
	{ NO_PRIVATE_KEY, ENOKEY, TLSOCK_STAGE_CONFIG, "the private key is missing" },
	{ NO_CERT_ERROR, ENOKEY, TLSOCK_STAGE_CONFIG, "the certificate is missing" },
	{ MEMORY_E, ENOMEM, TLSOCK_STAGE_HANDSHAKE, "out of memory" },
	{ MEMORY_ERROR, ENOMEM, TLSOCK_STAGE_HANDSHAKE, "out of memory" },
};

void td_outcome_clear(struct td_result *result)
{
	memset(result, 0, sizeof(*result));
	result->alert_sent = -1;
	result->alert_received = -1;
}

void td_outcome_set(struct td_result *result, int error, uint32_t stage, const char *format,
		    ...)
{
	va_list args;

	if (result->error)
		return;
	result->error = error;
	result->stage = stage;
	va_start(args, format);
	vsnprintf(result->text, sizeof(result->text), format, args);
	va_end(args);
}

/* "TLS 1.3" of 0x0304, "SSL 3" of 0x0300 */
static const char *version_text(uint16_t version)
{
	static const char *const texts[] = {
		"SSL 3", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3",
	};

	if (version < 0x0300 || version - 0x0300u >= sizeof(texts) / sizeof(texts[0]))
		return "an unknown version of TLS";
	return texts[version - 0x0300];
}

static void copy_name(char *to, const char *from, size_t length)
{
	size_t i;

	if (length > TLSOCK_MAX_NAME)
		length = TLSOCK_MAX_NAME;
	for (i = 0; i < length; i++)
		to[i] = from[i] > ' ' && from[i] <= '~' ? from[i] : '?';
	to[length] = '\0';
}

void td_outcome_names(struct td_engine *engine)
{
	struct td_result *result = engine->result;
	unsigned short length;
	void *sni = NULL;

	result->peer = result->resumed ? engine->resume_peer : engine->verify.peer;
	if (engine->role == TLSOCK_ROLE_CLIENT) {
		snprintf(result->server_name, sizeof(result->server_name), "%s",
			 engine->verify.identity.host);
		return;
	}
	length = wolfSSL_SNI_GetRequest(engine->ssl, WOLFSSL_SNI_HOST_NAME, &sni);
	if (sni)
		copy_name(result->server_name, sni, length);
}

void td_outcome_success(struct td_engine *engine)
{
	struct td_result *result = engine->result;
	unsigned short length = 0;
	char *alpn = NULL;

	result->version = (uint16_t)wolfSSL_version(engine->ssl);
	result->cipher = (uint16_t)wolfSSL_get_current_cipher_suite(engine->ssl);
	result->group = engine->wire.facts.group;
	result->verified = td_verify_passed(&engine->verify);
	result->resumed = wolfSSL_session_reused(engine->ssl) != 0;
	result->verify_code = engine->verify.code;
	result->verify_depth = engine->verify.depth;
	if (wolfSSL_ALPN_GetProtocol(engine->ssl, &alpn, &length) == WOLFSSL_SUCCESS && alpn)
		copy_name(result->alpn, alpn, length);
	td_outcome_names(engine);
}

/* A key that one end lacks, or that is another at the other end */
static bool psk_failure(struct td_engine *engine, const char *alert)
{
	if (!engine->by_psk)
		return false;
	if (alert)
		td_outcome_set(engine->result, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
			       "peer refused our pre-shared key (alert %s)", alert);
	else if (engine->role == TLSOCK_ROLE_CLIENT)
		return false;
	else if (!engine->psk)
		td_outcome_set(engine->result, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
			       "peer names no pre-shared key that is here");
	else if (engine->error == BAD_BINDER)
		td_outcome_set(engine->result, EKEYREJECTED, TLSOCK_STAGE_VERIFY,
			       "peer's pre-shared key is not the one of that name here");
	return engine->result->error != 0;
}

static void alert_failure(struct td_engine *engine, int alert)
{
	struct td_result *result = engine->result;
	const char *name = tl_names_alert(alert);
	const char *what = "peer refused the handshake";
	bool lacking = engine->wire.facts.empty_certificate;

	if (!name)
		name = "unknown";
	if ((alert == ALERT_UNKNOWN_PSK_IDENTITY || alert == ALERT_DECRYPT_ERROR ||
	     alert == ALERT_HANDSHAKE_FAILURE || alert == ALERT_ILLEGAL_PARAMETER) &&
	    psk_failure(engine, name))
		return;
	switch (alert) {
	case ALERT_CERTIFICATE_REQUIRED:
		lacking = true;
		break;
	case ALERT_UNKNOWN_PSK_IDENTITY:
		td_outcome_set(result, ENOKEY, TLSOCK_STAGE_HANDSHAKE,
			       "peer requires a pre-shared key, the profile has none (alert %s)",
			       name);
		return;
	case ALERT_HANDSHAKE_FAILURE:
		what = "peer has no cipher suite, group or signature in common with us";
		break;
	case ALERT_BAD_CERTIFICATE:
	case ALERT_UNSUPPORTED_CERTIFICATE:
	case ALERT_CERTIFICATE_REVOKED:
	case ALERT_CERTIFICATE_EXPIRED:
	case ALERT_CERTIFICATE_UNKNOWN:
		what = "peer refused our certificate";
		break;
	case ALERT_UNKNOWN_CA:
		what = "peer does not trust the authority of our certificate";
		break;
	case ALERT_PROTOCOL_VERSION:
		td_outcome_set(result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer speaks no version from %s to %s (alert %s)",
			       version_text(engine->profile->min_version),
			       version_text(engine->profile->max_version), name);
		return;
	case ALERT_UNRECOGNIZED_NAME:
		what = "peer does not serve that name";
		break;
	case ALERT_NO_APPLICATION_PROTOCOL:
		td_outcome_set(result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer accepts none of our protocols: %.60s (alert %s)",
			       engine->alpn, name);
		return;
	}
	if (lacking)
		what = "peer requires a certificate, the profile has none";
	td_outcome_set(result, lacking ? ENOKEY : EPROTO, TLSOCK_STAGE_HANDSHAKE, "%s (alert %s)",
		       what, name);
}

static bool version_failure(struct td_engine *engine)
{
	const struct tl_wire_facts *facts = &engine->wire.facts;
	const struct td_profile *profile = engine->profile;
	bool server = engine->role == TLSOCK_ROLE_SERVER;
	uint16_t version = server ? facts->client_version : facts->version;

	if (!version)
		return false;
	if (version < profile->min_version)
		td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer speaks %s, at least %s is required", version_text(version),
			       version_text(profile->min_version));
	else if (!server && version > profile->max_version)
		td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer chose %s, at most %s is allowed", version_text(version),
			       version_text(profile->max_version));
	return engine->result->error != 0;
}

static bool garbage_failure(struct td_engine *engine)
{
	const struct tl_wire_flow *flow = &engine->wire.flow[TL_WIRE_IN];
	char first[64];

	if (!flow->garbage)
		return false;
	tl_wire_first(flow, first, sizeof(first));
	if (flow->seen <= TL_WIRE_FIRST)
		td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer sent no TLS (first bytes: %s)", first);
	else
		td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer sent something that is no TLS record");
	return true;
}

static void wolf_failure(struct td_engine *engine)
{
	char words[WOLFSSL_MAX_ERROR_SZ] = "";
	size_t i;

	if (engine->error == UNKNOWN_ALPN_PROTOCOL_NAME_E) {
		td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
			       "peer and we have no application protocol in common (ours: %.60s)",
			       engine->alpn);
		return;
	}
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].wolf == engine->error) {
			td_outcome_set(engine->result, causes[i].error, causes[i].stage, "%s",
				       causes[i].text);
			return;
		}
	wolfSSL_ERR_error_string_n((unsigned long)engine->error, words, sizeof(words));
	td_outcome_set(engine->result, EPROTO, TLSOCK_STAGE_HANDSHAKE,
		       "handshake failed: %.80s (wolfSSL %d)", words, engine->error);
}

void td_outcome_failure(struct td_engine *engine)
{
	struct td_result *result = engine->result;
	struct td_verify *verify = &engine->verify;
	WOLFSSL_ALERT_HISTORY alerts = { { -1, -1 }, { -1, -1 } };

	td_verify_failed(verify, engine->error);
	wolfSSL_get_alert_history(engine->ssl, &alerts);
	if (alerts.last_rx.code >= 0)
		result->alert_received = (int16_t)alerts.last_rx.code;
	if (alerts.last_tx.code >= 0)
		result->alert_sent = (int16_t)alerts.last_tx.code;
	result->verify_code = verify->code;
	result->verify_depth = verify->depth;
	td_outcome_names(engine);
	if (verify->code && verify->mode == TLSOCK_VERIFY_REQUIRED)
		td_outcome_set(result, td_verify_errno(verify->code), TLSOCK_STAGE_VERIFY, "%s",
			       verify->text);
	else if (result->alert_received == ALERT_CLOSE_NOTIFY)
		td_outcome_set(result, ECONNRESET, TLSOCK_STAGE_HANDSHAKE,
			       "peer ended the handshake (alert close_notify)");
	else if (alerts.last_rx.level == LEVEL_FATAL)
		alert_failure(engine, result->alert_received);
	else if (!garbage_failure(engine) && !version_failure(engine) &&
		 !psk_failure(engine, NULL))
		wolf_failure(engine);
}
