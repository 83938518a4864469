#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The peer's certificates as programs get them, in both roles, byte by byte as they
# were sent.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash

# same WHAT FILE...: those that tlscat wrote are these, and no more
same()
{
	local what=$1 n=0 file
	shift
	out=
	status=0
	for file; do
		openssl x509 -in "$file" -outform DER | cmp - "$work/cert.$n" >>"$work/log" 2>&1 ||
			out+="$file differs or is missing; "
		n=$((n + 1))
	done
	[ ! -e "$work/cert.$n" ] || out+="there is a certificate $n; "
	expect "$what" 0 '^$'
	rm -f "$work"/cert.*
}

: >"$work/log"
openssl_server -cert "$pki/chain.pem" -key "$pki/chain.key" -cert_chain "$pki/intermediate.pem"
our_client -C "$work/cert" -n web.test
expect "a server with a chain" 0 '^ok .*verified=1' olleh
same "leaf and intermediate" "$pki/chain.pem" "$pki/intermediate.pem"
our_client -C "$work/cert" -n web.test
expect "no session is resumed then" 0 '^ok .*resumed=0' olleh
same "and they are there again" "$pki/chain.pem" "$pki/intermediate.pem"
our_client -n web.test
expect "others may" 0 '^ok ' olleh
stop

openssl_server -cert "$pki/untrusted.pem" -key "$pki/untrusted.key"
our_client -C "$work/cert" -n web.test -v 1
expect "a server that is not trusted" 0 '^ok .*verified=0' olleh
same "shows it nevertheless" "$pki/untrusted.pem"
stop

our_server -p web -c 1 -C "$work/cert"
openssl_client -cert "$pki/client.pem" -key "$pki/client.key"
expect "a client with a certificate" 0 hello
same "which the server gets, and its authority" "$pki/client.pem" "$pki/ca.pem"
openssl_client
expect "a client without" 0 hello
same "shows none"
stop
finish
