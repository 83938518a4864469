# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that goes to the guest: the job, then standard input and window
sizes. Never blocks, so that output keeps flowing while the guest is slow."""

import os
import select
import sys

import channel
import terminal

CHUNK = 32768
LIMIT = 1 << 18


class Input:
    """Frames waiting for the channel, and the standard input that feeds them."""

    def __init__(self, port):
        self.port = port
        self.waiting = bytearray()
        self.source = sys.stdin.fileno()
        os.set_blocking(port.descriptor, False)
        # A terminal that is not handed over as one is not for the command.
        if sys.stdin.isatty() and not terminal.is_interactive():
            self.end()

    def queue(self, kind, payload):
        self.waiting += channel.HEADER.pack(kind, len(payload)) + payload

    def queue_window(self):
        self.queue(channel.WINDOW, " ".join(map(str, terminal.size())).encode())

    def end(self):
        self.queue(channel.STDIN, b"")
        self.source = None

    def take(self):
        data = os.read(self.source, CHUNK)
        if data:
            self.queue(channel.STDIN, data)
        else:
            self.end()

    def turn(self, seconds):
        """Waits and moves data once; True when the guest has sent something."""
        port = self.port.descriptor
        sources = [port]
        if self.source is not None and len(self.waiting) < LIMIT:
            sources.append(self.source)
        readable, writable, _ = select.select(sources, [port] if self.waiting else [], [], seconds)
        if self.source in readable:
            self.take()
        if writable:
            del self.waiting[:os.write(port, self.waiting)]
        return port in readable
