#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules, with the real helper: users, groups, cgroups, programs and listeners
# get profiles of their own, and what is not allowed fails. The profiles are
# told apart by the version of TLS that they allow.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

rules=/etc/tlsock/profiles.d/90-rules.conf
cgroup=/sys/fs/cgroup/tlsock-rules
old=version=0x0303
new=version=0x0304

restore()
{
	rm -f "$rules"
	kill -HUP "$(helper_pid)"
	rmdir "$cgroup/below" "$cgroup" 2>/dev/null
	cleanup
}

helper_said()
{
	[ "$(grep -c -e "$1" "$helper_log")" -gt "$2" ]
}

# reload WORDS: the helper reads its files again, and says this
reload()
{
	local before
	before=$(grep -c -e "$1" "$helper_log")
	kill -HUP "$(helper_pid)"
	wait_for helper_said "$1" "$before"
}

# client COMMAND...: one connection of a program
client()
{
	status=0
	out=$( (echo hello && wait_answer '^(hello|olleh|fail )') |
		timeout 60 "$@" 127.0.0.1 "$port" 2>&1 | tee "$work/answer") || status=$?
}

# as UID GID: the beginning of a command of this user
as()
{
	user=(setpriv --reuid "$1" --regid "$2" --clear-groups)
}

in_cgroup()
{
	# shellcheck disable=SC2016 # for the other shell
	client bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$1" "$tlscat"
}

write_rules()
{
	cat >"$rules" <<-END
		[profile private]
		ca = /etc/tlsock/pki/ca.pem
		allow-user = 12301
		[profile careful]
		ca = /etc/tlsock/pki/ca.pem
		min-verify = optional

		[rule listener]
		listener = 127.0.0.0/8
		listener-port = $port
		source = 127.0.0.1
		profile = web
		[rule user]
		user = 12301, 12311-12312
		profile = tls12
		[rule group]
		group = 12302
		profile = tls12
		[rule denied]
		user = 12303
		access = deny
		[rule careful]
		user = 12304
		min-verify = required
		min-version = 1.2
		[rule fixed]
		user = 12305
		profile = tls12
		named-profile = refuse
		[rule replaced]
		user = 12306
		profile = tls12
		named-profile = replace
		[rule named]
		user = 12307
		server-name = other.test
		[rule program]
		program = $work/one
		profile = tls12
		[rule cgroup]
		cgroup = /tlsock-rules
		profile = tls12
		[rule destination]
		destination = 127.0.0.0/30
		destination-port = $port
		name = *.test
		profile = tls12
	END
}

test_users()
{
	client "$tlscat"
	expect "without a rule the profile is the default one" 0 "$new"
	for uid in 12301 12312; do
		as $uid 1
		client "${user[@]}" "$tlscat"
		expect "user $uid gets the rule's profile" 0 "$old"
	done
	as 12313 12302
	client "${user[@]}" "$tlscat"
	expect "a group gets the rule's profile" 0 "$old"
	as 12313 1
	client "${user[@]}" "$tlscat"
	expect "another user and group do not" 0 "$new"
	as 12301 1
	client "${user[@]}" "$tlscat" -p tls13
	expect "a program may name another profile" 0 "$new"
	client "${user[@]}" "$tlscat" -p private
	expect "a profile's own user may use it" 0 "$new"
	client "$tlscat" -p private
	expect "nobody else may, not even root" 1 'errno=EACCES' 'profile private is not for user 0'
}

test_refusals()
{
	as 12303 1
	client "${user[@]}" "$tlscat"
	expect "a rule denies" 1 'errno=EACCES' 'stage=3' 'rule denied denies it'
	as 12304 1
	client "${user[@]}" "$tlscat" -v 2
	expect "a program may verify as the rule asks" 0 'verified=1'
	client "${user[@]}" "$tlscat" -v 0
	expect "and not less" 1 'errno=EACCES' 'min-verify of rule careful'
	client "${user[@]}" "$tlscat" -p verify-none
	expect "nor by naming a profile that does" 1 'errno=EACCES'
	client "$tlscat" -p careful -v 1
	expect "a program may verify as the profile asks" 0 'verified=1'
	client "$tlscat" -p careful -v 0
	expect "and not less than the profile asks" 1 'errno=EACCES' 'profile careful'
	as 12305 1
	client "${user[@]}" "$tlscat" -p tls13
	expect "another profile than the rule's is refused" 1 'errno=EACCES' 'no other profile'
	client "${user[@]}" "$tlscat" -p tls12
	expect "the rule's own is not" 0 "$old"
	as 12306 1
	client "${user[@]}" "$tlscat" -p tls13
	expect "a rule's profile replaces the one named" 0 "$old"
	as 12307 1
	client "${user[@]}" "$tlscat"
	expect "a rule names the server" 1 'errno=EKEYREJECTED'
	client "${user[@]}" "$tlscat" -n web.test
	expect "for programs that do not" 0 "$new"
}

test_programs()
{
	cp "$tlscat" "$work/one"
	cp "$tlscat" "$work/two"
	client "$work/one"
	expect "a program gets the rule's profile" 0 "$old"
	client "$work/two"
	expect "another program does not" 0 "$new"
	client unshare -m sh -c "mount --bind '$work/two' '$work/one' && exec '$work/one' \"\$@\"" sh
	expect "nor one that was mounted over it" 0 "$new"
	mkdir -p "$cgroup/below"
	in_cgroup "$cgroup"
	expect "a cgroup gets the rule's profile" 0 "$old"
	in_cgroup "$cgroup/below"
	expect "a cgroup below it too" 0 "$old"
	client "$tlscat" -n web.test
	expect "a destination gets the rule's profile" 0 "$old"
	client "$tlscat" -n localhost
	expect "another name does not" 0 "$new"
}

test_log_and_check()
{
	as 12301 1
	client "${user[@]}" "$tlscat"
	out=$(grep 'handshake ok role=client' "$helper_log" | tail -n 1)
	status=0
	expect "the log names rule and profile" 0 'profile=tls12' 'rule=user' 'uid=12301'
	run tlsock check
	expect "tlsock check finds no mistake" 0 'tlsockd.conf is good'
	run tlsock check --explain uid=12301 "dst=127.0.0.1:$port"
	expect "tlsock check explains" 0 '^rule listener .*90-rules.conf:8): no' \
		'^rule user .*: yes$' '^profile tls12 ' '^allowed'
	run tlsock check --explain --json uid=12303
	expect "and denies as the helper does" 1 '"allowed":false' '"rule":"denied"' '"EACCES"'
}

test_bad_reload()
{
	cat >>"$rules" <<-END
		[rule wrong]
		user = no-such-user
		colour = red
		[profile broken]
		certificate = /nowhere.pem
		key = /nowhere.key
	END
	reload 'the configuration stays as it was'
	out=$(tail -n 20 "$helper_log")
	status=0
	expect "a bad reload tells all mistakes" 0 '90-rules.conf:[0-9]*: user must be .*no-such-user' \
		'90-rules.conf:[0-9]*: there is no key "colour"' \
		'90-rules.conf:[0-9]*: cannot open /nowhere.pem'
	as 12301 1
	client "${user[@]}" "$tlscat"
	expect "and keeps the old rules" 0 "$old"
	rm "$rules"
	reload 'the configuration was read anew'
	client "${user[@]}" "$tlscat"
	expect "which a good one ends" 1 'fail'
}

helper_alive || { skip "no helper runs here"; finish; exit; }
trap 'restore' EXIT
choose_port
write_rules
reload 'the configuration was read anew'
start "$work/server" "$tlscat" -l -e -k 127.0.0.1 "$port"
wait_for is_listening
test_users
test_refusals
test_programs
test_log_and_check
test_bad_reload
finish
