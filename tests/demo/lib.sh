# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How the demo talks and waits. $work is a folder for its files; $work/out
# holds what the last command printed.

processes=()

prepare()
{
	work=$(mktemp -d)
	trap cleanup EXIT
	mkfifo "$work/never"
}

cleanup()
{
	for process in "${processes[@]}"; do
		kill "$process" 2>/dev/null || true
	done
	wait
	rm -rf "$work"
}

heading()
{
	printf '\n== %s\n\n' "$1"
}

# explain LINE...
explain()
{
	printf '%s\n' "$@"
}

command_line()
{
	printf '\n    # %s\n\n' "$*"
}

fail()
{
	echo "NOT AS IT SHOULD BE: $1" >&2
	for file in "$work"/*.log /run/tlsockd.log; do
		[ ! -s "$file" ] || { echo "--- ${file##*/}" && tail -n 20 "$file"; } >&2
	done
	exit 1
}

print_output()
{
	sed -e 's/^/      /' -e "\$a\\" "$work/out"
	echo
}

# show COMMAND...: show it and what it prints; it must succeed
show()
{
	command_line "$@"
	"$@" >"$work/out" 2>&1 || { print_output && fail "the command failed"; }
	print_output
}

# show_failure COMMAND...: likewise; it must fail. Of what curl -v prints, only
# what went wrong is shown.
show_failure()
{
	command_line "$@"
	! "$@" >"$work/out" 2>&1 || { print_output && fail "the command should have failed"; }
	sed -n -e '/failed:\|^curl:/s/^/      /p' "$work/out"
	echo
}

# expect_output PATTERN: the last command printed it
expect_output()
{
	grep -q -e "$1" "$work/out" || fail "'$1' is not in the output"
}

refuse_output()
{
	! grep -q -e "$1" "$work/out" || fail "'$1' is in the output"
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "waited in vain for: $*"
		read -rt 0.05 <>"$work/never" || true
	done
}

listens()
{
	[ -n "$(ss -Hltn "sport = :$1")" ]
}

# background PID: to be ended with the demo
background()
{
	processes+=("$1")
}

stop()
{
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}
