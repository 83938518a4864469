#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx over TLS sockets by `tlsock run`: its data by sendfile, workers that
# share a listener and workers with one each, itself as its own client, reload;
# with curl and wrk.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash
# shellcheck source=tests/net/peers.bash
. ./peers.bash
# shellcheck source=tests/net/programs.bash
. ./programs.bash

nginx_configure()
{
	mkdir -p "$work/www" "$work/tmp"
	cp "$data" "$work/www/data"
	head -c 50000 "$data" >"$work/www/part"
	echo small >"$work/www/small"
	cat >"$work/nginx.conf" <<-END
		user root;
		daemon off;
		worker_processes 2;
		pid $work/nginx.pid;
		error_log $work/nginx.log info;
		events {
		}
		http {
			access_log off;
			sendfile on;
			tcp_nopush on;
			client_body_temp_path $work/tmp/body;
			proxy_temp_path $work/tmp/proxy;
			fastcgi_temp_path $work/tmp/fastcgi;
			uwsgi_temp_path $work/tmp/uwsgi;
			scgi_temp_path $work/tmp/scgi;
			server {
				listen 127.0.0.1:$port;
				listen [::1]:$port reuseport;
				root $work/www;
				location /again/ {
					proxy_pass http://web.test:$port/;
				}
			}
		}
	END
}

test_nginx_curl()
{
	local secure=(curl --cacert "$pki/ca.pem")
	fetch "${secure[@]}" -4 "https://web.test:$port/data"
	expect "nginx: curl by https" 0 'same data' 'ends 1 errors 0'
	fetch "${secure[@]}" -6 "https://web.test:$port/data"
	expect "nginx: curl by https, SO_REUSEPORT" 0 'same data' 'ends 1 errors 0'
	fetch tlsock run -- curl "http://web.test:$port/data"
	expect "nginx: curl by tlsock" 0 'same data' 'ends 2 errors 0'
	fetch tlsock run -- curl --tcp-fastopen "http://web.test:$port/data"
	expect "nginx: curl goes on without TCP Fast Open" 0 'same data' 'ends 2 errors 0'
	fetch "${secure[@]}" "https://web.test:$port/again/data"
	expect "nginx is its own client" 0 'same data' 'ends 3 errors 0'
	mark
	run "${secure[@]}" -sS -r 1000-1999 "https://web.test:$port/data" -w ' got %{size_download}\n'
	count
	expect "nginx: part of a file" 0 'got 1000' 'ends 1 errors 0'
	mark
	run "${secure[@]}" -sS "https://web.test:$port/{small,small,small}" -w 'connects %{num_connects}\n'
	count
	expect "nginx: keep-alive" 0 '^small' 'connects 0' 'ends 1 errors 0'
}

# load FILE CONNECTIONS: wrk for a second, longer on a machine that is busy
load()
{
	local seconds
	for seconds in 1 5 20; do
		tls wrk -t 2 -c "$2" -d "${seconds}s" "http://web.test:$port/$1"
		! grep -q '[1-9][0-9]* requests in' <<<"$out" || break
	done
	expect "wrk with nginx: $1" 0 '[1-9][0-9]* requests in' 'ends [1-9].* errors 0$' \
		'!Socket errors' '!Non-2xx'
}

nginx_has_reloaded()
{
	[ "$(pgrep -P "$server_pid" | sort | tr '\n' ' ')" != "$workers" ] &&
		[ "$(pgrep -cP "$server_pid")" = 2 ]
}

test_nginx_reload()
{
	local workers
	workers=$(pgrep -P "$server_pid" | sort | tr '\n' ' ')
	kill -HUP "$server_pid"
	wait_for nginx_has_reloaded
	fetch curl --cacert "$pki/ca.pem" "https://web.test:$port/data"
	expect "nginx: new workers after a reload" 0 'same data' 'ends 1 errors 0'
}

test_nginx()
{
	choose_port
	nginx_configure
	serve nginx -p "$work" -c "$work/nginx.conf" -e "$work/nginx.log"
	test_nginx_curl
	load small 8
	load part 4
	talk 'GET /small HTTP/1.0\r\n\r\n'
	expect "nginx with openssl s_client" 0 '200 OK' '^small' 'ends 1 errors 0'
	test_nginx_reload
	run grep -E '\[(alert|crit|emerg)\]' "$work/nginx.log"
	expect "nginx has nothing to complain about" 1
	stop
}

test_nginx
finish
