# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames between host and guest, used on both sides: one byte of type, four
bytes of length (network order), the payload."""

import json
import os
import struct

# guest to host
READY = b"R"    # waiting for the job
STDOUT = b"O"
STDERR = b"X"
EXIT = b"S"     # payload: the status in decimal, 128 + n for signal n
FAILURE = b"F"  # payload: why the job could not be run
# host to guest
JOB = b"J"      # payload: JSON
STDIN = b"I"    # empty payload: end of file
WINDOW = b"W"   # payload: rows and columns in decimal
WHERE = b"Q"    # no payload: tell in FAILURE where the processes wait

HEADER = struct.Struct("!cI")


def encode(job):
    return json.dumps(job).encode()


class Port:
    """One end of the channel over a file descriptor."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.pending = bytearray()

    def send(self, kind, payload):
        data = memoryview(HEADER.pack(kind, len(payload)) + payload)
        while data:
            data = data[os.write(self.descriptor, data):]

    def read_more(self):
        """Reads once; False at the end of the stream."""
        data = os.read(self.descriptor, 65536)
        self.pending += data
        return bool(data)

    def frames(self):
        """Yields the complete frames that have been read so far."""
        while len(self.pending) >= HEADER.size:
            kind, length = HEADER.unpack_from(self.pending)
            end = HEADER.size + length
            if len(self.pending) < end:
                return
            payload = bytes(self.pending[HEADER.size:end])
            del self.pending[:end]
            yield kind, payload

    def receive_job(self):
        while True:
            for kind, payload in self.frames():
                if kind == JOB:
                    return json.loads(payload)
            if not self.read_more():
                raise EOFError("the host closed the channel")
