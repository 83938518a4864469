#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the place of tlshd: with its configuration as it is, and beside it, when
# each request goes to one or the other.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash
# shellcheck source=tests/net/nfs.bash
. ./nfs.bash

mounts=${MOUNTS:-8}
config=$work/tlshd.conf

# Of its package, with files where it has only their names
configure()
{
	cat >"$config" <<-END
		[debug]
		loglevel=0
		tls=0
		nl=0

		[authenticate]
		#keyrings= <keyring>;<keyring>;<keyring>

		[authenticate.client]
		x509.truststore= $pki/ca.pem
		x509.certificate= $pki/client.pem
		x509.private_key= $pki/client.key

		[authenticate.server]
		x509.truststore= $pki/ca.pem
		x509.certificate= $pki/server.pem
		x509.private_key= $pki/server.key
	END
}

# mounts WHAT XPRTSEC: all of them work
mounts()
{
	local good=0 turn
	for ((turn = 0; turn < mounts; turn++)); do
		nfs_mounts web.test "vers=4.2,xprtsec=$2"
		[ "$status" != 0 ] || ! echo "$turn" >"$nfs_mount/file" ||
			[ "$(<"$nfs_export/file")" != "$turn" ] || good=$((good + 1))
		nfs_unmount
	done
	if [ "$good" = "$mounts" ]; then
		ok "$1: $mounts mounts with $2"
	else
		not_ok "$1: $mounts mounts with $2" "$good were good"
	fi
}

test_alone()
{
	run tlsockd --check --tlshd-config "$config"
	expect "tlshd's configuration is good" 0 'is good'
	log_mark
	mounts "in the place of tlshd" mtls
	logged "by its certificate" 'handshake ok role=client .*profile=nfs .*consumer=nfs'
	logged "and the server's" 'handshake ok role=server .*profile=nfsd .*verified=yes'
	mounts "in the place of tlshd" tls
}

test_beside()
{
	start "$work/tlshd.log" tlshd -s -c "$config"
	tlshd_pid=$server_pid
	wait_for grep -qs 'Built from\|tlshd' "$work/tlshd.log"
	mounts "beside tlshd" mtls
	kill "$tlshd_pid"
	wait "$tlshd_pid" 2>/dev/null
	mounts "when tlshd has gone" mtls
}

test_mistakes()
{
	echo 'x509.pkcs11=token' >>"$config"
	run tlsockd --check --tlshd-config "$config"
	expect "what it does not have it tells" 1 "$config:18: tlshd's x509.pkcs11: is not known here"
	sed -i 's/^#keyrings=.*/keyrings=mine/; $d' "$config"
	run tlsockd --check --tlshd-config "$config"
	expect "keyrings of others too" 1 "$config:7: tlshd's keyrings: other keyrings"
}

restore()
{
	nfs_end
	helper_stop
	helper_start
}

helper_alive || { skip "no helper runs here"; finish; exit; }
nfs_possible || { skip "no NFS server here"; finish; exit; }
command -v tlshd >/dev/null || { skip "no tlshd here"; finish; exit; }
trap 'restore; cleanup' EXIT
configure
helper_stop
helper_launch --tlshd-config "$config"
wait_for helper_serves
nfs_server mtls:tls
test_alone
test_beside
test_mistakes
finish
