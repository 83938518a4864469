#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# OCSP responses that are stapled to a server's certificate, with OpenSSL and
# GnuTLS in both roles. What is wrong with a response: tests/unit/stapling.c.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-stapling.conf
sent='Cert Status: good'

restore()
{
	rm -f "$profile"
	helper_reload
}

# respond NAME: NAME.response, by the test CA
respond()
{
	openssl ocsp -index "$work/root/index" -CA "$pki/ca.pem" -issuer "$pki/ca.pem" \
		-rsigner "$pki/ca.pem" -rkey "$pki/ca.key" -cert "$work/$1.pem" -nmin 1439 \
		-noverify -respout "$work/$1.response" >"$work/log" 2>&1 || cat "$work/log"
}

# staple: the response gets to where our server looks for it, in one step
staple()
{
	cp "$work/plain.response" "$work/plain.new"
	reloads=$(count_reloads)
	mv "$work/plain.new" "$work/plain.pem.ocsp"
	wait_for helper_reloaded
}

test_our_server()
{
	local version
	our_server -p stapling
	for version in 2 3; do
		openssl_tells -servername web.test "-tls1_$version" -status
		expect "OpenSSL gets a response with TLS 1.$version" 0 "$sent" hello
		openssl_tells -servername web.test "-tls1_$version"
		expect "and none if it does not ask" 0 hello
	done
	gnutls_client NORMAL --save-ocsp "$work/saved"
	expect "GnuTLS gets one" 0 hello
	out=$(cmp "$work/saved" "$work/plain.response" 2>&1)
	expect "byte for byte" 0 '^$'
	stop
	our_server -p stapling -c 1 -z "$pki/other-ca.pem"
	openssl_tells -servername web.test -status
	expect "also where the program brings trust anchors" 0 "$sent" hello
	stop
	our_server -p stapling
}

test_watch()
{
	reloads=$(count_reloads)
	rm "$work/plain.pem.ocsp"
	wait_for helper_reloaded
	openssl_tells -servername web.test -status
	expect "the file goes" 0 'no response sent' hello
	staple
	openssl_tells -servername web.test -status
	expect "and comes" 0 "$sent" hello
	log_mark
	reloads=$(count_reloads)
	cp "$work/strict.response" "$work/plain.pem.ocsp"
	wait_for helper_reloaded
	logged "one of another certificate is not used" 'is not used: it is for another certificate'
	openssl_tells -servername web.test -status
	expect "nor sent" 0 'no response sent' hello
	log_mark
	echo spoilt >"$work/plain.pem.ocsp"
	wait_for log_has 'the configuration stays as it was'
	logged "what is none is a mistake" 'net-stapling.conf:.*plain.pem.ocsp is no OCSP response'
	staple
	stop
}

# told NAME CERTIFICATE PROFILE ERRNO TEXT SERVER-OPTION...: what our client says
told()
{
	local name=$1 certificate=$2 profile=$3 errno=$4 text=$5
	shift 5
	openssl_server -cert "$work/$certificate.pem" -key "$work/$certificate.key" "$@"
	our_client -p "$profile" -n web.test
	expect "$name" 1 "^fail errno=$errno .*text=$text"
	stop
}

test_our_client()
{
	local version name
	for version in 2 3; do
		for name in plain strict; do
			openssl_server -cert "$work/$name.pem" -key "$work/$name.key" \
				"-tls1_$version" -status_file "$work/$name.response"
			our_client -p stapling-required -n web.test
			expect "OpenSSL sends one for $name with TLS 1.$version" 0 \
				'^ok .*verified=1' olleh
			stop
		done
		told "a revoked one with TLS 1.$version" revoked default EKEYREVOKED \
			'certificate was revoked' "-tls1_$version" \
			-status_file "$work/revoked.response"
		told "none, where it has to with TLS 1.$version" strict default EKEYREJECTED \
			'certificate came without the OCSP response' "-tls1_$version"
		told "none, where one is required with TLS 1.$version" plain stapling-required \
			EKEYREJECTED 'certificate came without' "-tls1_$version"
	done
	gnutls_server NORMAL --x509certfile "$work/strict.pem" --x509keyfile "$work/strict.key" \
		--ocsp-response "$work/strict.response"
	our_client -p stapling-required -n web.test
	expect "GnuTLS sends one" 0 '^ok .*verified=1' hello
	stop
	our_server -p stapling
	our_client -p stapling-required -n web.test
	expect "we send ourselves one" 0 '^ok .*verified=1' hello
	our_client -p stapling-required -n web.test
	expect "a resumed session needs none" 0 '^ok .*verified=1 .*resumed=1' hello
	stop
}

helper_alive || { skip "no helper runs here"; finish; exit; }
is_tuned || { skip "the distribution's wolfSSL is not trusted with OCSP responses"; finish; exit; }
mkdir "$work/root"
cp "$pki/ca.pem" "$pki/ca.key" "$work/root/"
certify plain web.test ec -pkeyopt ec_paramgen_curve:P-256
certify strict web.test ec -pkeyopt ec_paramgen_curve:P-256 -addext tlsfeature=status_request
certify revoked web.test ec -pkeyopt ec_paramgen_curve:P-256
revoke "$work/root" "$work/list" "$work/revoked.pem"
for name in plain strict; do
	openssl ca -config "$work/root/conf" -cert "$pki/ca.pem" -keyfile "$pki/ca.key" \
		-valid "$work/$name.pem" >"$work/log" 2>&1 || cat "$work/log"
done
for name in plain strict revoked; do
	respond "$name"
done
cp "$work/plain.response" "$work/plain.pem.ocsp"
printf '[profile stapling]\ncertificate = %s\nkey = %s\n' "$work/plain.pem" "$work/plain.key" \
	>"$profile"
printf '[profile stapling-required]\nca = %s\nocsp-check = required\n' "$pki/ca.pem" >>"$profile"
trap 'restore; cleanup' EXIT
log_mark
helper_reload
logged "a response that ends soon" 'profile "stapling": the OCSP response of certificate 1 expires within a day'
test_our_server
test_watch
test_our_client
finish
