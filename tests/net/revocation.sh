#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Connections end when their peer's certificate comes onto a revocation list, and
# only those: of servers and clients, told by a list of the trust anchor and by one
# of an authority below it, with the helper running and while it is away.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-revocation.conf

restore()
{
	rm -f "$profile"
	helper_reload
}

session_of()
{
	tlsock sessions --json | grep -q "CN=$1\""
}

session_gone()
{
	! session_of "$1"
}

# hold_client NAME: a client with that certificate is connected to us
hold_client()
{
	start "$work/ours-$1" "$tlscat" -l -p revocation 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/ours-$1"
	port=$(sed -n 's/^port //p' "$work/ours-$1")
	start "$work/peer-$1" openssl s_client -connect "127.0.0.1:$port" -servername web.test \
		-CAfile "$pki/ca.pem" -cert "$work/$1.pem" -key "$work/$1.key" \
		-cert_chain "$work/chain.pem"
	wait_for session_of "$1"
}

# hold_server NAME: we are connected to a server with that certificate
hold_server()
{
	openssl_server -cert "$work/$1.pem" -key "$work/$1.key"
	start "$work/ours-$1" "$tlscat" -p revocation -n web.test 127.0.0.1 "$port"
	wait_for session_of "$1"
}

# ends NAME: its connection, and that is what the program is told
ends()
{
	wait_for session_gone "$1"
	wait_for grep -q '^fail' "$work/ours-$1"
	out=$(<"$work/ours-$1")
	status=0
	expect "the connection with $1 ends" 0 '^ok .*verified=1' \
		'^fail errno=EKEYREVOKED .*sent=44 .*text=the peer.s certificate was revoked'
}

# stays NAME: its connection still carries data
stays()
{
	if session_of "$1"; then
		ok "the connection with $1 stays"
	else
		not_ok "the connection with $1 stays"
	fi
}

test_anchor()
{
	hold_client alice
	hold_client bob
	hold_server carol
	hold_client dave
	log_mark
	revoke "$work/root" "$work/crls/root.pem" "$work/alice.pem" "$work/carol.pem"
	ends alice
	ends carol
	logged "the helper tells" 'the certificate of .*CN=alice was revoked: its connection ends'
	out=$(<"$work/peer-alice")
	status=0
	expect "the peer too" 0 'alert certificate revoked'
	stays bob
	stays dave
}

test_intermediate()
{
	revoke "$work/below" "$work/crls/below.pem" "$work/dave.pem"
	ends dave
	stays bob
}

test_restart()
{
	hold_client erin
	helper_stop
	revoke "$work/root" "$work/crls/root.pem" "$work/erin.pem"
	stays_connected=$(tlsock sessions --json | grep -c 'CN=erin"')
	helper_start
	ends erin
	stays bob
	out=$stays_connected
	status=0
	expect "not before the helper was there again" 0 '^1$'
}

helper_alive || { skip "no helper runs here"; finish; exit; }
mkdir "$work/crls" "$work/root" "$work/below"
cp "$pki/ca.pem" "$pki/ca.key" "$work/root/"
cp "$pki/intermediate.pem" "$work/below/ca.pem"
cp "$pki/intermediate.key" "$work/below/ca.key"
cp "$pki/intermediate.pem" "$work/chain.pem"
for name in alice bob carol erin; do
	certify "$name" web.test ec -pkeyopt ec_paramgen_curve:P-256
done
pki=$work/below certify dave web.test ec -pkeyopt ec_paramgen_curve:P-256
printf '[profile revocation]\ncertificate = %s\nkey = %s\nca = %s\ncrl = %s\ncrl-check = available\nclient-certificate = require\n' \
	"$pki/server.pem" "$pki/server.key" "$pki/ca.pem" "$work/crls" >"$profile"
helper_reload
trap 'restore; cleanup' EXIT
test_anchor
test_intermediate
test_restart
finish
