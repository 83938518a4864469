#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs that know nothing of TLS, over TLS sockets by `tlsock run`: iperf3,
# redis, git, shells. For each the data must arrive, every connection must be
# one of kernel TLS at both ends, and OpenSSL's client must understand the
# servers. Others are in programs_*.sh.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/programs.bash
. ./programs.bash

# iperf OPTION...: prints what was sent and received as it stands in the report
iperf()
{
	tls iperf3 -c web.test -p "$port" -n 1M -J "$@"
	out=$(python3 -c '
import json, sys
text, brace, rest = sys.stdin.read().rpartition("}")
try:
    report = json.loads(text + brace)
except ValueError:
    sys.exit(text + brace + rest)
for name, sums in report["end"].items():
    if name.startswith("sum_"):
        print(name, "enough" if sums["bytes"] >= 200000 else sums["bytes"])
print("streams", len(report["end"]["streams"]), report.get("error", ""), rest)' <<<"$out" 2>&1)
}

# A connection to steer the test and one for each stream, each with two ends.
test_iperf3()
{
	choose_port
	serve iperf3 -s -p "$port"
	iperf -P 4
	expect "iperf3: four streams to the server" 0 'sum_sent enough' 'sum_received enough' \
		'streams 4' 'ends 10 errors 0'
	iperf -P 4 -R
	expect "iperf3: four streams from the server" 0 'sum_sent enough' 'sum_received enough' \
		'streams 4' 'ends 10 errors 0'
	iperf --bidir -4 -C reno -N -w 64K -l 5000
	expect "iperf3: both ways, with options of TCP" 0 'sum_sent enough' \
		'sum_received_bidir_reverse enough' 'streams 2' 'ends 6 errors 0'
	iperf -Z -6
	expect "iperf3: sendfile" 0 'sum_sent enough' 'sum_received enough' 'ends 4 errors 0'
	stop
}

redis_cli()
{
	tls redis-cli -h web.test -p "$port" "$@"
}

redis_server()
{
	serve redis-server --port "$port" --bind 127.0.0.1 ::1 --save '' --dir "$work" "$@"
}

is_replica()
{
	tlsock run -- redis-cli -h web.test -p "$port" info replication |
		grep -q '^master_link_status:up'
}

test_redis_replica()
{
	local first=$port first_pid=$server_pid
	choose_port
	redis_server --replicaof web.test "$first"
	wait_for is_replica
	redis_cli dbsize
	expect "redis: a replica has what its master has" 0 '^2002$'
	redis_cli shutdown nosave
	stop
	port=$first
	server_pid=$first_pid
}

test_redis()
{
	choose_port
	redis_server --io-threads 2
	redis_cli ping
	expect "redis-cli" 0 '^PONG' 'ends 2 errors 0'
	tls redis-benchmark -h web.test -p "$port" -c 10 -n 1000 -P 8 -t set,get --csv
	expect "redis-benchmark" 0 '^"SET","[1-9]' '^"GET","[1-9]' 'errors 0$'
	redis_cli info commandstats
	expect "redis counted its commands" 0 '^cmdstat_set:calls=1000,' '^cmdstat_get:calls=1000,'
	mark
	status=0
	out=$(for i in {1..2000}; do printf 'SET k%s %s\r\n' "$i" "$i"; done |
		timeout 60 tlsock run -- redis-cli -h web.test -p "$port" --pipe 2>&1) || status=$?
	count
	expect "redis-cli --pipe" 0 '^errors: 0, replies: 2000' 'errors 0$'
	status=0
	out=$(timeout 60 tlsock run -- redis-cli -h web.test -p "$port" -x set big <"$data" 2>&1) &&
		timeout 60 tlsock run -- redis-cli -h web.test -p "$port" --raw get big |
			head -c "$data_size" >"$work/got" || status=$?
	same "$work/got"
	expect "redis: a large value" 0 '^OK' 'same data'
	test_redis_replica
	talk 'PING\r\nQUIT\r\n'
	expect "redis with openssl s_client" 0 '^+PONG' '^+OK' 'ends 1 errors 0'
	redis_cli shutdown nosave
	expect "redis shuts down" 0
	stop
}

test_git()
{
	local git=(git -c init.defaultBranch=main -c user.name=test -c user.email=test@web.test)
	"${git[@]}" init -q "$work/git/repo"
	cp "$data" "$work/git/repo/data"
	"${git[@]}" -C "$work/git/repo" add data
	"${git[@]}" -C "$work/git/repo" commit -qm data
	choose_port
	serve git daemon --export-all --reuseaddr --base-path="$work/git" --port="$port"
	tls git clone -q "git://web.test:$port/repo" "$work/clone"
	same "$work/clone/data"
	expect "git clone" 0 'same data' 'ends 2 errors 0'
	stop
}

# Shells and small languages, with a server that answers one line.
test_languages()
{
	choose_port
	serve socat "TCP-LISTEN:$port,reuseaddr,fork" 'SYSTEM:head -n 1'
	tls bash -c "exec 3<>/dev/tcp/web.test/$port; echo hello >&3; cat <&3"
	expect "bash's /dev/tcp" 0 '^hello' 'ends 2 errors 0'
	tls perl -MIO::Socket::INET -e "
		my \$peer = IO::Socket::INET->new('web.test:$port') or die \$@;
		print \$peer \"hello\\n\"; \$peer->flush(); print <\$peer>;"
	expect "Perl's IO::Socket" 0 '^hello' 'ends 2 errors 0'
	stop
}

test_iperf3
test_redis
test_git
test_languages
finish
