#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module goes when nothing uses it and comes back; the helper stops in
# good order, and reads its configuration again without losing a handshake.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

is_unused()
{
	[ "$(cat /sys/module/tlsock/refcnt)" = 0 ]
}

test_configuration()
{
	local before lines
	before=$(helper_workers | tr '\n' ' ')
	lines=$(wc -l <"$helper_log")
	kill -HUP "$(helper_pid)"
	wait_for workers_changed "$before"
	ok "SIGHUP starts new workers"
	run sed "1,${lines}d" "$helper_log"
	expect "what has expired is logged" 0 'profile "expired": the certificate for .* expired on 20'
	serves "new workers serve"
	run tlsockd --check --config /etc/tlsock/tlsockd.conf
	expect "--check accepts the test configuration" 0
	printf '[profile x]\ncertificate = /nowhere\n' >"$work/bad.conf"
	run tlsockd --check --config "$work/bad.conf"
	expect "--check refuses a wrong one" 1 bad.conf
}

test_module()
{
	helper_stop
	ok "the helper stops with SIGTERM"
	run "$tlscat" -n web.test 127.0.0.1 1
	expect "without a helper sockets still connect TCP" 1 'errno=ECONNREFUSED'
	wait_for is_unused
	for turn in 1 2 3; do
		run rmmod tlsock
		expect "rmmod, turn $turn" 0
		run "$tlscat" 127.0.0.1 1
		expect "no TLS sockets without the module, turn $turn" 2 'Protocol not supported'
		run modprobe tlsock
		expect "modprobe, turn $turn" 0
	done
	helper_start
	serves "all is well after that"
}

helper_alive || { skip "no helper runs here"; finish; exit; }
test_configuration
test_module
finish
