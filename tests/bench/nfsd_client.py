# SPDX-License-Identifier: GPL-2.0-or-later
"""nfsd_client.py PKI COUNT PARALLEL: asks the NFS server of this machine for TLS
(RFC 9289 section 4.1), COUNT times and PARALLEL at a time, does the handshake
with a client certificate and one call through it. Says how many were served."""

import collections
import socket
import ssl
import struct
import sys
import threading

NONE, TLS = 0, 7


def call(xid, flavor):
    """An RPC call of NFS version 4's procedure NULL, as one record."""
    words = (xid, 0, 2, 100003, 4, 0, flavor, 0, 0, 0)
    return struct.pack(">I10I", 0x80000000 | 40, *words)


def reply(connection):
    """The body of a reply."""
    header = connection.recv(4, socket.MSG_WAITALL) if not isinstance(
        connection, ssl.SSLSocket) else connection.recv(4)
    if len(header) < 4:
        raise ConnectionError("no reply")
    length = struct.unpack(">I", header)[0] & 0x7fffffff
    body = b""
    while len(body) < length:
        piece = connection.recv(length - len(body))
        if not piece:
            raise ConnectionError("half a reply")
        body += piece
    return body


def connect(context):
    """One connection, from TCP to a call through TLS."""
    with socket.create_connection(("127.0.0.1", 2049), 60) as plain:
        plain.sendall(call(1, TLS))
        if b"STARTTLS" not in reply(plain):
            raise ConnectionError("no STARTTLS")
        with context.wrap_socket(plain, server_hostname="web.test") as secure:
            secure.sendall(call(2, NONE))
            reply(secure)


def main():
    """Count what becomes of them."""
    pki, count, parallel = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    context = ssl.create_default_context(cafile=pki + "/ca.pem")
    context.load_cert_chain(pki + "/client.pem", pki + "/client.key")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    counts = collections.Counter()
    ready = threading.Barrier(parallel)

    def work():
        ready.wait()
        for _ in range(count // parallel):
            try:
                connect(context)
                counts["served"] += 1
            except OSError as error:
                counts[type(error).__name__] += 1

    threads = [threading.Thread(target=work) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(", ".join(f"{number} {what}" for what, number in counts.items()))


main()
