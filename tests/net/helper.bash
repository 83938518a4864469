# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of cli_tap.bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The helper of the test machine: which processes it is, and starting it anew
# after a test has ended it. Sourced after cli_tap.bash.

helper_pid_file=/run/tlsockd.pid
helper_log=/run/tlsockd.log

helper_pid()
{
	cat "$helper_pid_file"
}

helper_alive()
{
	[ -e "$helper_pid_file" ] && kill -0 "$(helper_pid)" 2>/dev/null
}

# The workers of this or of an earlier broker.
helper_workers()
{
	local pid
	for pid in $(pgrep -x tlsockd); do
		[ "$pid" = "$(helper_pid)" ] || echo "$pid"
	done
}

# workers_changed WORKERS: are they others now? Each has a blank behind it.
workers_changed()
{
	[ "$(helper_workers | tr '\n' ' ')" != "$1" ]
}

helper_serves()
{
	tlsock status --json | grep -q '"helper":true'
}

# helper_launch [OPTION...]: its output joins that of the one before it
helper_launch()
{
	[ $# -gt 0 ] || set -- --config /etc/tlsock/tlsockd.conf
	tlsockd --foreground "$@" </dev/null >>"$helper_log" 2>&1 &
	echo $! >"$helper_pid_file"
	disown
}

# Waits until the helper serves.
helper_start()
{
	helper_launch
	wait_for helper_serves
}

helper_stopped()
{
	! helper_alive && [ -z "$(helper_workers)" ]
}

helper_stop()
{
	kill "$(helper_pid)"
	wait_for helper_stopped
}

count_reloads()
{
	grep -c 'read anew' "$helper_log"
}

helper_reloaded()
{
	[ "$(count_reloads)" -gt "$reloads" ]
}

helper_reload()
{
	reloads=$(count_reloads)
	kill -HUP "$(helper_pid)"
	wait_for helper_reloaded
}

# What tlsockd has said since log_mark
log_mark()
{
	mark=$(wc -l <"$helper_log")
}

log_since_mark()
{
	tail -n "+$((mark + 1))" "$helper_log"
}

log_has()
{
	log_since_mark | grep -q -e "$1"
}

# logged NAME PATTERN: it says so, soon
logged()
{
	local end=$((SECONDS + 10))
	until log_has "$2" || [ "$SECONDS" -ge "$end" ]; do
		read -rt 0.05 <>"$work/never" || true
	done
	out=$(log_since_mark)
	status=0
	expect "$1" 0 "$2"
}
