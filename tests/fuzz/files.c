// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that the configuration names, for libFuzzer; the first byte tells what it
 * is read as: a certificate in PEM form, revocation lists, pre-shared keys, keys of
 * tickets or an OCSP response; or what programs bring.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "check.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/ocsp.h"
#include "lib/psk.h"
#include "tlsockd/context.h"
#include "tlsockd/crl.h"
#include "tlsockd/digest.h"
#include "tlsockd/file.h"
#include "tlsockd/leaf.h"
#include "tlsockd/message.h"
#include "tlsockd/ocsp.h"
#include "tlsockd/own.h"
#include "tlsockd/profile.h"
#include "tlsockd/psk_file.h"
#include "tlsockd/ticket_keys.h"

static int fd;
static char path[32];

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	tl_log_open("fuzz", LOG_EMERG);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || fchmod(fd, 0600) || td_context_init())
		abort();
	return 0;
}

static void write_file(const uint8_t *data, size_t size)
{
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

/* What is refused is told, and only that. */
static void count_mistake(void *arg, const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	if (!*text)
		abort();
	++*(int *)arg;
}

static void try_certificate(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct td_leaf leaf;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (!td_leaf_init(&leaf, text, size))
		td_leaf_exit(&leaf);
	free(text);
}

static void take_entry(void *arg, const uint8_t *issuer_sha256, struct tl_span serial)
{
	(void)arg;
	(void)issuer_sha256;
	check_bytes(serial.data, serial.length);
}

static void try_lists(struct td_mistakes *mistakes)
{
	const uint8_t byte = 1;
	const struct tl_span span = { &byte, 1 };
	const struct tl_cert cert = { .der = span, .issuer = span, .serial = span, .key = span };
	struct td_crls crls = { 0 };
	int ret = td_crl_load(&crls, path, mistakes);

	if ((ret != 0) != (mistakes->count != 0))
		abort();
	td_crl_walk(&crls, take_entry, NULL);
	td_crl_check(&crls, &cert, &cert, 0);
	td_crl_free(&crls);
}

static void try_psks(struct td_mistakes *mistakes)
{
	struct td_psks psks = { 0 };
	int ret = td_psk_file_read(path, mistakes, &psks);

	if ((ret != 0) != (mistakes->count != 0) || psks.n > TD_PSKS_MAX)
		abort();
	for (uint32_t i = 0; i < psks.n; i++)
		if (psks.list[i].length < TL_PSK_MIN_OWN_KEY ||
		    psks.list[i].length > TL_PSK_MAX_KEY || !*psks.list[i].identity ||
		    !tl_psk_suite(&psks.list[i]))
			abort();
	td_psk_file_free(&psks);
}

static void try_ticket_keys(void)
{
	struct td_ticket_keys *keys = NULL;
	int mistakes = 0;
	int ret = td_ticket_keys_read(path, &keys, count_mistake, &mistakes);

	if ((ret != 0) != (mistakes != 0) || (keys && (!keys->n || keys->n > TD_TICKET_KEYS_MAX)))
		abort();
	td_ticket_keys_free(keys);
}

static void try_response(const uint8_t *data, size_t size)
{
	const uint8_t number[] = { 0x11, 0x26 };	/* that in the corpus */
	const struct tl_span serial = { number, sizeof(number) };
	struct tl_span der;
	struct tl_ocsp found;
	struct tl_cert cert;

	if (tl_ocsp_parse(data, size, serial, &found))
		return;
	check_bytes(found.issuer_name.data, found.issuer_name.length);
	check_bytes(found.issuer_key.data, found.issuer_key.length);
	check_bytes(found.data.data, found.data.length);
	td_digest_type(found.digest);
	td_ocsp_status(0, &found);
	while (tl_der_take_whole(&found.certs, TL_DER_SEQUENCE, &der))
		if (!tl_cert_parse(der.data, der.length, &cert))
			td_digest_verify(cert.public_key, found.algorithm, found.data,
					 found.signature);
}

/* Two bytes tell how long certificate and key are, the rest is trust anchors. */
static void try_own(const uint8_t *data, size_t size)
{
	static const struct tl_profile profile = {
		.name = (char *)"default",
		.min_version = TL_VERSION_1_2,
		.max_version = TL_VERSION_1_3,
	};
	static struct td_profile base;
	struct td_job job = { .role = TLSOCK_ROLE_SERVER };
	struct td_mistakes mistakes = { 0 };
	struct td_result result = { 0 };
	struct td_owns owns = { 0 };
	struct td_own *own;
	size_t cert, key;

	if (size < 3)
		return;
	if (!base.config && td_profile_init_role(&base, &profile, TLSOCK_ROLE_SERVER, &mistakes))
		abort();
	size -= 2;
	cert = data[0] * 16U < size ? data[0] * 16U : size;
	key = data[1] * 16U < size - cert ? data[1] * 16U : size - cert;
	job.own = (struct tl_own) {
		1, (uint32_t)cert, (uint32_t)key, (uint32_t)(size - cert - key),
	};
	write_file(data + 2, size);
	lseek(fd, 0, SEEK_SET);
	own = td_own_get(&owns, &base, &job, fd, &result);
	if (!own != !!result.error || (result.error && !*result.text))
		abort();
	td_own_put(own);
	td_own_free(&owns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tl_profile profile = { .name = (char *)"", .file = (char *)"" };
	struct td_mistakes mistakes = { .profile = &profile };

	if (!size)
		return -1;
	write_file(data + 1, size - 1);
	switch (*data % 6) {
	case 0:
		try_certificate(data + 1, size - 1);
		break;
	case 1:
		try_lists(&mistakes);
		break;
	case 2:
		try_psks(&mistakes);
		break;
	case 3:
		try_ticket_keys();
		break;
	case 4:
		try_response(data + 1, size - 1);
		break;
	case 5:
		try_own(data + 1, size - 1);
		break;
	}
	return 0;
}
