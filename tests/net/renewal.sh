#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Certificates that are renewed, in all the ways in which files are replaced,
# without a word to the helper.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/helper.bash
. ./helper.bash

profile=/etc/tlsock/profiles.d/net-renewal.conf

restore()
{
	rm -f "$profile"
	helper_reload
}

# issue NAME: of a chain of certificates in $work; the subject is the name
issue()
{
	certify "$1" web.test ec -pkeyopt ec_paramgen_curve:P-256
}

# renew NEXT WHAT COMMAND: by that command, which uses $next, the certificate
# becomes another one
renew()
{
	local what=$2
	next=$1
	reloads=$(count_reloads)
	"$3"
	wait_for helper_reloaded
	openssl_tells -servername web.test
	expect "$what" 0 "^subject=CN *= *$next$" hello
}

# Key first: in between they do not fit together. Links are followed.
over()
{
	cat "$work/$next.key" >"$work/live/key.pem"
	cat "$work/$next.pem" >"$work/live/cert.pem"
}

by_name()
{
	cp "$work/$next.key" "$work/live/new.key"
	cp "$work/$next.pem" "$work/live/new.pem"
	mv "$work/live/new.key" "$work/live/key.pem"
	mv "$work/live/new.pem" "$work/live/cert.pem"
}

# Certbot: each name is a link to a file elsewhere.
by_links()
{
	mkdir -p "$work/archive"
	cp "$work/$next.key" "$work/archive/$next.key"
	cp "$work/$next.pem" "$work/archive/$next.pem"
	ln -sfn "../archive/$next.key" "$work/live/key.pem"
	ln -sfn "../archive/$next.pem" "$work/live/cert.pem"
}

# Kubernetes: the names stay links through a folder that is replaced.
by_a_folder()
{
	mkdir "$work/live/..$next"
	cp "$work/$next.key" "$work/live/..$next/key.pem"
	cp "$work/$next.pem" "$work/live/..$next/cert.pem"
	ln -sfn "..$next" "$work/live/..new"
	mv -T "$work/live/..new" "$work/live/..data"
	[ "$(readlink "$work/live/cert.pem")" = ..data/cert.pem ] || {
		ln -sfn ..data/key.pem "$work/live/key.pem"
		ln -sfn ..data/cert.pem "$work/live/cert.pem"
	}
}

test_ways()
{
	renew second "written over" over
	renew third "renamed" by_name
	renew fourth "links go elsewhere" by_links
	renew fifth "written over where they lead to" over
	renew sixth "links through a folder" by_a_folder
	renew seventh "another folder" by_a_folder
}

# Two files of two certificates, and what comes of it
test_misfit()
{
	log_mark
	cat "$work/first.pem" >"$(realpath "$work/live/cert.pem")"
	wait_for log_has 'the configuration stays as it was'
	logged "what does not fit together is told" 'net-renewal.conf:.*key'
	openssl_tells -servername web.test
	expect "and the old one stays" 0 "^subject=CN *= *seventh$" hello
	log_mark
	rm "$(realpath "$work/live/cert.pem")"
	wait_for log_has 'the configuration stays as it was'
	logged "a file that goes is told too" 'live/cert.pem.*No such file'
	openssl_tells -servername web.test
	expect "likewise" 0 "^subject=CN *= *seventh$" hello
	renew first "until they fit" by_name
}

client_with_certificate()
{
	openssl_tells -servername web.test -cert "$pki/client.pem" -key "$pki/client.key"
}

test_crl()
{
	mkdir "$work/crls" "$work/root"
	cp "$pki/ca.pem" "$pki/ca.key" "$work/root/"
	printf 'client-certificate = require\nca = %s\ncrl = %s\ncrl-check = available\n' \
		"$pki/ca.pem" "$work/crls" >>"$profile"
	helper_reload
	client_with_certificate
	expect "nobody is revoked" 0 hello
	reloads=$(count_reloads)
	revoke "$work/root" "$work/crls/list.pem" "$pki/client.pem"
	wait_for helper_reloaded
	log_mark
	client_with_certificate
	expect "a list comes into its folder" 1 'alert bad certificate'
	logged "the reason" 'handshake failed role=server .*errno=EKEYREVOKED'
	reloads=$(count_reloads)
	rm "$work/crls/list.pem"
	wait_for helper_reloaded
	client_with_certificate
	expect "and goes" 0 hello
}

helper_alive || { skip "no helper runs here"; finish; exit; }
mkdir "$work/live"
for name in first second third fourth fifth sixth seventh; do
	issue "$name"
done
cp "$work/first.pem" "$work/live/cert.pem"
cp "$work/first.key" "$work/live/key.pem"
printf '[profile net-renewal]\ncertificate = %s\nkey = %s\n' "$work/live/cert.pem" \
	"$work/live/key.pem" >"$profile"
helper_reload
trap 'restore; cleanup' EXIT
our_server -p net-renewal
test_ways
test_misfit
test_crl
finish
