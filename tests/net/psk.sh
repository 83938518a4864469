#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Profiles with pre-shared keys, with OpenSSL and GnuTLS in both roles: who has
# the key gets through, nobody else does, and both ends know who the other is.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-psk.conf
key=$(openssl rand -hex 32)
wrong=$(openssl rand -hex 32)
long=$(openssl rand -hex 48)

restore()
{
	rm -f "$profile"
	helper_reload
}

# profile NAME LINE...: with these keys
profile()
{
	local name=$1
	shift
	printf '%s\n' "$@" >"$work/$name.psk"
	chmod 600 "$work/$name.psk"
	printf '[profile %s]\npsk = %s\n' "$name" "$work/$name.psk" >>"$profile"
}

# psk_client IDENTITY KEY OPTION...: OpenSSL's
psk_client()
{
	local identity=$1 secret=$2
	shift 2
	openssl_tells -psk_identity "$identity" -psk "$secret" "$@"
}

# refused WHAT ALERT OPTION...: OpenSSL's client hears that
refused()
{
	local what=$1 alert=$2
	shift 2
	run openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" "$@"
	expect "$what" 1 "alert $alert"
}

test_server()
{
	our_server -p psk-server
	psk_client alice "$key"
	expect "OpenSSL has the key" 0 '^Reused, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256' hello
	out=$(<"$work/server")
	expect "our server knows that" 0 '^ok .*verified=1'
	refused "one of another name" 'unknown psk identity' -psk_identity bob -psk "$key"
	refused "another key of that name" 'illegal parameter' -psk_identity alice -psk "$wrong"
	refused "no key at all" 'unknown psk identity'
	refused "TLS 1.2" 'protocol version' -psk_identity alice -psk "$key" -tls1_2
	run gnutls-cli --port "$port" --priority NORMAL:+ECDHE-PSK:-VERS-ALL:+VERS-TLS1.3 \
		--pskusername alice --pskkey "$key" 127.0.0.1
	expect "GnuTLS has the key" 0 'PSK'
	our_client -p psk-client
	expect "so do we" 0 '^ok .*verified=1 resumed=0' hello
	our_client -p psk-long
	expect "a key for SHA-384" 0 '^ok .*cipher=0x1302 .*verified=1' hello
	our_client -p psk-wrong
	expect "we have another key" 1 'errno=EKEYREJECTED .*peer refused our pre-shared key'
	our_client -n web.test
	expect "we have none" 1 '^fail errno=ENOKEY .*received=115 .*requires a pre-shared key'
	tlsock run -p psk-client -- bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; read -r <&3" 2>/dev/null &
	held=$!
	processes+=("$held")
	wait_for sessions_name 'PSK:alice'
	run tlsock sessions --json
	expect "the session says who it is" 0 'PSK:alice'
	kill "$held"
	stop
}

sessions_name()
{
	tlsock sessions --json | grep -q "$1"
}

test_client()
{
	openssl_server -nocert -psk_identity alice -psk "$key" -tls1_3
	our_client -p psk-client -n web.test
	expect "OpenSSL's server has the key" 0 '^ok .*verified=1' olleh
	stop
	openssl_server -nocert -psk_identity alice -psk "$wrong" -tls1_3
	our_client -p psk-client
	expect "it has another" 1 'errno=EKEYREJECTED .*peer refused our pre-shared key'
	stop
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	our_client -p psk-client -n web.test
	expect "a certificate does not do" 1 '^fail errno='
	stop
	echo "alice:$key" >"$work/gnutls.psk"
	gnutls_server NORMAL:+ECDHE-PSK:-VERS-ALL:+VERS-TLS1.3 --pskpasswd "$work/gnutls.psk"
	our_client -p psk-client
	expect "GnuTLS's server has the key" 0 '^ok .*verified=1' hello
	stop
}

test_renewal()
{
	log_mark
	reloads=$(count_reloads)
	echo "alice:$wrong" >"$work/psk-server.psk"
	wait_for helper_reloaded
	our_server -p psk-server
	psk_client alice "$wrong"
	expect "a key that is replaced is picked up" 0 hello
	refused "and the old one is none any more" 'illegal parameter' \
		-psk_identity alice -psk "$key"
	stop
}

test_mistakes()
{
	printf 'alice:%s\nbob:0011\n' "$key" >"$work/psk-server.psk"
	run tlsockd --check
	expect "a key that is too short" 1 "psk-server.psk:2: a pre-shared key has 16 to 64 bytes"
	printf 'alice:%s\nalice:%s\n' "$key" "$wrong" >"$work/psk-server.psk"
	run tlsockd --check
	expect "two of one name" 1 "psk-server.psk:2: this identity is there for the second time"
	chmod 644 "$work/psk-server.psk"
	run tlsockd --check
	expect "keys that all can read" 1 "psk-server.psk holds keys and is open to others"
	printf 'certificate = %s\nkey = %s\n' "$pki/server.pem" "$pki/server.key" >>"$profile"
	run tlsockd --check
	expect "a certificate as well" 1 "psk stands in place of a certificate"
}

helper_alive || { skip "no helper runs here"; finish; exit; }
trap 'restore; cleanup' EXIT
profile psk-server "alice:$key" "carol:$long:sha384"
profile psk-client "alice:$key"
profile psk-long "carol:$long:sha384"
profile psk-wrong "alice:$wrong"
helper_reload
test_server
test_client
test_renewal
test_mistakes
finish
