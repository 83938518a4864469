// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys out of wolfSSL, in the form that kernel TLS takes them. */
#include "keys.h"

#include <errno.h>
#include <string.h>

#include "../lib/config.h"
#include "../lib/suite.h"
#include "engine.h"
#include "wolf.h"

/* TLS 1.2 AES: the explicit nonce counts up from that of our Finished. */
static void next_nonce(const struct tl_wire_flow *flow, uint64_t records, uint8_t *nonce)
{
	int i;

	for (i = TL_KTLS_NONCE_LENGTH - 1; i >= 0; i--) {
		records += flow->nonce[i];
		nonce[i] = (uint8_t)records;
		records >>= 8;
	}
}

int td_keys_get(struct td_engine *engine, int direction, union tl_ktls_info *out)
{
	bool sending = direction == TLS_TX;
	bool client_writes = (engine->role == TLSOCK_ROLE_CLIENT) == sending;
	const struct tl_suite *suite =
		tl_suite_by_number((uint16_t)wolfSSL_get_current_cipher_suite(engine->ssl));
	const struct tl_wire_flow *sent = &engine->wire.flow[TL_WIRE_OUT];
	uint8_t nonce[TL_KTLS_NONCE_LENGTH] = { 0 };
	struct tl_ktls_keys keys = { 0 };
	word64 sequence = 0;
	int ret;

	if (!suite || engine->state != TD_ENGINE_DONE)
		return -EINVAL;
	/* Both give 1 where the number is 0, so only less than 0 is an error. */
	ret = sending ? wolfSSL_GetSequenceNumber(engine->ssl, &sequence) :
			wolfSSL_GetPeerSequenceNumber(engine->ssl, &sequence);
	if (ret < 0)
		return -EINVAL;
	keys.version = (uint16_t)wolfSSL_version(engine->ssl);
	keys.cipher = suite->cipher;
	keys.key = client_writes ? wolfSSL_GetClientWriteKey(engine->ssl) :
				   wolfSSL_GetServerWriteKey(engine->ssl);
	keys.key_length = (size_t)wolfSSL_GetKeySize(engine->ssl);
	keys.iv = client_writes ? wolfSSL_GetClientWriteIV(engine->ssl) :
				  wolfSSL_GetServerWriteIV(engine->ssl);
	keys.iv_length = (size_t)wolfSSL_GetIVSize(engine->ssl);
	keys.sequence = sequence;
	if (!keys.key || !keys.iv)
		return -EINVAL;
	if (sending && keys.version == TL_VERSION_1_2) {
		if (sent->nonce_length != TL_KTLS_NONCE_LENGTH)
			return -EINVAL;
		next_nonce(sent, sequence, nonce);
		keys.nonce = nonce;
	}
	return tl_ktls_cipher_fill(&keys, out);
}

void td_keys_secrets(struct td_engine *engine)
{
	struct td_result *result = engine->result;
	uint32_t peer = engine->role == TLSOCK_ROLE_CLIENT ? TLSOCK_ROLE_SERVER :
							     TLSOCK_ROLE_CLIENT;
	size_t length = engine->secret_length[engine->role];

	if (!length || engine->secret_length[peer] != length)
		return;
	result->secret_length = (uint8_t)length;
	memcpy(result->tx_secret, engine->secret[engine->role], length);
	memcpy(result->rx_secret, engine->secret[peer], length);
}
