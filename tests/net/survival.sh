#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The helper in the middle of a thousand handshakes: its workers or its broker
# are killed at random points, its configuration is read anew, the clock jumps,
# it takes nothing for a while. Nothing hangs, nothing fails without a reason
# that fits, and all is served again afterwards.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

seed=${SEED:-$RANDOM}
echo "# SEED=$seed"

# storm TROUBLE ARGUMENT...: connections, and a function for each point
storm()
{
	local trouble=$1 word rest
	shift
	: >"$work/storm"
	while read -r word rest; do
		if [ "$word" = point ]; then
			"$trouble" "$rest"
		else
			echo "$word $rest" >>"$work/storm"
			echo "# $word $rest"
		fi
	done < <(/usr/local/lib/tlsock/tests/net/storm -s "$seed" "$@"; echo "ended $?")
}

# number WHAT: as the storm counted it
number()
{
	awk -v what="$1" '$1 == what { sum += $NF } END { print sum + 0 }' "$work/storm"
}

# only WHAT ERRNO...: no others among those that failed or were lost
only()
{
	local what=$1
	shift
	awk -v what="$what" -v allowed=" $* " \
		'$1 == what && !index(allowed, " " $2 " ") { exit 1 }' "$work/storm"
}

# weathered NAME LEAST: nobody hung, and at least so many were served
weathered()
{
	out=$(<"$work/storm")
	status=0
	if [ "$(number hung)" = 0 ] && [ "$(number ended)" = 0 ] &&
			[ "$(number completed)" -ge "$2" ] &&
			[ $(($(number completed) + $(number failed) + $(number lost))) = \
				"$(number started)" ]; then
		ok "$1"
	else
		not_ok "$1" "$2 of $(number started) wanted"
	fi
}

# reasons NAME FAILED LOST: the errnos allowed
reasons()
{
	# shellcheck disable=SC2086
	if only failed $2 && only lost $3; then
		ok "$1"
	else
		not_ok "$1" "allowed: $2, after the handshake: $3"
	fi
}

kill_worker()
{
	local workers
	mapfile -t workers < <(helper_workers)
	[ ${#workers[@]} = 0 ] || kill -9 "${workers[$((RANDOM % ${#workers[@]}))]}" 2>/dev/null
}

kill_broker()
{
	kill -9 "$(helper_pid)"
	helper_start
}

kill_any()
{
	if [ $((RANDOM % 2)) = 0 ]; then
		kill_worker
	else
		kill_broker
	fi
}

reload()
{
	kill -HUP "$(helper_pid)"
}

# Forward, then back
jump()
{
	if [ $(($1 % 2)) = 1 ]; then
		date -s '+1 hour' >/dev/null
	else
		date -s '-1 hour' >/dev/null
	fi
}

# Both ends of all connections: each is a TCP socket too.
all_wait()
{
	[ "$(ss -Htn state established | wc -l)" -ge $((2 * queued)) ]
}

nothing()
{
	:
}

nothing_left()
{
	tlsock status --json | grep -q '"pending":0,.*"accepted":0,'
}

storm_stopped()
{
	grep -q '^State:.*stopped' "/proc/$(pgrep -x storm)/status"
}

# Clients have taken all that the helper has room for.
clients_under_way()
{
	tlsock status --json | grep -q '"accepted":[1-9].*"waiting":0,"running":[1-9]'
}

settled()
{
	wait_for nothing_left
	storm nothing -n 20 -p 5
	weathered "$1: all is served again" 20
}

# What the helper had taken fails with EIO, what the peer's helper had resets. A
# client that is done looks at SO_ERROR when the server's end is gone already, and
# may see what TCP says then.
test_kills()
{
	storm kill_worker -n 1000 -p 32 -t 20
	weathered "workers killed: nothing hangs" 300
	reasons "workers killed: reasons" "EIO ECONNRESET EPIPE" "ECONNRESET EPIPE"
	settled "workers killed"
	storm kill_any -n 1000 -p 32 -t 20
	weathered "any killed: nothing hangs" 100
	reasons "any killed: reasons" "EIO ECONNRESET EPIPE EUNATCH" "ECONNRESET EPIPE"
	settled "any killed"
}

test_reload()
{
	storm reload -n 500 -p 32 -t 10
	weathered "read anew ten times: nothing is lost" 500
}

test_clock()
{
	storm jump -n 200 -p 16 -t 10
	weathered "clock jumps: nothing is lost" 200
}

# However slow the machine is: the deadline is no matter of this test. A debug
# kernel has no memory for so many.
test_queue()
{
	queued=5000
	[ ! -e /sys/kernel/debug/kmemleak ] || queued=500
	sysctl -qw net.core.somaxconn=16384
	storm_behind_stopped
	weathered "$((2 * queued)) requests wait for a stopped helper: all are served" "$queued"
}

# It goes on when all wait, which takes a slow machine minutes.
storm_behind_stopped()
{
	local end=$((SECONDS + 240))
	kill -STOP "$(helper_pid)"
	{
		trap 'kill -CONT "$(helper_pid)"' EXIT
		until all_wait; do
			[ "$SECONDS" -lt "$end" ] || exit 1
			read -rt 1 <>"$work/never" || true
		done
	} &
	storm nothing -d 300 -n "$queued" -p "$queued"
	wait $! || not_ok "all wait"
}

# All clients are there before any of their servers is.
test_clients_first()
{
	kill -STOP "$(helper_pid)"
	{
		trap 'kill -CONT "$(helper_pid)"; pkill -CONT -x storm' EXIT
		wait_for storm_stopped
		kill -CONT "$(helper_pid)"
		wait_for clients_under_way
	} &
	storm nothing -d 300 -n 600 -p 600 -w
	weathered "more clients than there is room for, then their servers" 600
	wait $!
}

# Silent peers hold all of them, and who comes then gets through all the same:
# those that have said nothing for longest go.
test_few_descriptors()
{
	prlimit --pid "$(helper_pid)" --nofile=200:200
	log_mark
	our_server -p web -t 120000
	start "$work/peers" python3 memory_peer.py "$port" 400 silent
	logged "without descriptors the helper tells" \
		'the kernel refused to hand out requests: Too many open files'
	logged "and whom it drops" 'the client had said nothing for longest'
	openssl_client -tls1_3
	expect "a client beside the silent peers" 0 hello
	our_client -n web.test
	expect "and one of ours" 0 '^ok ' hello
	helper_stop
	helper_start
}

helper_alive || { skip "no helper runs here"; finish; exit; }
test_kills
test_reload
test_clock
test_queue
test_clients_first
test_few_descriptors
settled "in the end"
finish
