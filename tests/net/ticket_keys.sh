#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A file with the keys of tickets: sessions outlive the helper, as they go from
# one server of a fleet to another; and keys come and go without one in vain.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

config=/etc/tlsock/tlsockd.conf
keys=/etc/tlsock/ticket.keys

restore()
{
	mv "$work/tlsockd.conf" "$config"
	rm -f "$keys"
	helper_reload
}

key()
{
	openssl rand -base64 48
}

fleet()
{
	printf '%s\n' "$@" >"$keys"
}

helper_again()
{
	helper_stop
	helper_start
}

test_fleet()
{
	local version=$1 one two
	one=$(key)
	two=$(key)
	fleet "$one"
	helper_again
	reused "$version: the first server makes a ticket" New "-$version" -sess_out "$work/s1"
	helper_again
	reused "$version: another one takes it" Reused "-$version" -sess_in "$work/s1"
	fleet "$two" "$one"
	helper_reload
	reused "$version: it takes it with a newer key" Reused "-$version" -sess_in "$work/s1"
	reused "$version: and makes one with that" New "-$version" -sess_out "$work/s2"
	fleet "$one"
	helper_again
	reused "$version: without the newer key it is a full handshake" New "-$version" \
		-sess_in "$work/s2"
	fleet "$two"
	helper_again
	reused "$version: nor does a key that went take its own" New "-$version" \
		-sess_in "$work/s1"
	reused "$version: the newer one does" Reused "-$version" -sess_in "$work/s2"
}

test_mistakes()
{
	fleet "$(key)" junk
	run tlsockd --check
	expect "a line that is no key is told" 1 "$keys:2: this is no key"
	chmod 644 "$keys"
	run tlsockd --check
	expect "so are rights" 1 "ticket.keys holds keys and is open to others"
	rm "$keys"
	run tlsock reload
	expect "a file that is not there stops a reload" 1
	reused "and all stays as it was" Reused -tls1_3 -sess_in "$work/s2"
}

helper_alive || { skip "no helper runs here"; finish; exit; }
umask 077
cp "$config" "$work/tlsockd.conf"
trap 'restore; cleanup' EXIT
sed -i 's/^\[tlsockd\]/&\nticket-keys = ticket.keys/' "$config"
fleet "$(key)"
helper_again
our_server -p web
test_fleet tls1_3
test_fleet tls1_2
reused "a session of TLS 1.3 again" New -tls1_3 -sess_out "$work/s2"
test_mistakes
stop
finish
