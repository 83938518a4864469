# SPDX-License-Identifier: GPL-2.0-or-later
"""memory_peer.py PORT COUNT silent|begin: connects COUNT times to a TLS server
on this machine and stays; "begin" sends a ClientHello and no more."""

import resource
import signal
import socket
import ssl
import sys


def hello():
    """The first bytes of a client of TLS 1.3."""
    context = ssl.create_default_context()
    out = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="web.test")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def main():
    """Connect, and wait to be ended."""
    port, count, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    peers = []
    first = hello() if what == "begin" else b""
    for _ in range(count):
        peer = socket.create_connection(("127.0.0.1", port))
        peer.sendall(first)
        peers.append(peer)
    signal.pause()


main()
