# SPDX-License-Identifier: GPL-2.0-or-later
"""nfs_faults_peer.py WHAT [PORT]: a peer of NFS that asks for TLS (RFC 9289
section 4.1), or grants it, and then does not go on.

idle: a client that says nothing; cut: one that says half a ClientHello;
server: a server on PORT that says nothing, for one client after the other.
Clients tell when the other end hung up, in milliseconds."""

import socket
import struct
import sys
import time

TLS = 7
HALF_HELLO = bytes((22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3)) + bytes(50)


def record(*words, text=b""):
    """An RPC message, as one record."""
    body = struct.pack(f">{len(words)}I", *words) + text
    return struct.pack(">I", 0x80000000 | len(body)) + body


def client(hello):
    """Asks for TLS, says @hello, and waits."""
    with socket.create_connection(("127.0.0.1", 2049), 60) as connection:
        connection.sendall(record(1, 0, 2, 100003, 4, 0, TLS, 0, 0, 0))
        if b"STARTTLS" not in connection.recv(4096):
            sys.exit("no STARTTLS")
        start = time.monotonic()
        connection.sendall(hello)
        print("started", flush=True)
        try:
            while connection.recv(4096):
                pass
        except ConnectionError:
            pass
        print(f"closed after {int((time.monotonic() - start) * 1000)} ms")


def server(port):
    """Grants TLS to all, and nothing else."""
    kept = []
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("listens", flush=True)
        while True:
            connection, _ = listener.accept()
            xid = struct.unpack(">I", connection.recv(4096)[4:8])[0]
            connection.sendall(record(xid, 1, 0, 0, 8, text=b"STARTTLS" + bytes(8)))
            kept.append(connection)


if sys.argv[1] == "server":
    server(int(sys.argv[2]))
else:
    client(HALF_HELLO if sys.argv[1] == "cut" else b"")
