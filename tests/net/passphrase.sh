#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Encrypted keys: passphrases from a file and from a credential of the service
# manager, whole keys as credentials, and what is told if they do not fit.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-passphrase.conf
export CREDENTIALS_DIRECTORY=$work/credentials

restore()
{
	rm -f "$profile"
	unset CREDENTIALS_DIRECTORY
	helper_stop
	helper_start
}

# encrypt NAME OPTION...: the key of that name, as openssl pkcs8 does with these options
encrypt()
{
	local name=$1
	shift
	openssl pkcs8 -topk8 -in "$pki/$name.key" -out "$work/$name.key" \
		-passout "file:$work/phrase" "$@"
}

# profile NAME CERTIFICATE KEY PASSPHRASE
profile()
{
	printf '[profile %s]\ncertificate = %s\nkey = %s\n' "$1" "$pki/$2.pem" "$3" >>"$profile"
	[ -z "$4" ] || echo "passphrase = $4" >>"$profile"
}

# shows PROFILE WHAT
shows()
{
	our_server -p "$1"
	openssl_tells -servername web.test
	expect "$2" 0 hello
	stop
}

# mistake WHAT PATTERN
mistake()
{
	run tlsockd --check
	expect "$1" 1 "net-passphrase.conf:[0-9]*: $2"
}

helper_alive || { skip "no helper runs here"; finish; exit; }
umask 077
mkdir "$CREDENTIALS_DIRECTORY"
echo 'correct horse battery staple' >"$work/phrase"
cp "$work/phrase" "$CREDENTIALS_DIRECTORY/phrase"
cp "$pki/server.key" "$CREDENTIALS_DIRECTORY/key"
encrypt server
encrypt server-rsa -v2 aes-128-cbc
encrypt server-p384 -iter 10000
profile ecdsa server "$work/server.key" "$work/phrase"
profile rsa server-rsa "$work/server-rsa.key" credential:phrase
profile p384 server-p384 "$work/server-p384.key" credential:phrase
profile whole server credential:key ''
sed -i 's/^.profile \(rsa\|p384\)/[profile own-\1/' "$profile"
trap 'restore; cleanup' EXIT
run tlsockd --check
expect "all fit" 0 ''
helper_stop
helper_start
shows ecdsa "a passphrase from a file"
shows own-rsa "from a credential; AES-128"
shows own-p384 "likewise, P-384"
shows whole "a key that is a credential"

cp "$profile" "$work/good"
echo wrong >"$work/phrase"
mistake "another passphrase" "$work/server.key holds no private key in PEM form that this passphrase"
: >"$work/phrase"
mistake "none" "$work/phrase holds no passphrase"
echo 'correct horse battery staple' >"$work/phrase"
sed -i '/^passphrase/d' "$profile"
mistake "none is named" "$work/server.key holds no private key in PEM form without passphrase"
cp "$work/good" "$profile"
rm "$CREDENTIALS_DIRECTORY/phrase"
mistake "a credential that is not there" "cannot open $CREDENTIALS_DIRECTORY/phrase: No such file"
run env -u CREDENTIALS_DIRECTORY tlsockd --check
expect "no credentials at all" 1 "the credential phrase is not here"
echo 'passphrase = credential:../phrase' >>"$profile"
mistake "no path" 'passphrase must be the name of a file, not "credential:../phrase"'
cp "$work/good" "$profile"
cp "$work/phrase" "$CREDENTIALS_DIRECTORY/phrase"
run tlsockd --check
expect "all is well again" 0 ''
finish
