# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the checks of this folder; sourced from the top of the tree.

# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# tracked PATTERN...: the project's files that match, new ones too.
tracked()
{
	git ls-files --cached --others --exclude-standard --deduplicate -- "$@" |
		while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

# What the compiler needs to understand userspace and tests.
need_libraries()
{
	need_packages gcc libc6-dev pkg-config libnl-3-dev libnl-genl-3-dev liburing-dev \
		libinih-dev libseccomp-dev libcap-ng-dev libjson-c-dev libkeyutils-dev
}

# prepare_chroot FOLDER...: copies of the working tree for in_chroot, in the
# cache; what was built in them before stays.
prepare_chroot()
{
	local folder
	if [ "$(id -u)" != 0 ]; then
		echo "root is needed for a chroot with the test machine's compiler and headers" >&2
		exit 1
	fi
	image=$(tests/vm/image)
	chroots=$cache/lint
	mkdir -p "$chroots/staging"
	for folder; do
		exec {lock}>"$chroots/$folder.lock"
		flock "$lock"
	done
	tests/vm/sync "$PWD" "${@/#/$chroots/}" >/dev/null
}

# in_chroot FOLDER COMMAND...: in the test machine's system, natively.
in_chroot()
{
	local folder=$1
	shift
	tests/vm/chroot "$image" "$chroots/$folder" "$PWD" "$chroots/staging" "$@"
}
