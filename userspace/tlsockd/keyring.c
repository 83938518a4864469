// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys may be read by whoever possesses them, which is having their keyring
 * in one's own: ".nvme" is linked there when it is found, and one that comes
 * with a request the kernel has linked itself.
 */
#include "keyring.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include <keyutils.h>

#include "../lib/log.h"

#define NVME_KEYRING	".nvme"
#define NFS_KEYRING	".nfs"

static int describe(key_serial_t serial, struct tl_psk *psk)
{
	char *description;
	int err;

	if (keyctl_describe_alloc(serial, &description) < 0)
		return -errno;
	err = tl_psk_describe(description, psk);
	free(description);
	return err;
}

static int read_secret(key_serial_t serial, struct tl_psk *psk)
{
	uint8_t secret[TL_PSK_MAX_KEY + 1];
	long length = keyctl_read(serial, (char *)secret, sizeof(secret));
	int err = length < 0 ? -errno : tl_psk_set(psk, secret, (size_t)length);

	explicit_bzero(secret, sizeof(secret));
	return err;
}

/* Returns whether it can be used. */
static bool take(key_serial_t serial, struct tl_psk *psk, bool any_type)
{
	int err = describe(serial, psk);

	if (err == -ENOKEY && any_type)
		return false;
	if (!err)
		err = read_secret(serial, psk);
	psk->serial = serial;
	if (err)
		tl_log(LOG_WARNING, "key %d cannot be used as a pre-shared key: %s", serial,
		       err == -EINVAL ? "identity of 1 to 255 bytes, secret of 32 to 64" :
		       strerror(-err));
	return !err;
}

/* The module that makes it may come at any time. */
static key_serial_t link_keyring(const char *name)
{
	key_serial_t keyring = find_key_by_type_and_desc("keyring", name, 0);

	if (keyring > 0 && keyctl_link(keyring, KEY_SPEC_PROCESS_KEYRING))
		tl_log(LOG_WARNING, "keyring %s cannot be linked: %s", name, strerror(errno));
	return keyring;
}

static int take_all(key_serial_t keyring, struct tl_psk *out)
{
	void *payload;
	int size = keyctl_read_alloc(keyring, &payload);
	const key_serial_t *serials = payload;
	int n = 0;

	if (size < 0) {
		tl_log(LOG_WARNING, "keyring %d cannot be read: %s", keyring, strerror(errno));
		return 0;
	}
	for (size_t i = 0; i < (size_t)size / sizeof(*serials); i++) {
		if (n == TL_PSK_MAX) {
			tl_log(LOG_WARNING, "keyring %d has more than %d keys, which is all that "
			       "are looked at", keyring, TL_PSK_MAX);
			break;
		}
		n += take(serials[i], &out[n], true);
	}
	free(payload);
	return n;
}

int td_keyring_psks(const struct tl_kernel *kernel, struct tl_psk out[TL_PSK_MAX],
		    const char **why)
{
	key_serial_t keyring = kernel->keyring;
	int n = 0;

	if (kernel->n_psks) {
		link_keyring(NVME_KEYRING);
		for (unsigned int i = 0; i < kernel->n_psks && i < TL_CONSUMER_MAX_KEYS; i++)
			n += take(kernel->psks[i], &out[n], false);
		*why = "the pre-shared key cannot be read";
		return n ? n : -ENOKEY;
	}
	if (kernel->consumer != TL_CONSUMER_NVME_TARGET) {
		*why = "the kernel names no pre-shared key";
		return -ENOKEY;
	}
	if (!keyring)
		keyring = link_keyring(NVME_KEYRING);
	*why = "there is no keyring " NVME_KEYRING;
	if (keyring > 0) {
		n = take_all(keyring, out);
		*why = "no pre-shared key is in the keyring";
	}
	return n ? n : -ENOKEY;
}

/* What a key has in it, into the pipe; nothing if there is no key. */
static int pass(key_serial_t serial, long max, int pipe, uint32_t *length, const char **why)
{
	void *payload;
	ssize_t written;
	long size;

	if (!serial)
		return 0;
	size = keyctl_read_alloc(serial, &payload);
	if (size <= 0 || size > max) {
		*why = size < 0 ? "a key with certificate or private key cannot be read" :
		       size ? "a key with certificate or private key is too long" :
			      "a key with certificate or private key is empty";
		tl_log(LOG_WARNING, "key %d: %s", serial, size < 0 ? strerror(errno) : *why);
		if (size >= 0)
			free(payload);
		return -ENOKEY;
	}
	written = write(pipe, payload, (size_t)size);
	explicit_bzero(payload, (size_t)size);
	free(payload);
	*length = (uint32_t)size;
	if (written == size)
		return 0;
	*why = "no memory for the certificate";
	return -ENOMEM;
}

/* A pipe, for its memory is never swapped; both fit into it. */
int td_keyring_bring(const struct tl_kernel *kernel, struct tl_own *own, const char **why)
{
	int ends[2], ret;

	*why = "no memory for the certificate";
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -ENOMEM;
	link_keyring(NFS_KEYRING);
	ret = pass(kernel->certificate, TLSOCK_MAX_CERT, ends[1], &own->cert, why);
	if (ret == 0)
		ret = pass(kernel->private_key, TLSOCK_MAX_KEY, ends[1], &own->key, why);
	close(ends[1]);
	if (ret == 0)
		return ends[0];
	close(ends[0]);
	return ret;
}

void td_keyring_forget(const struct tl_kernel *kernel)
{
	if (kernel->keyring)
		keyctl_unlink(kernel->keyring, KEY_SPEC_PROCESS_KEYRING);
}
