#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sessions that are resumed, in both roles, with OpenSSL and GnuTLS and with
# ourselves; and those that must not be. Then servers that end a connection
# without close_notify.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

certificate=(-cert "$pki/server.pem" -key "$pki/server.key")

# client WHAT RESUMED OPTION...: one connection
client()
{
	local what=$1 resumed=$2
	shift 2
	our_client -n web.test "$@"
	expect "$what" 0 "^ok version=0x0304 .*verified=1 resumed=$resumed" "$answer"
}

# The second and third are resumed, each by a ticket of the one before.
three_times()
{
	client "$peer: the first is full" 0
	client "$peer: the second is resumed" 1
	client "$peer: the third is resumed" 1
	client "$peer: not with TLSOCK_RESUME 0" 0 -r 0
	client "$peer: again" 1
}

as_nobody()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tlscat" "$@"
}

test_client()
{
	local program=$tlscat
	peer=OpenSSL
	answer=olleh
	openssl_server "${certificate[@]}"
	three_times
	client "another port is another server" 0 -p fresh
	tlscat=$work/as-nobody
	printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups %s "$@"\n' \
		"$program" >"$tlscat"
	chmod 755 "$work" "$tlscat"
	client "another user does not use up our ticket" 0
	client "but its own" 1
	tlscat=$program
	client "ours is still there" 1
	helper_reload
	client "no session outlives a change of configuration" 0
	client "the new one is resumed" 1
	stop
	start "$work/server" openssl s_server -accept "$port" -rev "${certificate[@]}"
	wait_for is_listening
	client "a server that knows the ticket no more" 0
	client "and its own tickets" 1
	stop
	openssl_server "${certificate[@]}" -num_tickets 0
	client "a server without tickets" 0
	client "once more" 0
	stop
	peer=GnuTLS
	answer=hello
	gnutls_server NORMAL --x509certfile "$pki/server.pem" --x509keyfile "$pki/server.key"
	three_times
	stop
	peer=ourselves
	our_server -p web
	three_times
	server_wrote 'resumed=1' "our server knows" '^ok .*resumed=0' '^ok .*resumed=1'
	stop
	our_server -p fresh
	client "a profile without resumption, the first" 0
	client "a profile without resumption, the second" 0
	stop
}

test_server()
{
	local version
	for version in tls1_3 tls1_2; do
		our_server -p web
		reused "$version: OpenSSL's first" New "-$version" -sess_out "$work/session"
		reused "$version: OpenSSL's second" Reused "-$version" -sess_in "$work/session" \
			-sess_out "$work/session"
		kill -9 "$(helper_workers | head -1)"
		reused "$version: by whatever worker, one died" Reused "-$version" \
			-sess_in "$work/session" -sess_out "$work/session"
		helper_reload
		reused "$version: after a reload" Reused "-$version" -sess_in "$work/session"
		stop
		rm -f "$work/session"
		our_server -p rsa
		reused "$version: profile rsa" New "-$version" -sess_out "$work/session"
		stop
		our_server -p web
		reused "$version: a ticket of another profile" New "-$version" -sess_in "$work/session"
		stop
		rm -f "$work/session"
	done
	our_server -p web
	run gnutls-cli --port "$port" --sni-hostname web.test --verify-hostname web.test \
		--x509cafile "$pki/ca.pem" --resume 127.0.0.1
	expect "GnuTLS resumes" 0 'This is a resumed session'
	stop
}

# A ticket does not say who the client is.
test_mutual()
{
	local mine=(-cert "$pki/client.pem" -key "$pki/client.key")
	our_server -p web
	reused "without certificates" New -sess_out "$work/session"
	stop
	our_server -p mtls
	status=0
	out=$(echo hello | timeout 60 openssl s_client -connect "127.0.0.1:$port" -quiet \
		-servername web.test -CAfile "$pki/ca.pem" -sess_in "$work/session" 2>&1) || status=$?
	expect "a ticket is no certificate" "$status" '!^hello'
	reused "with a certificate" New "${mine[@]}" -sess_in "$work/session"
	stop
}

# A server that ends TCP after its answer, and TLS not at all.
rude_server()
{
	choose_port
	start "$work/server" python3 -c "
import socket, ssl, sys
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain('$pki/server.pem', '$pki/server.key')
listener = socket.create_server(('127.0.0.1', $port))
while True:
    s = context.wrap_socket(listener.accept()[0], server_side=True)
    s.sendall(s.recv(100))
    s.shutdown(socket.SHUT_WR)
    s.recv(100)
    s.close()
"
	wait_for is_listening
}

test_truncation()
{
	rude_server
	our_client -n web.test
	expect "no close_notify is an error" 1 hello 'errno=ECONNRESET stage=7'
	our_client -n web.test -p lax
	expect "unless the profile says otherwise" 0 hello
	stop
}

test_client
test_server
test_mutual
test_truncation
finish
