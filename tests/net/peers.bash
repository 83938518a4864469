# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of cli_tap.bash and of the tests
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests with other TLS libraries share: starting their servers and
# ours, and running one connection. Sourced after cli_tap.bash.

pki=/etc/tlsock/pki
tlscat=/usr/local/lib/tlsock/tests/net/tlscat

# start FILE COMMAND...: in the background, both streams in FILE, ended at exit
start()
{
	local file=$1
	shift
	# What an earlier program said there must not be taken for this one's.
	rm -f "$file"
	"$@" >"$file" 2>&1 <>"$work/never" &
	processes+=($!)
	server_pid=$!
}

# is_tuned: not with WOLFSSL=system, which lacks some things
is_tuned()
{
	[ -e /etc/tlsock/profiles.d/hybrid.conf ]
}

# stop: ends what was started last
stop()
{
	kill "$server_pid" 2>/dev/null
	wait "$server_pid" 2>/dev/null
}

# A port that nobody listens on; the next one each time. Below those that
# clients get by themselves, which may linger on one.
next_port=$((10000 + RANDOM % 20000))
choose_port()
{
	next_port=$((next_port + 1))
	while ss -Hltn "sport = :$next_port" | grep -q .; do
		next_port=$((next_port + 1))
	done
	port=$next_port
}

is_listening()
{
	ss -Hltn "sport = :$port" | grep -q .
}

# openssl_server OPTION...: echoes each line backwards (-rev); sets $port
openssl_server()
{
	choose_port
	start "$work/server" openssl s_server -accept "$port" -rev "$@"
	wait_for is_listening
}

# gnutls_server PRIORITY OPTION...: echoes; sets $port
gnutls_server()
{
	local priority=$1
	shift
	choose_port
	start "$work/server" gnutls-serv --echo --port "$port" --priority "$priority" "$@"
	wait_for is_listening
}

# our_server OPTION...: echoes once for each connection; sets $port
our_server()
{
	start "$work/server" "$tlscat" -l -e -k "$@" 127.0.0.1 0
	wait_for grep -qs '^port ' "$work/server"
	port=$(sed -n 's/^port //p' "$work/server")
}

# our_client OPTION...: sends a line and prints what comes back, and tlscat's
# line on the handshake
our_client()
{
	status=0
	out=$( (echo hello && wait_answer '^(hello|olleh|fail )') | timeout 60 "$tlscat" "$@" 127.0.0.1 "$port" 2>&1 |
		tee "$work/answer") || status=$?
}

# serves NAME: a connection of ours to ourselves carries data
serves()
{
	our_server -p web
	our_client -n web.test
	expect "$1" 0 '^ok ' hello
	stop
}

# wait_answer PATTERN: keeps a client's standard input open until the answer is
# there.
wait_answer()
{
	local end=$((SECONDS + 20))
	until grep -Eq "$1" "$work/answer" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || return 0
		read -rt 0.02 <>"$work/never" || true
	done
}

# server_wrote END NAME PATTERN...: what our server wrote on the last connection,
# of which END is the last line
server_wrote()
{
	local end=$1 name=$2
	shift 2
	wait_for grep -Eqs "$end" "$work/server"
	out=$(<"$work/server")
	status=0
	expect "$name" 0 "$@"
}

# openssl_client OPTION...: sends a line, prints what comes back
openssl_client()
{
	status=0
	out=$(echo hello | timeout 60 openssl s_client -connect "127.0.0.1:$port" -quiet \
		-servername web.test -verify_hostname web.test -verify_return_error \
		-CAfile "$pki/ca.pem" "$@" 2>&1) || status=$?
}

# openssl_tells OPTION...: the same, with all that it has to say of the handshake
openssl_tells()
{
	status=0
	rm -f "$work/answer"
	out=$( (echo hello && wait_answer '^hello') | timeout 60 openssl s_client \
		-connect "127.0.0.1:$port" -CAfile "$pki/ca.pem" -verify_return_error "$@" 2>&1 |
		tee "$work/answer") || status=$?
}

# reused WHAT WORD OPTION...: OpenSSL's client with the session of the one before
reused()
{
	local what=$1 word=$2
	shift 2
	openssl_tells -servername web.test "$@"
	expect "$what" 0 "^$word, TLSv1" hello
}

# certify NAME HOST ALGORITHM OPTION...: a certificate of the test CA and its key
certify()
{
	local name=$1 host=$2 algorithm=$3
	shift 3
	openssl req -x509 -nodes -CA "$pki/ca.pem" -CAkey "$pki/ca.key" -days 3 \
		-newkey "$algorithm" "$@" -subj "/CN=$name" \
		-addext "subjectAltName=DNS:$host" -addext basicConstraints=critical,CA:FALSE \
		-addext keyUsage=critical,digitalSignature \
		-keyout "$work/$name.key" -out "$work/$name.pem" 2>"$work/log" || cat "$work/log"
}

# revoke FOLDER LIST CERTIFICATE...: the authority in that folder (ca.pem, ca.key)
# puts them onto its list, which replaces the file LIST at once
revoke()
{
	local folder=$1 list=$2 certificate
	shift 2
	local ca=(-config "$folder/conf" -cert "$folder/ca.pem" -keyfile "$folder/ca.key")
	printf '[ca]\ndefault_ca = own\n[own]\ndatabase = %s\ndefault_md = sha256\n' \
		"$folder/index" >"$folder/conf"
	touch "$folder/index"
	for certificate; do
		openssl ca "${ca[@]}" -revoke "$certificate"
	done >"$work/log" 2>&1 || cat "$work/log"
	openssl ca "${ca[@]}" -crldays 1 -gencrl -out "$folder/list" >"$work/log" 2>&1 ||
		cat "$work/log"
	mv "$folder/list" "$list"
}

# gnutls_client PRIORITY OPTION...
gnutls_client()
{
	local priority=$1
	shift
	status=0
	out=$(echo hello | timeout 60 gnutls-cli --port "$port" --priority "$priority" \
		--sni-hostname web.test --verify-hostname web.test --logfile /dev/null \
		--x509cafile "$pki/ca.pem" "$@" 127.0.0.1 2>&1) || status=$?
}

# outcome KIND: a counter of the kernel
outcome()
{
	tlsock status --json | sed "s/.*\"outcomes\":{[^}]*\"$1\":\([0-9]*\).*/\1/"
}
