#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tlsock run: which programs it takes, that children are covered whatever they
# do to their environment, and which name a server must prove. The peer is
# Python's own TLS (cli_peer.py). Needs the module, the helper and the test
# configuration; without the module only its absence is tested.

set -uo pipefail
cd "$(dirname "$0")" || exit
# shellcheck source=tests/net/cli_tap.bash
. ./cli_tap.bash

peer=$PWD/cli_peer.py
busybox=/bin/busybox

test_usage()
{
	run tlsock run
	expect "no program" 125 'no program'
	run tlsock run --nonsense true
	expect "unknown option" 125 'tlsock help run'
	run tlsock run -p '' true
	expect "empty profile" 125 'profile'
	run tlsock run -p "$(printf 'x%.0s' {1..64})" true
	expect "profile too long" 125 'profile'
	run tlsock run -p 'no such/name' true
	expect "profile that the kernel refuses" 125 'refuses the profile'
	run tlsock run -- "$work/nowhere"
	expect "program not found" 127 'No such file'
	run tlsock run nowhere-in-path
	expect "program not in PATH" 127 'No such file'
	run tlsock run -- "$work"
	expect "program that is a folder" 126 'Permission denied'
	run tlsock run -- sh -c 'exit 42'
	expect "status is the program's" 42
	run tlsock run -- sh -c "kill -TERM \$\$"
	expect "signal is the program's" 143
	run env TLSOCK_PRELOAD_LIBRARY="$work/none.so" tlsock run true
	expect "library missing" 125 'none.so: No such file'
}

make_programs()
{
	cp /bin/true "$work/setuid" && chown nobody "$work/setuid" && chmod u+s "$work/setuid"
	printf '#!%s sh\n' "$busybox" >"$work/static-script"
	printf '#!/bin/sh -e\necho "script %s1"\n' '$' >"$work/script"
	printf 'echo "plain %s1"\n' '$' >"$work/plain"
	cp /bin/true "$work/foreign"
	# e_machine of s390
	printf '\x16\x00' | dd of="$work/foreign" bs=1 seek=18 conv=notrunc 2>/dev/null
	chmod 755 "$work/static-script" "$work/script" "$work/plain"
	chmod 755 "$work"
}

test_programs()
{
	run tlsock run -- "$busybox" true
	expect "static program" 125 'is linked statically'
	run tlsock run -- "$work/setuid"
	expect "setuid program" 125 'other rights'
	run tlsock run -- "$work/foreign"
	expect "foreign program" 125 'another kind of processor'
	run tlsock run -- "$work/static-script"
	expect "script of a static interpreter" 125 'is linked statically'
	run tlsock run -- "$work/script" a
	expect "script" 0 'script a'
	run tlsock run -- "$work/plain" b
	expect "script without an interpreter line" 0 'plain b'
	run tlsock run --allow-uncovered -- "$busybox" echo through
	expect "static program let through" 0 'warning' 'through'
}

test_children()
{
	run tlsock run -- sh -c "$busybox true"
	expect "static child of a shell" 126 'is linked statically' 'Permission denied'
	run tlsock run -- env "$busybox" true
	expect "static child by execvp" 126 'is linked statically' 'Permission denied'
	run tlsock run -- sh -c "$work/setuid"
	expect "setuid child" 126 'other rights'
	run tlsock run -- sh -c "$work/plain c; $work/script d"
	expect "scripts as children" 0 'plain c' 'script d'
	run tlsock run -- python3 -c "import subprocess; subprocess.run(['$busybox', 'true'])"
	expect "static child by vfork" 1 'is linked statically' 'PermissionError'
	run tlsock run -- python3 -c "import os; os.posix_spawn('$busybox', ['true'], {})"
	expect "static child by posix_spawn" 1 'is linked statically' 'PermissionError'
	run tlsock run -- python3 -c "import os; os.execve(os.open('$busybox', 0), ['true'], {})"
	expect "static child by fexecve" 1 'is linked statically' 'PermissionError'
	run tlsock run --allow-uncovered -- env -i "$busybox" echo through
	expect "static child let through" 0 'warning' 'through'
}

test_conversion()
{
	run tlsock run -- python3 "$peer" protocols
	expect "kinds of sockets" 0 'tcp4 260' 'tcp6 260' 'mptcp 260' 'smc 260' 'tls 260' \
		'udp 17' 'unix 0'
	run tlsock run -p web -- python3 "$peer" options
	expect "profile of -p" 0 'profile web'
	run env TLSOCK_PROFILE=rsa tlsock run python3 "$peer" options
	expect "profile of the environment" 0 'profile rsa'
	run env TLSOCK_PROFILE=rsa tlsock run -p web python3 "$peer" options
	expect "-p before the environment" 0 'profile web'
	run tlsock run python3 "$peer" options
	expect "no profile" 0 'profile $'
	run tlsock run -p web tlsock run -p rsa python3 "$peer" options
	expect "tlsock in tlsock" 0 'profile rsa'
}

# clean NAME PYTHON-STATEMENT: a program that cleans the environment and then
# executes /usr/bin/python3 as the statement says
clean()
{
	run tlsock run -p web -- python3 -c "
import os, subprocess
python, arguments = '/usr/bin/python3', ['python3', '$peer', 'options']
command = ' '.join(arguments)
os.environ.clear()
$2"
	expect "cleaned environment: $1" 0 'profile web'
}

test_environment()
{
	run tlsock run -p web -- env -i /usr/bin/python3 "$peer" options
	expect "cleaned environment: env -i" 0 'profile web'
	run tlsock run -p web -- env -u LD_PRELOAD python3 "$peer" options
	expect "cleaned environment: LD_PRELOAD only" 0 'profile web'
	run tlsock run -p web -- env LD_PRELOAD=/nowhere.so python3 "$peer" options
	expect "cleaned environment: LD_PRELOAD of another" 0 'profile web'
	clean "execve" 'os.execve(python, arguments, {})'
	clean "execv" 'os.execv(python, arguments)'
	clean "execvpe" 'os.execvpe("python3", arguments, {})'
	clean "posix_spawn" 'os.waitpid(os.posix_spawn(python, arguments, {}), 0)'
	clean "posix_spawnp" 'os.waitpid(os.posix_spawnp(python, arguments, {}), 0)'
	clean "subprocess" 'subprocess.run(arguments, env={})'
	clean "shell" 'subprocess.run(command, env={}, shell=True)'
	clean "system" 'os.system(command)'
	clean "popen" 'import ctypes; c = ctypes.CDLL(None)
c.popen.restype = ctypes.c_void_p; c.pclose.argtypes = [ctypes.c_void_p]
c.pclose(c.popen(f"{command} >&2".encode(), b"w"))'
	clean "execl" 'import ctypes
ctypes.CDLL(None).execl(python.encode(), *(a.encode() for a in arguments), None)'
	clean "execle" 'import ctypes
ctypes.CDLL(None).execle(python.encode(), *(a.encode() for a in arguments), None, None)'
}

start_server()
{
	python3 "$peer" serve "$work/port" &
	processes+=($!)
	wait_for test -e "$work/port"
	port=$(cat "$work/port")
}

# name NAME HOW PATTERN
name()
{
	run tlsock run python3 "$peer" connect "$2" "$port"
	expect "name: $1" 0 "$3"
}

test_names()
{
	start_server
	name "getaddrinfo" getaddrinfo:web.test 'answer web.test'
	name "a wrong one" getaddrinfo:wrong.test 'errno EKEYREJECTED'
	name "IPv6" ipv6:web.test 'answer web.test'
	name "IPv4 in IPv6" mapped:tlsock.test 'answer tlsock.test'
	name "gethostbyname" gethostbyname:web.test 'answer web.test'
	name "gethostbyname, a wrong one" gethostbyname:wrong.test 'errno EKEYREJECTED'
	name "another thread" thread:web.test 'answer web.test'
	name "before fork" fork:web.test 'answer web.test'
	name "address looked up again" twice:web.test 'answer web.test'
	name "the last of two" last:wrong.test,web.test 'answer web.test'
	name "the last of two, a wrong one" last:web.test,wrong.test 'errno EKEYREJECTED'
	name "address as text" getaddrinfo:127.0.0.1 'answer None'
	name "none: the address must be proved" none:127.0.0.1 'answer None'
	name "none: another address" none:127.0.0.2 'errno EKEYREJECTED'
	name "the program's own" own:127.0.0.1 'answer tlsock.test'
	run tlsock run curl -sS "http://web.test:$port/"
	expect "curl speaks HTTP within TLS" 1 'HTTP/0.9'
}

test_absence()
{
	run tlsock run true
	expect "no module: run" 125 'modprobe tlsock'
	run env LD_PRELOAD="${TLSOCK_PRELOAD_LIBRARY:-/usr/local/lib/tlsock/libtlsock-preload.so}" \
		python3 "$peer" connect none:127.0.0.1 9
	expect "no module: no clear text" 1 'no TLS sockets' 'Protocol not supported'
}

if ! python3 -c 'import socket; socket.socket(proto=260)' 2>/dev/null; then
	test_absence
	skip "the module is not loaded"
	finish
	exit
fi
make_programs
test_usage
test_programs
test_children
test_conversion
test_environment
test_names
finish
