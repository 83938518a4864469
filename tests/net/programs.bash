# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of cli_tap.bash and of the tests
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests with programs that know nothing of TLS share: their servers
# and clients under `tlsock run`, and proof that each of their connections is
# one of kernel TLS. Sourced after cli_tap.bash and peers.bash.

# Text, so that it can be printed; more than a socket's buffers hold.
data=$work/data
head -c 300000 /dev/urandom | base64 -w 99 >"$data"
data_size=$(stat -c %s "$data")
data_digest=$(sha256sum <"$data")

# ktls: reads how many ends of connections got keys, and how many records could
# not be read
ktls()
{
	local name value
	while read -r name value; do
		case $name in
		TlsTxSw) ends=$value ;;
		TlsDecryptError) errors=$value ;;
		esac
	done </proc/net/tls_stat
}

# mark: from here on they are counted
mark()
{
	ktls
	ends_before=$ends
	errors_before=$errors
}

# count: adds the numbers since mark to $out
count()
{
	ktls
	out+=$'\n'"ends $((ends - ends_before)) errors $((errors - errors_before))"
}

# tls COMMAND...: a client under tlsock run, with its connections counted
tls()
{
	mark
	run tlsock run -- "$@"
	count
}

# serve COMMAND...: a server under tlsock run that listens on $port
serve()
{
	start "$work/server" tlsock run -p web -- "$@"
	wait_for is_listening
}

# same FILE: adds to $out whether it is the data
same()
{
	local difference
	if difference=$(cmp "$1" "$data" 2>&1); then
		out+=$'\nsame data'
	else
		out+=$'\n'"other data: $difference"
	fi
}

# fetch COMMAND...: curl to a file
fetch()
{
	mark
	run "$@" -sS -o "$work/got"
	count
	same "$work/got"
}

# talk TEXT OPTION...: OpenSSL's client sends the text, and prints what comes
# back until the server closes
talk()
{
	local text=$1
	shift
	mark
	status=0
	out=$(printf '%b' "$text" | timeout 60 openssl s_client -connect "web.test:$port" -quiet \
		-servername web.test -verify_hostname web.test -verify_return_error \
		-CAfile "$pki/ca.pem" "$@" 2>&1) || status=$?
	count
}
