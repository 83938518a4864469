#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Handshakes and data with OpenSSL and GnuTLS, in both roles, for TLS 1.2 and
# 1.3, every cipher suite and every group. The profile on our side allows one
# suite or group, the peer allows all.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash

# profile of tests/conf, what tlscat says, options of the OpenSSL and GnuTLS peer
suites='
tls13-aes128     version=0x0304.cipher=0x1301 -ciphersuites=TLS_AES_128_GCM_SHA256
tls13-aes256     version=0x0304.cipher=0x1302 -ciphersuites=TLS_AES_256_GCM_SHA384
tls13-chacha     version=0x0304.cipher=0x1303 -ciphersuites=TLS_CHACHA20_POLY1305_SHA256
tls12-aes128     version=0x0303.cipher=0xc02b -cipher=ECDHE-ECDSA-AES128-GCM-SHA256
tls12-aes256     version=0x0303.cipher=0xc02c -cipher=ECDHE-ECDSA-AES256-GCM-SHA384
tls12-chacha     version=0x0303.cipher=0xcca9 -cipher=ECDHE-ECDSA-CHACHA20-POLY1305
tls12-rsa-aes128 version=0x0303.cipher=0xc02f -cipher=ECDHE-RSA-AES128-GCM-SHA256
tls12-rsa-aes256 version=0x0303.cipher=0xc030 -cipher=ECDHE-RSA-AES256-GCM-SHA384
tls12-rsa-chacha version=0x0303.cipher=0xcca8 -cipher=ECDHE-RSA-CHACHA20-POLY1305
x25519           version=0x0304.cipher=.*group=0x001d -groups=X25519
p256             version=0x0304.cipher=.*group=0x0017 -groups=P-256
p384-group       version=0x0304.cipher=.*group=0x0018 -groups=P-384
'

# With ML-KEM: OpenSSL from 3.5; GnuTLS of Debian 13 is built without, and so is
# the distribution's wolfSSL.
has_hybrid()
{
	is_tuned && openssl list -tls-groups 2>/dev/null | grep -q X25519MLKEM768
}

each_suite()
{
	local profile wanted option
	while read -r profile wanted option; do
		[ -z "$profile" ] || "$1" "$profile" "$wanted" "$option"
	done <<<"$suites"
}

client_case()
{
	our_client -p "$1" -n web.test
	expect "our client with $peer, $1" 0 "^ok $2" "$answer"
}

test_client()
{
	local certificates=("$pki/server.pem" "$pki/server.key" "$pki/server-rsa.pem" "$pki/server-rsa.key")
	peer=OpenSSL
	answer=olleh
	openssl_server -cert "${certificates[0]}" -key "${certificates[1]}" \
		-dcert "${certificates[2]}" -dkey "${certificates[3]}"
	each_suite client_case
	! has_hybrid || client_case hybrid 'version=0x0304.cipher=.*group=0x11ec'
	stop
	peer=GnuTLS
	answer=hello
	gnutls_server NORMAL --x509certfile "${certificates[0]}" --x509keyfile "${certificates[1]}" \
		--x509certfile "${certificates[2]}" --x509keyfile "${certificates[3]}"
	each_suite client_case
	stop
}

# The peers check our certificate; our server's line must say what was agreed.
server_case()
{
	our_server -p "$1"
	openssl_client "${3%%=*}" "${3#*=}"
	expect "our server with OpenSSL, $1" 0 hello
	gnutls_client NORMAL
	expect "our server with GnuTLS, $1" 0 hello
	out=$(<"$work/server")
	if [ "$(grep -c "^ok $2" "$work/server")" = 2 ]; then
		ok "our server's view of both, $1"
	else
		not_ok "our server's view of both, $1" "not there twice: $2"
	fi
	stop
}

test_server()
{
	each_suite server_case
	if has_hybrid; then
		our_server -p hybrid
		openssl_client -groups X25519MLKEM768
		expect "our server with OpenSSL, hybrid" 0 hello
		stop
	fi
}

# Client certificates and ALPN.
test_more()
{
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -Verify 3 \
		-CAfile "$pki/ca.pem" -verify_return_error -alpn http/1.1
	our_client -p client -n web.test -a h2,http/1.1
	expect "our client shows its certificate to OpenSSL" 0 '^ok .*alpn=http/1.1' olleh
	stop
	our_server -p mtls
	openssl_client -cert "$pki/client.pem" -key "$pki/client.key"
	expect "OpenSSL shows its certificate to our server" 0 hello
	gnutls_client NORMAL --x509certfile "$pki/client.pem" --x509keyfile "$pki/client.key"
	expect "GnuTLS shows its certificate to our server" 0 hello
	stop
	our_server -p alpn
	openssl_client -alpn http/1.1
	expect "OpenSSL asks our server for a protocol" 0 hello
	out=$(<"$work/server")
	status=0
	expect "our server chose it" 0 '^ok .*alpn=http/1.1 name=web.test'
	stop
	our_server -p chain
	openssl_client -no_alt_chains
	expect "OpenSSL verifies our chain with an intermediate" 0 hello
	stop
}

test_client
test_server
test_more
finish
