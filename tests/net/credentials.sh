#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs that bring certificate, key or trust anchors of their own
# (TLSOCK_CERT, TLSOCK_KEY, TLSOCK_CA), with OpenSSL and with ourselves: what
# they bring counts, in the place of the profile's and nowhere else.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-credentials.conf
other=$pki/other-ca.pem

restore()
{
	rm -f "$profile"
	helper_reload
}

# own NAME: options for a certificate of our own
own()
{
	options=(-x "$pki/$1.pem" -y "$pki/$1.key")
}

# shows WHAT ISSUER OPTION...: what OpenSSL's client gets
shows()
{
	local what=$1 issuer=$2
	shift 2
	openssl_tells "$@"
	expect "$what" 0 "^issuer=CN *= *$issuer$" hello
}

test_server_certificate()
{
	log_mark
	our_server -p nocert
	our_client -n web.test
	expect "a profile without certificate" 1 '^fail '
	logged "it says that it has none" 'role=server .*errno=ENOKEY stage=config'
	stop
	own server
	our_server -p nocert "${options[@]}"
	shows "the program's own" 'tlsock test CA' -servername web.test
	shows "TLS 1.2" 'tlsock test CA' -servername web.test -tls1_2
	our_client -n web.test
	expect "with ourselves" 0 '^ok .*verified=1' hello
	stop
	own chain
	our_server -p nocert "${options[@]}"
	shows "a chain" 'tlsock test intermediate CA' -servername web.test
	stop
	own server-rsa
	our_server -p nocert "${options[@]}"
	shows "an RSA key" 'tlsock test CA' -servername web.test
	stop
	own untrusted
	our_server -p web "${options[@]}"
	our_client -n web.test
	expect "in the place of the profile's" 1 '^fail errno=EKEYREJECTED'
	stop
	our_server -p web
	our_client -n web.test
	expect "which others get" 0 '^ok .*verified=1' hello
	stop
}

test_server_tickets()
{
	rm -f "$work/session"
	own server
	our_server -p web "${options[@]}"
	reused "its tickets are given" New -sess_out "$work/session"
	reused "and taken" Reused -sess_in "$work/session" -sess_out "$work/session"
	kill -9 "$(helper_workers | head -1)"
	reused "by all workers" Reused -sess_in "$work/session" -sess_out "$work/session"
	stop
	our_server -p web "${options[@]}"
	reused "by the next process with the same certificate" Reused -sess_in "$work/session" \
		-sess_out "$work/session"
	stop
	own server-p384
	our_server -p web "${options[@]}"
	reused "by no other certificate" New -sess_in "$work/session"
	stop
	our_server -p web
	reused "nor by the profile's" New -sess_in "$work/session" -sess_out "$work/session"
	stop
	own server
	our_server -p web "${options[@]}"
	reused "nor are the profile's by it" New -sess_in "$work/session"
	stop
}

test_client_certificate()
{
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -CAfile "$pki/ca.pem" \
		-Verify 1 -verify_return_error
	our_client -n web.test
	expect "a client without certificate" 1 '^fail '
	own client
	our_client -n web.test "${options[@]}"
	expect "the program's own" 0 '^ok .*verified=1 resumed=0' olleh
	our_client -n web.test "${options[@]}"
	expect "sessions with it are not resumed" 0 '^ok .*verified=1 resumed=0' olleh
	own client-untrusted
	our_client -n web.test "${options[@]}"
	expect "one that nobody trusts" 1 '^fail '
	stop
	our_server -p mtls
	own client
	our_client -n web.test "${options[@]}"
	expect "with ourselves" 0 '^ok .*verified=1' hello
	stop
}

test_client_anchors()
{
	openssl_server -cert "$pki/untrusted.pem" -key "$pki/untrusted.key"
	our_client -n web.test
	expect "an issuer that the profile does not trust" 1 '^fail errno=EKEYREJECTED'
	our_client -n web.test -z "$other"
	expect "but the program does" 0 '^ok .*verified=1' olleh
	our_client -n other.test -z "$other"
	expect "the name counts all the same" 1 '^fail .*other.test'
	stop
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	our_client -n web.test -z "$other"
	expect "its own in the place of the profile's" 1 '^fail errno=EKEYREJECTED'
	cat "$pki/ca.pem" "$other" >"$work/both.pem"
	our_client -n web.test -z "$work/both.pem"
	expect "several" 0 '^ok .*verified=1 resumed=0' olleh
	our_client -n web.test
	expect "the profile has what it had" 0 '^ok .*verified=1' olleh
	stop
	openssl_server -cert "$pki/untrusted.pem" -key "$pki/untrusted.key" \
		-CAfile "$pki/ca.pem" -Verify 1 -verify_return_error
	own client
	our_client -n web.test -z "$other" "${options[@]}"
	expect "anchors and certificate" 0 '^ok .*verified=1' olleh
	our_client -n web.test -z "$other" -p client
	expect "the profile's certificate with the program's anchors" 0 '^ok .*verified=1' olleh
	stop
}

test_server_anchors()
{
	our_server -p web -c 2 -z "$other"
	openssl_tells -servername web.test -cert "$pki/client-untrusted.pem" \
		-key "$pki/client-untrusted.key"
	expect "a client that only the program trusts" 0 '^issuer=CN *= *tlsock test CA$' hello
	log_mark
	run openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" \
		-cert "$pki/client.pem" -key "$pki/client.key"
	logged "not one that the profile trusts" 'role=server .*errno=EKEYREJECTED'
	stop
}

# bad WHAT TEXT OPTION...: our client is told so, before it says a word
bad()
{
	local what=$1 text=$2
	shift 2
	our_client -n web.test "$@"
	expect "$what" 1 "^fail errno=EINVAL stage=3 .*$text"
}

test_mistakes()
{
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	echo text >"$work/text"
	bad "a certificate alone" 'a certificate and its private key belong together' -x "$pki/client.pem"
	bad "a key alone" 'a certificate and its private key belong together' -y "$pki/client.key"
	bad "the key of another" 'key TLSOCK_KEY does not belong to certificate TLSOCK_CERT' \
		-x "$pki/client.pem" -y "$pki/server.key"
	bad "no certificate" 'TLSOCK_CERT holds no certificate chain' -x "$work/text" -y "$pki/client.key"
	bad "no key" 'TLSOCK_KEY holds no private key' -x "$pki/client.pem" -y "$work/text"
	bad "no anchors" 'TLSOCK_CA holds no certificate' -z "$work/text"
	sed 's/^M/N/' "$other" | cat "$pki/ca.pem" - >"$work/text"
	bad "a broken one among them" '1 of 2 certificates in TLSOCK_CA' -z "$work/text"
	our_client -n web.test
	expect "and nobody else is harmed" 0 '^ok .*verified=1' olleh
	stop
}

# What the administrator demands stays in force.
test_floors()
{
	cat >"$profile" <<-CONF
		[profile floor]
		ca = $pki/ca.pem
		min-verify = required

		[profile floor-server]
		ca = $pki/ca.pem
		client-certificate = require
		min-client-certificate = require
	CONF
	helper_reload
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	our_client -n web.test -p floor -z "$other"
	expect "no way around min-verify" 1 '^fail errno=EACCES stage=3 .*TLSOCK_CA.*min-verify of profile floor'
	own client
	our_client -n web.test -p floor "${options[@]}"
	expect "where a certificate is welcome" 0 '^ok .*verified=1' olleh
	stop
	own server
	log_mark
	our_server -p floor-server "${options[@]}" -z "$other"
	openssl_client -tls1_3
	logged "nor around min-client-certificate" 'role=server .*errno=EACCES stage=config .*TLSOCK_CA'
	stop
}

# More than a worker keeps, time and again.
test_many()
{
	local i good=0
	own server
	our_server -p nocert "${options[@]}"
	for i in {1..20}; do
		certify "many$i" client.test ec -pkeyopt ec_paramgen_curve:P-256
	done
	for i in {1..20} {1..20}; do
		our_client -n web.test -x "$work/many$i.pem" -y "$work/many$i.key"
		[[ $out =~ ^ok ]] && good=$((good + 1))
	done
	out="good $good"
	status=0
	expect "40 connections with other certificates each" 0 '^good 40$'
	stop
}

helper_alive || { skip "no helper runs here"; finish; exit; }
trap 'restore; cleanup' EXIT
test_server_certificate
test_server_tickets
test_client_certificate
test_client_anchors
test_server_anchors
test_mistakes
test_floors
test_many
finish
