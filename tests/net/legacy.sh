#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is obsolete, with OpenSSL and GnuTLS in both roles where a profile allows
# it, and refused where none does; and profiles that allow some signature schemes.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

conf=/etc/tlsock/profiles.d/net-legacy.conf
gnutls='NORMAL:+AES-128-CCM:+DHE-RSA:+RSA:+GROUP-FFDHE2048'
certificates=(-cert "$pki/server.pem" -key "$pki/server.key"
	-dcert "$pki/server-rsa.pem" -dkey "$pki/server-rsa.key")

# legacy = ..., suite or group of the profile, certificate, what tlscat says,
# option of the OpenSSL peer that has only that, whether GnuTLS is asked
cases='
ccm TLS_AES_128_CCM_SHA256 server version=0x0304.cipher=0x1304 -ciphersuites=TLS_AES_128_CCM_SHA256 both
ccm TLS_ECDHE_ECDSA_WITH_AES_128_CCM server version=0x0303.cipher=0xc0ac -cipher=ECDHE-ECDSA-AES128-CCM both
dhe TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 server-rsa version=0x0303.cipher=0x009e -cipher=DHE-RSA-AES128-GCM-SHA256 both
dhe TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 server-rsa version=0x0303.cipher=0x009f -cipher=DHE-RSA-AES256-GCM-SHA384 both
dhe TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 server-rsa version=0x0303.cipher=0xccaa -cipher=DHE-RSA-CHACHA20-POLY1305 both
static-rsa TLS_RSA_WITH_AES_128_GCM_SHA256 server-rsa version=0x0303.cipher=0x009c -cipher=AES128-GCM-SHA256 both
static-rsa TLS_RSA_WITH_AES_256_GCM_SHA384 server-rsa version=0x0303.cipher=0x009d -cipher=AES256-GCM-SHA384 both
dhe ffdhe2048 server version=0x0304.cipher=.*group=0x0100 -groups=ffdhe2048 both
dhe ffdhe3072 server version=0x0304.cipher=.*group=0x0101 -groups=ffdhe3072 openssl
'

restore()
{
	rm -f "$conf"
	helper_reload
}

# write_profile NAME CERTIFICATE LINE...
write_profile()
{
	local name=$1 certificate=$2
	shift 2
	printf '[profile %s]\nca = %s\ncertificate = %s\nkey = %s\n' "$name" "$pki/ca.pem" \
		"$pki/$certificate.pem" "$pki/$certificate.key"
	printf '%s\n' "$@"
}

write_profiles()
{
	local legacy name certificate key
	while read -r legacy name certificate _; do
		[ -n "$legacy" ] || continue
		key=ciphers
		[[ $name == TLS_* ]] || key=groups
		write_profile "$name" "$certificate" "legacy = $legacy" "$key = $name"
	done <<<"$cases"
	write_profile all server-rsa 'legacy = dhe:ccm:static-rsa'
	write_profile ecdsa server 'signatures = ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384'
	printf '[profile rsa-only]\nca = %s\nsignatures = rsa_pss_rsae_sha256:rsa_pkcs1_sha256\n' \
		"$pki/ca.pem"
}

each_case()
{
	local legacy name certificate wanted option who
	while read -r legacy name certificate wanted option who; do
		[ -z "$legacy" ] || "$1" "$name" "$wanted" "${option%%=*}" "${option#*=}" "$who"
	done <<<"$cases"
}

# Peers have them all; GnuTLS keeps ffdhe3072 for larger keys than ours.
client_case()
{
	local name=$1 wanted=$2 option=$3 value=$4
	local version=()
	[ "$option" != -cipher ] || version=(-tls1_2)
	openssl_server "${certificates[@]}" "${version[@]}" "$option" "$value"
	our_client -p "$name" -n web.test
	expect "our client with OpenSSL, $name" 0 "^ok $wanted" olleh
	stop
	[ "$5" = both ] || return
	gnutls_server "$gnutls" --x509certfile "$pki/server.pem" --x509keyfile "$pki/server.key" \
		--x509certfile "$pki/server-rsa.pem" --x509keyfile "$pki/server-rsa.key"
	our_client -p "$name" -n web.test
	expect "our client with GnuTLS, $name" 0 "^ok $wanted" hello
	stop
}

server_case()
{
	local name=$1 wanted=$2 option=$3 value=$4
	local version=()
	[ "$option" != -cipher ] || version=(-tls1_2)
	our_server -p "$name"
	openssl_client "${version[@]}" "$option" "$value"
	expect "our server with OpenSSL, $name" 0 hello
	server_wrote '^ok' "and its view, $name" "^ok $wanted"
	stop
	[ "$5" = both ] || return
	our_server -p "$name"
	gnutls_client "$gnutls"
	expect "our server with GnuTLS, $name" 0 hello
	server_wrote '^ok' "and its view, $name" "^ok $wanted"
	stop
}

# Without permission nobody has them, whatever the peer insists on.
refused_case()
{
	local name=$1 option=$3 value=$4
	local version=()
	[ "$option" != -cipher ] || version=(-tls1_2)
	openssl_server "${certificates[@]}" "${version[@]}" "$option" "$value"
	our_client -n web.test
	expect "our client has no $name by default" 1 '^fail errno=EPROTO '
	stop
	our_server -p rsa-and-ecdsa
	run openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" "${version[@]}" \
		"$option" "$value"
	# For a group that it lacks wolfSSL asks for another, which the peer did not offer.
	expect "our server has no $name by default" 1 'alert handshake failure\|bad key share'
	stop
}

# A peer that has everything gets what is not obsolete.
test_last_resort()
{
	openssl_server "${certificates[@]}" -cipher 'ALL:@SECLEVEL=2' -serverpref -tls1_2
	our_client -p all -n web.test
	expect "what is obsolete is not preferred" 0 '^ok version=0x0303 cipher=0xc0' olleh
	stop
}

test_signatures()
{
	openssl_server "${certificates[@]}"
	our_client -p ecdsa -n web.test
	expect "a client that takes ECDSA" 0 '^ok ' olleh
	our_client -p rsa-only -n web.test
	expect "a client that takes RSA" 0 '^ok ' olleh
	stop
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	our_client -p rsa-only -n web.test
	expect "and nothing else" 1 '^fail errno=EPROTO '
	stop
	our_server -p ecdsa
	openssl_client -sigalgs ecdsa_secp256r1_sha256
	expect "a server that signs with ECDSA" 0 hello
	run openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" \
		-sigalgs rsa_pss_rsae_sha256
	expect "and with nothing else" 1 'alert handshake failure'
	stop
}

helper_alive || { skip "no helper runs here"; finish; exit; }
is_tuned || { skip "the distribution's wolfSSL has no static RSA, and no ffdhe3072"; finish; exit; }
write_profiles >"$conf"
write_profile rsa-and-ecdsa server "certificate = $pki/server-rsa.pem" \
	"key = $pki/server-rsa.key" >>"$conf"
trap 'restore; cleanup' EXIT
helper_reload
each_case client_case
each_case server_case
each_case refused_case
test_last_resort
test_signatures
finish
