# SPDX-License-Identifier: GPL-2.0-or-later
"""First process of the running guest: takes one job from the host and runs it.

The host talks through a virtio serial port in frames (channel.py). The agent announces itself, waits (the host saves the machine's state here),
gets the job, prepares the guest for it, relays the command's streams and
reports its exit status.
"""

import os
import signal
import sys
import traceback

sys.path.insert(0, "/run/vm")
import channel
import prepare
import relay

PORT = "tlsock.job"


def open_port():
    for name in os.listdir("/sys/class/virtio-ports"):
        with open(f"/sys/class/virtio-ports/{name}/name", encoding="ascii") as file:
            if file.read().strip() == PORT:
                return os.open(f"/dev/{name}", os.O_RDWR)
    raise FileNotFoundError(f"no virtio port {PORT}")


def mark_console(text):
    """The host knows that the console's log is complete when it sees this."""
    with open("/dev/kmsg", "w", encoding="ascii") as file:
        file.write(f"<6>tlsock-vm: {text}\n")


def serve(port):
    port.send(channel.READY, b"")
    job = port.receive_job()
    try:
        prepare.prepare(job)
    except prepare.Failure as failure:
        port.send(channel.FAILURE, str(failure).encode())
        return
    status = relay.run(job, port)
    os.sync()
    mark_console("exit")
    port.send(channel.EXIT, str(status).encode())


def main():
    signal.signal(signal.SIGCHLD, lambda *_: None)
    port = channel.Port(open_port())
    try:
        serve(port)
    except BaseException:
        port.send(channel.FAILURE, traceback.format_exc().encode())
    while True:
        signal.pause()


main()
