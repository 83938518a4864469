#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Both ends of the tests of `tlsock run`.

    cli_peer.py serve FILE        TLS server on a port of its own, written to FILE;
                                  answers each connection with the name asked for
    cli_peer.py protocols         SO_PROTOCOL of sockets of several kinds
    cli_peer.py options           profile of a fresh TCP socket
    cli_peer.py connect HOW PORT  connects as HOW says and prints the answer or
                                  the errno's name

This program makes no TLS when it is a client: that is what tlsock is for.
"""

import errno
import os
import socket
import sys

SOL_TLSOCK = 290
TLSOCK_SERVER_NAME = 1
TLSOCK_PROFILE = 2
PKI = "/etc/tlsock/pki"


def answer(context, connection):
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    try:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(f"{names[0] if names else None}\n".encode())
            secure.unwrap()
    except OSError:  # SSLError is one
        pass


def serve(path):
    import ssl  # here, since it takes clients longer than all the rest

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{PKI}/server.pem", f"{PKI}/server.key")
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]}\n")
    os.rename(f"{path}.new", path)
    while True:
        connection, _ = listener.accept()
        connection.settimeout(20)
        answer(context, connection)


def protocols():
    kinds = {
        "tcp4": (socket.AF_INET, socket.SOCK_STREAM, 0),
        "tcp6": (socket.AF_INET6, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, socket.IPPROTO_TCP),
        "mptcp": (socket.AF_INET, socket.SOCK_STREAM, 262),
        "smc": (socket.AF_INET, socket.SOCK_STREAM, 256),
        "tls": (socket.AF_INET, socket.SOCK_STREAM, 260),
        "udp": (socket.AF_INET, socket.SOCK_DGRAM, 0),
        "unix": (socket.AF_UNIX, socket.SOCK_STREAM, 0),
    }
    for name, kind in kinds.items():
        with socket.socket(*kind) as made:
            print(name, made.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL))


def options():
    with socket.socket() as made:
        profile = made.getsockopt(SOL_TLSOCK, TLSOCK_PROFILE, 256)
        print("profile", profile.rstrip(b"\0").decode())


def by_getaddrinfo(host, port):
    return socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4]


def in_thread(function, *arguments):
    import threading

    result = []
    thread = threading.Thread(target=lambda: result.append(function(*arguments)))
    thread.start()
    thread.join()
    return result[0]


def address(how, port):
    """Family and address to connect to, after the look-ups that HOW names."""
    kind, _, host = how.partition(":")
    if kind == "getaddrinfo":
        return socket.AF_INET, by_getaddrinfo(host, port)
    if kind == "ipv6":
        return socket.AF_INET6, socket.getaddrinfo(host, port, socket.AF_INET6)[0][4]
    if kind == "mapped":
        return socket.AF_INET6, (f"::ffff:{by_getaddrinfo(host, port)[0]}", port)
    if kind == "gethostbyname":
        return socket.AF_INET, (socket.gethostbyname_ex(host)[2][0], port)
    if kind == "thread":
        return socket.AF_INET, in_thread(by_getaddrinfo, host, port)
    if kind == "fork":
        by_getaddrinfo(host, port)
        if os.fork():
            os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
        return socket.AF_INET, ("127.0.0.1", port)
    if kind == "twice":  # a name first, then its address as text
        return socket.AF_INET, by_getaddrinfo(by_getaddrinfo(host, port)[0], port)
    if kind == "last":  # two names for one address
        by_getaddrinfo(host.split(",")[0], port)
        return socket.AF_INET, by_getaddrinfo(host.split(",")[1], port)
    return socket.AF_INET, (host, port)  # none: no look-up


def connect(how, port):
    family, to = address(how, int(port))
    with socket.socket(family) as client:
        client.settimeout(None)
        if how.startswith("own:"):  # the program's own name stays
            by_getaddrinfo("wrong.test", int(port))
            client.setsockopt(SOL_TLSOCK, TLSOCK_SERVER_NAME, b"tlsock.test")
        try:
            client.connect(to)
            print("answer", client.makefile().readline().strip())
        except OSError as error:
            print("errno", errno.errorcode.get(error.errno, error.errno))


COMMANDS = {"serve": serve, "protocols": protocols, "options": options, "connect": connect}
COMMANDS[sys.argv[1]](*sys.argv[2:])
