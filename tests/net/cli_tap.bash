# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for the tests of the tlsock command. $work is a folder for files, $out
# what the command under test printed (both streams), $status how it ended.

tests=0
failures=0
work=$(mktemp -d)
processes=()
trap 'cleanup' EXIT
mkfifo "$work/never"
printf 'TAP version 13\n'

cleanup()
{
	for process in "${processes[@]}"; do
		kill "$process" 2>/dev/null || true
	done
	wait
	rm -rf "$work"
}

# run COMMAND...: the command under test, at most 60 s
run()
{
	status=0
	out=$(timeout 60 "$@" 2>&1 </dev/null) || status=$?
}

ok()
{
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

not_ok()
{
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	printf '# %s\n' "$2" "status $status"
	printf '%s\n' "$out" | sed 's/^/#   /'
}

# expect NAME STATUS PATTERN...: the last run ended so and printed all patterns;
# one that begins with '!' it did not
expect()
{
	local name=$1 wanted=$2
	shift 2
	[ "$status" = "$wanted" ] || { not_ok "$name" "status $wanted wanted" && return; }
	for pattern; do
		if [ "${pattern#!}" != "$pattern" ]; then
			! grep -q -e "${pattern#!}" <<<"$out" ||
				{ not_ok "$name" "unwanted: ${pattern#!}" && return; }
		else
			grep -q -e "$pattern" <<<"$out" ||
				{ not_ok "$name" "not there: $pattern" && return; }
		fi
	done
	ok "$name"
}

# skip REASON: the rest
skip()
{
	tests=$((tests + 1))
	echo "ok $tests - # SKIP $1"
}

# bail_out WHY: ends the tests with what the programs said last
bail_out()
{
	jobs -l | sed 's/^/# /'
	find "$work" -type f -exec tail -n 5 {} + | sed 's/^/# /'
	echo "Bail out! $*"
	exit 1
}

# wait_for COMMAND...: until it succeeds, at most 30 s
wait_for()
{
	local end=$((SECONDS + 30))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || bail_out "waited for $*"
		read -rt 0.05 <>"$work/never" || true
	done
}

finish()
{
	echo "1..$tests"
	[ "$failures" = 0 ]
}
