#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Key updates with OpenSSL and GnuTLS, asked for by each side, in both roles
# and with every cipher of TLS 1.3. Where kernel TLS cannot change keys, the
# peer's update ends the connection and ours is refused.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash

# Kernels before 6.17
can_rekey()
{
	local major minor
	IFS=. read -r major minor _ < <(uname -r)
	[ "$major" -gt 6 ] || [ "$minor" -ge 17 ]
}

# our_peer PROFILE: our server for one connection; sets $port
our_peer()
{
	rm -f "$work/port"
	start "$work/server" /usr/bin/python3 rekey_peer.py serve "$1" "$work/port"
	wait_for test -s "$work/port"
	port=$(<"$work/port")
}

# count PATTERN: how often it came back so far
count()
{
	grep -Ec "^$1" "$work/answer" 2>/dev/null
}

# step LINE ANSWER: says a line and waits for what comes back
step()
{
	local before end=$((SECONDS + 20))
	before=$(count "$2")
	echo "$1"
	until [ "$(count "$2")" -gt "${before:-0}" ]; do
		[ "$SECONDS" -lt "$end" ] || return 0
		read -rt 0.02 <>"$work/never" || true
	done
}

# Without -quiet, so that s_client obeys K and k, which it takes for the whole
# of what it reads at once.
openssl_steps()
{
	step one 'heard one'
	step K KEYUPDATE
	step two 'heard two'
	step 'update own' updated
	step k KEYUPDATE
	step three 'heard three'
	step 'update both' updated
	step four 'heard four'
	echo Q
}

gnutls_steps()
{
	step one 'heard one'
	echo '^rekey1^'
	step two 'heard two'
	step 'update own' updated
	echo '^rekey^'
	step three 'heard three'
	step 'update both' updated
	step four 'heard four'
}

run_openssl()
{
	rm -f "$work/answer"
	status=0
	out=$("$1" | timeout 60 openssl s_client -connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" \
		-servername web.test -verify_return_error 2>&1 | tee "$work/answer") || status=$?
}

run_gnutls()
{
	rm -f "$work/answer"
	status=0
	out=$("$1" | timeout 60 gnutls-cli --port "$port" --inline-commands --logfile /dev/null \
		--sni-hostname web.test --verify-hostname web.test --x509cafile "$pki/ca.pem" \
		127.0.0.1 2>&1 | tee "$work/answer") || status=$?
}

# 4 updates: K and its answer, ours, k, ours and the answer to it: 6 in all.
test_server()
{
	local profile
	for profile in tls13-aes128 tls13-aes256 tls13-chacha; do
		our_peer "$profile"
		run_openssl openssl_steps
		expect "OpenSSL's client, $profile" 0 'heard one' 'heard two' 'heard three' 'heard four'
		server_wrote '^rekeys=' "our view of it" '^rekeys=6$' '!fail'
		stop
		our_peer "$profile"
		run_gnutls gnutls_steps
		expect "GnuTLS's client, $profile" 0 'heard one' 'heard two' 'heard three' 'heard four'
		server_wrote '^rekeys=' "our view of it" '^rekeys=6$' '!fail'
		stop
	done
}

received_rekeys()
{
	awk '$1 == "TlsRxRekeyOk" { print $2 }' /proc/net/tls_stat
}

has_received()
{
	[ "$(received_rekeys)" -ge "$1" ]
}

# order K|k: s_server says nothing, but our end must have got a new key.
order()
{
	local wanted=$(($(received_rekeys) + 1))
	echo "$1"
	wait_for has_received "$wanted"
}

# s_server says what it hears and sends what it is told.
test_client()
{
	local ours
	mkfifo "$work/told"
	choose_port
	openssl s_server -accept "$port" -cert "$pki/server.pem" -key "$pki/server.key" \
		<>"$work/told" >"$work/answer" 2>&1 &
	processes+=($!)
	wait_for is_listening
	/usr/bin/python3 rekey_peer.py connect web.test "$port" >"$work/server" 2>&1 &
	ours=$!
	processes+=("$ours")
	wait_answer '^ready'
	{
		step one 'heard one'
		order K
		step two 'heard two'
		step 'update both' updated
		step three 'heard three'
		order k
		step four 'heard four'
		echo Q
	} >"$work/told"
	wait "$ours"
	out=$(<"$work/answer")
	expect "OpenSSL's server" 0 'heard one' 'heard two' 'heard three' 'heard four'
	server_wrote '^rekeys=' "our view of it" '^rekeys=5$'
}

# What kernels without key changes have to say.
test_refused()
{
	our_peer tls13-aes128
	run_openssl refused_steps
	expect "our own update is refused" 1 'heard one' 'refused ENOTSUP' 'alert' '!heard two'
	server_wrote '^rekeys=' "the peer's update ends the connection" '^fail EKEYEXPIRED' '^rekeys=0$'
	stop
}

refused_steps()
{
	step one 'heard one'
	step 'update own' refused
	step K KEYUPDATE
	step two '(heard two|closed|.*alert)'
}

if can_rekey; then
	test_server
	test_client
else
	test_refused
fi
finish
