#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NVMe over TCP with TLS by pre-shared key: host and target of this kernel, a
# file system between them, keys that are wrong or missing, and what happens
# when a connection or the helper goes.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash
# shellcheck source=tests/net/nvme.bash
. ./nvme.bash

megabytes=${MEGABYTES:-16}

# Writes a file to the disk, and reads it back from there.
compare()
{
	umount "$nvme_mount" 2>/dev/null
	run mkfs.ext4 -q -F "$(nvme_device)"
	expect "$1: a file system" 0
	run mount "$(nvme_device)" "$nvme_mount"
	expect "$1: is mounted" 0
	head -c "${megabytes}M" /dev/urandom >"$work/data"
	cp "$work/data" "$nvme_mount/data"
	umount "$nvme_mount"
	echo 1 >/proc/sys/vm/drop_caches
	mount "$(nvme_device)" "$nvme_mount"
	run cmp "$work/data" "$nvme_mount/data"
	expect "$1: $megabytes MiB come back as they were" 0
	umount "$nvme_mount"
}

# with_key IDENTITY HMAC SUITE
with_key()
{
	local name="identity $1, hash $2"
	nvme_keys_clear
	nvme_key "$1" "$2"
	log_mark
	nvme_connects --tls --tls_key="$nvme_serial"
	expect "$name: connects" 0
	logged "$name: the host" "handshake ok role=client .*suite=$3"
	logged "$name: the target" "handshake ok role=server .*suite=$3"
	wait_for nvme_has_device
}

test_keys()
{
	with_key 1 1 TLS_AES_128_GCM_SHA256
	compare "SHA-256"
	nvme_disconnect
	with_key 0 2 TLS_AES_256_GCM_SHA384
	compare "SHA-384"
	nvme_disconnect
	log_mark
	nvme_connects --tls
	expect "the kernel finds the key by itself" 0
	nvme_disconnect
}

# other_key: one with the identity of ours and another secret, in another keyring
other_key()
{
	head -c 48 /dev/urandom | keyctl padd psk "$(nvme_identity)" "$other"
}

test_failures()
{
	local serial
	other=$(keyctl newring other @u)
	serial=$(other_key)
	log_mark
	nvme_connects --tls --keyring="$other" --tls_key="$serial"
	expect "a wrong key" 1
	logged "a wrong key: the target says why" \
		'role=server .*errno=EKEYREJECTED .*is not the one of that name here'
	logged "a wrong key: the host too" 'role=client .*errno=EKEYREJECTED'
	log_mark
	serial=$(head -c 32 /dev/urandom |
		keyctl padd psk "NVMe0R01 $nvme_host nqn.2026-01.test:other" "$other")
	nvme_connects --tls --keyring="$other" --tls_key="$serial"
	expect "a key that the target has not" 1
	logged "a key that the target has not: it says so" \
		'role=server .*names no pre-shared key that is here'
	nvme_connects
	expect "without TLS nobody connects" 1
	keyctl unlink "$other" @u
}

reconnected()
{
	[ "$(log_since_mark | grep -c 'handshake ok role=client')" -ge 3 ] &&
		grep -q live /sys/class/nvme/nvme*/state
}

test_reconnect()
{
	nvme_connects --tls
	expect "connected for more" 0
	wait_for nvme_has_device
	log_mark
	run ss -K dst 127.0.0.1 dport = 4420
	wait_for reconnected
	ok "a connection that was cut comes back with TLS"
	compare "afterwards"
	helper_stop
	run dd if="$(nvme_device)" of=/dev/null bs=1M count=4 iflag=direct
	expect "the helper may go meanwhile" 0
	helper_start
	log_mark
	run ss -K dst 127.0.0.1 dport = 4420
	wait_for reconnected
	ok "and serves the next connections when it is back"
	compare "with another helper"
	nvme_disconnect
}

helper_alive || { skip "no helper runs here"; finish; exit; }
nvme_possible || { skip "no NVMe over TCP here"; finish; exit; }
trap 'nvme_end; cleanup' EXIT
nvme_target $((megabytes * 2 + 16))
test_keys
test_failures
test_reconnect
finish
