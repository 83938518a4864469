#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network namespaces and containers with helpers of their own, and their end:
#
#	the machine          inner               container
#	tlsockd              tlsockd             tlsockd (root of its user namespace)
#	tlscat <-> tlscat    tlscat <-> tlscat   tlscat <-> tlscat
#
# Each helper serves what is in its own namespace and nothing else.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

inner=tlsock-$$
nsid=$((1000 + $$))
root_of_container=100000
enter=()
# Apart from $work, whose files are shown when something goes wrong: here are keys.
config=$(mktemp -d)
trap 'ip netns del "$inner" 2>/dev/null; rm -rf "$config"; cleanup' EXIT

run_status()
{
	run "${enter[@]}" tlsock status --json
}

# has TEXT: does the status of the namespace we are in have it?
has()
{
	"${enter[@]}" tlsock status --json | grep -q "$1"
}

# counts NAME OK: handshakes that succeeded there
counts()
{
	run_status
	expect "$1" 0 "\"ok\":$2,"
}

# helper_inside CONFIG: a helper where we are; sets $helper
helper_inside()
{
	start "$work/helper" "${enter[@]}" tlsockd --foreground --config "$1"
	helper=$server_pid
	wait_for has '"helper":true'
}

# talk NAME: a server and a client where we are
talk()
{
	start "$work/server" "${enter[@]}" "$tlscat" -l -e -k -p web 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/server"
	port=$(sed -n 's/^port //p' "$work/server")
	rm -f "$work/answer"
	status=0
	out=$( (echo hello && wait_answer '^(hello|fail )') |
		timeout 60 "${enter[@]}" "$tlscat" -n web.test 127.0.0.1 "$port" 2>&1 |
		tee "$work/answer") || status=$?
	stop
}

# refused NAME: a client where we are finds no helper
refused()
{
	start "$work/plain" "${enter[@]}" "$tlscat" -P -l -k 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/plain"
	run "${enter[@]}" "$tlscat" -n web.test 127.0.0.1 "$(sed -n 's/^port //p' "$work/plain")"
	expect "$1" 1 'errno=EUNATCH'
	stop
}

outside()
{
	local before=("${enter[@]}")
	enter=()
	"$@"
	enter=("${before[@]}")
}

test_own_helper()
{
	local outside_started
	outside_started=$(tlsock status --json | sed 's/.*"started":\([0-9]*\).*/\1/')
	enter=(ip netns exec "$inner")
	run_status
	expect "a new namespace has no helper" 0 '"helper":false' '"started":0'
	refused "nobody serves it"
	helper_inside /etc/tlsock/tlsockd.conf
	talk
	expect "its own helper serves it" 0 '^ok ' hello
	counts "both ends of which are counted" 2
	enter=()
	run_status
	expect "the helper outside had nothing to do with it" 0 "\"started\":$outside_started,"
	talk
	expect "and serves its own" 0 '^ok ' hello
	enter=(ip netns exec "$inner")
	counts "which is nothing to the one inside" 2
}

test_helper_dies()
{
	kill -9 "$helper"
	wait "$helper" 2>/dev/null
	wait_for has '"helper":false'
	refused "without its helper the namespace has none"
	outside talk
	expect "the one outside serves on" 0 '^ok ' hello
}

users()
{
	cat /sys/module/tlsock/refcnt
}

is_numbered()
{
	ip netns list-id | grep -q "nsid $nsid\\b"
}

is_gone()
{
	! is_numbered && [ "$(users)" -le "$1" ]
}

# The namespace ends with a helper, a connection, a listener, and a handshake
# that the helper has.
test_end()
{
	local users_before
	users_before=$(users)
	ip netns set "$inner" "$nsid"
	helper_inside /etc/tlsock/tlsockd.conf
	start "$work/server" "${enter[@]}" "$tlscat" -l -e -k -p web 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/server"
	start "$work/client" "${enter[@]}" "$tlscat" -n web.test 127.0.0.1 \
		"$(sed -n 's/^port //p' "$work/server")"
	wait_for grep -qs '^ok' "$work/client"
	start "$work/silent" "${enter[@]}" "$tlscat" -P -l -k 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/silent"
	start "$work/hanging" "${enter[@]}" "$tlscat" -t 60000 -n web.test 127.0.0.1 \
		"$(sed -n 's/^port //p' "$work/silent")"
	wait_for has '"accepted":1,'
	run rmmod tlsock
	expect "the module stays while a namespace uses it" 1 'in use'
	# shellcheck disable=SC2046 # one word for each process
	kill -9 $(ip netns pids "$inner")
	ip netns del "$inner"
	wait_for is_gone "$users_before"
	ok "the namespace is gone, and all that was in it"
}

# A process that keeps the namespaces of a container, whose root is no user here.
container_start()
{
	mkfifo "$work/mapped"
	start "$work/container" unshare --user --keep-caps --net sh -c \
		"read -r _ <'$work/mapped'; exec setpriv --reuid 0 --regid 0 --clear-groups cat"
	container=$server_pid
	wait_for has_own_namespaces
	echo "0 $root_of_container 65536" >"/proc/$container/uid_map"
	echo "0 $root_of_container 65536" >"/proc/$container/gid_map"
	echo >"$work/mapped"
	enter=(nsenter -t "$container" -U -n)
	"${enter[@]}" ip link set lo up
}

has_own_namespaces()
{
	[ "$(readlink "/proc/$container/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

test_container()
{
	# What its root is to read is that root's.
	cp -r /etc/tlsock/. "$config"
	sed -i "s#/etc/tlsock/#$config/#" "$config"/*.conf "$config"/profiles.d/*.conf
	chown -R "$root_of_container:$root_of_container" "$config"
	container_start
	helper_inside "$config/tlsockd.conf"
	talk
	expect "a container runs its own helper" 0 '^ok ' hello
	counts "with its own counters" 2
	run "${enter[@]}" sysctl -w net.tlsock.max_user_handshakes=100
	expect "its root sets its limits" 0
	run sysctl -n net.tlsock.max_user_handshakes
	expect "not those of the machine" 0 '^8192$'
	run "${enter[@]}" setpriv --reuid 1 --regid 1 --clear-groups \
		tlsockd --foreground --config "$config/tlsockd.conf"
	expect "a user of it runs none" 1 'CAP_NET_ADMIN'
	run "${enter[@]}" nsenter --net=/proc/1/ns/net tlsockd --foreground \
		--config "$config/tlsockd.conf"
	expect "nor does its root in the machine's namespace" 1
	kill "$helper"
	wait_for has '"helper":false'
	kill "$container"
	enter=()
}

is_unused()
{
	[ "$(users)" = 0 ]
}

# Namespaces that are there when the module comes and goes.
test_module()
{
	enter=(ip netns exec "$inner")
	run "${enter[@]}" sysctl -w net.tlsock.max_handshakes=77
	expect "a namespace has its settings" 0
	start "$work/listener" "${enter[@]}" "$tlscat" -l -k -p web 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/listener"
	helper_stop
	run rmmod tlsock
	expect "a listener in a namespace keeps the module" 1 'in use'
	stop
	wait_for is_unused
	run rmmod tlsock
	expect "nothing else does" 0
	run "${enter[@]}" sysctl -n net.tlsock.max_handshakes
	expect "the settings went with it" 1
	run modprobe tlsock
	expect "it comes back" 0
	run "${enter[@]}" sysctl -n net.tlsock.max_handshakes
	expect "with settings for the namespace" 0 '^16384$'
	enter=()
	helper_start
	talk
	expect "all is well after that" 0 '^ok ' hello
}

inner_start()
{
	ip netns add "$inner" && ip -n "$inner" link set lo up
}

helper_alive || { skip "no helper runs here"; finish; exit; }
inner_start
test_own_helper
test_helper_dies
test_end
test_container
inner_start
test_module
finish
