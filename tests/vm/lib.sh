# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scripts of the test machine share: the cache folder, messages,
# host packages, and building something once under a key. Sourced, not run.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tlsock
export LC_ALL=C.UTF-8

# Progress and complaints go to stderr: stdout belongs to the command.
say()
{
	echo "tests/vm: $*" >&2
}

# VM_QUIET: no progress, for callers whose output means trouble.
progress()
{
	[ -n "${VM_QUIET:-}" ] || say "$@"
}

die()
{
	say "$@"
	exit 125
}

# hash_of FILE...: a short key that changes with the files' names and contents.
hash_of()
{
	(cd "$vm_dir" && sha256sum -- "$@") | sha256sum | cut -c1-16
}

# quietly LOG COMMAND...: keeps the output in LOG and shows it if COMMAND fails
# (or live with --verbose, which exports VM_VERBOSE).
quietly()
{
	local log=$1
	shift
	if [ -n "${VM_VERBOSE:-}" ]; then
		"$@" 2>&1 | tee "$log" >&2
		return
	fi
	"$@" >"$log" 2>&1 && return
	cat "$log" >&2
	return 1
}

# need_packages NAME...: installs the host packages that are missing.
need_packages()
{
	local name missing=()
	for name in "$@"; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q ' installed$' || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	progress "installing ${missing[*]}"
	mkdir -p "$cache"
	quietly "$cache/apt.log" apt_install "${missing[@]}" || die "apt-get install ${missing[*]} failed"
}

apt_install()
{
	export DEBIAN_FRONTEND=noninteractive
	local apt=(apt-get -q -o DPkg::Lock::Timeout=600)
	"${apt[@]}" install -y --no-install-recommends "$@" && return
	"${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"
}

# build_once NAME FUNCTION: makes the folder $cache/NAME by calling FUNCTION with
# a temporary folder, which becomes $cache/NAME only when complete. Several
# callers may arrive at the same time: one builds, the others wait.
build_once()
{
	local name=$1 function=$2 temporary
	[ ! -e "$cache/$name" ] || return 0
	mkdir -p "$cache/locks"
	(
		flock 8
		[ ! -e "$cache/$name" ] || exit 0
		temporary=$cache/$name.new
		rm -rf --one-file-system "$temporary"
		mkdir -p "$temporary"
		"$function" "$temporary"
		mv "$temporary" "$cache/$name"
	) 8>"$cache/locks/$name"
}

# prune: removes what no run has used for two weeks; the caller touches what it
# uses. Folders of the cache that other tools own are none of ours.
prune()
{
	find "$cache" "$cache/build" "$cache/runs" -mindepth 1 -maxdepth 1 -mtime +14 \( -name 'image-*' -o \
		-name 'initramfs-*' -o -name 'debug-*' -o -name 'state-*' -o -name 'kvm-*' -o -path "$cache/build/*" -o \
		-path "$cache/runs/*" \) \
		-exec rm -rf --one-file-system {} + 2>/dev/null || true
}
