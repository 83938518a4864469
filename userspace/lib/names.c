// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables behind names.h; those of suites and groups are in suite.c. */
#include "names.h"

#include <stddef.h>
#include <string.h>

#include <linux/tlsock.h>

#include "suite.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct name {
	uint16_t	number;
	const char	*text;
};

static const struct name versions[] = {
	{ 0x0300, "SSLv3" },
	{ 0x0301, "TLSv1.0" },
	{ 0x0302, "TLSv1.1" },
	{ 0x0303, "TLSv1.2" },
	{ 0x0304, "TLSv1.3" },
};

static const struct name alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

static const char *const stages[] = {
	[TLSOCK_STAGE_NONE] = "none",
	[TLSOCK_STAGE_TCP] = "tcp",
	[TLSOCK_STAGE_QUEUE] = "queue",
	[TLSOCK_STAGE_CONFIG] = "config",
	[TLSOCK_STAGE_HANDSHAKE] = "handshake",
	[TLSOCK_STAGE_VERIFY] = "verify",
	[TLSOCK_STAGE_KEYS] = "keys",
	[TLSOCK_STAGE_DATA] = "data",
};

static const char *const roles[] = {
	[TLSOCK_ROLE_CLIENT] = "client",
	[TLSOCK_ROLE_SERVER] = "server",
};

static const char *find(const struct name *table, size_t n, int number)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].number == number)
			return table[i].text;
	return NULL;
}

const char *tl_names_version(uint16_t version)
{
	return find(versions, ARRAY_SIZE(versions), version);
}

const char *tl_names_suite(uint16_t suite)
{
	const struct tl_suite *found = tl_suite_by_number(suite);

	return found ? found->name : NULL;
}

const char *tl_names_group(uint16_t group)
{
	for (size_t i = 0; i < tl_groups_count; i++)
		if (tl_groups[i].number == group)
			return tl_groups[i].name;
	return NULL;
}

const char *tl_names_alert(int alert)
{
	return find(alerts, ARRAY_SIZE(alerts), alert);
}

const char *tl_names_errno(int error)
{
	return error ? strerrorname_np(error) : NULL;
}

const char *tl_names_stage(uint32_t stage)
{
	return stage < ARRAY_SIZE(stages) ? stages[stage] : NULL;
}

const char *tl_names_role(uint32_t role)
{
	return role < ARRAY_SIZE(roles) ? roles[role] : NULL;
}
