#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Several certificates of one server: each client gets the one for the name
# that it asks for and that it can verify.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-certificates.conf

restore()
{
	rm -f "$profile"
	helper_reload
}

# make NAME HOST ALGORITHM OPTION...: a certificate of the profile
make()
{
	local name=$1
	certify "$@"
	printf 'certificate = %s\nkey = %s\n' "$work/$name.pem" "$work/$name.key" >>"$profile"
}

# shows WHAT SUBJECT OPTION...: what OpenSSL's client gets
shows()
{
	local what=$1 subject=$2
	shift 2
	openssl_tells "$@"
	expect "$what" 0 "^subject=CN *= *$subject$" hello
}

test_openssl()
{
	shows "the first that the client can verify" ecdsa -servername one.test
	shows "RSA where it cannot" rsa -servername one.test -sigalgs RSA-PSS+SHA256
	shows "likewise with TLS 1.2" rsa -servername one.test -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
	shows "ECDSA with TLS 1.2" ecdsa -servername one.test -tls1_2
	shows "P-384 for who has nothing else" p384 -servername one.test -sigalgs ECDSA+SHA384
	shows "Ed25519" ed25519 -servername one.test -sigalgs ed25519
	shows "ML-DSA" mldsa -servername one.test -sigalgs mldsa65
	shows "by name" two -servername two.test
	shows "by a wildcard" wild -servername a.wild.test
	shows "by name with TLS 1.2" two -servername two.test -tls1_2
	shows "an unknown name" ecdsa -servername unknown.test
	shows "no name" ecdsa -noservername
	run openssl s_client -connect "127.0.0.1:$port" -servername two.test \
		-sigalgs RSA-PSS+SHA256 -CAfile "$pki/ca.pem"
	expect "no certificate of that name that it can verify" 1 'alert handshake failure'
}

test_others()
{
	local name
	for name in one two; do
		run gnutls-cli --port "$port" --sni-hostname "$name.test" \
			--verify-hostname "$name.test" --x509cafile "$pki/ca.pem" 127.0.0.1
		expect "GnuTLS verifies $name.test" 0 'certificate is trusted'
		our_client -n "$name.test"
		expect "so do we" 0 '^ok .*verified=1' hello
	done
	our_client -n unknown.test
	expect "an unknown name is refused by the client" 1 'errno=EKEYREJECTED'
}

test_mistakes()
{
	sed -i '$d' "$profile"
	run tlsockd --check
	expect "each certificate needs its key" 1 "$profile:1: .*each certificate needs its key"
	echo "key = $work/rsa.key" >>"$profile"
	run tlsockd --check
	expect "and no other's" 1 "key $work/rsa.key does not belong to certificate $work/wild.pem"
}

helper_alive || { skip "no helper runs here"; finish; exit; }
trap 'restore; cleanup' EXIT
echo '[profile several]' >"$profile"
make ecdsa one.test ec -pkeyopt ec_paramgen_curve:P-256
make rsa one.test rsa -pkeyopt rsa_keygen_bits:2048
make p384 one.test ec -pkeyopt ec_paramgen_curve:P-384
make ed25519 one.test ed25519
make mldsa one.test mldsa65
make two two.test ec -pkeyopt ec_paramgen_curve:P-256
make wild '*.wild.test' ec -pkeyopt ec_paramgen_curve:P-256
helper_reload
our_server -p several
test_openssl
test_others
test_mistakes
stop
finish
