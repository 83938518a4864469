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
		libinih-dev libseccomp-dev libcap-ng-dev libjson-c-dev
}
