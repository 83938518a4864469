#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an administrator sees and does: sessions while connections are open,
# status, top, metrics in a format that others read, reload and drain. The
# helper is the real one, and so are the connections.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
bad_profile=/etc/tlsock/profiles.d/zz-operator-bad.conf

# json PROGRAM: python statements about the last output as `value`; they print
json()
{
	out=$(python3 -c "import json, sys
value = json.loads(sys.argv[1])
$1" "$out" 2>&1) || status=$?
}

# A connection between tlscat and tlscat that stays open, on port $held, and a
# server at $port for others.
open_connection()
{
	our_server -p web -a h2 -w 600
	held=$port
	start "$work/client" "$tlscat" -n web.test -a h2,http/1.1 127.0.0.1 "$port"
	wait_for grep -qs '^ok ' "$work/client"
	our_server -p web
}

# lines NAME N FILTER...: so many sessions, and no complaint
lines()
{
	local name=$1 wanted=$2 found
	shift 2
	run tlsock sessions "$@"
	found=$(grep -c '^role=' <<<"$out")
	if [ "$status" = 0 ] && [ "$found" = "$wanted" ]; then
		ok "$name"
	else
		not_ok "$name" "$found sessions, $wanted wanted"
	fi
}

test_sessions()
{
	open_connection
	run tlsock sessions --port "$held"
	expect "both ends" 0 \
		"^role=client local=127.0.0.1:[0-9]* peer=127.0.0.1:$held name=web.test version=TLSv1.3 suite=TLS_[A-Z0-9_]* group=[^ ]* alpn=h2 identity=\"/CN=localhost\" uid=0 pid=[0-9]* age=[0-9]* verified=yes resumed=no\$" \
		"^role=server local=127.0.0.1:$held peer=127.0.0.1:[0-9]* name=web.test .* alpn=h2 profile=web uid=0 pid=[0-9]* age=[0-9]* verified=no resumed=no\$"
	run tlsock sessions --port "$held" --json
	json 'print(len(value), sorted(each["role"] for each in value))
print(*{each["inode"] for each in value if each["age_ms"] < 60000})'
	expect "as JSON" 0 "^2 \['client', 'server'\]\$" '^[0-9][0-9]* [0-9][0-9]*$'
	local certificate=$pki/server.pem
	run tlsock sessions --port "$held" --json
	json 'for each in value:
    print(each["role"], json.dumps(each.get("identity", {}), sort_keys=True))'
	expect "whom the certificate of the peer is for" 0 \
		"\"sha256\": \"$(openssl x509 -in "$certificate" -outform DER | sha256sum | cut -d' ' -f1)\"" \
		"\"serial\": \"$(openssl x509 -in "$certificate" -noout -serial | cut -d= -f2 | tr A-F a-f)\"" \
		"\"not_after\": $(date +%s -d "$(openssl x509 -in "$certificate" -noout -enddate | cut -d= -f2)")," \
		'"names": \["DNS:localhost", "DNS:web.test", "DNS:tlsock.test", "IP:127.0.0.1", "IP:::1"\]' \
		'"subject": "/CN=localhost"' '^server {}$'
	lines "by role" 1 --port "$held" --role server
	lines "by peer" 2 --port "$held" --peer 127.0.0.0/8
	lines "by another peer" 0 --port "$held" --peer 192.0.2.0/24
	lines "by user" 2 --port "$held" --user root
	lines "by another user" 0 --port "$held" --user nobody
	lines "by name" 2 --port "$held" --name '*.test'
	lines "by suite" 2 --port "$held" --suite tls_
	lines "by another suite" 0 --port "$held" --suite no-such-suite
	lines "those resumed" 0 --port "$held" --resumed
	run tlsock sessions --port 1 --json
	expect "nobody, as JSON" 0 '^\[\]$'
	run unshare --net tlsock sessions
	expect "another namespace" 0 '!role='
	run "${nobody[@]}" tlsock sessions
	expect "only for root" 1 'only root'
	run tlsock sessions --peer 127.0.0.1/33
	expect "no such prefix" 2 'not a peer'
	run tlsock sessions --nonsense
	expect "no such option" 2 'tlsock help sessions'
	run tlsock sessions more
	expect "no such argument" 2 "takes no 'more'"
	run sh -c 'tlsock sessions >/dev/full'
	expect "nowhere to write" 1 'cannot write'
}

test_status()
{
	run tlsock status --json
	json 'process = value["process"]
print("workers", len(process["workers"]), "ok", process["ok"], value["outcomes"]["ok"] > 0)
for role in "client", "server":
    seen = process["latency_us"][role]
    print(role, seen["count"] > 0, 0 < seen["p50"] <= seen["p99"], seen["sum"] > 0)
ends = [c["not_after"] for c in process["certificates"] if c["profile"] == "web"]
print("web ends", len(ends), ends[0] > 1700000000)'
	expect "the helper in numbers" 0 '^workers [1-9][0-9]* ok [1-9][0-9]* True$' \
		'^client True True True$' '^server True True True$' '^web ends 1 True$'
	run tlsock status
	expect "the helper for people" 0 '^process  *[0-9]*, up .*workers' '^requests ' \
		'^server  *half within [0-9.]* ms' '^certificate  expired, number 1: expired on 20'
	kill -STOP "$(helper_pid)"
	run timeout 20 tlsock status
	kill -CONT "$(helper_pid)"
	expect "a helper that hangs" 0 'does not answer' '^helper  *running' '!^process'
	run "${nobody[@]}" tlsock status
	expect "less for others" 0 '^helper  *running' '!^process'
}

test_metrics()
{
	run sh -c "tlsock metrics >'$work/one' && python3 operator_metrics.py '$work/one'"
	expect "metrics keep to the format" 0 '^tlsock_helper_up\[\] 1$' '^tlsock_sessions\[\] [2-9]' \
		'^tlsock_handshakes_total\[outcome=ok\] [1-9]' \
		'^tlsock_helper_handshakes_total\[result=full\] [1-9]' \
		'^tlsock_helper_requests\[state=running\] 0$' \
		'^tlsock_helper_certificate_not_after_seconds\[profile=web,number=1\] [1-9]' \
		'^tlsock_handshake_duration_seconds_count\[role=server\] [1-9]' \
		'^tlsock_helper_cpu_seconds_total\[process=workers\] [0-9.]*[1-9]'
	our_client -n web.test
	run sh -c "tlsock metrics >'$work/two' && python3 operator_metrics.py '$work/one' '$work/two'"
	expect "counters only grow" 0 'no counter went down'
	run sh -c "${nobody[*]} tlsock metrics >'$work/one' && python3 operator_metrics.py '$work/one'"
	expect "without privilege" 0 '^tlsock_helper_up\[\] 1$' '!tlsock_helper_workers'
	run sh -c "unshare --net tlsock metrics >'$work/one' && python3 operator_metrics.py '$work/one'"
	expect "in another namespace" 0 '^tlsock_helper_up\[\] 0$' '!tlsock_helper_workers'
	run tlsock metrics more
	expect "metrics take no argument" 2 "takes no 'more'"
}

test_top()
{
	run tlsock top --once --interval 0.2
	expect "top, once" 0 '^helper  *running' '  ok$' 'sessions  profile' '  web$' '  127.0.0.1$'
	run tlsock top --batch 3 --interval 0.1 --json
	out="[$(sed '$!s/$/,/' <<<"$out")]"
	json 'print(len(value), *(each["profiles"]["web"] >= 1 for each in value))'
	expect "top, three times, as JSON" 0 '^3 True True True$'
	run "${nobody[@]}" tlsock top --once --interval 0.1
	expect "top without privilege" 0 'for root to see'
	run tlsock top
	expect "top without a terminal" 2 'without a terminal'
	run tlsock top --batch 0
	expect "no times" 2 'not a number'
	run tlsock top --once --interval nan
	expect "no interval" 2 'not a number'
	run python3 operator_top.py
	expect "top on a terminal" 0 '^--- look' 'status 0 raw True restored True'
}

test_reload()
{
	local before
	before=$(helper_workers | tr '\n' ' ')
	run tlsock reload
	expect "reload" 0
	wait_for workers_changed "$before"
	our_client -n web.test
	expect "new workers serve" 0 '^ok ' hello
	echo '[profile operator-bad]' >"$bad_profile"
	echo 'certificate = /nowhere' >>"$bad_profile"
	run tlsock reload
	expect "reload of a bad configuration" 1 'has mistakes'
	rm -f "$bad_profile"
	our_client -n web.test
	expect "the old one goes on" 0 '^ok ' hello
	run tlsock reload --json
	expect "reload, as JSON" 0 '^{"configuration":[0-9]*}$'
	run "${nobody[@]}" tlsock reload
	expect "reload is for root" 1 'only root'
	run unshare --net tlsock reload
	expect "no helper to reload" 1 'no helper runs'
}

test_drain()
{
	run "${nobody[@]}" tlsock drain
	expect "drain is for root" 1 'only root'
	run tlsock drain --json
	expect "drain" 0 '^{"finished":[0-9]*}$'
	wait_for helper_stopped
	ok "the helper has ended"
	lines "sessions go on without it" 2 --port "$held" --name web.test
	run tlsock drain
	expect "nothing to drain" 1 'no helper runs'
	run tlsock status
	expect "status without a helper" 0 'not running' '!^process'
	helper_start
	our_client -n web.test
	expect "a new helper serves" 0 '^ok ' hello
}

helper_alive || { skip "no helper runs here"; finish; exit; }
trap 'rm -f "$bad_profile"; cleanup' EXIT
test_sessions
test_status
test_metrics
test_top
test_reload
test_drain
finish
