# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the guest ready for its job: clock, randomness, folders, the project."""

import fcntl
import os
import struct
import subprocess
import time

RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207
PROJECT_DISK = "/dev/vdb"


class Failure(Exception):
    """The guest cannot run the job; the text says why."""


def set_clock(seconds):
    time.clock_settime(time.CLOCK_REALTIME, seconds)


def seed_random(entropy):
    """Guests resumed from one state must not draw the same random numbers."""
    request = struct.pack("ii", len(entropy) * 8, len(entropy)) + entropy
    descriptor = os.open("/dev/urandom", os.O_RDWR)
    fcntl.ioctl(descriptor, RNDADDENTROPY, request)
    fcntl.ioctl(descriptor, RNDRESEEDCRNG)
    os.close(descriptor)


def check_call(*arguments):
    result = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if result.returncode:
        raise Failure(f"{' '.join(arguments)}: exit {result.returncode}\n{result.stdout}")


def mount_share(tag, path):
    os.makedirs(path, exist_ok=True)
    check_call("mount", "-t", "9p", "-o",
               "trans=virtio,version=9p2000.L,msize=262144,cache=mmap", tag, path)


def prepare(job):
    set_clock(job["time"])
    seed_random(bytes.fromhex(job["entropy"]))
    for tag, path in job["shares"]:
        mount_share(tag, path)
    if job["project"]:
        check_call("sh", "/run/vm/install", PROJECT_DISK)
        if job["load"]:
            check_call("sh", "/run/vm/load")
