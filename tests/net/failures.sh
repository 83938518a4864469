#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Handshakes with OpenSSL and GnuTLS that must fail, in both roles: each has
# its errno and its sentence on our side, and a hung up peer on the other.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash

# client_fails NAME ERRNO PATTERN: our client against the server that runs
client_fails()
{
	local name=$1 errno=$2 pattern=$3
	our_client -n web.test "${client_options[@]}"
	expect "our client: $name" 1 "^fail errno=$errno .*$pattern"
	stop
}

certificate()
{
	openssl_server -cert "$pki/$1.pem" -key "$pki/$1.key"
}

test_certificates()
{
	client_options=()
	certificate expired
	client_fails "expired" EKEYEXPIRED 'verify=10 .*expired on'
	certificate notyet
	client_fails "not yet valid" EKEYEXPIRED 'verify=9 .*not valid before'
	certificate untrusted
	client_fails "untrusted" EKEYREJECTED 'verify=20 .*not trusted'
	certificate selfsigned
	client_fails "self-signed" EKEYREJECTED 'verify=18 .*self-signed'
	certificate wrong
	client_fails "wrong name" EKEYREJECTED 'verify=62 .*other.test'
	certificate cn-only
	client_fails "name in the subject only" EKEYREJECTED 'verify=62'
}

test_versions()
{
	client_options=()
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -tls1_1 \
		-cipher ALL:@SECLEVEL=0
	client_fails "OpenSSL with TLS 1.1" EPROTO 'received=70 .*protocol_version'
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -tls1 \
		-cipher ALL:@SECLEVEL=0
	client_fails "OpenSSL with TLS 1.0" EPROTO 'received=70 .*protocol_version'
	gnutls_server NORMAL:-VERS-ALL:+VERS-TLS1.1 --x509certfile "$pki/server.pem" \
		--x509keyfile "$pki/server.key"
	# GnuTLS says handshake_failure instead of protocol_version.
	client_fails "GnuTLS with TLS 1.1" EPROTO 'received=[47]0 '
	client_options=(-p tls13)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -tls1_2
	client_fails "TLS 1.2 where 1.3 is required" EPROTO 'received=70'
	client_options=(-p tls12)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -tls1_3
	client_fails "TLS 1.3 where 1.2 is required" EPROTO 'received=70'
}

test_suites()
{
	client_options=()
	openssl_server -cert "$pki/server-rsa.pem" -key "$pki/server-rsa.key" -tls1_2 \
		-cipher AES128-SHA:AES128-GCM-SHA256
	client_fails "static RSA only" EPROTO 'received=40'
	openssl_server -cert "$pki/server-rsa.pem" -key "$pki/server-rsa.key" -tls1_2 \
		-cipher ECDHE-RSA-AES128-SHA256
	client_fails "CBC only" EPROTO 'received=40'
	client_options=(-p tls13-chacha)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" \
		-ciphersuites TLS_AES_128_GCM_SHA256
	client_fails "no TLS 1.3 suite in common" EPROTO 'received=40'
}

test_client_certificates()
{
	client_options=(-p tls12-nocert)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -Verify 3 \
		-CAfile "$pki/ca.pem" -verify_return_error
	client_fails "certificate missing, TLS 1.2" ENOKEY 'requires a certificate'
	# In TLS 1.3 the refusal comes after connect().
	client_options=(-p tls13-nocert)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -Verify 3 \
		-CAfile "$pki/ca.pem" -verify_return_error
	client_fails "certificate missing, TLS 1.3" '[A-Z]*' 'received=116'
	client_options=(-p client-untrusted)
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key" -Verify 3 \
		-CAfile "$pki/ca.pem" -verify_return_error
	client_fails "certificate untrusted" '[A-Z]*' 'received=48'
}

# server_refuses NAME OUTCOME COMMAND...: a client that must not get through
server_refuses()
{
	local name=$1 kind=$2 before
	shift 2
	before=$(outcome "$kind")
	"$@"
	if [[ $out == *hello* ]]; then
		not_ok "our server: $name" "the client was served"
	elif grep -q '^ok ' "$work/server"; then
		not_ok "our server: $name" "accept() returned it"
	elif [ "$(outcome "$kind")" -le "$before" ]; then
		not_ok "our server: $name" "not counted as $kind"
	else
		ok "our server: $name"
	fi
}

test_server()
{
	our_server -p web
	server_refuses "OpenSSL with TLS 1.1" protocol \
		openssl_client -tls1_1 -cipher ALL:@SECLEVEL=0
	server_refuses "OpenSSL with TLS 1.0" protocol \
		openssl_client -tls1 -cipher ALL:@SECLEVEL=0
	server_refuses "GnuTLS with TLS 1.1" protocol \
		gnutls_client NORMAL:-VERS-ALL:+VERS-TLS1.1
	server_refuses "static RSA only" protocol openssl_client -tls1_2 -cipher AES128-GCM-SHA256
	server_refuses "CBC only" protocol openssl_client -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256
	server_refuses "client that refuses our certificate" protocol \
		openssl_client -verify_hostname other.test
	openssl_client -no_alt_chains
	expect "our server: serves a good client after all of them" 0 hello
	stop
	our_server -p mtls
	server_refuses "client without certificate" untrusted openssl_client
	server_refuses "client with an untrusted certificate" untrusted \
		openssl_client -cert "$pki/client-untrusted.pem" -key "$pki/client-untrusted.key"
	server_refuses "client with an expired certificate" expired \
		openssl_client -cert "$pki/client-expired.pem" -key "$pki/client-expired.key"
	stop
	our_server -p nocert
	server_refuses "no certificate of our own" no-key openssl_client
	stop
}

test_certificates
test_versions
test_suites
test_client_certificates
test_server
finish
