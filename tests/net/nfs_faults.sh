#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What NFS hears when something breaks: a peer that stops half way, workers that
# are killed, processes that cannot be made, a helper that stands still. Each
# answer comes in time, the log says why, and the next mount works.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash
# shellcheck source=tests/net/nfs.bash
. ./nfs.bash

options=vers=4.2,xprtsec=mtls
standstill=${STANDSTILL:-12}
group=/sys/fs/cgroup/nfs-faults

# A debug kernel is slower.
factor=1
[ ! -e /sys/kernel/debug/kmemleak ] || factor=3

end()
{
	helper_alive && kill -CONT "$(helper_pid)"
	[ ! -d "$group" ] || echo max >"$group/pids.max"
	nfs_end
	cleanup
}

# within NAME FILE MS: a peer was closed by then
within()
{
	local name=$1 ms
	wait_for grep -qs '^closed' "$2"
	ms=$(sed -n 's/^closed after \([0-9]*\) ms/\1/p' "$2")
	out="# $name: after $ms ms"
	echo "$out"
	if [ "$ms" -le $(($3 * factor)) ]; then
		ok "$name: the server hangs up in time"
	else
		not_ok "$name: the server hangs up in time" "$out"
	fi
}

mounts()
{
	nfs_mounts web.test "$options"
	expect "$1: a mount works" 0
	nfs_unmount
}

has_started()
{
	grep -qs '^started' "$work/$1"
}

under_way()
{
	tlsock status --json | grep -q '"nfsd":{[^}]*"under_way":[1-9]'
}

test_silent_peers()
{
	log_mark
	start "$work/idle" python3 nfs_faults_peer.py idle
	within "a silent client" "$work/idle" 8000
	logged "a silent client: the reason" \
		'role=server .*consumer=nfsd .*errno=ETIMEDOUT .*client said nothing in time'
	log_mark
	start "$work/cut" python3 nfs_faults_peer.py cut
	within "half a ClientHello" "$work/cut" 8000
	logged "half a ClientHello: the reason" \
		'role=server .*consumer=nfsd .*errno=ETIMEDOUT .*did not finish the handshake'
	mounts "after silent clients"
}

test_silent_server()
{
	local began=$SECONDS
	choose_port
	log_mark
	start "$work/silent" python3 nfs_faults_peer.py server "$port"
	wait_for grep -qs '^listens' "$work/silent"
	nfs_mounts web.test "$options,port=$port"
	echo "# a silent server: the mount fails after $((SECONDS - began)) s"
	expect "a silent server: no mount" 32
	logged "a silent server: the reason" \
		'role=client .*consumer=nfs .*errno=ETIMEDOUT .*peer sent nothing within'
	stop
}

test_killed_workers()
{
	local workers
	workers=$(helper_workers)
	log_mark
	start "$work/killed" python3 nfs_faults_peer.py cut
	wait_for has_started killed
	wait_for under_way
	# shellcheck disable=SC2086 # several
	kill -9 $workers
	within "killed workers" "$work/killed" 3000
	logged "killed workers: the reason" 'consumer=nfsd .*errno=EIO .*the worker process died'
	mounts "after killed workers"
}

# As tlshd forks for each handshake, it serves none then.
test_no_processes()
{
	local workers
	echo +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	workers=$(helper_workers)
	for pid in $(helper_pid) $workers; do
		echo "$pid" >"$group/cgroup.procs"
	done
	echo 1 >"$group/pids.max"
	mounts "no process can be made"
	# shellcheck disable=SC2086 # several
	kill -9 $workers
	log_mark
	start "$work/none" python3 nfs_faults_peer.py cut
	within "nor is any left" "$work/none" 8000
	logged "nor is any left: the reason" 'consumer=nfsd .*errno=ETIMEDOUT .*no worker had room in time'
	echo max >"$group/pids.max"
	wait_for workers_came
	mounts "processes can be made again"
}

workers_came()
{
	[ -n "$(helper_workers)" ]
}

# Nobody hears what the kernel announces meanwhile.
test_standstill()
{
	local began
	kill -STOP "$(helper_pid)"
	start "$work/mount" mount.nfs web.test:/ "$nfs_mount" -o "$options,timeo=600"
	for i in {1..64}; do
		start "$work/still.$i" python3 nfs_faults_peer.py idle
	done
	read -rt "$standstill" <>"$work/never"
	kill -CONT "$(helper_pid)"
	began=$SECONDS
	wait_for mountpoint -q "$nfs_mount"
	echo "# a helper that stood still for $standstill s: a mount works $((SECONDS - began)) s later"
	ok "a helper that stood still: the mount that waited works"
	nfs_unmount
	mounts "a helper that stood still: the next"
}

nfs_possible || { skip "this kernel has no NFS"; finish; exit; }
helper_alive || { skip "no helper runs here"; finish; exit; }
trap end EXIT
nfs_server tls:mtls
test_silent_peers
test_silent_server
test_killed_workers
test_no_processes
test_standstill
finish
