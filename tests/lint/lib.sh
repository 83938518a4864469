# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the checks of this folder; sourced from the top of the tree.

# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# tracked FOLDER... -- PATTERN...: files below FOLDER with such a name, also
# new ones; not those that make or git ignore.
tracked()
{
	git ls-files --cached --others --exclude-standard --deduplicate -- "$@"
}
