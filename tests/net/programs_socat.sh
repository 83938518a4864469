#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# socat over TLS sockets by `tlsock run`: one way and both, files, pipes and
# children, every way to end a transfer, and the options of its addresses.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/programs.bash
. ./programs.bash

to()
{
	echo "TCP:web.test:$port$1"
}

from()
{
	echo "TCP-LISTEN:$port,reuseaddr$1"
}

server_is_gone()
{
	! kill -0 "$server_pid" 2>/dev/null
}

# ended: waits for a server that serves once, unless its client failed, and adds
# how it ended
ended()
{
	local ended=0
	[ "$status" != 0 ] || wait_for server_is_gone
	stop || ended=$?
	out+=$'\n'"server $ended $(<"$work/server")"
}

# one_way NAME CLIENT-OPTIONS SERVER-OPTIONS: a file to the server
one_way()
{
	choose_port
	rm -f "$work/got"
	serve socat -u "$(from "$3")" "CREATE:$work/got"
	tls socat -u "OPEN:$data" "$(to "$2")"
	ended
	same "$work/got"
	expect "$1" 0 'same data' '^server 0 $' 'ends 2 errors 0'
}

test_one_way()
{
	one_way "-u: a file to the server" '' ''
	choose_port
	serve socat -U "$(from '')" "OPEN:$data"
	tls socat -U "CREATE:$work/got" "$(to '')"
	ended
	same "$work/got"
	expect "-U: a file from the server" 0 'same data' '^server 0 $' 'ends 2 errors 0'
	one_way "shut-down" ,shut-down ,shut-down
	one_way "shut-close" ,shut-close ,shut-close
	one_way "shut-none" ,shut-none ,shut-none
	one_way "shut-null" ,shut-null ,shut-null
	one_way "end-close" ,end-close ,end-close
	one_way "options of TCP" \
		,nodelay,keepalive,keepidle=5,sndbuf=50000,priority=3,linger=5 \
		,rcvbuf=30000,mss=1000,backlog=3,range=127.0.0.0/8,bindtodevice=lo
	one_way "connect without blocking" ,connect-timeout=20 ,accept-timeout=20
}

# What kernel TLS cannot do is an error of the option, not of the data.
test_refused()
{
	choose_port
	tls socat -u "OPEN:$data" "$(to ,so-timestamp=1)"
	expect "an option that is refused" 1 'Operation not supported' 'ends 0 errors 0'
}

# A server that is not there yet, and then is.
test_retry()
{
	choose_port
	mark
	status=0
	start "$work/client" tlsock run -- socat -d -d -u "OPEN:$data" "$(to ,retry=200,interval=0.1)"
	local client=$server_pid
	wait_for grep -qs 'Connection refused' "$work/client"
	rm -f "$work/got"
	# It may have taken the client, and listen no more, before anybody looks.
	start "$work/server" tlsock run -p web -- socat -u "$(from '')" "CREATE:$work/got"
	ended
	wait "$client" || status=$?
	same "$work/got"
	count
	expect "retry" 0 'same data' '^server 0 $' 'ends 2 errors 0'
}

# echo NAME SERVER-ADDRESS [CLIENT-OPTION...]: the file there and back
echo_back()
{
	local name=$1 address=$2
	shift 2
	choose_port
	serve socat "$(from ,fork)" "$address"
	mark
	status=0
	timeout 60 tlsock run -- socat -t 30 "$@" - "$(to '')" <"$data" >"$work/got" || status=$?
	out=
	count
	same "$work/got"
	expect "$name" 0 'same data' 'ends 2 errors 0'
	stop
}

# answer NAME SERVER-ADDRESS: the server answers when it has got the whole file
answer()
{
	choose_port
	serve socat "$(from ,fork)" "$2"
	mark
	status=0
	out=$(timeout 60 tlsock run -- socat -t 30 - "$(to '')" <"$data" 2>&1) || status=$?
	count
	expect "$1" 0 "$data_digest" 'ends 2 errors 0'
	stop
}

test_both_ways()
{
	echo_back "PIPE" PIPE
	echo_back "EXEC with a socket pair" EXEC:cat
	echo_back "EXEC with pipes" EXEC:cat,pipes
	echo_back "SYSTEM" 'SYSTEM:cat | cat'
	echo_back "small blocks" EXEC:cat -b 1000
	echo_back "large blocks" EXEC:cat -b 300000
	answer "half-close: the answer comes after the end" EXEC:sha256sum
	answer "EXEC with the socket itself" EXEC:sha256sum,nofork
	answer "SYSTEM with the socket itself" SYSTEM:sha256sum,nofork
}

test_many()
{
	local i clients=()
	choose_port
	serve socat "$(from ,fork,max-children=3)" EXEC:cat
	mark
	for i in {1..6}; do
		timeout 60 tlsock run -- socat -t 30 "OPEN:$data!!CREATE:$work/got$i" "$(to '')" &
		clients+=($!)
	done
	status=0
	for i in "${clients[@]}"; do
		wait "$i" || status=$?
	done
	out=
	count
	for i in {1..6}; do
		same "$work/got$i"
	done
	out+=$'\n'"copies $(grep -c 'same data' <<<"$out")"
	expect "six clients, three at a time" 0 'copies 6' 'ends 12 errors 0'
	stop
}

# From a local socket over TLS to a local socket.
test_relay()
{
	local relay
	choose_port
	serve socat "$(from '')" EXEC:sha256sum
	mark
	start "$work/relay" tlsock run -- socat -t 30 "UNIX-LISTEN:$work/local" "$(to '')"
	relay=$server_pid
	wait_for test -S "$work/local"
	status=0
	out=$(timeout 60 socat -t 30 - "UNIX-CONNECT:$work/local" <"$data" 2>&1) || status=$?
	wait "$relay" || status=$?
	count
	expect "relay from a local socket" 0 "$data_digest" 'ends 2 errors 0'
}

is_established()
{
	ss -Htn "dport = :$port" | grep -q ESTAB
}

# What ss knows of a connection, and whose it is.
test_ss()
{
	choose_port
	serve socat "$(from '')" EXEC:cat
	start "$work/client" tlsock run -- socat "$(to '')" "PIPE:$work/never"
	wait_for is_established
	run ss -Htnpi "dport = :$port"
	expect "ss shows kernel TLS and the program" 0 'users:(("socat",' \
		'tcp-ulp-tls version: 1.3 cipher: aes-gcm-128 rxconf: sw txconf: sw'
	stop
}

test_openssl()
{
	choose_port
	serve socat "$(from ,fork)" SYSTEM:'head -n 1'
	talk 'hello\n'
	expect "openssl s_client with our server" 0 '^hello' 'ends 1 errors 0'
	mark
	run socat -t 30 SYSTEM:'echo hello; head -n 1 >&2' \
		"OPENSSL:web.test:$port,cafile=$pki/ca.pem,commonname=web.test"
	count
	expect "socat's own TLS with our server" 0 '^hello' 'ends 1 errors 0'
	stop
	openssl_server -cert "$pki/server.pem" -key "$pki/server.key"
	tls socat -t 30 SYSTEM:'echo hello; head -n 1 >&2' "$(to '')"
	expect "our client with openssl s_server" 0 '^olleh' 'ends 1 errors 0'
	stop
}

test_one_way
test_refused
test_retry
test_both_ways
test_many
test_relay
test_ss
test_openssl
finish
