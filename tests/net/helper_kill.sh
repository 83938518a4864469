#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The helper is killed in the middle of handshakes: a worker, then the broker.
# What it had taken fails at once, what waits is served by the next helper,
# what is established goes on, and nothing hangs.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

# A TCP server that never speaks; sets $port
silent_server()
{
	start "$work/silent" "$tlscat" -P -l -k 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/silent"
	port=$(sed -n 's/^port //p' "$work/silent")
}

accepted()
{
	tlsock status --json | grep -q "\"accepted\":$1,"
}

# hanging_client FILE: its handshake is with a worker when this returns
hanging_client()
{
	start "$1" "$tlscat" -t 60000 -n web.test 127.0.0.1 "$port"
	client=$server_pid
	wait_for accepted 1
}

# client_failed NAME FILE ERRNO: the client ended at once, with that errno
client_failed()
{
	wait_for grep -qs '^fail' "$2"
	wait "$client"
	status=$?
	out=$(<"$2")
	expect "$1" 1 "^fail errno=$3 .*text=."
}

workers_are()
{
	[ "$(helper_workers | wc -w)" = "$1" ]
}

test_worker()
{
	local count
	count=$(helper_workers | wc -w)
	silent_server
	hanging_client "$work/client"
	for pid in $(helper_workers); do
		kill -9 "$pid"
	done
	client_failed "killed worker: its handshake fails at once" "$work/client" EIO
	wait_for workers_are "$count"
	ok "killed worker: started again"
	serves "killed worker: new handshakes are served"
}

test_broker()
{
	silent_server
	hanging_client "$work/client"
	kill -9 "$(helper_pid)"
	client_failed "killed broker: its handshake fails at once" "$work/client" EIO
	wait_for workers_are 0
	ok "killed broker: its workers end"
	our_client -n web.test
	expect "killed broker: new handshakes fail at once" 1 '^fail errno=EUNATCH .*text=no tlsockd'
	helper_start
	ok "killed broker: a new helper serves"
	serves "killed broker: new handshakes are served"
}

# A stopped helper takes nothing; what waits belongs to the one that follows.
test_queue()
{
	our_server -p web
	kill -STOP "$(helper_pid)"
	start "$work/client" "$tlscat" -t 60000 -n web.test 127.0.0.1 "$port"
	client=$server_pid
	wait_for is_pending
	kill -9 "$(helper_pid)"
	helper_start
	wait_for grep -qs '^ok' "$work/client"
	ok "waiting handshakes are served by the next helper"
}

is_pending()
{
	tlsock status --json | grep -q '"pending":[1-9]'
}

test_established()
{
	mkfifo "$work/input"
	our_server -p web
	"$tlscat" -n web.test 127.0.0.1 "$port" <>"$work/input" >"$work/established" 2>&1 &
	processes+=($!)
	wait_for grep -qs '^ok' "$work/established"
	kill -9 "$(helper_pid)"
	wait_for workers_are 0
	echo "still here" >"$work/input"
	wait_for grep -qs 'still here' "$work/established"
	ok "an established connection outlives the helper"
	helper_start
}

helper_alive || { skip "no helper runs here"; finish; exit; }
test_worker
test_broker
test_queue
test_established
serves "all is well in the end"
finish
