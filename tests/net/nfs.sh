#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NFS with the kernel's server and client, both served by tlsockd: mounts with
# xprtsec=tls and mtls that carry data, and mounts that must fail.

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

profiles=/etc/tlsock/profiles.d/consumers.conf
megabytes=${MEGABYTES:-16}

# Connections that kernel TLS has encrypted so far
encrypted()
{
	awk '/^TlsTxSw|^TlsTxDevice/ { sum += $2 } END { print sum + 0 }' /proc/net/tls_stat
}

# data NAME: what is written comes back
data()
{
	run sh -c "dd if=/dev/urandom of='$work/file' bs=1M count=$megabytes &&
		cp '$work/file' '$nfs_mount/file' && sync '$nfs_mount/file' &&
		cmp '$work/file' '$nfs_export/file' &&
		echo 3 >/proc/sys/vm/drop_caches && cmp '$work/file' '$nfs_mount/file'"
	expect "$1: $megabytes MiB arrive and come back" 0
	rm -f "$nfs_mount/file" "$work/file"
}

# good NAME HOST OPTIONS: the mount works
good()
{
	local before
	before=$(encrypted)
	log_mark
	nfs_mounts "$2" "$3"
	expect "$1: mount" 0
	if [ "$(encrypted)" -ge $((before + 2)) ]; then
		ok "$1: both ends encrypt"
	else
		not_ok "$1: both ends encrypt" "no two connections of kernel TLS came"
	fi
	logged "$1: told for the client" 'handshake ok role=client .*consumer=nfs .*verified=yes'
	logged "$1: told for the server" "handshake ok role=server .*consumer=nfsd .*verified=${4:-no}"
	data "$1"
	nfs_unmount
}

# bad NAME HOST OPTIONS REASON: it does not, and the log says why
bad()
{
	log_mark
	nfs_mounts "$2" "$3"
	if [ "$status" != 0 ] && ! mountpoint -q "$nfs_mount"; then
		ok "$1: no mount"
	else
		not_ok "$1: no mount" "it was mounted"
	fi
	[ $# -lt 4 ] || logged "$1: the reason" "$4"
	nfs_unmount
}

reload()
{
	run tlsock reload
	[ "$status" = 0 ] || bail_out "reload: $out"
}

# with_profile ROLE CERTIFICATE: the profile "nfs" or "nfsd" has another one
with_profile()
{
	sed -i "/^\[profile $1\]/,/^$/{/^ca/!s#pki/[a-z-]*\.#pki/$2.#}" "$profiles"
	reload
}

# A new connection has been encrypted since the mark; the data goes over it.
again()
{
	data "$1"
	logged "$1: a new handshake" 'handshake ok role=client .*consumer=nfs .*verified=yes'
	log_mark
}

server_again()
{
	rpc.nfsd 0
	nfs_server_start
}

# A mount outlives its connection, its server and its helper.
interruptions()
{
	nfs_mounts web.test vers=4.2,xprtsec=mtls
	data "before"
	log_mark
	ss -K dport = :2049 >"$work/killed" 2>&1
	again "connection killed"
	server_again
	again "server restarted"
	helper_stop
	data "without a helper"
	helper_start
	ss -K dport = :2049 >"$work/killed" 2>&1
	again "another helper"
	nfs_unmount
}

# in_keyring NAME: certificate and key of that name as keys of the keyring ".nfs", as
# the kernel reads them; sets $serials
in_keyring()
{
	local cert key
	cert=$(openssl x509 -in "$pki/$1.pem" -outform der | keyctl padd user "$1-cert" %:.nfs)
	key=$(openssl pkey -in "$pki/$1.key" -outform der | keyctl padd user "$1-key" %:.nfs)
	serials="cert_serial=$cert,privkey_serial=$key"
}

# Mounts that bring their certificate, in the place of the profile's.
own_certificates()
{
	local options=vers=4.2,xprtsec=mtls
	keyctl link %:.nfs @s 2>/dev/null || return	# this kernel has none
	with_profile nfs client-untrusted
	in_keyring client
	own=$serials
	good "a certificate in the keyring" web.test "$options,$own" yes
	bad "which no other mount has" web.test "$options" \
		'handshake failed role=server .*consumer=nfsd .*errno=EKEYREJECTED'
	serials=cert_serial=$(keyctl padd user pem-cert %:.nfs <"$pki/client.pem"),privkey_serial=$(
		keyctl padd user pem-key %:.nfs <"$pki/client.key")
	good "in PEM form" web.test "$options,$serials" yes
	with_profile nfs client
	in_keyring client-untrusted
	bad "an untrusted one" web.test "$options,$serials" \
		'handshake failed role=server .*consumer=nfsd .*errno=EKEYREJECTED'
	bad "without its key" web.test "$options,${serials%,*}" \
		'handshake failed role=client .*consumer=nfs .*certificate and its private key belong'
	# Keys of this type are for the kernel alone.
	own=${own%=*}=$(keyctl padd logon nfs:key %:.nfs <"$pki/client.key")
	bad "a key that cannot be read" web.test "$options,$own" \
		'handshake failed role=client .*consumer=nfs .*errno=ENOKEY .*cannot be read'
}

# Certificates that are for RPC over TLS alone, and profiles that want no others
purposes()
{
	local options=vers=4.2,xprtsec=mtls
	with_profile nfs client-rpc
	with_profile nfsd server-rpc
	good "certificates for RPC over TLS" web.test "$options" yes
	sed -i 's/^\[profile nfsd*\]/&\nrpc-purpose = required/' "$profiles"
	reload
	good "where they are required" web.test "$options" yes
	with_profile nfsd server
	bad "a server's for any TLS" web.test "$options" \
		'handshake failed role=client .*consumer=nfs .*errno=EKEYREJECTED .*not meant for servers'
	with_profile nfsd server-rpc
	with_profile nfs client
	bad "a client's for any TLS" web.test "$options" \
		'handshake failed role=server .*consumer=nfsd .*errno=EKEYREJECTED .*not meant for clients'
	cp "$work/profiles" "$profiles"
	reload
}

serves_nfs()
{
	log_since_mark | grep -q 'serving the kernel'
}

# Stock kernels have no tlsock module.
without_module()
{
	helper_stop
	run rmmod tlsock
	expect "module removed" 0
	log_mark
	helper_launch
	wait_for serves_nfs
	good "without the module" web.test vers=4.2,xprtsec=mtls yes
	run tlsock status
	expect "status without the module" 0 '^module  *not loaded' '^process  *[0-9]' \
		'^nfs  *[1-9][0-9]* ok, 0 failed' '^nfsd  *[1-9][0-9]* ok, 0 failed' '!^program'
	run tlsock status --json
	expect "as JSON" 0 '^{"module":false,"process":' \
		'"nfsd":{"ok":[1-9][0-9]*,"failed":0,"canceled":0,"under_way":0}'
	run sh -c "tlsock metrics >'$work/metrics' && python3 operator_metrics.py '$work/metrics'"
	expect "metrics without the module" 0 '^tlsock_module_loaded\[\] 0$' \
		'^tlsock_helper_consumer_handshakes_total\[consumer=nfsd,result=ok\] [1-9]' \
		'!^tlsock_sessions'
	run modprobe tlsock
	wait_for helper_serves
	serves "the module comes later"
}

nfs_possible || { skip "this kernel has no NFS"; finish; exit; }
helper_alive || { skip "no helper runs here"; finish; exit; }
cp "$profiles" "$work/profiles"
trap 'cp "$work/profiles" "$profiles"; nfs_end; cleanup' EXIT

nfs_server tls:mtls
good "tls, version 4.2, by name" web.test vers=4.2,xprtsec=tls
good "tls, version 4.2, by address" 127.0.0.1 vers=4.2,xprtsec=tls
good "tls, version 3" web.test vers=3,nolock,xprtsec=tls
good "mtls, version 4.2" web.test vers=4.2,xprtsec=mtls yes
bad "clear text" web.test vers=4.2,xprtsec=none
bad "another name" wrong.test vers=4.2,xprtsec=tls \
	'handshake failed role=client .*consumer=nfs .*errno=EKEYREJECTED'
nfs_exports mtls
bad "no certificate where one is wanted" web.test vers=4.2,xprtsec=tls
good "mtls where it is wanted" web.test vers=4.2,xprtsec=mtls yes

interruptions
with_profile nfs client-expired
bad "expired client" web.test vers=4.2,xprtsec=mtls \
	'handshake failed role=server .*consumer=nfsd .*errno=EKEYEXPIRED'
with_profile nfs client-untrusted
bad "untrusted client" web.test vers=4.2,xprtsec=mtls \
	'handshake failed role=server .*consumer=nfsd .*errno=EKEYREJECTED'
with_profile nfs client
with_profile nfsd expired
bad "expired server" web.test vers=4.2,xprtsec=mtls \
	'handshake failed role=client .*consumer=nfs .*errno=EKEYEXPIRED'
with_profile nfsd untrusted
bad "untrusted server" web.test vers=4.2,xprtsec=mtls \
	'handshake failed role=client .*consumer=nfs .*errno=EKEYREJECTED'
with_profile nfsd server
own_certificates
purposes
run tlsock status
expect "counted by consumer" 0 '^nfs  *[1-9][0-9]* ok, [1-9]' '^nfsd  *[1-9][0-9]* ok, [1-9]'
good "all is well again" web.test vers=4.2,xprtsec=mtls yes
without_module
finish
