# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of cli_tap.bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An NFS server of the kernel on this machine, and mounts of it. Sourced after
# cli_tap.bash.

nfs_export=/run/nfs-export
nfs_mount=/run/nfs-mount

nfs_possible()
{
	modprobe nfsd 2>/dev/null && command -v mount.nfs >/dev/null
}

# nfs_server XPRTSEC: exports a folder in memory to clients that do this
nfs_server()
{
	mkdir -p "$nfs_export" "$nfs_mount"
	mountpoint -q "$nfs_export" || mount -t tmpfs none "$nfs_export"
	mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd
	start "$work/rpcbind" rpcbind -f -w
	start "$work/mountd" rpc.mountd -F
	nfs_exports "$1"
	nfs_server_start
}

nfs_server_start()
{
	rpc.nfsd --grace-time 10 --lease-time 10 4
	wait_for nfs_listens
}

nfs_listens()
{
	rpcinfo -t 127.0.0.1 nfs 4 >/dev/null 2>&1
}

# nfs_exports XPRTSEC: from now on
nfs_exports()
{
	exportfs -ua
	exportfs -o "rw,no_root_squash,insecure,fsid=0,xprtsec=$1" "*:$nfs_export"
	exportfs -f
}

# nfs_mounts HOST OPTIONS: sets $status and $out
nfs_mounts()
{
	local path=/
	[ "${2#vers=3}" = "$2" ] || path=$nfs_export
	run mount.nfs "$1:$path" "$nfs_mount" -o "soft,timeo=100,retrans=1,retry=0,$2"
}

nfs_unmount()
{
	umount -f "$nfs_mount" 2>/dev/null
}

nfs_end()
{
	nfs_unmount
	rpc.nfsd 0
	exportfs -ua
	umount "$nfs_export" 2>/dev/null
}
