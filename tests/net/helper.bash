# shellcheck shell=bash
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

# Its output joins that of the one before it.
helper_launch()
{
	tlsockd --foreground --config /etc/tlsock/tlsockd.conf </dev/null >>"$helper_log" 2>&1 &
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
