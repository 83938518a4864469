#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Python's ways to use a socket, over TLS sockets by `tlsock run`: streams of
# asyncio, selectors, threads (programs_peer.py), and its web server.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/programs.bash
. ./programs.bash

# Python's examples of servers, each with its client; four clients at a time.
test_python()
{
	local kind
	for kind in asyncio selectors threads; do
		choose_port
		serve python3 programs_peer.py "$kind" serve "$port"
		tls python3 programs_peer.py "$kind" talk "$port" "$data"
		expect "Python: $kind" 0 '^4 echoes' 'ends 8 errors 0'
		talk 'hello\n'
		expect "Python: $kind with openssl s_client" 0 '^hello' 'ends 1 errors 0'
		stop
	done
}

test_http()
{
	choose_port
	mkdir -p "$work/www"
	cp "$data" "$work/www/data"
	serve python3 -m http.server -d "$work/www" "$port"
	fetch curl --cacert "$pki/ca.pem" "https://web.test:$port/data"
	expect "Python: http.server" 0 'same data' 'ends 1 errors 0'
	stop
}

test_python
test_http
finish
