#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection over a TLS socket that answers lines and changes keys.

  rekey_peer.py serve PROFILE PORT-FILE       answers what it receives
  rekey_peer.py connect NAME PORT             the same after connecting

A line "update own" or "update both" changes the key; every other line comes
back behind "heard ". At the end it says how many keys changed, or the error.
"""

import errno
import socket
import struct
import sys

IPPROTO_TLS = 260
SOL_TLSOCK = 290
TLSOCK_SERVER_NAME = 1
TLSOCK_PROFILE = 2
TLSOCK_INFO = 7
TLSOCK_KEY_UPDATE = 11
INFO = struct.Struct("=IBBHHHII")


def answer(connection, line):
    if not line.startswith("update "):
        return f"heard {line}"
    try:
        connection.setsockopt(SOL_TLSOCK, TLSOCK_KEY_UPDATE, int(line == "update both"))
    except OSError as error:
        return f"refused {errno.errorcode[error.errno]}"
    return "updated"


def talk(connection):
    stream = connection.makefile("r", encoding="ascii")
    try:
        for line in stream:
            connection.sendall(answer(connection, line.strip()).encode() + b"\n")
    except OSError as error:
        print("fail", errno.errorcode[error.errno], flush=True)
    info = INFO.unpack(connection.getsockopt(SOL_TLSOCK, TLSOCK_INFO, INFO.size))
    print(f"rekeys={info[7]}", flush=True)
    connection.close()


def serve(profile, port_file):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_TLS)
    listener.setsockopt(SOL_TLSOCK, TLSOCK_PROFILE, profile.encode())
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with open(port_file, "w", encoding="ascii") as file:
        print(listener.getsockname()[1], file=file)
    talk(listener.accept()[0])


def connect(name, port):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_TLS)
    connection.setsockopt(SOL_TLSOCK, TLSOCK_SERVER_NAME, name.encode())
    connection.connect(("127.0.0.1", int(port)))
    connection.sendall(b"ready\n")
    talk(connection)


{"serve": serve, "connect": connect}[sys.argv[1]](sys.argv[2], sys.argv[3])
