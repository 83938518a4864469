#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Memory of the helper, all its processes together: idle, with a thousand
# peers that connect and say nothing, and with hundreds that begin a handshake
# and stop in the middle.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

silent=1000
begun=400
limit=40000	# kB

# What the processes have, memory that several share counted once.
memory()
{
	local pid
	for pid in $(helper_pid) $(helper_workers); do
		cat "/proc/$pid/smaps_rollup"
	done | awk '$1 == "Pss:" { sum += $2 } END { print sum }'
}

# requests KEY: of `tlsock status`
requests()
{
	tlsock status --json | python3 -c "
import json, sys
print(json.load(sys.stdin)['process']['$1'])"
}

has()
{
	[ "$(requests "$1")" -ge "$2" ]
}

# peers COUNT WHAT: connect, and stay until stopped
peers()
{
	start "$work/peers" python3 memory_peer.py "$port" "$1" "$2"
	peers_pid=$server_pid
}

peers_stop()
{
	kill "$peers_pid"
	wait "$peers_pid" 2>/dev/null
}

# below WHAT BEFORE COUNT: how much memory there is now
below()
{
	local now
	now=$(memory)
	echo "# $1: $now kB, $(((now - $2) * 1024 / $3)) bytes each"
	status=$now out=
	if [ "$now" -le "$limit" ]; then
		ok "$1: at most $limit kB"
	else
		not_ok "$1: at most $limit kB" "$now kB"
	fi
}

helper_alive || { skip "no helper runs here"; finish; exit; }
helper_stop
helper_start
our_server -p web -t 120000
idle=$(memory)
echo "# idle: $idle kB"
peers "$silent" silent
wait_for has silent "$silent"
below "$silent silent peers" "$idle" "$silent"
peers_stop
peers "$begun" begin
wait_for has running "$begun"
below "$begun handshakes begun" "$idle" "$begun"
peers_stop
stop
finish
