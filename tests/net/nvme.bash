# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of cli_tap.bash and of the tests
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An NVMe/TCP target of the kernel on this machine, and its host, with TLS by
# pre-shared key. Sourced after cli_tap.bash.

nvme_config=/sys/kernel/config/nvmet
nvme_host=nqn.2014-08.org.nvmexpress:uuid:6f5e5c1e-0000-4000-8000-000000000001
nvme_subsystem=nqn.2026-01.test:disk
nvme_mount=/run/nvme-mount

nvme_possible()
{
	local module
	command -v nvme >/dev/null || return
	for module in configfs nvmet nvmet-tcp nvme-tcp; do
		modprobe "$module" 2>/dev/null || return
	done
	# Who does not have it may not see what is in it.
	keyctl link %:.nvme @s
}

# nvme_target MEGABYTES: a disk of that size on port 4420, for TLS alone
nvme_target()
{
	local subsystem=$nvme_config/subsystems/$nvme_subsystem port=$nvme_config/ports/1
	mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
	truncate -s "$1M" "$work/disk"
	mkdir -p "$subsystem/namespaces/1" "$port" "$nvme_mount"
	echo 1 >"$subsystem/attr_allow_any_host"
	echo -n "$work/disk" >"$subsystem/namespaces/1/device_path"
	echo 1 >"$subsystem/namespaces/1/enable"
	echo tcp >"$port/addr_trtype"
	echo ipv4 >"$port/addr_adrfam"
	echo 127.0.0.1 >"$port/addr_traddr"
	echo 4420 >"$port/addr_trsvcid"
	echo tls1.3 >"$port/addr_tsas"
	echo required >"$port/addr_treq"
	ln -sfT "$subsystem" "$port/subsystems/$nvme_subsystem"
}

# nvme_key IDENTITY HMAC: puts a key for both into .nvme; sets $nvme_serial
nvme_key()
{
	run nvme gen-tls-key --hostnqn="$nvme_host" --subsysnqn="$nvme_subsystem" \
		--identity="$1" --hmac="$2" --insert
	expect "a key with identity $1 and hash $2" 0 'Inserted TLS key'
	nvme_serial=$((16#$(sed -n 's/^Inserted TLS key //p' <<<"$out")))
}

# The description of that key
nvme_identity()
{
	keyctl rdescribe "$nvme_serial" | cut -d';' -f5-
}

nvme_keys_clear()
{
	keyctl clear %:.nvme
}

# nvme_connects OPTION...: sets $status and $out
nvme_connects()
{
	run nvme connect -t tcp -a 127.0.0.1 -s 4420 -n "$nvme_subsystem" --hostnqn="$nvme_host" \
		--hostid=6f5e5c1e-0000-4000-8000-000000000001 --nr-io-queues=2 \
		--ctrl-loss-tmo=20 --reconnect-delay=1 "$@"
}

nvme_disconnect()
{
	run nvme disconnect -n "$nvme_subsystem"
}

# The block device of the disk
nvme_device()
{
	local ctrl
	for ctrl in /sys/class/nvme/nvme*; do
		[ "$(cat "$ctrl/subsysnqn" 2>/dev/null)" = "$nvme_subsystem" ] || continue
		find -L "$ctrl" -maxdepth 1 -name 'nvme*n1' -printf '/dev/%f\n' | sed 's/c[0-9]*n/n/'
	done
}

nvme_has_device()
{
	[ -b "$(nvme_device)" ]
}

nvme_end()
{
	umount "$nvme_mount" 2>/dev/null
	nvme disconnect -n "$nvme_subsystem" >/dev/null 2>&1
	rm -f "$nvme_config/ports/1/subsystems/$nvme_subsystem"
	rmdir "$nvme_config/ports/1"
	echo 0 >"$nvme_config/subsystems/$nvme_subsystem/namespaces/1/enable"
	rmdir "$nvme_config/subsystems/$nvme_subsystem/namespaces/1"
	rmdir "$nvme_config/subsystems/$nvme_subsystem"
	nvme_keys_clear
}
