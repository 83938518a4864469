#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# STARTTLS by TLSOCK_UPGRADE against other TLS libraries in both roles, and
# against the attack that it is known for.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash

starttls=/usr/local/lib/tlsock/tests/net/starttls

# our_starttls KIND: our server; sets $port
our_starttls()
{
	start "$work/server" "$starttls" "$1"
	wait_for grep -qs '^port ' "$work/server"
	port=$(sed -n 's/^port //p' "$work/server")
}

test_smtp()
{
	our_starttls smtp
	rm -f "$work/answer"
	status=0
	# -quiet, without which s_client obeys a line that begins with Q
	out=$( (echo NOOP marker && wait_answer '^250 over' && echo QUIT) |
		timeout 60 openssl s_client -starttls smtp -connect "127.0.0.1:$port" -quiet -crlf \
			-servername web.test -verify_hostname web.test -verify_return_error \
			-CAfile "$pki/ca.pem" 2>&1 | tee "$work/answer") || status=$?
	expect "openssl s_client -starttls smtp" 0 '250 over TLS: NOOP marker' '221 bye'
	server_wrote '^(ok|fail) ' "our server's view of it" '^ok version=0x0304 role=1'
	run /usr/bin/python3 starttls_peer.py mail "$port"
	expect "Python's smtplib" 0 'starttls offered again: False' 'over TLS: MARKER'
	stop
}

test_postgres()
{
	our_starttls postgres
	openssl_client -starttls postgres
	expect "openssl s_client -starttls postgres" 0 'over TLS: hello'
	server_wrote '^(ok|fail) ' "our server's view of it" '^ok version=0x0304 role=1'
	stop
}

test_injection()
{
	our_starttls smtp
	run /usr/bin/python3 starttls_peer.py inject "$port"
	expect "a command behind STARTTLS is not obeyed" 0 '220 go ahead' '!EVIL'
	server_wrote '^(ok|fail) ' "our server refuses to upgrade" '^fail EBUSY'
	stop
}

test_client()
{
	start "$work/server" /usr/bin/python3 starttls_peer.py serve "$work/port"
	wait_for test -s "$work/port"
	port=$(<"$work/port")
	run "$starttls" client web.test "$port"
	expect "our client with Python's ssl" 0 '^ok version=0x0304 role=0 verified=1' \
		'250 heard NOOP hello'
	run "$starttls" client wrong.test "$port"
	expect "our client refuses another name" 1 '^fail EKEYREJECTED text=certificate is for' \
		'!heard'
	stop
}

# Clear text in the place of the handshake.
test_no_handshake()
{
	start "$work/server" /usr/bin/python3 -c '
import socket
listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
connection.sendall(b"220 peer\r\n")
connection.recv(100)
connection.sendall(b"220 go ahead\r\n")
connection.recv(1)
connection.sendall(b"250 this is not a handshake\r\n")
connection.recv(100)'
	wait_for grep -qs '^port ' "$work/server"
	port=$(sed -n 's/^port //p' "$work/server")
	run "$starttls" client web.test "$port"
	expect "a peer that goes on in clear text" 1 '^fail EPROTO' '!this is not'
	stop
}

test_smtp
test_postgres
test_injection
test_client
test_no_handshake
finish
