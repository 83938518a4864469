#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tlsock status, and what the command says when it is called wrongly.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash

# status NAME: one number of the last run's JSON
number()
{
	python3 -c 'import json, sys
value = json.loads(sys.argv[1])
for key in sys.argv[2].split("."):
    value = value[key]
print(int(value))' "$out" "$1"
}

# expect_number NAME KEY TEST...: the number passes `test NUMBER TEST...`
expect_number()
{
	local name=$1 key=$2 value
	shift 2
	value=$(number "$key") || { not_ok "$name" "no $key" && return; }
	if test "$value" "$@"; then ok "$name"; else not_ok "$name" "$key is $value"; fi
}

test_usage()
{
	run tlsock
	expect "no subcommand" 2 'usage:'
	run tlsock nonsense
	expect "unknown subcommand" 2 "no subcommand 'nonsense'" 'usage:'
	run tlsock help nonsense
	expect "help for an unknown subcommand" 2 'usage:'
	run tlsock --help
	expect "--help" 0 'usage:' 'run' 'status'
	run tlsock help run
	expect "help run" 0 'usage: tlsock run'
	run tlsock status --help
	expect "status --help" 0 'usage: tlsock status'
	run tlsock --version
	expect "--version" 0 '^tlsock [^ ]*$'
	run tlsock status --nonsense
	expect "unknown option" 2 'tlsock help status'
	run tlsock status more
	expect "too many arguments" 2 "takes no 'more'"
	run sh -c 'tlsock --help >/dev/full'
	expect "nowhere to write" 1 'cannot write'
}

test_counters()
{
	local before_ok before_started

	run setpriv --reuid=65534 --regid=65534 --clear-groups tlsock status --json
	expect "without privilege, JSON" 0 '^{"module":true,"helper":true,"pending":[0-9]*,"accepted":[0-9]*,"established":[0-9]*,"started":[0-9]*,"truncated":[0-9]*,"outcomes":{"ok":[0-9]*,.*"other":[0-9]*}}$'
	before_ok=$(number outcomes.ok)
	before_started=$(number started)

	python3 cli_peer.py serve "$work/port" &
	processes+=($!)
	wait_for test -e "$work/port"
	run tlsock run python3 cli_peer.py connect getaddrinfo:web.test "$(cat "$work/port")"
	expect "a connection" 0 'answer web.test'
	run tlsock run python3 cli_peer.py connect getaddrinfo:wrong.test "$(cat "$work/port")"
	expect "a refused one" 0 'EKEYREJECTED'

	run tlsock status --json
	expect_number "ok counts" outcomes.ok -gt "$before_ok"
	expect_number "untrusted counts" outcomes.untrusted -ge 1
	expect_number "started counts" started -ge $((before_started + 2))
	run tlsock status
	expect "for people" 0 '^helper  *running' '^outcomes  .*ok [1-9].*untrusted [1-9]'
	run unshare --net tlsock status --json
	expect "another namespace: no helper, own counters" 0 '"helper":false' '"started":0'
	run unshare --net tlsock status
	expect "another namespace, for people" 0 'not running' 'none yet'
}

test_usage
if [ -e /sys/module/tlsock ]; then
	test_counters
else
	run tlsock status
	expect "no module" 1 'module is not loaded'
fi
finish
